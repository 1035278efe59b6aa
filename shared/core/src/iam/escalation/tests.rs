use serde_json::{Value, json};

use super::*;

fn escalations(statements: Value) -> Vec<Escalation> {
    Policy::from_value(&Value::from_iter([("Statement", statements)])).unwrap().escalations("aws", "111122223333")
}

/// The ids, with a mark where a condition holds.
fn ids(statements: Value) -> Vec<String> {
    let name = |e: &Escalation| format!("{}{}", e.combination.id, if e.conditional { "?" } else { "" });
    escalations(statements).iter().map(name).collect()
}

fn allow(action: Value, resource: Value) -> Value {
    Value::from_iter([("Effect", Value::from("Allow")), ("Action", action), ("Resource", resource)])
}

fn deny(action: Value, resource: Value) -> Value {
    Value::from_iter([("Effect", Value::from("Deny")), ("Action", action), ("Resource", resource)])
}

const NONE: [&str; 0] = [];

#[test]
fn every_combination_is_found_by_its_own_actions_and_by_no_fewer() {
    for combination in COMBINATIONS {
        let granted = |actions: &[&str]| {
            escalations(allow(json!(actions), json!("*"))).iter().any(|e| e.combination.id == combination.id)
        };
        assert!(granted(combination.actions), "{}", combination.id);
        for left_out in combination.actions {
            let fewer: Vec<_> = combination.actions.iter().filter(|a| *a != left_out).copied().collect();
            assert!(!granted(&fewer), "{} without {left_out}", combination.id);
        }
        let one_denied: Vec<_> = combination
            .actions
            .iter()
            .map(|a| json!([allow(json!("*"), json!("*")), deny(json!(a), json!("*"))]))
            .collect();
        for statements in one_denied {
            let found = escalations(statements);
            assert!(found.iter().all(|e| e.combination.id != combination.id), "{}", combination.id);
        }
    }
}

#[test]
fn an_administrator_holds_all() {
    assert_eq!(escalations(allow(json!("*"), json!("*"))).len(), COMBINATIONS.len());
    // A power user holds those that take over what is there.
    let power = escalations(json!({ "Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*" }));
    assert!(!power.is_empty() && power.iter().all(|e| e.combination.way == Way::Existing));
}

#[test]
fn ordinary_policies_hold_none() {
    for statements in [
        allow(json!("ec2:*"), json!("*")),
        allow(json!("s3:*"), json!("*")),
        allow(json!(["iam:Get*", "iam:List*", "sts:GetCallerIdentity"]), json!("*")),
        allow(json!("iam:PassRole"), json!("*")),
        allow(json!(["lambda:InvokeFunction", "lambda:Get*", "lambda:List*"]), json!("*")),
        allow(json!(["iam:CreateAccessKey", "iam:UpdateLoginProfile"]), json!("arn:aws:iam::*:user/${aws:username}")),
        allow(json!("iam:PutRolePolicy"), json!("arn:aws:iam::111122223333:role/app-*")),
        allow(json!("sts:AssumeRole"), json!("arn:aws:iam::*:role/OrganizationReader")),
        allow(json!("lambda:UpdateFunctionCode"), json!("arn:aws:lambda:eu-west-1:111122223333:function:shop-*")),
        allow(json!("ssm:StartSession"), json!("arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0")),
        json!([
            allow(json!("iam:PassRole"), json!("arn:aws:iam::111122223333:role/lambda-basic")),
            allow(json!("lambda:*"), json!("arn:aws:lambda:*:111122223333:function:shop-*")),
        ]),
    ] {
        assert_eq!(ids(statements.clone()), NONE, "{statements}");
    }
}

#[test]
fn all_of_a_kind_is_as_good_as_everything() {
    for (action, resource, want) in [
        ("iam:CreateAccessKey", "arn:aws:iam::111122223333:user/*", "create-access-key"),
        ("iam:create*key", "arn:aws:iam::*:user/*", "create-access-key"),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/*", "assume-any-role"),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:*", "lambda-update-code"),
        // All of one region.
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111122223333:function:*", "lambda-update-code"),
        ("ssm:SendCommand", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "ssm-send-command"),
        ("IAM:putuserPOLICY", "arn:aws:iam::111122223333:user/${aws:username}", "put-user-policy"),
    ] {
        assert_eq!(ids(allow(json!(action), json!(resource))), [want], "{resource}");
    }
}

#[test]
fn actions_may_be_spread_over_statements() {
    let spread = json!([
        allow(json!("lambda:InvokeFunction"), json!("arn:aws:lambda:*:*:function:shop")),
        allow(json!("lambda:CreateFunction"), json!("*")),
        allow(json!("iam:PassRole"), json!("*")),
    ]);
    let found = escalations(spread);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].to_string(),
        "runs a new Lambda function under any role (`iam:PassRole`, `lambda:CreateFunction` and \
         `lambda:InvokeFunction`; statement 3)"
    );
}

#[test]
fn denies() {
    let power = || allow(json!(["iam:CreateAccessKey", "iam:PutRolePolicy"]), json!("*"));
    assert_eq!(ids(json!([power(), deny(json!("iam:Create*"), json!("*"))])), ["put-role-policy"]);
    assert_eq!(ids(json!([deny(json!("iam:*"), json!("*")), power()])), NONE);
    let spares_one = json!({ "Effect": "Deny", "NotAction": "iam:PutRolePolicy", "Resource": "*" });
    assert_eq!(ids(json!([power(), spares_one])), ["put-role-policy"]);
    // What leaves something open closes nothing.
    let both = ["put-role-policy", "create-access-key"];
    assert_eq!(ids(json!([power(), deny(json!("iam:*"), json!("arn:aws:iam::111122223333:user/boss"))])), both);
    let unless_mfa = json!({ "Effect": "Deny", "Action": "*", "Resource": "*",
                             "Condition": { "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } } });
    assert_eq!(ids(json!([power(), unless_mfa])), both);
}

#[test]
fn what_is_left_out_counts() {
    let all_but_role = json!({ "Effect": "Allow", "Action": "iam:PutRolePolicy",
                               "NotResource": "arn:aws:iam::111122223333:role/boss" });
    assert_eq!(ids(all_but_role), ["put-role-policy"]);
    let all_but_roles =
        json!({ "Effect": "Allow", "Action": "iam:PutRolePolicy", "NotResource": "arn:aws:iam::*:role/*" });
    assert_eq!(ids(all_but_roles), NONE);
}

#[test]
fn conditions() {
    let if_tagged = |statement: Value| {
        let mut statement = statement;
        statement["Condition"] = json!({ "StringEquals": { "aws:ResourceTag/team": "shop" } });
        statement
    };
    let key = || allow(json!("iam:CreateAccessKey"), json!("*"));
    assert_eq!(ids(if_tagged(key())), ["create-access-key?"]);
    assert_eq!(ids(json!([if_tagged(key()), key()])), ["create-access-key"]);
    let found = escalations(json!([if_tagged(key())]));
    assert_eq!(
        found[0].to_string(),
        "makes access keys for any user (`iam:CreateAccessKey`, under a condition; statement 1)"
    );
}

#[test]
fn a_role_is_passed_to_the_services_that_the_condition_names() {
    let pass = |operator: &str, service: Value| {
        json!([
            allow(json!(["ec2:RunInstances", "lambda:CreateFunction", "lambda:InvokeFunction"]), json!("*")),
            { "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
              "Condition": { operator: { "iam:PassedToService": service } } },
        ])
    };
    assert_eq!(ids(pass("StringEquals", json!("ec2.amazonaws.com"))), ["pass-role-ec2-instance?"]);
    assert_eq!(ids(pass("StringEqualsIfExists", json!(["lambda.amazonaws.com"]))), ["pass-role-lambda-invoke?"]);
    assert_eq!(
        ids(pass("StringLike", json!("*.amazonaws.com"))),
        ["pass-role-ec2-instance?", "pass-role-lambda-invoke?"]
    );
    assert_eq!(ids(pass("StringEquals", json!("monitoring.rds.amazonaws.com"))), NONE);
}

#[test]
fn another_partition_is_judged_in_its_own_arns() {
    let statement = allow(json!("iam:PutUserPolicy"), json!("arn:aws-cn:iam::111122223333:user/*"));
    let policy = Policy::from_value(&json!({ "Statement": statement })).unwrap();
    assert_eq!(policy.escalations("aws-cn", "111122223333").len(), 1);
    assert_eq!(policy.escalations("aws", "111122223333").len(), 0);
}

#[test]
fn a_boundary_or_a_named_policy_holds_down() {
    let on = |actions: Value, operator: &str, key: &str, values: Value| {
        let mut statement = allow(actions, json!("*"));
        statement["Condition"] = json!({ operator: { key: values } });
        ids(statement)
    };
    let boundary = json!("arn:aws:iam::111122223333:policy/developers");
    let put = json!(["iam:PutUserPolicy", "iam:AttachUserPolicy"]);
    assert_eq!(on(put.clone(), "StringEquals", "iam:PermissionsBoundary", boundary.clone()), NONE);
    assert_eq!(
        on(json!("iam:AttachUserPolicy"), "ArnLike", "iam:PolicyARN", json!("arn:aws:iam::aws:policy/job-function/*")),
        NONE
    );
    for (operator, key, values) in [
        ("StringEqualsIfExists", "iam:PermissionsBoundary", boundary.clone()),
        ("StringNotEquals", "iam:PermissionsBoundary", boundary.clone()),
        ("StringEquals", "iam:PermissionsBoundary", json!("arn:aws:iam::aws:policy/AdministratorAccess")),
        ("StringLike", "iam:PermissionsBoundary", json!("*")),
        ("StringEquals", "iam:PermissionsBoundary", json!([])),
        ("ArnLike", "iam:PolicyARN", json!("arn:aws:iam::aws:policy/*")),
        ("ArnLike", "iam:PolicyARN", json!("arn:aws:iam::aws:policy/Admin*")),
    ] {
        assert!(
            !on(json!("iam:AttachUserPolicy"), operator, key, values.clone()).is_empty(),
            "{operator} {key} {values}"
        );
    }
    // What names no boundary is not held down by one.
    assert!(!on(json!("iam:CreateAccessKey"), "StringEquals", "iam:PermissionsBoundary", boundary).is_empty());
}
