use serde_json::{Value, json};

use super::*;

const HOME: Home<'_> = Home { partition: "aws", account: "111122223333" };

fn condition(operator: &str, key: &str, value: Value) -> Condition {
    let block = Value::from_iter([(operator, Value::from_iter([(key, value)]))]);
    Condition::read_block(&block).unwrap().remove(0)
}

#[track_caller]
fn assert_passes(operator: &str, key: &str, value: Value, want: Reading) {
    let condition = condition(operator, key, value);
    let found = passes(&condition, &HOME);
    assert_eq!((found, &condition), (want, &condition));
}

fn account(id: &str) -> Party {
    Party::Account(id.to_owned())
}

fn organization(id: &str) -> Party {
    Party::Organization(id.to_owned())
}

fn network(name: &str) -> Party {
    Party::Network(name.to_owned())
}

#[test]
fn keys_of_accounts() {
    for key in [
        "aws:SourceAccount",
        "AWS:SourceOwner",
        "aws:PrincipalAccount",
        "kms:CallerAccount",
        "s3:DataAccessPointAccount",
        "aws:VpceAccount",
    ] {
        assert_passes("StringEquals", key, json!("111122223333"), only([Party::Home]));
        assert_passes("StringLike", key, json!("444455556666"), only([account("444455556666")]));
        assert_passes("StringEquals", key, json!("${aws:ResourceAccount}"), only([Party::Home]));
        assert_passes("StringLike", key, json!("*"), Reading::Everyone);
        // One that is not fixed voids the others.
        assert_passes("StringLike", key, json!(["111122223333", "*"]), Reading::Everyone);
        assert_passes("StringLike", key, json!(["111122223333", "4444*"]), Reading::Else);
        assert_passes("StringEquals", key, json!("${aws:PrincipalAccount}"), Reading::Else);
        assert_passes("StringEquals", key, json!([]), Reading::Else);
    }
    assert_passes(
        "StringEquals",
        "aws:SourceAccount",
        json!(["444455556666", "111122223333"]),
        only([Party::Home, account("444455556666")]),
    );
}

#[test]
fn where_a_topic_delivers_to() {
    let named = |value: &str| only([Party::Named(value.to_owned())]);
    for value in ["*@example.com", "https://example.com/*", "someone@example.com"] {
        assert_passes("StringLike", "sns:Endpoint", json!(value), named(value));
    }
    let own = json!("arn:aws:sqs:eu-west-1:111122223333:*");
    assert_passes("StringLike", "sns:Endpoint", own, only([Party::Home]));
    assert_passes("StringLike", "sns:Endpoint", json!("*"), Reading::Everyone);
    for value in ["*@*", "https://*", "*@example.*"] {
        assert_passes("StringLike", "sns:Endpoint", json!(value), Reading::Else);
    }
}

#[test]
fn keys_of_organizations() {
    let acme = || only([organization("o-acme123456")]);
    assert_passes("StringEquals", "aws:PrincipalOrgID", json!("o-acme123456"), acme());
    assert_passes("StringEquals", "aws:SourceOrgID", json!(["o-acme123456"]), acme());
    assert_passes("StringEquals", "aws:PrincipalOrgID", json!("${aws:ResourceOrgID}"), only([Party::Home]));
    for path in ["o-acme123456/*", "o-acme123456/r-ab12/ou-ab12-11111111/*"] {
        assert_passes("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", json!(path), acme());
    }
    assert_passes("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", json!("*/r-ab12/*"), Reading::Everyone);
    assert_passes("StringLike", "aws:PrincipalOrgID", json!("o-*"), Reading::Else);
    assert_passes("StringLike", "aws:PrincipalOrgID", json!("*"), Reading::Everyone);
}

#[test]
fn keys_of_the_resource_narrow_nothing() {
    for key in ["aws:ResourceOrgID", "aws:ResourceAccount", "aws:ResourceOrgPaths", "aws:ResourceTag/team"] {
        assert_passes("StringEquals", key, json!("111122223333"), Reading::Else);
    }
}

#[test]
fn keys_of_arns() {
    for (key, value, want) in [
        ("aws:SourceArn", "arn:aws:sns:eu-west-1:111122223333:orders", only([Party::Home])),
        ("aws:SourceArn", "arn:aws:sns:*:444455556666:*", only([account("444455556666")])),
        ("aws:PrincipalArn", "arn:aws:iam::444455556666:role/*", only([account("444455556666")])),
        ("s3:DataAccessPointArn", "arn:aws:s3:*:111122223333:accesspoint/*", only([Party::Home])),
        ("aws:SourceArn", "arn:aws:events:*:${aws:ResourceAccount}:rule/x", only([Party::Home])),
        ("aws:SourceArn", "arn:aws:s3:::pictures", only([Party::Named("arn:aws:s3:::pictures".to_owned())])),
        ("aws:SourceArn", "arn:aws:s3:*:*:pictures", only([Party::Named("arn:aws:s3:*:*:pictures".to_owned())])),
        ("aws:SourceArn", "arn:aws:s3:::pictures-*", Reading::Else),
        ("aws:PrincipalArn", "arn:aws:iam::*:role/deploy", Reading::Else),
        ("aws:PrincipalArn", "arn:aws:iam::*:*", Reading::Everyone),
        ("aws:SourceArn", "arn:aws:s3:::*", Reading::Everyone),
        ("aws:SourceArn", "arn:*", Reading::Everyone),
        ("aws:SourceArn", "*", Reading::Everyone),
        ("aws:SourceArn", "deploy", Reading::Else),
        ("aws:SourceArn", "", Reading::Else),
    ] {
        for operator in ["ArnLike", "ArnEquals", "StringLike", "StringEquals"] {
            assert_passes(operator, key, json!(value), want.clone());
        }
    }
}

#[test]
fn keys_of_networks() {
    let vpc = only([network("vpc-0a1b2c3d")]);
    assert_passes("StringEquals", "aws:SourceVpc", json!("vpc-0a1b2c3d"), vpc);
    assert_passes("StringEquals", "aws:SourceVpce", json!("vpce-0a1b2c3d"), only([network("vpce-0a1b2c3d")]));
    assert_passes("StringLike", "aws:SourceVpce", json!("vpce-*"), Reading::Else);
    assert_passes("StringLike", "aws:SourceVpc", json!("*"), Reading::Everyone);
    for (cidrs, want) in [
        (json!("203.0.113.0/24"), only([network("203.0.113.0/24")])),
        (json!(["203.0.113.7", "10.0.0.0/8"]), only([Party::Home, network("203.0.113.7")])),
        (json!("10.0.0.0/8"), only([Party::Home])),
        (json!("0.0.0.0/0"), Reading::Everyone),
        (json!(["0.0.0.0/1", "128.0.0.0/1"]), Reading::Everyone),
        (json!(["203.0.113.0/24", "::/0"]), Reading::Everyone),
        (json!("203.0.113.9/0"), Reading::Everyone),
        (json!("office"), Reading::Else),
        (json!(["203.0.113.0/24", "office"]), Reading::Else),
    ] {
        assert_passes("IpAddress", "aws:SourceIp", cidrs.clone(), want.clone());
        // Everyone but the internet is nobody, and everyone but an office is everyone.
        let negated = if matches!(want, Reading::Only(_)) { Reading::Everyone } else { Reading::Else };
        assert_passes("NotIpAddress", "aws:SourceIp", cidrs, negated);
    }
    assert_passes("StringEquals", "aws:SourceIp", json!("203.0.113.0/24"), Reading::Else);
}

#[test]
fn names_that_anybody_can_bear_narrow_nothing() {
    assert_passes("StringEquals", "aws:username", json!("eve"), Reading::Else);
    let id = "AROAEXAMPLEEXAMPLE123:session";
    assert_passes("StringEquals", "aws:userid", json!(id), only([Party::Named(id.to_owned())]));
    assert_passes("StringLike", "aws:userid", json!("111122223333"), only([Party::Home]));
    assert_passes("StringLike", "aws:userid", json!("*:eve"), Reading::Else);
    assert_passes("StringLike", "aws:userid", json!("AROA*"), Reading::Else);
}

#[test]
fn what_the_caller_chooses_narrows_nothing_and_is_not_counted() {
    assert_passes("Bool", "aws:SecureTransport", json!("true"), Reading::Everyone);
    assert_passes("StringLike", "aws:Referer", json!("https://example.com/*"), Reading::Everyone);
    assert_passes("StringEquals", "lambda:FunctionUrlAuthType", json!("NONE"), Reading::Everyone);
    assert_passes("StringEquals", "lambda:FunctionUrlAuthType", json!("AWS_IAM"), Reading::Else);
}

#[test]
fn a_mount_target_is_in_the_account() {
    let key = "elasticfilesystem:AccessedViaMountTarget";
    assert_passes("Bool", key, json!("true"), only([Party::Home]));
    assert_passes("Bool", key, json!("false"), Reading::Else);
}

#[test]
fn operators_that_let_the_absent_key_pass_do_not_narrow() {
    for operator in ["Null", "NumericEquals", "StringMatches", "Bool"] {
        assert_passes(operator, "aws:PrincipalOrgID", json!("o-acme123456"), Reading::Else);
    }
    for operator in ["StringEqualsIfExists", "ForAllValues:StringEquals", "StringNotEquals"] {
        assert_passes(operator, "aws:PrincipalOrgID", json!("o-acme123456"), Reading::Everyone);
    }
    let mfa = "aws:MultiFactorAuthPresent";
    assert_passes("Bool", mfa, json!("true"), Reading::Else);
    for (operator, value) in [("Bool", "false"), ("BoolIfExists", "true"), ("Null", "false")] {
        assert_passes(operator, mfa, json!(value), Reading::Everyone);
    }
}

#[test]
fn a_negated_condition_of_a_deny_spares_whom_it_names() {
    for (operator, key, value, want) in [
        ("StringNotEquals", "aws:PrincipalOrgID", "o-acme123456", only([organization("o-acme123456")])),
        ("StringNotEqualsIfExists", "aws:PrincipalAccount", "111122223333", only([Party::Home])),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::444455556666:role/*", only([account("444455556666")])),
        ("StringNotLike", "aws:SourceVpce", "vpce-0a1b2c3d", only([network("vpce-0a1b2c3d")])),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", only([network("203.0.113.0/24")])),
        ("NotIpAddress", "aws:SourceIp", "0.0.0.0/0", Reading::Everyone),
        ("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", "o-acme123456/*", only([organization("o-acme123456")])),
        // It holds for nobody who comes without the key.
        ("ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", "o-acme123456/*", Reading::Else),
        ("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy", Reading::Else),
        ("StringEquals", "aws:PrincipalOrgID", "o-acme123456", Reading::Else),
        ("Bool", "aws:SecureTransport", "false", Reading::Else),
    ] {
        assert_eq!(escapes(&condition(operator, key, json!(value)), &HOME), want, "{operator} {key} {value}");
    }
}
