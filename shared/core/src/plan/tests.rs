use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::testing::plan;

fn snapshot(parts: &[(&str, i64)]) -> Snapshot {
    Snapshot(parts.iter().map(|(name, part)| ((*name).to_owned(), Value::from(*part))).collect())
}

fn set(name: &str, part: Option<i64>) -> Change {
    let delta = [(name.to_owned(), part.map(Value::from))].into();
    Change { call: format!("x:Set{name}"), parameters: json!({ name: part }), delta }
}

/// `a` goes and `b` becomes 3.
fn two() -> Plan {
    let plan = Plan { before: snapshot(&[("a", 1), ("b", 2), ("c", 9)]), changes: vec![], undo: vec![], ..plan() };
    plan.then(set("a", None), [set("a", Some(1))]).then(set("b", Some(3)), [set("b", Some(2))])
}

#[test]
fn verification_tells_ours_from_others() {
    let mut plan = plan();
    plan.before = snapshot(&[("bad", 1), ("good", 2)]);
    plan.changes = vec![set("bad", None)];
    let verify = |live: &[(&str, i64)]| plan.verify(&snapshot(live));
    assert_eq!(verify(&[("good", 2)]), Verification { remaining: vec![], elsewhere: vec![] });
    assert_eq!(verify(&[("bad", 1), ("good", 2)]).remaining, ["bad"]);
    assert_eq!(verify(&[("good", 3), ("new", 4)]).elsewhere, ["~ good", "+ new"]);
}

#[test]
fn what_was_done_last_is_taken_back_first() {
    let plan = two();
    let order: Vec<_> = plan.undo.iter().map(|inverse| (inverse.of, inverse.change.call.as_str())).collect();
    assert_eq!(order, [(1, "x:Setb"), (0, "x:Seta")]);
    assert_eq!(plan.after(), snapshot(&[("b", 3), ("c", 9)]));
    assert_eq!(plan.delta().len(), 2);
}

#[test]
fn half_a_plan_knows_what_takes_it_back() {
    let half = two().only(&BTreeSet::from([1]));
    assert_eq!((half.changes.len(), half.undo.len()), (1, 1));
    assert_eq!((half.undo[0].of, half.undo[0].change.call.as_str()), (0, "x:Setb"));
    assert_eq!(half.after(), snapshot(&[("a", 1), ("b", 3), ("c", 9)]));
}

#[test]
fn what_is_left_is_planned_behind_what_was_made() {
    let made = two().only(&BTreeSet::from([0]));
    // Meanwhile somebody changed `c`, and `b` must become 4.
    let fresh = Plan { before: snapshot(&[("b", 2), ("c", 8)]), changes: vec![], undo: vec![], ..plan() };
    let whole = made.and_then(fresh.then(set("b", Some(4)), [set("b", Some(2))]));
    assert_eq!(whole.before, snapshot(&[("a", 1), ("b", 2), ("c", 8)]));
    assert_eq!(whole.after(), snapshot(&[("b", 4), ("c", 8)]));
    let order: Vec<_> = whole.undo.iter().map(|inverse| (inverse.of, inverse.change.call.as_str())).collect();
    assert_eq!(order, [(1, "x:Setb"), (0, "x:Seta")]);
}

#[test]
fn changes_are_shown_on_one_line() {
    let mut change = set("a", None);
    change.parameters = json!({ "UserName": "eve\n", "PolicyArn": "arn:p\u{202e}" });
    assert_eq!(change.to_string(), r#"x:Seta {"UserName":"eve\n","PolicyArn":"arn:p\u{202e}"}"#);
    assert_eq!((change.service(), change.operation()), ("x", "Seta"));
}

#[test]
fn a_plan_comes_back_as_it_went() {
    for plan in [plan(), two()] {
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
    }
}

#[test]
fn stacks_are_known_by_their_tags() {
    let stack = |key: &str, value: &str| Plan { tags: [(key.to_owned(), value.to_owned())].into(), ..plan() }.stack();
    assert_eq!(stack("aws:cloudformation:stack-name", "web").as_deref(), Some("web"));
    assert_eq!(stack("Managed-By", "Terraform 1.9").as_deref(), Some("terraform"));
    assert_eq!(stack("terraform", "true").as_deref(), Some("terraform"));
    for (key, value) in [("owner", "terraform"), ("terraform", "false"), ("managed_by", "people")] {
        assert_eq!(stack(key, value), None, "{key}={value}");
    }
}

#[test]
fn an_earlier_releases_plans_are_read_as_todays() {
    let plan = |action: &str, response: Value, before: Value, delta: Value, changes: Value, undo: Value| -> Plan {
        let mut request = response;
        request["action"] = json!(action);
        serde_json::from_value(json!({ "action": action, "response": request, "resource_arn": "arn:r", "tags": {},
            "before": before, "delta": delta, "changes": [changes], "undo": [undo], "note": null }))
        .unwrap()
    };
    let rule = json!({ "rule_id": "sgr-1", "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr": "0.0.0.0/0",
                       "description": "d", "tags": { "k": "v" } });
    let part = json!({ "IsEgress": false, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "0.0.0.0/0",
                       "Description": "d", "Tags": { "k": "v" } });
    let closed = plan(
        "revoke-ingress",
        json!({ "group_id": "sg-1", "rules": [rule] }),
        json!({ "sgr-1": part }),
        json!({ "sgr-1": null }),
        json!({ "change": "revoke-ingress", "group_id": "sg-1", "rule_ids": ["sgr-1"] }),
        json!({ "change": "authorize-ingress", "group_id": "sg-1", "rules": [rule] }),
    );
    let name = "ingress tcp 22 from 0.0.0.0/0";
    assert_eq!(closed.before.0.keys().collect::<Vec<_>>(), [name]);
    assert_eq!(closed.delta(), [(name.to_owned(), None)].into());
    assert_eq!(closed.changes[0].call, "ec2:RevokeSecurityGroupIngress");
    assert_eq!(closed.changes[0].parameters["SecurityGroupRuleIds"][0], "sgr-1");
    let undo = &closed.undo[0].change;
    assert_eq!(undo.delta, [(name.to_owned(), Some(part))].into());
    assert_eq!(
        undo.parameters["IpPermissions"][0]["IpRanges"][0],
        json!({ "CidrIp": "0.0.0.0/0", "Description": "d" })
    );
    assert_eq!(undo.parameters["TagSpecifications"][0]["Tags"][0], json!({ "Key": "k", "Value": "v" }));
    assert_eq!(closed.kind, "security-group");

    let eve = json!({ "kind": "user", "name": "eve" });
    let deleted = plan(
        "delete-inline-policy",
        json!({ "principal": eve, "policy_name": "door" }),
        json!({ "door": { "PolicyDocument": "{}" } }),
        json!({ "door": null }),
        json!({ "change": "delete-policy", "principal": eve, "policy_name": "door" }),
        json!({ "change": "put-policy", "principal": eve, "policy_name": "door", "document": "{}" }),
    );
    assert_eq!(deleted.changes[0].call, "iam:DeleteUserPolicy");
    assert_eq!(
        deleted.undo[0].change.parameters,
        json!({ "UserName": "eve", "PolicyName": "door", "PolicyDocument": "{}" })
    );
    assert_eq!(deleted.undo[0].change.delta, [("door".to_owned(), Some(json!({ "PolicyDocument": "{}" })))].into());

    let denied = plan(
        "deny-source",
        json!({ "address": "2001:db8::9", "group": "g", "stream": "s" }),
        json!({}),
        json!({ "ingress 99": { "RuleNumber": 99 } }),
        json!({ "change": "create-deny-entry", "acl_id": "acl-1", "rule_number": 99, "cidr": "2001:db8::9/128" }),
        json!({ "change": "delete-deny-entry", "acl_id": "acl-1", "rule_number": 99, "cidr": "2001:db8::9/128" }),
    );
    assert_eq!(denied.changes[0].parameters["Ipv6CidrBlock"], "2001:db8::9/128");
    assert_eq!(denied.undo[0].change.delta, [("ingress 99".to_owned(), None)].into());
}

#[test]
fn a_change_of_an_unknown_kind_is_an_error_and_not_dropped() {
    let mut value = serde_json::to_value(plan()).unwrap();
    value["delta"] = json!({});
    value["changes"] = json!([{ "change": "freeze", "bucket": "b" }]);
    let error = serde_json::from_value::<Plan>(value).unwrap_err().to_string();
    assert!(error.contains("freeze"), "{error}");
}
