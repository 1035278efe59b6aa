//! `remove-public-grants`: of a bucket and of an object.

use riposte_core::action::RemovePublicGrants as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RemovePublicGrants;
use crate::actions::conformance::Case;
use crate::testing::{Refused, refuse};

fn list(public: bool) -> Value {
    let owner = json!({ "Grantee": { "Type": "CanonicalUser", "ID": "1" }, "Permission": "FULL_CONTROL" });
    let all = json!({ "Grantee": { "Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers" },
                      "Permission": "READ" });
    let delivery = json!({ "Grantee": { "Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery" },
                           "Permission": "WRITE" });
    let grants = if public { json!([owner, all, delivery]) } else { json!([owner, delivery]) };
    json!({ "Owner": { "ID": "1" }, "Grants": grants })
}

fn get(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    it(state, "NoSuchBucket")
}

fn put(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    state["it"] = given["AccessControlPolicy"].clone();
    Ok(json!({}))
}

pub(super) const BUCKET: Case = Case {
    name: "remove-public-grants of a bucket",
    action: || Box::new(RemovePublicGrants),
    response: || Request { bucket: "pay".to_owned(), key: None }.into(),
    state: |_, _| json!({ "it": list(true), "other": true }),
    calls: &[
        ("s3:GetBucketAcl", get),
        ("s3:GetObjectAcl", get),
        ("s3:GetBucketTagging", |_, _| refuse("NoSuchTagSet")),
        ("s3:PutBucketAcl", put),
        ("s3:PutObjectAcl", put),
    ],
    contain: |state, _| state["it"] = list(false),
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const OBJECT: Case = Case {
    name: "remove-public-grants of an object",
    response: || Request { bucket: "pay".to_owned(), key: Some("2026/may.csv".to_owned()) }.into(),
    ..BUCKET
};
