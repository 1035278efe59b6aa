//! `make-trail-multi-region`: make a trail record all regions again.

use riposte_core::action::{ActionId, MakeTrailMultiRegion as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct MakeTrailMultiRegion;

impl Setting for MakeTrailMultiRegion {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::CLOUDTRAIL];

    const META: ActionMeta = ActionMeta {
        id: ActionId::MakeTrailMultiRegion,
        title: "Make a trail record all regions again",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/*"], &["cloudtrail:GetTrail", "cloudtrail:ListTags", "cloudtrail:UpdateTrail"])],
        undo_permissions: &[],
        reversibility: "complete: the trail can be made regional again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets `IsMultiRegionTrail` on the trail that the finding names, so that the regions that were left out are \
recorded again.

## What it keeps
The trail's bucket, selectors, encryption and every other setting.

## Undo
Makes the trail record its own region alone again.
",
    };

    const PART: &'static str = "IsMultiRegionTrail";

    const STEADY: &'static [&'static str] = &["S3BucketName", "KmsKeyId", "IncludeGlobalServiceEvents", "LogFileValidationEnabled", "CloudWatchLogsLogGroupArn"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("cloudtrail", &format!("trail/{}", request.trail))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        Ok(member(&site.get("cloudtrail:GetTrail", json!({ "Name": request.trail })).await?, "/Trail"))
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (*value != Value::Bool(true)).then(|| Value::Bool(true))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        ("cloudtrail:UpdateTrail", json!({ "Name": request.trail, "IsMultiRegionTrail": value }))
    }
}
