//! `restore-versioning`.

use riposte_core::action::RestoreVersioning as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RestoreVersioning;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "restore-versioning",
    action: || Box::new(RestoreVersioning),
    response: || Request { bucket: "pay".to_owned() }.into(),
    state: |_, _| json!({ "it": { "Status": "Suspended", "MFADelete": "Disabled" }, "other": true }),
    calls: &[
        ("s3:GetBucketVersioning", |state, _| it(state, "NoSuchBucket")),
        ("s3:GetBucketTagging", |_, _| Ok(json!({}))),
        ("s3:PutBucketVersioning", |state, given| {
            state["it"]["Status"] = given["VersioningConfiguration"]["Status"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["Status"] = json!("Enabled");
    },
    meddle: Some(|state| state["it"]["MFADelete"] = json!("Enabled")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
