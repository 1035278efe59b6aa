//! `disable-anywhere-profile`.

use riposte_core::action::DisableAnywhereProfile as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::DisableAnywhereProfile;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "disable-anywhere-profile",
    action: || Box::new(DisableAnywhereProfile),
    response: || Request { profile_id: "p1".to_owned() }.into(),
    state: |_, _| json!({ "it": { "enabled": true, "name": "door" }, "other": true }),
    calls: &[
        ("rolesanywhere:GetProfile", |state, _| {
            it(state, "ResourceNotFoundException").map(|it| json!({ "profile": it }))
        }),
        ("rolesanywhere:ListTagsForResource", |_, _| Ok(json!({}))),
        ("rolesanywhere:DisableProfile", |state, _| {
            state["it"]["enabled"] = json!(false);
            Ok(json!({}))
        }),
        ("rolesanywhere:EnableProfile", |state, _| {
            state["it"]["enabled"] = json!(true);
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["enabled"] = json!(false);
    },
    meddle: Some(|state| state["it"]["name"] = json!("gate")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
