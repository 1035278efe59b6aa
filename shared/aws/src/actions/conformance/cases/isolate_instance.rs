//! `isolate-instance`: an instance with two interfaces.

use riposte_core::action::IsolateInstance as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::IsolateInstance;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "isolate-instance",
    action: || Box::new(IsolateInstance),
    response: || Request { instance_id: "i-1".to_owned() }.into(),
    state: |_, _| json!({ "it": { "eni-1": ["sg-web", "sg-base"], "eni-2": ["sg-base"] }, "other": true }),
    calls: &[
        ("ec2:DescribeInstances", |state, _| {
            let interfaces = it(state, "InvalidInstanceID.NotFound")?;
            let interfaces = interfaces.as_object().unwrap().iter().map(|(id, groups)| {
                let groups = groups.as_array().unwrap().iter().map(|id| json!({ "GroupId": id }));
                json!({ "NetworkInterfaceId": id, "Groups": groups.collect::<Vec<_>>() })
            });
            let interfaces: Vec<_> = interfaces.collect();
            let instance = json!({ "VpcId": "vpc-1", "Tags": [], "NetworkInterfaces": interfaces });
            Ok(json!({ "Reservations": [{ "Instances": [instance] }] }))
        }),
        ("ec2:DescribeSecurityGroups", |_, _| {
            let group = json!({ "GroupId": "sg-none", "IpPermissions": [], "IpPermissionsEgress": [] });
            Ok(json!({ "SecurityGroups": [group] }))
        }),
        ("ec2:ModifyNetworkInterfaceAttribute", |state, given| {
            let mut groups: Vec<String> = serde_json::from_value(given["Groups"].clone()).unwrap();
            // In the order that the account had them.
            groups.sort_by(|a, b| b.cmp(a));
            state["it"][given["NetworkInterfaceId"].as_str().unwrap()] = json!(groups);
            Ok(json!({}))
        }),
    ],
    contain: |state, _| state["it"] = json!({ "eni-1": ["sg-none"], "eni-2": ["sg-none"] }),
    meddle: Some(|state| state["it"]["eni-3"] = json!(["sg-base"])),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
