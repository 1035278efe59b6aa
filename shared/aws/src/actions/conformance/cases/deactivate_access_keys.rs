//! `deactivate-access-keys`: a user with two active keys and an inactive one.

use riposte_core::action::DeactivateAccessKeys as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::DeactivateAccessKeys;
use crate::actions::conformance::Case;
use crate::testing::refuse;

pub(super) const CASE: Case = Case {
    name: "deactivate-access-keys",
    action: || Box::new(DeactivateAccessKeys),
    response: || Request { user_name: "eve".to_owned() }.into(),
    state: |_, _| json!({ "it": { "AKIA1": "Active", "AKIA2": "Active", "AKIA3": "Inactive" }, "other": true }),
    calls: &[
        ("iam:GetUser", |state, _| {
            it(state, "NoSuchEntity").map(|_| json!({ "User": { "Arn": "arn:aws:iam::111122223333:user/eve" } }))
        }),
        ("iam:ListAccessKeys", |state, _| {
            let keys = it(state, "NoSuchEntity")?;
            let keys = keys.as_object().unwrap().iter();
            let keys = keys.map(|(id, status)| json!({ "AccessKeyId": id, "Status": status }));
            Ok(json!({ "AccessKeyMetadata": keys.collect::<Vec<_>>() }))
        }),
        ("iam:UpdateAccessKey", |state, given| {
            let key = given["AccessKeyId"].as_str().unwrap();
            if state["it"][key].is_null() {
                return refuse("NoSuchEntity");
            }
            state["it"][key] = given["Status"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, _| state["it"] = json!({ "AKIA1": "Inactive", "AKIA2": "Inactive", "AKIA3": "Inactive" }),
    meddle: Some(|state| {
        state["it"].as_object_mut().unwrap().remove("AKIA3");
    }),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
