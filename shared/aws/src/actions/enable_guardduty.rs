//! `enable-guardduty`: enable a GuardDuty detector.

use riposte_core::action::{ActionId, EnableGuardduty as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct EnableGuardduty;

impl Setting for EnableGuardduty {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::GUARDDUTY];

    const META: ActionMeta = ActionMeta {
        id: ActionId::EnableGuardduty,
        title: "Enable a GuardDuty detector",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:guardduty:${AWS::Region}:${AWS::AccountId}:detector/*"], &["guardduty:GetDetector", "guardduty:ListTagsForResource", "guardduty:UpdateDetector"])],
        undo_permissions: &[],
        reversibility: "complete: the detector can be suspended again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Enables the suspended detector that the finding names. One that was deleted took its findings with it and \
cannot be enabled; a new one must be created.

## What it keeps
The detector's features, filters, lists and findings.

## Undo
Suspends the detector again.
",
    };

    const PART: &'static str = "Status";

    const STEADY: &'static [&'static str] = &["FindingPublishingFrequency"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("guardduty", &format!("detector/{}", request.detector_id))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        match site.get("guardduty:GetDetector", json!({ "DetectorId": request.detector_id })).await {
            // GuardDuty's way of saying that there is no such detector: the call asks for nothing else.
            Err(fault) if fault.code == "BadRequestException" => Err(Fault { kind: Kind::Gone, ..fault }),
            other => other,
        }
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (value.as_str() != Some("ENABLED")).then(|| Value::from("ENABLED"))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let enable = value.as_str() == Some("ENABLED");
        ("guardduty:UpdateDetector", json!({ "DetectorId": request.detector_id, "Enable": enable }))
    }
}
