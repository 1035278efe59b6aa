//! `stop-function`.

use riposte_core::action::StopFunction as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::StopFunction;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "stop-function",
    action: || Box::new(StopFunction),
    response: || Request { function: "pay".to_owned() }.into(),
    state: |_, _| json!({ "it": { "ReservedConcurrentExecutions": 5 }, "other": true }),
    calls: &[
        ("lambda:GetFunctionConcurrency", |state, _| it(state, "ResourceNotFoundException")),
        ("lambda:ListTags", |_, _| Ok(json!({}))),
        ("lambda:PutFunctionConcurrency", |state, given| {
            state["it"] = json!({ "ReservedConcurrentExecutions": given["ReservedConcurrentExecutions"] });
            Ok(json!({}))
        }),
        ("lambda:DeleteFunctionConcurrency", |state, _| {
            state["it"] = json!({});
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"] = json!({ "ReservedConcurrentExecutions": 0 });
    },
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const UNRESERVED: Case = Case {
    name: "stop-function without a reservation",
    action: || Box::new(StopFunction),
    response: || Request { function: "pay".to_owned() }.into(),
    state: |_, _| json!({ "it": {}, "other": true }),
    calls: &[
        ("lambda:GetFunctionConcurrency", |state, _| it(state, "ResourceNotFoundException")),
        ("lambda:ListTags", |_, _| Ok(json!({}))),
        ("lambda:PutFunctionConcurrency", |state, given| {
            state["it"] = json!({ "ReservedConcurrentExecutions": given["ReservedConcurrentExecutions"] });
            Ok(json!({}))
        }),
        ("lambda:DeleteFunctionConcurrency", |state, _| {
            state["it"] = json!({});
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"] = json!({ "ReservedConcurrentExecutions": 0 });
    },
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
