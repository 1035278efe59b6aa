//! `restart-trail`.

use riposte_core::action::RestartTrail as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RestartTrail;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "restart-trail",
    action: || Box::new(RestartTrail),
    response: || Request { trail: "audit".to_owned() }.into(),
    state: |_, _| json!({ "it": { "IsLogging": false }, "other": true }),
    calls: &[
        ("cloudtrail:GetTrailStatus", |state, _| it(state, "TrailNotFoundException")),
        ("cloudtrail:ListTags", |_, _| Ok(json!({}))),
        ("cloudtrail:StartLogging", |state, _| {
            state["it"]["IsLogging"] = json!(true);
            Ok(json!({}))
        }),
        ("cloudtrail:StopLogging", |state, _| {
            state["it"]["IsLogging"] = json!(false);
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["IsLogging"] = json!(true);
    },
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
