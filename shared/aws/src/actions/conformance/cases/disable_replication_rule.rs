//! `disable-replication-rule`.

use riposte_core::action::DisableReplicationRule as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::DisableReplicationRule;
use crate::actions::conformance::Case;
use crate::testing::refuse;

fn rule(id: &str, to: &str, status: &str) -> Value {
    json!({ "ID": id, "Status": status, "Destination": { "Bucket": to } })
}

fn rules(status: &str, foreign: &str) -> Value {
    json!({ "Role": "arn:r", "Rules": [rule("own", "arn:aws:s3:::backup", "Enabled"), rule("away", foreign, status)] })
}

const FOREIGN: &str = "arn:aws:s3:::elsewhere";

pub(super) const CASE: Case = Case {
    name: "disable-replication-rule",
    action: || Box::new(DisableReplicationRule),
    response: || Request { bucket: "pay".to_owned(), destinations: vec![FOREIGN.to_owned()] }.into(),
    state: |response, _| {
        let request: Request = response.read().unwrap();
        json!({ "it": rules("Enabled", &request.destinations[0]), "other": true })
    },
    calls: &[
        ("s3:GetBucketReplication", |state, _| {
            it(state, "NoSuchBucket").map(|rules| json!({ "ReplicationConfiguration": rules }))
        }),
        ("s3:GetBucketTagging", |_, _| refuse("NoSuchTagSet")),
        ("s3:PutBucketReplication", |state, given| {
            state["it"] = given["ReplicationConfiguration"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, response| {
        let request: Request = response.read().unwrap();
        state["it"] = rules("Disabled", &request.destinations[0]);
    },
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
