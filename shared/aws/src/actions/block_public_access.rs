//! `block-public-access`: blocks public access to a bucket, or to all buckets of the account.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, BlockPublicAccess as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct BlockPublicAccess;

impl Setting for BlockPublicAccess {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::S3, &models::S3CONTROL];

    const META: ActionMeta = ActionMeta {
        id: ActionId::BlockPublicAccess,
        title: "Block public access to a bucket or an account",
        permissions: &[
            Permission::on(
                &["arn:${AWS::Partition}:s3:::*"],
                &["s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging", "s3:PutBucketPublicAccessBlock"],
            ),
            Permission::anywhere(&["s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"]),
        ],
        undo_permissions: &[],
        reversibility: "complete: the flags that were set before, or none, are set again",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Sets all four flags of the public access block: new public policies and access lists are refused, and those that \
stand have no effect. What is served to the public from the bucket directly is no longer served.

## What it keeps
The bucket's policy, access lists, objects and every other setting.

## Undo
Sets the flags as they were; where there was no block, deletes it.
",
    };

    const PART: &'static str = "PublicAccessBlockConfiguration";

    fn arn(site: &Site<'_>, request: &Request) -> String {
        match &request.bucket {
            Some(bucket) => format!("arn:{}:s3:::{bucket}", site.partition()),
            None => format!("arn:{}:s3::{}:account", site.partition(), site.scope.account),
        }
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        let (call, parameters) = match &request.bucket {
            Some(bucket) => ("s3:GetPublicAccessBlock", json!({ "Bucket": bucket })),
            None => ("s3control:GetPublicAccessBlock", json!({ "AccountId": site.scope.account })),
        };
        match site.get(call, parameters).await {
            Ok(body) => Ok(body),
            Err(fault) if fault.code == "NoSuchPublicAccessBlockConfiguration" => Ok(json!({})),
            Err(fault) => Err(fault),
        }
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        let blocked = json!({
            "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true,
        });
        (*value != blocked).then_some(blocked)
    }

    fn call(site: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let mut parameters = match &request.bucket {
            Some(bucket) => json!({ "Bucket": bucket }),
            None => json!({ "AccountId": site.scope.account }),
        };
        let calls = match request.bucket {
            Some(_) => ["s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock"],
            None => ["s3control:PutPublicAccessBlock", "s3control:DeletePublicAccessBlock"],
        };
        let [put, delete] = calls;
        if value.is_null() {
            return (delete, parameters);
        }
        if let Value::Object(map) = &mut parameters {
            map.insert("PublicAccessBlockConfiguration".to_owned(), value.clone());
        }
        (put, parameters)
    }

    async fn tags(site: &Site<'_>, request: &Request) -> Result<BTreeMap<String, String>, Fault> {
        match &request.bucket {
            Some(_) => tags::of(site, &Self::arn(site, request)).await,
            None => Ok(BTreeMap::new()),
        }
    }
}
