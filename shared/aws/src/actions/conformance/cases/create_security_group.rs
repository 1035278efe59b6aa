//! `create-security-group`.

use riposte_core::action::CreateSecurityGroup as Request;
use serde_json::{Value, json};

use crate::actions::CreateSecurityGroup;
use crate::actions::conformance::Case;
use crate::testing::refuse;

/// The group as EC2 describes it.
fn group() -> Value {
    json!({
        "GroupId": "sg-9", "GroupName": "web", "VpcId": "vpc-1", "Description": "the site",
        "Tags": [{ "Key": "riposte:declared", "Value": "web" }],
    })
}

pub(super) const CASE: Case = Case {
    name: "create-security-group",
    action: || Box::new(CreateSecurityGroup),
    response: || {
        let [vpc_id, name, description] = ["vpc-1", "web", "the site"].map(str::to_owned);
        Request { vpc_id, name, description }.into()
    },
    state: |_, _| json!({ "vpc": { "VpcId": "vpc-1" }, "groups": [], "other": true }),
    calls: &[
        ("ec2:DescribeVpcs", |state, _| match &state["vpc"] {
            Value::Null => refuse("InvalidVpcID.NotFound"),
            vpc => Ok(json!({ "Vpcs": [vpc] })),
        }),
        ("ec2:DescribeSecurityGroups", |state, _| Ok(json!({ "SecurityGroups": state["groups"] }))),
        ("ec2:CreateSecurityGroup", |state, given| {
            if !state["groups"].as_array().unwrap().is_empty() {
                return refuse("InvalidGroup.Duplicate");
            }
            let mut made = group();
            made["Description"] = given["Description"].clone();
            made["GroupName"] = given["GroupName"].clone();
            made["Tags"] = given["TagSpecifications"][0]["Tags"].clone();
            state["groups"] = json!([made]);
            Ok(json!({ "GroupId": "sg-9" }))
        }),
        ("ec2:DeleteSecurityGroup", |state, given| {
            let all = state["groups"].as_array_mut().unwrap();
            let before = all.len();
            all.retain(|group| group["GroupId"] != given["GroupId"]);
            if all.len() == before { refuse("InvalidGroup.NotFound") } else { Ok(json!({})) }
        }),
    ],
    contain: |state, _| state["groups"] = json!([group()]),
    meddle: None,
    remove: |state| state["vpc"] = Value::Null,
    scar: |_| {},
};
