//! `disable-replication-rule`: disables the rules that replicate a bucket to foreign ones.

use riposte_core::action::{ActionId, DisableReplicationRule as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site, When};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DisableReplicationRule;

/// S3 is passed the role that replicates, which stands in the rules.
const PASSED: When = When { test: "StringEquals", key: "iam:PassedToService", values: &["s3.amazonaws.com"] };

impl Setting for DisableReplicationRule {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM, &models::S3];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DisableReplicationRule,
        title: "Disable replication of a bucket to another account",
        permissions: &[
            Permission::on(
                &["arn:${AWS::Partition}:s3:::*"],
                &["s3:GetReplicationConfiguration", "s3:GetBucketTagging", "s3:PutReplicationConfiguration"],
            ),
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"], &["iam:PassRole"]).when(&[PASSED]),
        ],
        undo_permissions: &[],
        reversibility: "complete: the rules are enabled again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets the rules that copy to the buckets that the finding names to `Disabled`. Objects that were copied before stay \
where they are.

## What it keeps
Every other rule, the replication role and the bucket's other settings.

## Undo
Writes the former rules again. Refused where they have changed since.
",
    };

    const PART: &'static str = "ReplicationConfiguration";

    fn arn(site: &Site<'_>, request: &Request) -> String {
        format!("arn:{}:s3:::{}", site.partition(), request.bucket)
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        match site.get("s3:GetBucketReplication", json!({ "Bucket": request.bucket })).await {
            Ok(body) => Ok(body),
            Err(fault) if fault.code == "ReplicationConfigurationNotFoundError" => Ok(json!({})),
            Err(fault) => Err(fault),
        }
    }

    fn wanted(request: &Request, value: &Value) -> Option<Value> {
        let mut wanted = value.clone();
        let mut changed = false;
        for rule in wanted.get_mut("Rules").and_then(Value::as_array_mut).into_iter().flatten() {
            let to = rule.pointer("/Destination/Bucket").and_then(Value::as_str).unwrap_or_default();
            let offends = request.destinations.iter().any(|bucket| bucket == to);
            let enabled = rule.get("Status").and_then(Value::as_str) == Some("Enabled");
            if let (true, true, Some(rule)) = (offends, enabled, rule.as_object_mut()) {
                rule.insert("Status".to_owned(), json!("Disabled"));
                changed = true;
            }
        }
        changed.then_some(wanted)
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        ("s3:PutBucketReplication", json!({ "Bucket": request.bucket, "ReplicationConfiguration": value }))
    }
}
