//! `remove-acl-entry`.

use riposte_core::action::RemoveAclEntry as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RemoveAclEntry;
use crate::actions::conformance::Case;
use crate::testing::refuse;

fn entry(number: i64, cidr: &str) -> Value {
    let range = if cidr.contains(':') { "Ipv6CidrBlock" } else { "CidrBlock" };
    json!({ "RuleNumber": number, "Egress": false, "Protocol": "6", "RuleAction": "allow", range: cidr })
}

pub(super) const CASE: Case = Case {
    name: "remove-acl-entry",
    action: || Box::new(RemoveAclEntry),
    response: || Request { acl_id: "acl-1".to_owned(), rule_number: 90, cidr: "0.0.0.0/0".to_owned() }.into(),
    state: |response, _| {
        let request: Request = response.read().unwrap();
        json!({ "it": [entry(request.rule_number + 10, "10.0.0.0/8"), entry(request.rule_number, &request.cidr)],
                "other": true })
    },
    calls: &[
        ("ec2:DescribeNetworkAcls", |state, _| {
            it(state, "InvalidNetworkAclID.NotFound").map(|list| json!({ "NetworkAcls": [{ "Entries": list }] }))
        }),
        ("ec2:DeleteNetworkAclEntry", |state, given| {
            let list = state["it"].as_array_mut().unwrap();
            let before = list.len();
            list.retain(|entry| entry["RuleNumber"] != given["RuleNumber"]);
            if list.len() == before { refuse("InvalidNetworkAclEntry.NotFound") } else { Ok(json!({})) }
        }),
        ("ec2:CreateNetworkAclEntry", |state, given| {
            let list = state["it"].as_array_mut().unwrap();
            if list.iter().any(|entry| entry["RuleNumber"] == given["RuleNumber"]) {
                return refuse("NetworkAclEntryAlreadyExists");
            }
            let mut entry = given.clone();
            entry.as_object_mut().unwrap().remove("NetworkAclId");
            list.push(entry);
            Ok(json!({}))
        }),
    ],
    contain: |state, response| {
        let request: Request = response.read().unwrap();
        state["it"].as_array_mut().unwrap().retain(|entry| entry["RuleNumber"] != request.rule_number);
    },
    meddle: Some(|state| state["it"][0]["RuleAction"] = json!("deny")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
