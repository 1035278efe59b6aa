//! `restore-event-selectors`.

use riposte_core::action::RestoreEventSelectors as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RestoreEventSelectors;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "restore-event-selectors",
    action: || Box::new(RestoreEventSelectors),
    response: || Request { trail: "audit".to_owned() }.into(),
    state: |_, _| json!({ "it": { "EventSelectors": [{ "ReadWriteType": "ReadOnly", "IncludeManagementEvents": true, "DataResources": [{ "Type": "AWS::S3::Object", "Values": ["arn:aws:s3"] }] }] }, "other": true }),
    calls: &[
        ("cloudtrail:GetEventSelectors", |state, _| it(state, "TrailNotFoundException")),
        ("cloudtrail:ListTags", |_, _| Ok(json!({}))),
        ("cloudtrail:PutEventSelectors", |state, given| {
            let mut given = given.clone();
            given.as_object_mut().unwrap().remove("TrailName");
            state["it"] = given;
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"] = json!({ "EventSelectors": [{
            "ReadWriteType": "All",
            "IncludeManagementEvents": true,
            "DataResources": [{ "Type": "AWS::S3::Object", "Values": ["arn:aws:s3"] }],
            "ExcludeManagementEventSources": [],
        }] });
    },
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
