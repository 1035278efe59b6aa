//! `restore-lifecycle`: of a bucket whose lifecycle was deleted, and of one whose rules were overwritten.

use riposte_core::action::{Response, RestoreLifecycle as Request};
use serde_json::{Value, json};

use crate::actions::RestoreLifecycle;
use crate::actions::conformance::Case;
use crate::testing::{Handler, refuse};

pub(super) const DELETED: Case = Case {
    name: "restore-lifecycle of one that was deleted",
    action: || Box::new(RestoreLifecycle),
    response,
    state: |response, _| laid(response, &Value::Null),
    calls: CALLS,
    contain: |state, _| state["it"]["rules"] = former(),
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const OVERWRITTEN: Case = Case {
    name: "restore-lifecycle of one that was overwritten",
    state: |response, _| {
        laid(
            response,
            &json!([{ "ID": "none", "Status": "Disabled", "Filter": { "Prefix": "x/" }, "Expiration": { "Days": 9 } }]),
        )
    },
    ..DELETED
};

fn response() -> Response {
    Request { bucket: "pay".to_owned(), before: Some("2026-11-22T10:00:00Z".to_owned()) }.into()
}

fn laid(response: &Response, rules: &Value) -> Value {
    let request: Request = response.read().unwrap();
    json!({ "bucket": request.bucket, "it": { "rules": rules, "size": "varies_by_storage_class" }, "other": true })
}

fn former() -> Value {
    json!([
        { "ID": "archive", "Status": "Enabled", "Filter": { "Prefix": "" }, "Transitions": [{ "Days": 30, "StorageClass": "GLACIER" }] },
        { "ID": "old", "Status": "Enabled", "Filter": { "And": { "Prefix": "a/", "Tags": [{ "Key": "k", "Value": "v" }] } }, "NoncurrentVersionExpiration": { "NoncurrentDays": 90 } },
    ])
}

/// How CloudTrail writes it.
fn recorded() -> Value {
    json!({ "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", "Rule": [
        { "ID": "archive", "Status": "Enabled", "Filter": { "Prefix": "" }, "Transition": { "Days": 30, "StorageClass": "GLACIER" } },
        { "ID": "old", "Status": "Enabled", "Filter": { "And": { "Prefix": "a/", "Tag": { "Key": "k", "Value": "v" } } }, "NoncurrentVersionExpiration": { "NoncurrentDays": 90 } },
    ] })
}

const CALLS: &[(&str, Handler)] = &[
    ("s3:GetBucketLifecycleConfiguration", |state, _| {
        let it = &state["it"];
        match (it, &it["rules"]) {
            (Value::Null, _) => refuse("NoSuchBucket"),
            (_, Value::Null) => refuse("NoSuchLifecycleConfiguration"),
            (_, rules) => Ok(json!({ "Rules": rules, "TransitionDefaultMinimumObjectSize": it["size"] })),
        }
    }),
    ("s3:GetBucketTagging", |_, _| refuse("NoSuchTagSet")),
    ("s3:PutBucketLifecycleConfiguration", |state, given| {
        if let Some(size) = given["TransitionDefaultMinimumObjectSize"].as_str() {
            assert_eq!(state["it"]["size"], size, "the size stays");
        }
        state["it"]["rules"] = given["LifecycleConfiguration"]["Rules"].clone();
        Ok(json!({}))
    }),
    ("s3:DeleteBucketLifecycle", |state, _| {
        state["it"]["rules"] = Value::Null;
        Ok(json!({}))
    }),
    ("cloudtrail:LookupEvents", |state, given| {
        assert_eq!(given["LookupAttributes"][0]["AttributeValue"], "PutBucketLifecycle");
        let record = |bucket: &Value, rules: Value| {
            let record = json!({ "eventID": "e", "eventTime": "2026-10-01T00:00:00Z",
                "requestParameters": { "bucketName": bucket, "LifecycleConfiguration": rules } });
            json!({ "CloudTrailEvent": record.to_string() })
        };
        let other = record(&json!("other"), json!({ "Rule": { "ID": "other", "Status": "Enabled" } }));
        Ok(json!({ "Events": [other, record(&state["bucket"], recorded())] }))
    }),
];
