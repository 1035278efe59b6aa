//! `require-url-auth`.

use riposte_core::action::RequireUrlAuth as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RequireUrlAuth;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "require-url-auth",
    action: || Box::new(RequireUrlAuth),
    response: || Request { function: "pay".to_owned() }.into(),
    state: |_, _| json!({ "it": { "AuthType": "NONE", "InvokeMode": "BUFFERED" }, "other": true }),
    calls: &[
        ("lambda:GetFunctionUrlConfig", |state, _| it(state, "ResourceNotFoundException")),
        ("lambda:ListTags", |_, _| Ok(json!({}))),
        ("lambda:UpdateFunctionUrlConfig", |state, given| {
            state["it"]["AuthType"] = given["AuthType"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["AuthType"] = json!("AWS_IAM");
    },
    meddle: Some(|state| state["it"]["InvokeMode"] = json!("RESPONSE_STREAM")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
