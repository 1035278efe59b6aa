//! `apply-security-group`.

use riposte_core::action::{ApplySecurityGroup as Request, DeclaredRule, Ways};
use serde_json::{Value, json};

use super::it;
use crate::actions::ApplySecurityGroup;
use crate::actions::conformance::Case;
use crate::testing::{Refused, refuse};

fn rule(port: i32, peer: &str) -> DeclaredRule {
    let description = (port == 443).then(|| "the site".to_owned());
    DeclaredRule {
        egress: false,
        protocol: "tcp".to_owned(),
        from_port: port,
        to_port: port,
        peer: peer.to_owned(),
        description,
    }
}

/// A rule as EC2 describes it.
fn described(egress: bool, permission: &Value) -> Value {
    let mut out = json!({ "IsEgress": egress, "IpProtocol": permission["IpProtocol"] });
    for name in ["FromPort", "ToPort"] {
        out[name] = if permission[name].is_null() { json!(-1) } else { permission[name].clone() };
    }
    let range = &permission["IpRanges"][0];
    out["CidrIpv4"] = range["CidrIp"].clone();
    if let Some(text) = range.get("Description") {
        out["Description"] = text.clone();
    }
    out
}

fn authorize(state: &mut Value, given: &Value, egress: bool) -> Result<Value, Refused> {
    let rule = described(egress, &given["IpPermissions"][0]);
    let list = state["it"].as_array_mut().unwrap();
    if list.contains(&rule) {
        return refuse("InvalidPermission.Duplicate");
    }
    list.push(rule);
    list.sort_by_key(|rule| rule["FromPort"].as_i64());
    Ok(json!({}))
}

fn revoke(state: &mut Value, given: &Value, egress: bool) -> Result<Value, Refused> {
    let rule = described(egress, &given["IpPermissions"][0]);
    let list = state["it"].as_array_mut().unwrap();
    let before = list.len();
    list.retain(|one| *one != rule);
    if list.len() == before { refuse("InvalidPermission.NotFound") } else { Ok(json!({})) }
}

pub(super) const CASE: Case = Case {
    name: "apply-security-group",
    action: || Box::new(ApplySecurityGroup),
    response: || {
        let out = DeclaredRule { egress: true, ..rule(8443, "0.0.0.0/0") };
        let rules = vec![rule(80, "0.0.0.0/0"), rule(443, "0.0.0.0/0"), out];
        Request { group_id: "sg-1".to_owned(), ways: Ways::Both, rules }.into()
    },
    state: |_, _| {
        let rules = [rule(22, "0.0.0.0/0"), rule(80, "0.0.0.0/0")].map(|rule| described(false, &rule.permission()));
        let out = described(true, &json!({ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }));
        let [first, second] = rules;
        json!({ "it": [out, first, second], "other": true })
    },
    calls: &[
        ("ec2:DescribeSecurityGroups", |state, _| {
            it(state, "InvalidGroup.NotFound").map(|_| json!({ "SecurityGroups": [{ "GroupId": "sg-1" }] }))
        }),
        ("ec2:DescribeSecurityGroupRules", |state, _| {
            it(state, "InvalidGroup.NotFound").map(|rules| json!({ "SecurityGroupRules": rules }))
        }),
        ("ec2:AuthorizeSecurityGroupIngress", |state, given| authorize(state, given, false)),
        ("ec2:RevokeSecurityGroupIngress", |state, given| revoke(state, given, false)),
        ("ec2:AuthorizeSecurityGroupEgress", |state, given| authorize(state, given, true)),
        ("ec2:RevokeSecurityGroupEgress", |state, given| revoke(state, given, true)),
    ],
    contain: |state, _| {
        let list = state["it"].as_array_mut().unwrap();
        list.retain(|rule| rule["FromPort"] == 80);
        list.push(described(false, &rule(443, "0.0.0.0/0").permission()));
        list.push(described(true, &rule(8443, "0.0.0.0/0").permission()));
    },
    meddle: Some(|state| {
        let rule = described(false, &rule(8080, "10.0.0.0/8").permission());
        state["it"].as_array_mut().unwrap().push(rule);
    }),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
