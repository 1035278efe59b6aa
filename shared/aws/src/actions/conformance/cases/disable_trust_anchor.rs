//! `disable-trust-anchor`.

use riposte_core::action::DisableTrustAnchor as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::DisableTrustAnchor;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "disable-trust-anchor",
    action: || Box::new(DisableTrustAnchor),
    response: || Request { trust_anchor_id: "t1".to_owned() }.into(),
    state: |_, _| json!({ "it": { "enabled": true, "name": "door" }, "other": true }),
    calls: &[
        ("rolesanywhere:GetTrustAnchor", |state, _| {
            it(state, "ResourceNotFoundException").map(|it| json!({ "trustAnchor": it }))
        }),
        ("rolesanywhere:ListTagsForResource", |_, _| Ok(json!({}))),
        ("rolesanywhere:DisableTrustAnchor", |state, _| {
            state["it"]["enabled"] = json!(false);
            Ok(json!({}))
        }),
        ("rolesanywhere:EnableTrustAnchor", |state, _| {
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
