//! `remove-public-grants`: takes the grants to everyone off the access list of a bucket or an object.

use riposte_core::action::{ActionId, RemovePublicGrants as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RemovePublicGrants;

/// The groups that are everyone: anybody at all, and whoever has any AWS account.
const PUBLIC: [&str; 2] = ["/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"];

impl Setting for RemovePublicGrants {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::S3];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RemovePublicGrants,
        title: "Remove public grants from an access list",
        permissions: &[
            Permission::on(
                &["arn:${AWS::Partition}:s3:::*"],
                &["s3:GetBucketAcl", "s3:GetBucketTagging", "s3:PutBucketAcl"],
            ),
            Permission::on(&["arn:${AWS::Partition}:s3:::*/*"], &["s3:GetObjectAcl", "s3:PutObjectAcl"]),
        ],
        undo_permissions: &[],
        reversibility: "complete: the former access list is written again",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Writes the access list of the bucket or object anew without the grants to `AllUsers` and `AuthenticatedUsers`: nobody \
reads or writes by them any more.

## What it keeps
The owner's grants and those to single accounts, the bucket's policy and every object.

## Undo
Writes the former access list again. Refused where it has changed since.
",
    };

    const PART: &'static str = "AccessControlPolicy";

    fn arn(site: &Site<'_>, request: &Request) -> String {
        let partition = site.partition();
        match &request.key {
            Some(key) => format!("arn:{partition}:s3:::{}/{key}", request.bucket),
            None => format!("arn:{partition}:s3:::{}", request.bucket),
        }
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        let (call, parameters) = match &request.key {
            Some(key) => ("s3:GetObjectAcl", json!({ "Bucket": request.bucket, "Key": key })),
            None => ("s3:GetBucketAcl", json!({ "Bucket": request.bucket })),
        };
        let body = site.get(call, parameters).await?;
        let list = json!({ "Owner": member(&body, "/Owner"), "Grants": member(&body, "/Grants") });
        Ok(json!({ Self::PART: list }))
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        let grants = value.get("Grants")?.as_array()?;
        let kept: Vec<_> = grants.iter().filter(|grant| !is_public(grant)).collect();
        (kept.len() < grants.len()).then(|| json!({ "Owner": member(value, "/Owner"), "Grants": kept }))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        match &request.key {
            Some(key) => {
                let parameters = json!({ "Bucket": request.bucket, "Key": key, "AccessControlPolicy": value });
                ("s3:PutObjectAcl", parameters)
            }
            None => ("s3:PutBucketAcl", json!({ "Bucket": request.bucket, "AccessControlPolicy": value })),
        }
    }
}

fn is_public(grant: &Value) -> bool {
    let group = grant.pointer("/Grantee/URI").and_then(Value::as_str).unwrap_or_default();
    PUBLIC.iter().any(|public| group.ends_with(public))
}
