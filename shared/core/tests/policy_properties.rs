//! What must hold of the policy evaluators whatever the document: no text breaks them, a `Deny` never
//! widens, an `Allow` never narrows, and what IAM does not distinguish makes no difference.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use riposte_core::arn::{covers, matches};
use riposte_core::iam::{Evaluation, Outsider, Policy, evaluate_all};
use serde_json::{Map, Value, json};

/// JSON of any shape, with the names that a policy has among it.
fn any_json() -> impl Strategy<Value = Value> {
    let words = vec![
        "Statement",
        "Effect",
        "Allow",
        "Deny",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "AWS",
        "Service",
        "Federated",
        "CanonicalUser",
        "Condition",
        "StringEquals",
        "IpAddress",
        "ForAnyValue:StringLike",
        "aws:SourceIp",
        "aws:PrincipalOrgID",
        "aws:SourceArn",
        "0.0.0.0/0",
        "*",
        "iam:*",
        "arn:aws:iam::*:root",
        "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
    ];
    let word = prop_oneof![any::<String>(), select(words).prop_map(str::to_owned)];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(word.clone(), inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn some_of(all: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(select(all).prop_map(str::to_owned), 1..=most)
}

const ACTIONS: &[&str] = &[
    "*",
    "iam:*",
    "iam:Put*",
    "iam:PutUserPolicy",
    "iam:AttachRolePolicy",
    "iam:CreateAccessKey",
    "iam:PassRole",
    "ec2:RunInstances",
    "lambda:*",
    "lambda:UpdateFunctionCode",
    "s3:GetObject",
    "s3:Get?bject",
    "s3:*",
    "sts:AssumeRole",
    "sts:AssumeRole*",
];

const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:iam::111122223333:*",
    "arn:aws:iam::111122223333:user/*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:iam::111122223333:user/${aws:username}",
    "arn:aws:lambda:eu-west-1:111122223333:function:*",
    "arn:aws:s3:::pictures",
    "arn:aws:s3:::pictures/*",
];

fn principal() -> impl Strategy<Value = Value> {
    let aws = some_of(
        &[
            "*",
            "111122223333",
            "444455556666",
            "arn:aws:iam::444455556666:role/a",
            "arn:aws:iam::777788889999:user/b",
            "AIDAEXAMPLEEXAMPLE123",
        ],
        3,
    );
    let federated = some_of(
        &[
            "cognito-identity.amazonaws.com",
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
            "arn:aws:iam::444455556666:saml-provider/office",
        ],
        2,
    );
    let service = some_of(&["s3.amazonaws.com", "rolesanywhere.amazonaws.com"], 2);
    prop_oneof![
        3 => aws.prop_map(|names| json!({ "AWS": names })),
        1 => federated.prop_map(|names| json!({ "Federated": names })),
        1 => service.prop_map(|names| json!({ "Service": names })),
        1 => Just(json!("*")),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    let operator = select(vec![
        "StringEquals",
        "StringLike",
        "StringNotEquals",
        "StringNotLike",
        "StringNotEqualsIfExists",
        "StringEqualsIfExists",
        "IpAddress",
        "NotIpAddress",
        "Bool",
        "Null",
        "ForAllValues:StringNotLike",
    ]);
    let key = select(vec![
        "aws:PrincipalAccount",
        "aws:SourceAccount",
        "aws:PrincipalOrgID",
        "aws:SourceVpce",
        "aws:SourceIp",
        "aws:SourceArn",
        "aws:PrincipalIsAWSService",
        "aws:PrincipalServiceName",
        "aws:SecureTransport",
        "iam:PassedToService",
        "sts:ExternalId",
        "token.actions.githubusercontent.com:sub",
        "aws:ResourceTag/team",
    ]);
    let values = some_of(
        &[
            "111122223333",
            "444455556666",
            "777788889999",
            "o-acme123456",
            "o-other12345",
            "vpce-0a1b2c3d",
            "203.0.113.0/24",
            "0.0.0.0/0",
            "arn:aws:sns:eu-west-1:444455556666:orders",
            "arn:aws:s3:::pictures",
            "true",
            "false",
            "*",
            "ec2.amazonaws.com",
            "s3.amazonaws.com",
            "repo:octo-org/app:*",
        ],
        2,
    );
    proptest::collection::vec((operator, key, values), 0..3).prop_map(|tests| {
        let mut block = Map::new();
        for (operator, key, values) in tests {
            block.entry(operator).or_insert_with(|| json!({}))[key] = json!(values);
        }
        Value::Object(block)
    })
}

/// A statement that AWS would take.
fn statement(effects: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let parts = (
        select(effects),
        some_of(ACTIONS, 4),
        some_of(RESOURCES, 3),
        proptest::option::weighted(0.7, principal()),
        condition(),
        proptest::array::uniform3(prop::bool::weighted(0.15)),
    );
    parts.prop_map(|(effect, actions, resources, principal, condition, [not_action, not_resource, not_principal])| {
        let said = [
            Some(("Effect", json!(effect))),
            Some(("Condition", condition)),
            Some((if not_action { "NotAction" } else { "Action" }, json!(actions))),
            Some((if not_resource { "NotResource" } else { "Resource" }, json!(resources))),
            principal.map(|principal| (if not_principal { "NotPrincipal" } else { "Principal" }, principal)),
        ];
        said.into_iter().flatten().collect()
    })
}

const BOTH: &[&str] = &["Allow", "Deny"];

fn statements() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(statement(BOTH), 1..5)
}

fn evaluate(statements: &[Value]) -> Result<Evaluation, TestCaseError> {
    let document = json!({ "Statement": statements }).to_string();
    evaluate_all(&document).map_err(|error| TestCaseError::fail(format!("{error} in {document}")))
}

/// What an evaluation says, without the numbers of statements and the order of what is listed.
fn said(evaluation: &Evaluation) -> (Option<bool>, BTreeSet<String>) {
    let mut all = BTreeSet::new();
    for e in &evaluation.escalations {
        all.insert(format!("{} {}", e.combination.id, e.conditional));
    }
    for g in &evaluation.outside {
        let actions: BTreeSet<_> = g.actions.iter().collect();
        all.insert(format!("{:?} {} {actions:?}", g.who, g.narrowed));
    }
    for g in &evaluation.trust {
        all.insert(format!("{:?} {} {} {:?}", g.who, g.external_id, g.narrowed, g.lacks));
    }
    (evaluation.admin.map(|grant| grant.conditional), all)
}

/// How wide a grant is: an account is less than some named others, these less than a service that acts for
/// anyone, and all less than everyone.
fn width(who: &Outsider) -> u8 {
    match who {
        Outsider::Everyone => 3,
        Outsider::ServiceForAnyone(_) => 2,
        Outsider::Organization(_) | Outsider::Network(_) | Outsider::Federation(_) | Outsider::UnknownPrincipal(_) => 1,
        Outsider::Account(_) => 0,
    }
}

fn ids(evaluation: &Evaluation) -> BTreeSet<&'static str> {
    evaluation.escalations.iter().map(|e| e.combination.id).collect()
}

proptest! {
    #[test]
    fn no_text_breaks_an_evaluator(text in any::<String>()) {
        let _ = evaluate_all(&text);
    }

    #[test]
    fn no_json_breaks_an_evaluator(value in any_json()) {
        let _ = evaluate_all(&value.to_string());
        let _ = evaluate_all(&json!({ "Statement": value }).to_string());
        let _ = Policy::from_value(&value);
    }

    #[test]
    fn a_deny_adds_nothing(
        statements in statements(), deny in statement(&["Deny"]), at in any::<Index>(),
    ) {
        let before = evaluate(&statements)?;
        let at = at.index(statements.len() + 1);
        let mut more = statements.clone();
        more.insert(at, deny);
        let after = evaluate(&more)?;
        // Under the number that its statement had before.
        let number = |statement: usize| if statement > at + 1 { statement - 1 } else { statement };
        prop_assert!(ids(&after).is_subset(&ids(&before)));
        prop_assert!(after.admin.is_none() || before.admin.is_some());
        for grant in &after.outside {
            let wider = |other: &&riposte_core::iam::OutsideGrant| {
                other.statement == number(grant.statement)
                    && (other.who == grant.who || width(&other.who) > width(&grant.who)
                        || (width(&other.who) == 1 && width(&grant.who) == 1))
                    && grant.actions.iter().all(|a| other.actions.contains(a))
            };
            prop_assert!(before.outside.iter().any(|other| wider(&other)), "{grant:?} of {:?}", before.outside);
        }
        for grant in &after.trust {
            let wider = |other: &&riposte_core::iam::TrustGrant| {
                other.statement == number(grant.statement)
                    && (other.who == grant.who || width(&other.who) >= width(&grant.who).max(1))
            };
            prop_assert!(before.trust.iter().any(|other| wider(&other)), "{grant:?} of {:?}", before.trust);
        }
    }

    #[test]
    fn an_allow_removes_nothing(statements in statements(), allow in statement(&["Allow"])) {
        let before = evaluate(&statements)?;
        let after = evaluate(&[statements, vec![allow]].concat())?;
        prop_assert!(before.admin.is_none() || after.admin.is_some());
        prop_assert!(ids(&before).is_subset(&ids(&after)));
        prop_assert!(before.outside.iter().all(|grant| after.outside.contains(grant)));
        prop_assert!(before.trust.iter().all(|grant| after.trust.contains(grant)));
    }

    #[test]
    fn order_makes_no_difference(statements in statements(), by in any::<Index>()) {
        let mut turned = statements.clone();
        turned.rotate_left(by.index(statements.len()));
        turned.reverse();
        for statement in &mut turned {
            for (_, value) in statement.as_object_mut().expect("an object") {
                value.as_array_mut().into_iter().for_each(|list| list.reverse());
            }
        }
        prop_assert_eq!(said(&evaluate(&statements)?), said(&evaluate(&turned)?));
    }

    #[test]
    fn a_statement_said_twice_says_the_same(statements in statements(), again in any::<Index>()) {
        let twice = [statements.clone(), vec![statements[again.index(statements.len())].clone()]].concat();
        prop_assert_eq!(said(&evaluate(&statements)?), said(&evaluate(&twice)?));
    }

    #[test]
    fn case_makes_no_difference(statements in statements(), upper in any::<bool>()) {
        let turn = |text: &str| if upper { text.to_ascii_uppercase() } else { text.to_ascii_lowercase() };
        let turned: Vec<Value> = statements.iter().map(|statement| {
            let parts = statement.as_object().expect("an object").iter();
            parts.map(|(name, value)| {
                let actions = |list: &Value| -> Value {
                    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(turn).collect()
                };
                let keys = |block: &Value| -> Value {
                    let turned = block.as_object().into_iter().flatten().map(|(operator, tests)| {
                        let tests = tests.as_object().into_iter().flatten();
                        (turn(operator), tests.map(|(key, values)| (turn(key), values.clone())).collect::<Value>())
                    });
                    turned.collect()
                };
                let value = match name.as_str() {
                    "Action" | "NotAction" => actions(value),
                    "Condition" => keys(value),
                    "Effect" => turn(value.as_str().unwrap_or_default()).into(),
                    _ => value.clone(),
                };
                (turn(name), value)
            }).collect()
        }).collect();
        prop_assert_eq!(said(&evaluate(&statements)?), said(&evaluate(&turned)?));
    }

    #[test]
    fn one_is_a_list_of_one(statements in statements()) {
        fn unwrap(value: &Value) -> Value {
            match value {
                Value::Array(list) if list.len() == 1 => unwrap(&list[0]),
                Value::Array(list) => list.iter().map(unwrap).collect(),
                Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), unwrap(value))).collect(),
                other => other.clone(),
            }
        }
        let alone = unwrap(&json!({ "Statement": statements }));
        prop_assert_eq!(Ok(evaluate(&statements)?), evaluate_all(&alone.to_string()));
    }

    #[test]
    fn text_and_value_and_encoding_are_the_same(statements in statements()) {
        let document = json!({ "Statement": statements });
        let encoded: String = document.to_string().bytes().map(|b| format!("%{b:02X}")).collect();
        let want = Policy::parse(&document.to_string());
        prop_assert_eq!(&want, &Policy::from_value(&document));
        prop_assert_eq!(&want, &Policy::from_value(&json!(document.to_string())));
        prop_assert_eq!(&want, &Policy::parse(&encoded));
    }

    #[test]
    fn a_pattern_covers_only_what_it_matches(pattern in "[ab*?]{0,6}", part in "[ab*?]{0,6}", text in "[ab]{0,6}") {
        prop_assert!(!covers(&pattern, &part) || !matches(&part, &text) || matches(&pattern, &text));
    }

    #[test]
    fn matching_is_what_the_definition_says(pattern in "[ab*?]{0,6}", text in "[ab]{0,6}") {
        fn slowly(p: &[u8], t: &[u8]) -> bool {
            match (p.split_first(), t.split_first()) {
                (None, None) => true,
                (Some((b'*', rest)), None) => slowly(rest, t),
                (Some((b'*', rest)), Some((_, left))) => slowly(rest, t) || slowly(p, left),
                (Some((c, rest)), Some((d, left))) => (*c == b'?' || c == d) && slowly(rest, left),
                _ => false,
            }
        }
        prop_assert_eq!(matches(&pattern, &text), slowly(pattern.as_bytes(), text.as_bytes()));
    }
}

#[test]
fn depth_and_length_end_in_an_answer() {
    let deep = "[".repeat(200_000);
    assert!(evaluate_all(&format!("{{\"Statement\":{deep}")).is_err());
    let stars = "a*".repeat(20_000);
    let one = json!({ "Effect": "Allow", "Action": stars, "Resource": stars, "Principal": "*" });
    let two = json!({ "Effect": "Deny", "Action": stars, "Resource": stars, "Principal": "*" });
    assert!(evaluate_all(&json!({ "Statement": [one, two] }).to_string()).is_ok());
}
