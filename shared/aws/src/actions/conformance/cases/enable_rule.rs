//! `enable-rule`.

use riposte_core::action::EnableRule as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::EnableRule;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "enable-rule",
    action: || Box::new(EnableRule),
    response: || Request { rule: "watch".to_owned(), bus: "default".to_owned() }.into(),
    state: |_, _| json!({ "it": { "Name": "watch", "State": "DISABLED", "EventPattern": "{}" }, "other": true }),
    calls: &[
        ("events:DescribeRule", |state, _| it(state, "ResourceNotFoundException")),
        ("events:ListTagsForResource", |_, _| Ok(json!({}))),
        ("events:EnableRule", |state, _| {
            state["it"]["State"] = json!("ENABLED");
            Ok(json!({}))
        }),
        ("events:DisableRule", |state, _| {
            state["it"]["State"] = json!("DISABLED");
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["State"] = json!("ENABLED");
    },
    meddle: Some(|state| state["it"]["EventPattern"] = json!("[]")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
