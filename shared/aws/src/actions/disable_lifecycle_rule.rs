//! `disable-lifecycle-rule`: disables the lifecycle rules that delete everything in a bucket soon.

use riposte_core::action::{ActionId, DisableLifecycleRule as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DisableLifecycleRule;

impl Setting for DisableLifecycleRule {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::S3];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DisableLifecycleRule,
        title: "Disable a lifecycle that deletes a whole bucket",
        permissions: &[Permission::on(
            &["arn:${AWS::Partition}:s3:::*"],
            &["s3:GetBucketTagging", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"],
        )],
        undo_permissions: &[],
        reversibility: "complete: the rules are enabled again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets those rules of the bucket's lifecycle to `Disabled` that are in force, hold for every object and delete within six \
days, or on a date as near, as the detector asks. S3 evaluates a lifecycle about once a day: objects that it has marked \
already are gone, or are older versions where the bucket keeps them.

## What it keeps
Every other rule, and what the disabled ones say.

## Undo
Writes the former rules again. Refused where they have changed since.
",
    };

    /// The rules, and what S3 keeps beside them: the call writes both.
    const PART: &'static str = "LifecycleConfiguration";

    fn arn(site: &Site<'_>, request: &Request) -> String {
        format!("arn:{}:s3:::{}", site.partition(), request.bucket)
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        match site.get("s3:GetBucketLifecycleConfiguration", json!({ "Bucket": request.bucket })).await {
            Ok(body) => Ok(json!({ Self::PART: body })),
            Err(fault) if fault.code == "NoSuchLifecycleConfiguration" => Ok(json!({})),
            Err(fault) => Err(fault),
        }
    }

    fn wanted(request: &Request, value: &Value) -> Option<Value> {
        let mut wanted = value.clone();
        let mut changed = false;
        for rule in wanted.get_mut("Rules").and_then(Value::as_array_mut).into_iter().flatten().filter(|rule| request.offends(rule)) {
            if let Some(rule) = rule.as_object_mut() {
                rule.insert("Status".to_owned(), json!("Disabled"));
                changed = true;
            }
        }
        changed.then_some(wanted)
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        const SIZE: &str = "TransitionDefaultMinimumObjectSize";
        let rules = value.get("Rules").cloned().unwrap_or_else(|| json!([]));
        let mut parameters = json!({ "Bucket": request.bucket, Self::PART: { "Rules": rules } });
        if let (Some(size), Some(parameters)) = (value.get(SIZE), parameters.as_object_mut()) {
            parameters.insert(SIZE.to_owned(), size.clone());
        }
        ("s3:PutBucketLifecycleConfiguration", parameters)
    }
}
