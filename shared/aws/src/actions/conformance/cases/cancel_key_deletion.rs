//! `cancel-key-deletion`.

use riposte_core::action::CancelKeyDeletion as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::CancelKeyDeletion;
use crate::actions::conformance::Case;
use crate::testing::{Refused, refuse};

/// Sets the key's state where it is one of those that the call needs.
fn set(state: &mut Value, from: &[&str], to: &str) -> Result<Value, Refused> {
    if !from.iter().any(|known| state["it"]["KeyState"] == *known) {
        return refuse("KMSInvalidStateException");
    }
    state["it"]["KeyState"] = json!(to);
    Ok(json!({}))
}

pub(super) const CASE: Case = Case {
    name: "cancel-key-deletion",
    action: || Box::new(CancelKeyDeletion),
    response: || Request { key_id: "k1".to_owned() }.into(),
    state: |_, _| json!({ "it": { "KeyState": "PendingDeletion" }, "other": true }),
    calls: &[
        ("kms:DescribeKey", |state, _| it(state, "NotFoundException").map(|key| json!({ "KeyMetadata": key }))),
        ("kms:ListResourceTags", |_, _| Ok(json!({ "Tags": [] }))),
        ("kms:CancelKeyDeletion", |state, _| set(state, &["PendingDeletion"], "Disabled")),
        ("kms:EnableKey", |state, _| set(state, &["Disabled", "Enabled"], "Enabled")),
        ("kms:DisableKey", |state, _| set(state, &["Disabled", "Enabled"], "Disabled")),
        ("kms:ScheduleKeyDeletion", |state, _| set(state, &["Disabled", "Enabled"], "PendingDeletion")),
    ],
    contain: |state, _| state["it"]["KeyState"] = json!("Enabled"),
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
