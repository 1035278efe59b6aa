//! `restore-quarantine`.

use riposte_core::action::RestoreQuarantine as Request;
use serde_json::{Value, json};

use super::deny_principal::{USER, attach, detach, list};
use super::it;
use crate::actions::RestoreQuarantine;
use crate::actions::conformance::Case;

const POLICY: &str = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";

pub(super) const CASE: Case = Case {
    name: "restore-quarantine",
    action: || Box::new(RestoreQuarantine),
    response: || Request { user_name: "eve".to_owned(), policy_arn: POLICY.to_owned() }.into(),
    state: |_, _| json!({ "it": ["arn:aws:iam::aws:policy/ReadOnlyAccess"], "other": true }),
    calls: &[
        ("iam:GetUser", |state, _| {
            it(state, "NoSuchEntity").map(|_| json!({ "User": { "Arn": "arn:aws:iam::111122223333:user/eve" } }))
        }),
        ("iam:ListAttachedUserPolicies", list),
        ("iam:AttachUserPolicy", attach),
        ("iam:DetachUserPolicy", detach),
    ],
    contain: |state, response| {
        let request: Request = response.read().unwrap();
        state["it"].as_array_mut().unwrap().push(json!(request.policy_arn));
    },
    meddle: USER.meddle,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
