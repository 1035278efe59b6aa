//! `disable-serial-console`.

use riposte_core::action::DisableSerialConsole as Request;
use serde_json::json;

use crate::actions::DisableSerialConsole;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "disable-serial-console",
    action: || Box::new(DisableSerialConsole),
    response: || Request {}.into(),
    state: |_, _| json!({ "on": true, "by": "account", "other": true }),
    calls: &[
        ("ec2:GetSerialConsoleAccessStatus", |state, _| {
            Ok(json!({ "SerialConsoleAccessEnabled": state["on"], "ManagedBy": state["by"] }))
        }),
        ("ec2:DisableSerialConsoleAccess", |state, _| {
            state["on"] = json!(false);
            Ok(json!({}))
        }),
        ("ec2:EnableSerialConsoleAccess", |state, _| {
            state["on"] = json!(true);
            Ok(json!({}))
        }),
    ],
    contain: |state, _| state["on"] = json!(false),
    meddle: Some(|state| state["by"] = json!("declarative-policy")),
    // An account cannot be without the setting: what is gone is the offense.
    remove: |state| state["on"] = json!(false),
    scar: |_| {},
};
