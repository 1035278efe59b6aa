//! `restart-config-recorder`.

use riposte_core::action::RestartConfigRecorder as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RestartConfigRecorder;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "restart-config-recorder",
    action: || Box::new(RestartConfigRecorder),
    response: || Request { recorder: "default".to_owned() }.into(),
    state: |_, _| json!({ "it": { "name": "default", "recording": false }, "other": true }),
    calls: &[
        ("config:DescribeConfigurationRecorderStatus", |state, _| {
            it(state, "NoSuchConfigurationRecorderException").map(|it| json!({ "ConfigurationRecordersStatus": [it] }))
        }),
        ("config:StartConfigurationRecorder", |state, _| {
            state["it"]["recording"] = json!(true);
            Ok(json!({}))
        }),
        ("config:StopConfigurationRecorder", |state, _| {
            state["it"]["recording"] = json!(false);
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["recording"] = json!(true);
    },
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
