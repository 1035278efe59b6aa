//! `stop-instance`.

use riposte_core::action::StopInstance as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::StopInstance;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "stop-instance",
    action: || Box::new(StopInstance),
    response: || Request { instance_id: "i-1".to_owned() }.into(),
    state: |_, _| json!({ "it": { "State": { "Name": "running" }, "InstanceType": "m5.large" }, "other": true }),
    calls: &[
        ("ec2:DescribeInstances", |state, _| {
            it(state, "InvalidInstanceID.NotFound").map(|it| json!({ "Reservations": [{ "Instances": [it] }] }))
        }),
        ("ec2:DescribeTags", |_, _| Ok(json!({}))),
        ("ec2:StopInstances", |state, _| {
            state["it"]["State"]["Name"] = json!("stopping");
            Ok(json!({}))
        }),
        ("ec2:StartInstances", |state, _| {
            state["it"]["State"]["Name"] = json!("running");
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["State"]["Name"] = json!("stopping");
    },
    meddle: Some(|state| state["it"]["InstanceType"] = json!("m5.xlarge")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
