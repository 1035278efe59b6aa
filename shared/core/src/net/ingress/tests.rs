use serde_json::json;

use super::*;

fn call(record: Value) -> ApiCall {
    match record {
        Value::Object(record) => ApiCall::new(record, None, None),
        other => panic!("a record is an object: {other}"),
    }
}

fn labels(rules: &[IngressRule]) -> Vec<String> {
    rules.iter().map(IngressRule::label).collect()
}

#[test]
fn the_response_tells_rule_ids_and_leaves_egress_out() {
    let write = authorized(&call(json!({
        "requestParameters": { "groupId": "sg-1", "ipPermissions": {} },
        "responseElements": { "securityGroupRuleSet": { "items": [
            { "groupId": "sg-1", "securityGroupRuleId": "sgr-1", "isEgress": false, "ipProtocol": "tcp",
              "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0", "description": "temporary",
              "tagSet": { "items": [{ "key": "owner", "value": "ops" }] } },
            { "groupId": "sg-1", "securityGroupRuleId": "sgr-2", "isEgress": false, "ipProtocol": "tcp",
              "fromPort": 22, "toPort": 22, "cidrIpv6": "::/0" },
            { "groupId": "sg-1", "securityGroupRuleId": "sgr-3", "isEgress": true, "ipProtocol": "-1",
              "fromPort": -1, "toPort": -1, "cidrIpv4": "0.0.0.0/0" },
            { "groupId": "sg-1", "securityGroupRuleId": "sgr-4", "isEgress": false, "ipProtocol": "tcp",
              "fromPort": 22, "toPort": 22, "referencedGroupInfo": { "groupId": "sg-2" } }
        ] } }
    })))
    .unwrap();
    assert_eq!(write.group, GroupRef::Id("sg-1".to_owned()));
    assert_eq!(labels(&write.rules), ["tcp 22 from 0.0.0.0/0", "tcp 22 from ::/0"]);
    let first = &write.rules[0];
    assert_eq!((first.rule_id.as_deref(), first.description.as_deref()), (Some("sgr-1"), Some("temporary")));
    assert_eq!(first.tags, BTreeMap::from([("owner".to_owned(), "ops".to_owned())]));
}

#[test]
fn a_request_with_several_permissions_and_both_families() {
    let write = authorized(&call(json!({ "requestParameters": { "groupId": "sg-1", "ipPermissions": { "items": [
        { "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {}, "prefixListIds": {},
          "ipRanges": { "items": [{ "cidrIp": "10.0.0.0/8" }, { "cidrIp": "0.0.0.0/0", "description": "d" }] },
          "ipv6Ranges": { "items": [{ "cidrIpv6": "::/0" }] } },
        { "ipProtocol": -1, "ipRanges": [{ "cidrIp": "0.0.0.0/1" }], "ipv6Ranges": {} },
        { "ipProtocol": "udp", "fromPort": "53", "toPort": "53", "ipRanges": { "items": { "cidrIp": "1.2.3.4/32" } } },
        { "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": { "items": [{ "groupId": "sg-2" }] } }
    ] } } })))
    .unwrap();
    assert_eq!(
        labels(&write.rules),
        [
            "tcp 22 from 10.0.0.0/8",
            "tcp 22 from 0.0.0.0/0",
            "tcp 22 from ::/0",
            "all protocols all from 0.0.0.0/1",
            "udp 53 from 1.2.3.4/32"
        ]
    );
    assert_eq!(write.rules[1].description.as_deref(), Some("d"));
}

#[test]
fn the_legacy_range_stands_at_the_top_level() {
    let write = authorized(&call(json!({
        "requestParameters": { "groupName": "web", "cidrIp": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": "3389",
                               "toPort": "3389", "ipPermissions": {} },
        "responseElements": { "_return": true }
    })))
    .unwrap();
    assert_eq!(write.group, GroupRef::Name("web".to_owned()));
    assert_eq!(labels(&write.rules), ["tcp 3389 from 0.0.0.0/0"]);
}

#[test]
fn a_group_that_is_only_named_is_found_in_the_response() {
    let write = authorized(&call(json!({
        "requestParameters": { "groupName": "web" },
        "responseElements": { "securityGroupRuleSet": { "items": [
            { "groupId": "sg-9", "isEgress": false, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0" }
        ] } }
    })));
    assert_eq!(write.unwrap().group, GroupRef::Id("sg-9".to_owned()));
}

#[test]
fn protocols_are_named_as_ec2_names_them() {
    for (asked, named) in [
        (json!("6"), "tcp"),
        (json!(17), "udp"),
        (json!("TCP"), "tcp"),
        (json!("all"), "-1"),
        (json!(-1), "-1"),
        (json!("1"), "icmp"),
        (json!("58"), "icmpv6"),
        (json!("50"), "50"),
    ] {
        let request = json!({ "requestParameters": { "groupId": "sg-1", "cidrIp": "::/0", "ipProtocol": asked } });
        assert_eq!(authorized(&call(request)).unwrap().rules[0].protocol, named, "{asked}");
    }
}

#[test]
fn what_is_missing_or_malformed_is_named() {
    let error = |request: Value| authorized(&call(json!({ "requestParameters": request }))).unwrap_err().to_string();
    assert_eq!(error(Value::Null), "`requestParameters.groupId` is missing");
    let port = json!({ "groupId": "sg-1", "cidrIp": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": "ssh" });
    assert_eq!(error(port), "`requestParameters.fromPort` is not a port number");
    let protocol =
        json!({ "groupId": "sg-1", "ipPermissions": { "items": [{ "ipRanges": [{ "cidrIp": "0.0.0.0/0" }] }] } });
    assert_eq!(error(protocol), "`requestParameters.ipPermissions.items.ipProtocol` is missing");
}

#[test]
fn modified_rules_come_alone_or_in_a_list() {
    let update = |id: &str, cidr: &str| {
        json!({ "tag": 1, "SecurityGroupRuleId": id,
                "SecurityGroupRule": { "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": cidr } })
    };
    let read = |rules: Value| {
        modified(&call(json!({ "requestParameters": { "ModifySecurityGroupRulesRequest":
            { "GroupId": "sg-1", "SecurityGroupRule": rules } } })))
    };
    let alone = read(update("sgr-1", "0.0.0.0/0")).unwrap();
    assert_eq!(alone.rules[0].rule_id.as_deref(), Some("sgr-1"));
    assert_eq!(labels(&alone.rules), ["tcp 22 from 0.0.0.0/0"]);
    let listed = read(json!([update("sgr-1", "0.0.0.0/0"), update("sgr-2", "10.0.0.0/8")])).unwrap();
    assert_eq!(labels(&listed.rules), ["tcp 22 from 0.0.0.0/0", "tcp 22 from 10.0.0.0/8"]);
}

#[test]
fn a_modification_without_its_parts_is_refused() {
    let error = |request: Value| modified(&call(json!({ "requestParameters": request }))).unwrap_err().field;
    assert_eq!(error(json!({})), "requestParameters.ModifySecurityGroupRulesRequest");
    let group = json!({ "ModifySecurityGroupRulesRequest": { "SecurityGroupRule": {} } });
    assert_eq!(error(group), "requestParameters.ModifySecurityGroupRulesRequest.GroupId");
    let id = json!({ "ModifySecurityGroupRulesRequest": { "GroupId": "sg-1", "SecurityGroupRule": [{ "tag": 1 }] } });
    assert_eq!(error(id), "requestParameters.ModifySecurityGroupRulesRequest.SecurityGroupRule.SecurityGroupRuleId");
}
