//! `enable-securityhub`.

use riposte_core::action::EnableSecurityhub as Request;
use serde_json::json;

use crate::actions::EnableSecurityhub;
use crate::actions::conformance::Case;
use crate::testing::refuse;

pub(super) const CASE: Case = Case {
    name: "enable-securityhub",
    action: || Box::new(EnableSecurityhub),
    response: || Request {}.into(),
    state: |_, _| json!({ "enabled": false, "other": true }),
    calls: &[
        ("securityhub:DescribeHub", |state, _| {
            if state["enabled"] == json!(true) {
                Ok(json!({ "HubArn": "arn:h" }))
            } else {
                refuse("InvalidAccessException")
            }
        }),
        ("securityhub:EnableSecurityHub", |state, _| {
            if state["enabled"] == json!(true) {
                return refuse("ResourceConflictException");
            }
            state["enabled"] = json!(true);
            Ok(json!({}))
        }),
        ("securityhub:DisableSecurityHub", |state, _| {
            if state["enabled"] == json!(false) {
                return refuse("InvalidAccessException");
            }
            state["enabled"] = json!(false);
            Ok(json!({}))
        }),
    ],
    contain: |state, _| state["enabled"] = json!(true),
    meddle: None,
    // An account cannot be without the setting: what is gone is the offense.
    remove: |state| state["enabled"] = json!(true),
    scar: |_| {},
};
