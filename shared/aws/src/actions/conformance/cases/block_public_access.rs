//! `block-public-access`: of a bucket whose block is loosened, of one without a block, and of the account.

use riposte_core::action::BlockPublicAccess as Request;
use serde_json::{Value, json};

use crate::actions::BlockPublicAccess;
use crate::actions::conformance::Case;
use crate::testing::{Refused, refuse};

fn blocked() -> Value {
    json!({ "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true })
}

fn get(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    match &state["block"] {
        Value::Null => refuse("NoSuchPublicAccessBlockConfiguration"),
        Value::String(_) => refuse("NoSuchBucket"),
        block => Ok(json!({ "PublicAccessBlockConfiguration": block })),
    }
}

fn put(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    state["block"] = given["PublicAccessBlockConfiguration"].clone();
    Ok(json!({}))
}

fn delete(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    state["block"] = Value::Null;
    Ok(json!({}))
}

pub(super) const LOOSENED: Case = Case {
    name: "block-public-access of a bucket",
    action: || Box::new(BlockPublicAccess),
    response: || Request { bucket: Some("pay".to_owned()) }.into(),
    state: |_, _| {
        let mut block = blocked();
        block["BlockPublicPolicy"] = json!(false);
        json!({ "block": block, "other": true })
    },
    calls: &[
        ("s3:GetPublicAccessBlock", get),
        ("s3:GetBucketTagging", |_, _| refuse("NoSuchTagSet")),
        ("s3:PutPublicAccessBlock", put),
        ("s3:DeletePublicAccessBlock", delete),
        ("s3control:GetPublicAccessBlock", get),
        ("s3control:PutPublicAccessBlock", put),
        ("s3control:DeletePublicAccessBlock", delete),
    ],
    contain: |state, _| state["block"] = blocked(),
    meddle: None,
    remove: |state| state["block"] = json!("the bucket is gone"),
    scar: |_| {},
};

pub(super) const WITHOUT: Case = Case {
    name: "block-public-access of a bucket without a block",
    state: |_, _| json!({ "block": null, "other": true }),
    ..LOOSENED
};

pub(super) const ACCOUNT: Case =
    Case { name: "block-public-access of the account", response: || Request { bucket: None }.into(), ..WITHOUT };
