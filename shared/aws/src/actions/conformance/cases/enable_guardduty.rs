//! `enable-guardduty`.

use riposte_core::action::EnableGuardduty as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::EnableGuardduty;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "enable-guardduty",
    action: || Box::new(EnableGuardduty),
    response: || Request { detector_id: "d1".to_owned() }.into(),
    state: |_, _| json!({ "it": { "Status": "DISABLED", "FindingPublishingFrequency": "SIX_HOURS" }, "other": true }),
    calls: &[
        ("guardduty:GetDetector", |state, _| it(state, "BadRequestException")),
        ("guardduty:ListTagsForResource", |_, _| Ok(json!({}))),
        ("guardduty:UpdateDetector", |state, given| {
            state["it"]["Status"] = json!(if given["Enable"] == json!(true) { "ENABLED" } else { "DISABLED" });
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["Status"] = json!("ENABLED");
    },
    meddle: Some(|state| state["it"]["FindingPublishingFrequency"] = json!("ONE_HOUR")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
