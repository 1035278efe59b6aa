use serde_json::{Value, json};

use super::*;

const ACCOUNT: &str = "111122223333";

fn grant(statements: Value) -> Option<AdminGrant> {
    grant_in("aws", statements)
}

fn grant_in(partition: &str, statements: Value) -> Option<AdminGrant> {
    Policy::parse(&Value::from_iter([("Statement", statements)]).to_string()).unwrap().grants_admin(partition, ACCOUNT)
}

fn allow(action: Value, resource: Value) -> Value {
    Value::from_iter([("Effect", Value::from("Allow")), ("Action", action), ("Resource", resource)])
}

#[track_caller]
fn assert_admin(statements: Value) {
    assert_eq!(grant(statements).map(|grant| grant.conditional), Some(false));
}

#[track_caller]
fn assert_silent(statements: Value) {
    assert_eq!(grant(statements), None);
}

#[test]
fn everything_on_everything() {
    assert_admin(allow(json!("*"), json!("*")));
    assert_admin(allow(json!(["*:*"]), json!(["*"])));
}

#[test]
fn all_of_iam_is_all_of_the_account() {
    assert_admin(allow(json!("iam:*"), json!("*")));
    assert_admin(allow(json!("IAM:*Policy*"), json!("*")));
    assert_admin(allow(json!(["iam:Attach*", "iam:Put*", "iam:CreatePolicyVersion", "iam:SetDefault*"]), json!("*")));
}

#[test]
fn the_doors_may_be_spread_over_statements() {
    assert_admin(json!([
        allow(json!("iam:Attach*"), json!("*")),
        allow(json!("iam:Put*"), json!("arn:aws:iam::111122223333:*")),
        allow(json!("iam:*PolicyVersion"), json!("arn:aws:iam::*:policy/*")),
    ]));
}

#[test]
fn resources_count_by_kind() {
    let kinds =
        |user: &str| json!([user, "arn:aws:iam::*:role/*", "arn:aws:iam::*:group/?*", "arn:aws:iam::*:policy/*"]);
    assert_admin(allow(json!("iam:*"), kinds("arn:aws:iam::111122223333:user/*")));
    for user in [
        "arn:aws:iam::111122223333:user/${aws:username}",
        "arn:aws:iam::111122223333:user/team/*",
        "arn:aws:iam::111122223333:user/?",
        "arn:aws:iam::111122223333:user/????????????",
        "arn:aws:iam::444455556666:user/*",
        "arn:aws-cn:iam::111122223333:user/*",
    ] {
        assert_silent(allow(json!("iam:*"), kinds(user)));
    }
}

#[test]
fn other_partitions_are_judged_in_their_own_arns() {
    let statement = |partition: &str| allow(json!("*"), json!(format!("arn:{partition}:iam::{ACCOUNT}:*")));
    for partition in ["aws", "aws-cn", "aws-us-gov"] {
        assert!(grant_in(partition, statement(partition)).is_some(), "{partition}");
    }
    assert_eq!(grant_in("aws", statement("aws-us-gov")), None);
}

#[test]
fn one_service_is_no_administrator() {
    assert_silent(allow(json!("s3:*"), json!("*")));
    assert_silent(allow(json!(["ec2:*", "rds:*"]), json!("*")));
    assert_silent(allow(json!(["iam:Get*", "iam:List*", "s3:List*"]), json!("*")));
}

#[test]
fn a_few_doors_are_a_way_to_escalate_but_no_administrator() {
    assert_silent(allow(json!(["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"]), json!("*")));
}

#[test]
fn a_power_user_is_no_administrator() {
    assert_silent(json!([
        { "Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*" },
        allow(json!(["iam:CreateServiceLinkedRole", "iam:ListRoles"]), json!("*")),
    ]));
}

#[test]
fn everything_but_a_little_is_an_administrator() {
    assert_admin(json!({ "Effect": "Allow", "NotAction": "s3:*", "Resource": "*" }));
    assert_admin(
        json!({ "Effect": "Allow", "NotAction": ["iam:AttachUserPolicy", "iam:PutUserPolicy"], "Resource": "*" }),
    );
    assert_admin(json!({ "Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::111122223333:role/audit" }));
    assert_silent(json!({ "Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:*" }));
    assert_silent(json!({ "Effect": "Allow", "NotAction": "*", "Resource": "*" }));
}

#[test]
fn a_power_user_who_may_attach_policies_is_an_administrator() {
    assert_admin(json!([
        { "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" },
        allow(json!("iam:AttachRolePolicy"), json!("*")),
    ]));
}

fn admin_but(deny: Value) -> Value {
    Value::from(vec![allow(json!("*"), json!("*")), deny])
}

#[test]
fn a_deny_that_closes_every_door_counts() {
    assert_silent(admin_but(json!({ "Effect": "Deny", "Action": "*", "Resource": "*" })));
    assert_silent(admin_but(json!({ "Effect": "Deny", "Action": "iam:*", "Resource": "*" })));
    assert_silent(admin_but(json!({ "Effect": "Deny", "NotAction": ["s3:*", "iam:Get*"], "Resource": "*" })));
    assert_silent(admin_but(json!({ "Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:s3:::*" })));
    assert_silent(json!({ "Effect": "Deny", "Action": "*", "Resource": "*" }));
}

#[test]
fn a_deny_that_leaves_a_door_open_does_not() {
    assert_admin(admin_but(json!({ "Effect": "Deny", "Action": "iam:Attach*", "Resource": "*" })));
    assert_admin(admin_but(json!({ "Effect": "Deny", "Action": "iam:*", "Resource": "arn:aws:iam::*:user/audit" })));
    assert_admin(admin_but(json!({ "Effect": "Deny", "NotAction": "iam:*", "Resource": "*" })));
    // The one that is left out may be the holder itself.
    assert_admin(admin_but(json!({ "Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:iam::*:user/me" })));
}

#[test]
fn a_deny_under_a_condition_closes_nothing() {
    let condition = json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } });
    assert_admin(admin_but(json!({ "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition })));
}

#[test]
fn a_condition_on_the_grant_lowers_the_confidence() {
    let conditional = json!({ "Effect": "Allow", "Action": "*", "Resource": "*",
                              "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } } });
    assert_eq!(grant(conditional.clone()), Some(AdminGrant { conditional: true, statement: 1 }));
    let both = json!([conditional, allow(json!("*"), json!("*"))]);
    assert_eq!(grant(both), Some(AdminGrant { conditional: false, statement: 2 }));
}

#[test]
fn the_grant_names_its_statement() {
    let statements = json!([allow(json!("s3:*"), json!("*")), allow(json!("iam:*"), json!("*"))]);
    assert_eq!(grant(statements).unwrap().to_string(), "by statement 2");
}

#[test]
fn a_hostile_pattern_is_judged_quickly() {
    let pattern = "a*".repeat(3000) + &"?".repeat(3000);
    assert_silent(allow(json!("iam:*"), json!(pattern)));
}
