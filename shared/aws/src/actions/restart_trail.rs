//! `restart-trail`: restart a CloudTrail trail.

use riposte_core::action::{ActionId, RestartTrail as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestartTrail;

impl Setting for RestartTrail {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::CLOUDTRAIL];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestartTrail,
        title: "Restart a CloudTrail trail",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/*"], &["cloudtrail:GetTrailStatus", "cloudtrail:ListTags", "cloudtrail:StartLogging"])],
        undo_permissions: &[Permission::on(&["arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/*"], &["cloudtrail:StopLogging"])],
        reversibility: "complete: the trail can be stopped again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Starts logging on the trail that the finding names, and reads `IsLogging` again: the other fields of a trail's \
status keep old times after a restart. What happened while the trail was stopped is not recorded by it; \
EventBridge and the event history of the account still hold it. A trail that was deleted cannot be started.

## What it keeps
The trail's bucket, selectors, encryption and every other setting.

## Undo
Stops logging again.
",
    };

    const PART: &'static str = "IsLogging";

    const STEADY: &'static [&'static str] = &[];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("cloudtrail", &format!("trail/{}", request.trail))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        site.get("cloudtrail:GetTrailStatus", json!({ "Name": request.trail })).await
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (*value != Value::Bool(true)).then(|| Value::Bool(true))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let call = if *value == Value::Bool(true) { "cloudtrail:StartLogging" } else { "cloudtrail:StopLogging" };
        (call, json!({ "Name": request.trail }))
    }
}
