//! Conditions and exceptions of resources' policies that are easily misread: several at once, guards against absent keys,
//! variables, what a denial spares.

use serde_json::{Value, json};

use super::policies::{allow, deny, hold, with};
use super::{Bad, Good, HOME, Is, ORGANIZATION, OTHER, when};

fn everyone() -> Value {
    allow(json!("*"))
}

/// Everyone, under conditions.
fn asked(conditions: Value) -> Value {
    when(everyone(), conditions)
}

/// Everyone, but for what a denial to all takes back under conditions.
fn denied(conditions: Value) -> Value {
    json!([everyone(), when(deny(json!("*")), conditions)])
}

fn without(mut statement: Value, name: &str, instead: &str, value: Value) -> Value {
    statement[name] = Value::Null;
    statement[instead] = value;
    statement
}

#[test]
fn conditions_that_narrow() {
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Is)> = vec![
        ("an organization, if there is one, and there must be one", asked(json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}, "Null": {"aws:PrincipalOrgID": "false"}})), Good),
        ("an organization, if there is one, and a truth that there must be one", asked(json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": [ORGANIZATION]}, "Null": {"AWS:PrincipalOrgId": [false]}})), Good),
        ("any of its values", asked(json!({"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})), Good),
        ("whatever the case of its values", asked(json!({"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": ORGANIZATION}})), Good),
        ("a part of an organization, which there must be", asked(json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": format!("{ORGANIZATION}/*")}, "Null": {"aws:PrincipalOrgPaths": "false"}})), Good),
        ("the resource is in the organization of who asks", asked(json!({"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}})), Good),
        ("the resource is in the account of who asks", asked(json!({"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}})), Good),
        ("the source is in the resource's account", asked(json!({"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}})), Good),
        ("the source is in the resource's organization", asked(json!({"StringEquals": {"aws:SourceOrgID": "${aws:ResourceOrgID}"}})), Good),
        ("sources of the organization", asked(json!({"StringEquals": {"aws:SourceOrgID": ORGANIZATION}})), Good),
        ("sources of a part of the organization", asked(json!({"ForAnyValue:StringLike": {"aws:SourceOrgPaths": format!("{ORGANIZATION}/r-ab12/*")}})), Good),
        ("endpoints of the account", asked(json!({"StringEquals": {"aws:VpceAccount": HOME}})), Good),
        ("endpoints of the organization", asked(json!({"StringEquals": {"aws:VpceOrgID": ORGANIZATION}})), Good),
        ("two endpoints", asked(json!({"StringEquals": {"aws:SourceVpce": ["vpce-0a1b2c3d4e5f60718", "vpce-1a1b2c3d4e5f60718"]}})), Good),
        ("one role by its unique id", asked(json!({"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE12:*"}})), Good),
        ("two networks of either family", asked(json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8:1::/48"]}})), Good),
        ("an organization and a time", asked(json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}})), Good),
        ("an organization, not one account of it", asked(json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "StringNotEquals": {"aws:PrincipalAccount": OTHER}})), Good),
        ("an account's root by its ARN", asked(json!({"ArnEquals": {"aws:PrincipalArn": format!("arn:aws:iam::{HOME}:root")}})), Good),
        ("sessions of a role of the account", asked(json!({"ArnLike": {"aws:PrincipalArn": format!("arn:aws:sts::{HOME}:assumed-role/app/*")}})), Good),
        ("distributions of the account", asked(json!({"ArnLike": {"AWS:SourceArn": format!("arn:aws:cloudfront::{HOME}:distribution/*")}})), Good),
        ("a source in whatever partition, of the account", asked(json!({"ArnLike": {"aws:SourceArn": format!("arn:*:sns:*:{HOME}:*")}})), Good),
    ];
    hold(&cases);
}

#[test]
fn conditions_that_do_not() {
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Is)> = vec![
        ("an organization, if there is one, and another key that must be there", asked(json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}, "Null": {"aws:PrincipalArn": "false"}})), Bad),
        ("an organization, if there is one, and there must be none", asked(json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}, "Null": {"aws:PrincipalOrgID": "true"}})), Bad),
        ("all of its values, of which there may be one or none", asked(json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": format!("{ORGANIZATION}/*")}})), Bad),
        ("an organization that is its own", asked(json!({"StringEquals": {"aws:PrincipalOrgID": "${aws:PrincipalOrgID}"}})), Bad),
        ("an account that is its own", asked(json!({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}})), Bad),
        ("the resource's organization, which it always has", asked(json!({"StringEquals": {"aws:ResourceOrgID": ORGANIZATION}})), Bad),
        ("the resource's own account by the variable", asked(json!({"StringEquals": {"aws:ResourceAccount": "${aws:ResourceAccount}"}})), Bad),
        ("no part of an organization", asked(json!({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-zzzzzzzzzz/*"}})), Bad),
        ("not one of its values", asked(json!({"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}})), Bad),
        ("whoever is no session", asked(json!({"StringNotLike": {"aws:PrincipalArn": "arn:aws:sts::*"}})), Bad),
        ("whoever calls by a service", asked(json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}})), Bad),
        ("whoever calls by any service", asked(json!({"Bool": {"aws:ViaAWSService": "true"}})), Bad),
        ("whoever is of a kind", asked(json!({"StringEquals": {"aws:PrincipalType": "Account"}})), Bad),
        ("whoever is tagged like the resource", asked(json!({"StringEquals": {"aws:PrincipalTag/project": "${aws:ResourceTag/project}"}})), Bad),
        ("a private address within whatever VPC", asked(json!({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}})), Bad),
        ("one network, if there is an address", asked(json!({"IpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}})), Bad),
        ("anywhere by quarters", asked(json!({"IpAddress": {"aws:SourceIp": ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"]}})), Bad),
        ("anywhere in IPv6 by halves", asked(json!({"IpAddress": {"aws:SourceIp": ["2000::/4", "3000::/4"]}})), Bad),
        ("an office, and what is given out of IPv6", asked(json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2000::/3"]}})), Bad),
        ("any account by its digits", asked(json!({"StringLike": {"aws:PrincipalAccount": "????????????"}})), Bad),
        ("any bucket as the source", asked(json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}})), Bad),
        ("any bucket that begins so as the source", asked(json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads-*"}})), Bad),
        ("one source or any", asked(json!({"ArnLike": {"aws:SourceArn": [format!("arn:aws:sns:*:{HOME}:*"), "arn:aws:sns:*:*:*"]}})), Bad),
        ("everybody's sessions", asked(json!({"StringLike": {"aws:userid": "*:alice"}})), Bad),
        ("any VPC by its ARN", asked(json!({"ArnLike": {"aws:SourceVpcArn": "arn:aws:ec2:*:*:vpc/*"}})), Bad),
        ("two conditions that say nothing", asked(json!({"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"aws:UserAgent": "*"}, "Null": {"aws:SourceIp": "false"}})), Bad),
        ("a narrow statement beside a wide one", json!([asked(json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})), asked(json!({"Bool": {"aws:SecureTransport": "true"}}))]), Bad),
        ("an empty condition", asked(json!({})), Bad),
    ];
    hold(&cases);
}

#[test]
fn denials_that_close() {
    let role = format!("arn:aws:iam::{HOME}:role/app");
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Is)> = vec![
        ("all values are of another organization, or there are none", denied(json!({"ForAllValues:StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}})), Good),
        ("outside of the organization but for a role", denied(json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "ArnNotEquals": {"aws:PrincipalArn": role}})), Good),
        ("outside of the resource's account", denied(json!({"StringNotEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}})), Good),
        ("outside of the resource's organization", denied(json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})), Good),
        ("outside of two endpoints, if there is one", denied(json!({"StringNotEqualsIfExists": {"aws:SourceVpce": ["vpce-0a1b2c3d4e5f60718", "vpce-1a1b2c3d4e5f60718"]}})), Good),
        ("outside of two networks", denied(json!({"NotIpAddressIfExists": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}})), Good),
        ("without a key, and outside of its value", json!([everyone(), when(deny(json!("*")), json!({"Null": {"aws:PrincipalOrgID": "true"}})), when(deny(json!("*")), json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}))]), Good),
        ("everything but another resource", json!([everyone(), without(deny(json!("*")), "Resource", "NotResource", json!("arn:aws:s3:::other"))]), Good),
        ("every action but another service's, of everything but another resource", json!([everyone(), without(without(deny(json!("*")), "Resource", "NotResource", json!("arn:aws:s3:::other")), "Action", "NotAction", json!("iam:*"))]), Good),
        ("all but a role of the account", json!([everyone(), without(deny(json!("*")), "Principal", "NotPrincipal", json!({"AWS": role}))]), Good),
        ("all but another account", json!([everyone(), without(deny(json!("*")), "Principal", "NotPrincipal", json!({"AWS": OTHER}))]), Good),
        ("whatever the case of names", json!([everyone(), with(when(deny(json!("*")), json!({"stringnotequals": {"AWS:principalorgid": ORGANIZATION}})), "Effect", json!("Deny"))]), Good),
        ("an allowance of everything but itself", json!([without(everyone(), "Resource", "NotResource", json!("ARN"))]), Good),
        ("an allowance of nothing", json!([without(everyone(), "Resource", "NotResource", json!("*"))]), Good),
    ];
    hold(&cases);
}

#[test]
fn denials_that_leave_it_open() {
    let role = format!("arn:aws:iam::{HOME}:role/app");
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Is)> = vec![
        ("clear text from outside", denied(json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "Bool": {"aws:SecureTransport": "false"}})), Bad),
        ("outside of the organization, from one network", denied(json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})), Bad),
        ("outside of the organization, where there is one", denied(json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "Null": {"aws:PrincipalOrgID": "false"}})), Bad),
        ("outside of the organization or of anywhere", denied(json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"}})), Bad),
        ("without any organization", denied(json!({"Null": {"aws:PrincipalOrgID": "true"}})), Bad),
        ("outside of any account", denied(json!({"StringNotLike": {"aws:PrincipalAccount": "*"}})), Bad),
        ("outside of its own organization, whichever", denied(json!({"StringNotEquals": {"aws:PrincipalOrgID": "${aws:PrincipalOrgID}"}})), Bad),
        ("those who do not come by a service", denied(json!({"Bool": {"aws:ViaAWSService": "false"}})), Bad),
        ("to another account's users, outside of the organization", json!([everyone(), when(deny(json!({"AWS": OTHER})), json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}))]), Bad),
        ("to a role", json!([everyone(), deny(json!({"AWS": role}))]), Bad),
        ("to a service", json!([everyone(), deny(json!({"Service": "s3.amazonaws.com"}))]), Bad),
        ("every action but this one", json!([everyone(), without(deny(json!("*")), "Action", "NotAction", json!("ACTION"))]), Bad),
        ("everything but this resource", json!([everyone(), without(deny(json!("*")), "Resource", "NotResource", json!("ARN"))]), Bad),
        ("everything but what begins like this resource", json!([everyone(), without(deny(json!("*")), "Resource", "NotResource", json!("arn:aws:*"))]), Bad),
        ("no action at all", json!([everyone(), without(deny(json!("*")), "Action", "NotAction", json!("*"))]), Bad),
        ("a second factor that is absent", denied(json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}})), Bad),
        ("a tag that differs", denied(json!({"StringNotEquals": {"aws:PrincipalTag/team": "data"}})), Bad),
        ("another region", denied(json!({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})), Bad),
        ("an allowance of everything but another resource", json!([without(everyone(), "Resource", "NotResource", json!("arn:aws:s3:::other"))]), Bad),
        ("an allowance of everything but what is deleted", json!([without(without(everyone(), "Resource", "NotResource", json!("arn:aws:s3:::other")), "Action", "NotAction", json!("SERVICE:Delete*"))]), Bad),
    ];
    hold(&cases);
}
