//! `restore-versioning`: enable versioning of a bucket again.

use riposte_core::action::{ActionId, RestoreVersioning as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreVersioning;

impl Setting for RestoreVersioning {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::S3];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreVersioning,
        title: "Enable versioning of a bucket again",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:s3:::*"], &["s3:GetBucketVersioning", "s3:GetBucketTagging", "s3:PutBucketVersioning"])],
        undo_permissions: &[],
        reversibility: "complete: versioning can be suspended again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Enables versioning of the bucket that the finding names, so that what is overwritten or deleted from then on \
keeps its former versions. A bucket that has MFA delete is refused by S3.

## What it keeps
Objects, versions, lifecycle rules and every other setting.

## Undo
Suspends versioning again.
",
    };

    const PART: &'static str = "Status";

    const STEADY: &'static [&'static str] = &["MFADelete"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        format!("arn:{}:s3:::{}", site.partition(), request.bucket)
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        site.get("s3:GetBucketVersioning", json!({ "Bucket": request.bucket })).await
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (value.as_str() == Some("Suspended")).then(|| Value::from("Enabled"))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let parameters = json!({ "Bucket": request.bucket, "VersioningConfiguration": { "Status": value } });
        ("s3:PutBucketVersioning", parameters)
    }
}
