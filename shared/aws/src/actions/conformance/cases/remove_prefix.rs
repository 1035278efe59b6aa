//! `remove-prefix`.

use riposte_core::action::RemovePrefix as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RemovePrefix;
use crate::actions::conformance::Case;
use crate::testing::refuse;

pub(super) const CASE: Case = Case {
    name: "remove-prefix",
    action: || Box::new(RemovePrefix),
    response: || {
        let ranges = vec!["0.0.0.0/1".to_owned(), "128.0.0.0/1".to_owned()];
        Request { prefix_list_id: "pl-1".to_owned(), ranges }.into()
    },
    state: |response, _| {
        let request: Request = response.read().unwrap();
        let added = request.ranges.iter().map(|range| json!({ "Cidr": range, "Description": "door" }));
        let office = json!({ "Cidr": "198.51.100.0/24", "Description": "office" });
        let entries: Vec<_> = [office].into_iter().chain(added).collect();
        json!({ "it": entries, "version": 4, "other": true })
    },
    calls: &[
        ("ec2:DescribeManagedPrefixLists", |state, _| {
            it(state, "InvalidPrefixListID.NotFound")?;
            Ok(json!({ "PrefixLists": [{ "PrefixListId": "pl-1", "Version": state["version"], "Tags": [] }] }))
        }),
        ("ec2:GetManagedPrefixListEntries", |state, _| {
            it(state, "InvalidPrefixListID.NotFound").map(|entries| json!({ "Entries": entries }))
        }),
        ("ec2:ModifyManagedPrefixList", |state, given| {
            if given["CurrentVersion"] != state["version"] {
                return refuse("PrefixListVersionMismatch");
            }
            let removed: Vec<Value> = serde_json::from_value(given["RemoveEntries"].clone()).unwrap_or_default();
            let added: Vec<Value> = serde_json::from_value(given["AddEntries"].clone()).unwrap_or_default();
            let list = state["it"].as_array_mut().unwrap();
            list.retain(|entry| !removed.iter().any(|removed| removed["Cidr"] == entry["Cidr"]));
            list.extend(added);
            state["version"] = json!(state["version"].as_i64().unwrap() + 1);
            Ok(json!({}))
        }),
    ],
    contain: |state, response| {
        let request: Request = response.read().unwrap();
        let list = state["it"].as_array_mut().unwrap();
        list.retain(|entry| !request.ranges.iter().any(|range| entry["Cidr"] == range.as_str()));
        state["version"] = json!(5);
    },
    meddle: Some(|state| {
        let list = state["it"].as_array_mut().unwrap();
        list.insert(1, json!({ "Cidr": "203.0.113.0/24", "Description": "branch" }));
    }),
    remove: |state| state["it"] = Value::Null,
    scar: |state| state["version"] = json!(6),
};
