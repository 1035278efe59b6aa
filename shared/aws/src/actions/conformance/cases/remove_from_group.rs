//! `remove-from-group`.

use riposte_core::action::RemoveFromGroup as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RemoveFromGroup;
use crate::actions::conformance::Case;
use crate::testing::refuse;

pub(super) const CASE: Case = Case {
    name: "remove-from-group",
    action: || Box::new(RemoveFromGroup),
    response: || Request { user_name: "eve".to_owned(), group_name: "admins".to_owned() }.into(),
    state: |response, _| json!({ "it": ["staff", response.read::<Request>().unwrap().group_name], "other": true }),
    calls: &[
        ("iam:GetUser", |state, _| {
            it(state, "NoSuchEntity").map(|_| json!({ "User": { "Arn": "arn:aws:iam::111122223333:user/eve" } }))
        }),
        ("iam:ListGroupsForUser", |state, _| {
            let groups = it(state, "NoSuchEntity")?;
            let groups = groups.as_array().unwrap().iter().map(|name| json!({ "GroupName": name }));
            Ok(json!({ "Groups": groups.collect::<Vec<_>>() }))
        }),
        ("iam:RemoveUserFromGroup", |state, given| {
            let groups = state["it"].as_array_mut().unwrap();
            let before = groups.len();
            groups.retain(|name| *name != given["GroupName"]);
            if groups.len() == before { refuse("NoSuchEntity") } else { Ok(json!({})) }
        }),
        ("iam:AddUserToGroup", |state, given| {
            let groups = state["it"].as_array_mut().unwrap();
            if !groups.contains(&given["GroupName"]) {
                groups.push(given["GroupName"].clone());
            }
            Ok(json!({}))
        }),
    ],
    contain: |state, _| state["it"] = json!(["staff"]),
    meddle: Some(|state| {
        let groups = state["it"].as_array_mut().unwrap();
        groups.retain(|name| *name != "staff");
    }),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
