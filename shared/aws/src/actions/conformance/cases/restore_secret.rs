//! `restore-secret`.

use riposte_core::action::RestoreSecret as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RestoreSecret;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "restore-secret",
    action: || Box::new(RestoreSecret),
    response: || Request { secret: "db".to_owned() }.into(),
    state: |_, _| json!({ "it": { "DeletedDate": "2026-01-01T00:00:00Z", "Description": "db" }, "other": true }),
    calls: &[
        ("secretsmanager:DescribeSecret", |state, _| it(state, "ResourceNotFoundException")),
        ("secretsmanager:RestoreSecret", |state, _| {
            state["it"]["DeletedDate"] = Value::Null;
            Ok(json!({}))
        }),
        ("secretsmanager:DeleteSecret", |state, _| {
            state["it"]["DeletedDate"] = json!("2026-01-01T00:00:00Z");
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["DeletedDate"] = Value::Null;
    },
    meddle: Some(|state| state["it"]["Description"] = json!("other")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
