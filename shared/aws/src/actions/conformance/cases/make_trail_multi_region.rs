//! `make-trail-multi-region`.

use riposte_core::action::MakeTrailMultiRegion as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::MakeTrailMultiRegion;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "make-trail-multi-region",
    action: || Box::new(MakeTrailMultiRegion),
    response: || Request { trail: "audit".to_owned() }.into(),
    state: |_, _| json!({ "it": { "IsMultiRegionTrail": false, "S3BucketName": "logs" }, "other": true }),
    calls: &[
        ("cloudtrail:GetTrail", |state, _| it(state, "TrailNotFoundException").map(|it| json!({ "Trail": it }))),
        ("cloudtrail:ListTags", |_, _| Ok(json!({}))),
        ("cloudtrail:UpdateTrail", |state, given| {
            state["it"]["IsMultiRegionTrail"] = given["IsMultiRegionTrail"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["IsMultiRegionTrail"] = json!(true);
    },
    meddle: Some(|state| state["it"]["S3BucketName"] = json!("elsewhere")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
