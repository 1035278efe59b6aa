use serde_json::{Value, json};

use super::*;

const HOME: Home<'_> = Home { partition: "aws", account: "111122223333" };

fn grants(statements: Value) -> Vec<OutsideGrant> {
    Policy::from_value(&Value::from_iter([("Statement", statements)])).unwrap().outside_grants(&HOME)
}

/// Who, with a mark where a condition remains.
fn who(statements: Value) -> Vec<String> {
    grants(statements).iter().map(|g| format!("{}{}", g.who, if g.narrowed { " (narrowed)" } else { "" })).collect()
}

fn allow(principal: Value) -> Value {
    let statement = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pictures/*" });
    with(statement, "Principal", principal)
}

fn allow_if(principal: Value, condition: Value) -> Value {
    with(allow(principal), "Condition", condition)
}

fn deny_if(condition: Value) -> Value {
    let resources = json!(["arn:aws:s3:::pictures", "arn:aws:s3:::pictures/*"]);
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources });
    with(deny, "Condition", condition)
}

fn with(mut statement: Value, key: &str, value: Value) -> Value {
    statement[key] = value;
    statement
}

const NOBODY: [&str; 0] = [];

#[test]
fn principals() {
    for (principal, want) in [
        (json!("*"), vec!["everyone"]),
        (json!({ "AWS": "*" }), vec!["everyone"]),
        (json!({ "AWS": ["111122223333", "*"] }), vec!["everyone"]),
        (json!({ "AWS": "444455556666" }), vec!["account `444455556666`"]),
        (json!({ "AWS": "arn:aws:iam::444455556666:role/reader" }), vec!["account `444455556666`"]),
        // Two of an account are one grant.
        (
            json!({ "AWS": ["arn:aws:iam::444455556666:role/a", "arn:aws:iam::444455556666:user/b"] }),
            vec!["account `444455556666`"],
        ),
        (json!({ "AWS": ["444455556666", "777788889999"] }), vec!["account `444455556666`", "account `777788889999`"]),
        (json!({ "Service": "sns.amazonaws.com" }), vec!["the service `sns.amazonaws.com` on anyone's behalf"]),
        (json!({ "Federated": "accounts.google.com" }), vec!["the identity provider `accounts.google.com`"]),
        (json!({ "AWS": "AIDAEXAMPLEEXAMPLE123" }), vec!["`AIDAEXAMPLEEXAMPLE123`, whose account is unknown"]),
        // Of the account itself.
        (json!({ "AWS": "111122223333" }), vec![]),
        (json!({ "AWS": "arn:aws:iam::111122223333:root" }), vec![]),
        (json!({ "AWS": "arn:aws:sts::111122223333:assumed-role/r/s" }), vec![]),
        (json!({ "Federated": "arn:aws:iam::111122223333:saml-provider/office" }), vec![]),
        (json!({ "AWS": [] }), vec![]),
    ] {
        assert_eq!(who(allow(principal.clone())), want, "{principal}");
    }
}

#[test]
fn an_account_number_is_another_account_in_another_partition() {
    assert_eq!(who(allow(json!({ "AWS": "arn:aws-cn:iam::111122223333:root" }))), ["account `111122223333`"]);
}

#[test]
fn an_identity_policy_lets_nobody_in() {
    assert_eq!(who(json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })), NOBODY);
}

#[test]
fn everyone_but_some_is_everyone() {
    let statement =
        json!({ "Effect": "Allow", "NotPrincipal": { "AWS": "111122223333" }, "Action": "s3:*", "Resource": "*" });
    assert_eq!(who(statement), ["everyone"]);
}

#[test]
fn conditions_narrow_everyone() {
    for (condition, want) in [
        (json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } }), vec![]),
        (json!({ "StringEquals": { "aws:PrincipalAccount": "444455556666" } }), vec!["account `444455556666`"]),
        (json!({ "StringEquals": { "aws:PrincipalOrgID": "o-acme123456" } }), vec!["organization `o-acme123456`"]),
        (json!({ "StringEquals": { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } }), vec![]),
        (json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } }), vec!["anyone from `203.0.113.0/24`"]),
        (json!({ "IpAddress": { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } }), vec!["everyone"]),
        (json!({ "StringEquals": { "aws:SourceVpce": "vpce-0a1b2c3d" } }), vec!["anyone from `vpce-0a1b2c3d`"]),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*:111122223333:*" } }), vec![]),
        (json!({ "Bool": { "aws:SecureTransport": "true" } }), vec!["everyone"]),
        (json!({ "StringEquals": { "s3:ExistingObjectTag/public": "yes" } }), vec!["everyone (narrowed)"]),
        (json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-acme123456" } }), vec!["everyone"]),
        (
            json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-acme123456" }, "Null": { "aws:PrincipalOrgID": "false" } }),
            vec!["organization `o-acme123456` (narrowed)"],
        ),
        (json!({ "StringEquals": { "aws:ResourceOrgID": "o-acme123456" } }), vec!["everyone (narrowed)"]),
        (json!({ "StringNotEquals": { "aws:PrincipalAccount": "444455556666" } }), vec!["everyone"]),
        (json!({ "StringLike": { "aws:PrincipalOrgID": "*" } }), vec!["everyone"]),
        (json!({ "StringEquals": { "aws:username": "eve" } }), vec!["everyone (narrowed)"]),
        (
            json!({ "StringEquals": { "aws:PrincipalServiceName": "config.amazonaws.com" } }),
            vec!["the service `config.amazonaws.com` on anyone's behalf"],
        ),
    ] {
        assert_eq!(who(allow_if(json!("*"), condition.clone())), want, "{condition}");
    }
}

#[test]
fn conditions_hold_together() {
    let both =
        json!({ "StringEquals": { "aws:PrincipalOrgID": "o-acme123456", "aws:PrincipalAccount": "111122223333" } });
    assert_eq!(who(allow_if(json!("*"), both)), NOBODY);
    let both =
        json!({ "StringEquals": { "aws:PrincipalOrgID": "o-acme123456", "aws:PrincipalAccount": "444455556666" } });
    assert_eq!(who(allow_if(json!("*"), both)), ["account `444455556666` (narrowed)"]);
    let contradiction =
        json!({ "StringEquals": { "aws:SourceAccount": "777788889999", "aws:PrincipalAccount": "444455556666" } });
    assert_eq!(who(allow_if(json!("*"), contradiction)), NOBODY);
}

#[test]
fn a_named_account_stays_unless_it_is_excluded() {
    let foreign = || json!({ "AWS": "arn:aws:iam::444455556666:root" });
    let of = |key: &str, value: &str| json!({ "StringEquals": { key: value } });
    assert_eq!(who(allow_if(foreign(), of("aws:PrincipalAccount", "111122223333"))), NOBODY);
    assert_eq!(who(allow_if(foreign(), of("aws:PrincipalAccount", "444455556666"))), ["account `444455556666`"]);
    let in_org = allow_if(foreign(), of("aws:PrincipalOrgID", "o-acme123456"));
    assert_eq!(who(in_org), ["account `444455556666` (narrowed)"]);
    let mfa = allow_if(foreign(), json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }));
    assert_eq!(who(mfa), ["account `444455556666` (narrowed)"]);
}

#[test]
fn a_service_is_a_deputy_unless_it_is_told_whose() {
    let service = || json!({ "Service": "s3.amazonaws.com" });
    let of = |key: &str, value: &str| who(allow_if(service(), json!({ "StringEquals": { key: value } })));
    assert_eq!(of("aws:SourceAccount", "111122223333"), NOBODY);
    assert_eq!(of("aws:SourceAccount", "444455556666"), ["account `444455556666`"]);
    assert_eq!(of("aws:SourceOrgID", "o-acme123456"), ["organization `o-acme123456`"]);
    assert_eq!(of("aws:SourceArn", "arn:aws:sns:eu-west-1:111122223333:orders"), NOBODY);
    assert_eq!(of("aws:SourceArn", "arn:aws:s3:::pictures"), ["`arn:aws:s3:::pictures`, whose account is unknown"]);
    let deputy = "the service `s3.amazonaws.com` on anyone's behalf (narrowed)";
    assert_eq!(of("s3:x-amz-object-ownership", "x"), [deputy]);
    assert_eq!(of("aws:SourceVpc", "vpc-0a1b2c3d"), [deputy]);
}

#[test]
fn a_deny_to_everyone_takes_the_grant_away() {
    assert_eq!(who(json!([allow(json!("*")), deny_if(json!({}))])), NOBODY);
    assert_eq!(who(json!([deny_if(json!(null)), allow(json!({ "AWS": "444455556666" }))])), NOBODY);
    let all_but_delete = with(deny_if(json!({})), "NotAction", json!("s3:DeleteObject"));
    let mut all_but_delete = all_but_delete;
    all_but_delete.as_object_mut().unwrap().remove("Action");
    assert_eq!(who(json!([allow(json!("*")), all_but_delete])), NOBODY);
}

#[test]
fn a_deny_of_something_else_does_not() {
    let everyone = |deny: Value| assert_eq!(who(json!([allow(json!("*")), deny.clone()])), ["everyone"], "{deny}");
    everyone(with(deny_if(json!({})), "Action", json!("s3:PutObject")));
    everyone(with(deny_if(json!({})), "Action", json!("s3:GetObject?")));
    everyone(with(deny_if(json!({})), "Resource", json!("arn:aws:s3:::pictures/private/*")));
    everyone(with(deny_if(json!({})), "Principal", json!({ "AWS": "444455556666" })));
    everyone(deny_if(json!({ "Bool": { "aws:SecureTransport": "false" } })));
    everyone(deny_if(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-acme123456" } })));
    everyone(deny_if(json!({ "StringNotLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/deploy" } })));
    everyone(deny_if(json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-acme123456" },
                             "Bool": { "aws:MultiFactorAuthPresent": "false" } })));
    everyone(deny_if(json!({ "Null": { "aws:SourceAccount": "false" } })));
}

#[test]
fn a_deny_to_one_stops_that_one() {
    let deny = |principal: Value| with(deny_if(json!({})), "Principal", principal);
    let two = || allow(json!({ "AWS": ["arn:aws:iam::444455556666:role/a", "arn:aws:iam::777788889999:role/b"] }));
    for one in ["444455556666", "arn:aws:iam::444455556666:root", "arn:aws:iam::444455556666:role/a"] {
        assert_eq!(who(json!([two(), deny(json!({ "AWS": one }))])), ["account `777788889999`"], "{one}");
    }
    let another = deny(json!({ "AWS": "arn:aws:iam::444455556666:role/z" }));
    assert_eq!(who(json!([two(), another])), ["account `444455556666`", "account `777788889999`"]);
}

#[test]
fn a_deny_to_all_but_some_leaves_these() {
    let deny = |spared: Value| {
        let mut deny = with(deny_if(json!({})), "NotPrincipal", spared);
        deny.as_object_mut().unwrap().remove("Principal");
        deny
    };
    let own = || deny(json!({ "AWS": ["111122223333", "arn:aws:iam::111122223333:role/app"] }));
    assert_eq!(who(json!([allow(json!("*")), own()])), NOBODY);
    assert_eq!(who(json!([allow(json!({ "AWS": "444455556666" })), own()])), NOBODY);
    let foreign = || deny(json!({ "AWS": ["111122223333", "444455556666"] }));
    assert_eq!(who(json!([allow(json!("*")), foreign()])), ["account `444455556666`"]);
    assert_eq!(who(json!([allow(json!({ "AWS": "444455556666" })), foreign()])), ["account `444455556666`"]);
    assert_eq!(who(json!([allow(json!("*")), deny(json!("*"))])), ["everyone"]);
}

#[test]
fn a_negated_deny_narrows_as_its_positive_twin() {
    for (condition, want) in [
        (json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-acme123456" } }), vec!["organization `o-acme123456`"]),
        (json!({ "StringNotEquals": { "aws:PrincipalAccount": "111122223333" } }), vec![]),
        (
            json!({ "StringNotEqualsIfExists": { "aws:PrincipalAccount": "444455556666" } }),
            vec!["account `444455556666`"],
        ),
        (json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-0a1b2c3d" } }), vec!["anyone from `vpce-0a1b2c3d`"]),
        (json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }), vec!["anyone from `203.0.113.0/24`"]),
        // Whoever is of the organization, or of the network.
        (
            json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-acme123456", "aws:SourceVpc": "vpc-0a1b2c3d" } }),
            vec!["organization `o-acme123456`", "anyone from `vpc-0a1b2c3d`"],
        ),
        (
            json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-acme123456" },
                    "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } }),
            vec!["organization `o-acme123456`"],
        ),
    ] {
        assert_eq!(who(json!([allow(json!("*")), deny_if(condition.clone())])), want, "{condition}");
    }
}

#[test]
fn a_deny_speaks_of_services_or_of_the_rest() {
    let deputy = || allow(json!({ "Service": "s3.amazonaws.com" }));
    let spares_services = json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-acme123456" },
                                  "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } });
    assert_eq!(who(json!([deputy(), deny_if(spares_services)])), ["the service `s3.amazonaws.com` on anyone's behalf"]);
    let of_services = json!({ "StringNotEqualsIfExists": { "aws:SourceAccount": "111122223333" },
                              "Null": { "aws:SourceAccount": "false" },
                              "Bool": { "aws:PrincipalIsAWSService": "true" } });
    assert_eq!(who(json!([deputy(), deny_if(of_services.clone())])), NOBODY);
    assert_eq!(who(json!([allow(json!("*")), deny_if(of_services)])), ["everyone"]);
}

#[test]
fn actions_are_told_without_those_denied() {
    let allow = with(allow(json!("*")), "Action", json!(["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]));
    let deny = with(deny_if(json!({})), "Action", json!("s3:Put*"));
    let found = grants(json!([allow, deny]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].actions, ["s3:getobject"]);
    assert_eq!(found[0].statement, 1);
    assert!(found[0].allows("s3:GetObject") && !found[0].allows("s3:PutObject"));
}

#[test]
fn a_deny_of_some_actions_splits_the_grant() {
    let allow = with(allow(json!("*")), "Action", json!(["s3:GetObject", "s3:PutObject"]));
    let deny = json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-acme123456" } });
    let deny = with(deny_if(deny), "Action", json!("s3:Put*"));
    let found = grants(json!([deny, allow]));
    let told: Vec<_> = found.iter().map(|grant| (grant.to_string(), grant.actions.clone())).collect();
    assert_eq!(
        told,
        [
            ("everyone (statement 2)".to_owned(), vec!["s3:getobject".to_owned()]),
            ("organization `o-acme123456` (statement 2)".to_owned(), vec!["s3:putobject".to_owned()]),
        ]
    );
}

#[test]
fn what_allows_nothing_lets_nobody_in() {
    let mut nothing = with(allow(json!("*")), "NotAction", json!("*"));
    nothing.as_object_mut().unwrap().remove("Action");
    assert_eq!(who(nothing), NOBODY);
    assert_eq!(who(with(allow(json!("*")), "Action", json!([]))), NOBODY);
    let mut all_but = with(allow(json!("*")), "NotAction", json!("s3:GetObject"));
    all_but.as_object_mut().unwrap().remove("Action");
    assert_eq!(grants(all_but)[0].actions, ["*"]);
}

#[test]
fn only_some_outsiders_are_certain() {
    let certain = |statement: Value| grants(statement).iter().all(|grant| grant.who.is_certain());
    assert!(certain(allow(json!({ "AWS": ["*", "444455556666"], "Federated": "accounts.google.com" }))));
    for principal in [json!({ "Service": "sns.amazonaws.com" }), json!({ "CanonicalUser": "79a59df9" })] {
        assert!(!certain(allow(principal)));
    }
}

#[test]
fn what_an_attacker_writes_is_shown_plain() {
    let who = Outsider::UnknownPrincipal("a\u{202e}b".repeat(100));
    assert!(who.to_string().contains("a\\u{202e}ba") && who.to_string().contains('…'));
}

#[test]
fn a_hostile_document_is_judged_quickly() {
    let many = |n: usize, make: &dyn Fn(usize) -> String| (0..n).map(make).collect::<Vec<_>>();
    let account = |i: usize| format!("{:012}", 200_000_000_000_u64 + i as u64);
    let star = |i: usize| format!("{}b{i}", "a*".repeat(8));
    let mut statements: Vec<Value> = (0..60)
        .map(|i| {
            let condition = json!({ "StringNotEquals": { "aws:PrincipalAccount": many(20, &account) } });
            with(deny_if(condition), "Action", json!(many(10, &|j| format!("s3:{}{i}{j}*", "a*".repeat(8)))))
        })
        .collect();
    let mut allow = with(allow(json!({ "AWS": many(500, &account) })), "Action", json!(many(500, &star)));
    allow["Resource"] = json!(many(200, &star));
    statements.push(allow);
    let document = json!({ "Statement": statements });
    let start = std::time::Instant::now();
    let found = Policy::from_value(&document).unwrap().outside_grants(&HOME);
    assert_eq!(found.len(), 500);
    assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
}
