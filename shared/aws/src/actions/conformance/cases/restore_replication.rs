//! `restore-replication`: of a bucket whose replication was deleted, and of one whose rules were overwritten.

use riposte_core::action::{Response, RestoreReplication as Request};
use serde_json::{Value, json};

use crate::actions::RestoreReplication;
use crate::actions::conformance::Case;
use crate::testing::{Handler, refuse};

pub(super) const DELETED: Case = Case {
    name: "restore-replication of one that was deleted",
    action: || Box::new(RestoreReplication),
    response,
    state: |response, _| laid(response, &Value::Null),
    calls: CALLS,
    contain: |state, _| state["it"]["replication"] = replication("arn:aws:s3:::copies"),
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const OVERWRITTEN: Case = Case {
    name: "restore-replication of one that was overwritten",
    state: |response, _| laid(response, &replication("arn:aws:s3:::elsewhere")),
    ..DELETED
};

fn response() -> Response {
    Request { bucket: "pay".to_owned(), before: Some("2026-11-22T10:00:00Z".to_owned()) }.into()
}

fn laid(response: &Response, replication: &Value) -> Value {
    let request: Request = response.read().unwrap();
    json!({ "bucket": request.bucket, "it": { "replication": replication }, "other": true })
}

fn rule(to: &str) -> Value {
    json!({ "ID": "copy", "Priority": 1, "Status": "Enabled", "Filter": { "Prefix": "" }, "DeleteMarkerReplication": { "Status": "Disabled" }, "Destination": { "Bucket": to } })
}

fn replication(to: &str) -> Value {
    json!({ "Role": "arn:aws:iam::111122223333:role/s3-replication", "Rules": [rule(to)] })
}

const CALLS: &[(&str, Handler)] = &[
    ("s3:GetBucketReplication", |state, _| match (&state["it"], &state["it"]["replication"]) {
        (Value::Null, _) => refuse("NoSuchBucket"),
        (_, Value::Null) => refuse("ReplicationConfigurationNotFoundError"),
        (_, replication) => Ok(json!({ "ReplicationConfiguration": replication })),
    }),
    ("s3:GetBucketTagging", |_, _| refuse("NoSuchTagSet")),
    ("s3:PutBucketReplication", |state, given| {
        state["it"]["replication"] = given["ReplicationConfiguration"].clone();
        Ok(json!({}))
    }),
    ("s3:DeleteBucketReplication", |state, _| {
        state["it"]["replication"] = Value::Null;
        Ok(json!({}))
    }),
    ("cloudtrail:LookupEvents", |state, given| {
        assert_eq!(given["LookupAttributes"][0]["AttributeValue"], "PutBucketReplication");
        let record = |bucket: &Value, to: &str| {
            let document = json!({ "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", "Role": "arn:aws:iam::111122223333:role/s3-replication", "Rule": rule(to) });
            let record = json!({ "eventID": "e", "eventTime": "2026-10-01T00:00:00Z",
                "requestParameters": { "bucketName": bucket, "ReplicationConfiguration": document } });
            json!({ "CloudTrailEvent": record.to_string() })
        };
        let others = record(&json!("other"), "arn:aws:s3:::other");
        Ok(json!({ "Events": [others, record(&state["bucket"], "arn:aws:s3:::copies")] }))
    }),
];
