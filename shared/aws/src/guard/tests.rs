//! Whole deliveries: what fails is reported, and the rest is handled.

mod doubtful;
mod left_out;
mod own_rules;
mod waiting;

use riposte_core::catalogue::{FunctionSpec, IDENTITY_GUARD, INGRESS_GUARD};
use serde_json::{Value, json};

use super::{Base, CallGuard, HandlerError, handle};
use crate::actions::Actions;
use crate::lookups::Lookups;
use crate::testing::{
    ADMIN, Aws, Fault, Rule, authorized, batch, context, envelope, iam_call, lay_group, lay_principals, record,
};

fn guard(aws: &Aws, spec: FunctionSpec) -> CallGuard {
    let config = aws.config();
    let base = Base::new(spec, "111122223333".to_owned(), &config, Actions::all(&config));
    CallGuard::new(base, Lookups::default().with_ec2(&config).with_iam(&config))
}

async fn deliver(aws: &Aws, spec: FunctionSpec, payload: &str) -> Result<Value, HandlerError> {
    deliver_to(&guard(aws, spec), payload).await
}

async fn deliver_to(guard: &CallGuard, payload: &str) -> Result<Value, HandlerError> {
    handle(guard, payload, &context("delivery")).await
}

fn failed(answer: &Value) -> Vec<&str> {
    answer["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["itemIdentifier"].as_str().unwrap())
        .collect()
}

fn laid() -> Aws {
    let aws = Aws::new();
    aws.world(|world| {
        lay_group(world);
        lay_principals(world);
    });
    aws
}

/// The event that made the offending rule of `sg-1`.
fn opened() -> Value {
    authorized("e-1", "sg-1", &[Rule::tcp("sgr-1", 22, "0.0.0.0/0")])
}

fn is_open(aws: &Aws) -> bool {
    aws.world(|world| world.ec2.group("sg-1").rules.iter().any(|rule| rule.id == "sgr-1"))
}

fn put_policy(event_id: &str, user: &str, document: &str) -> String {
    let request = json!({ "userName": user, "policyName": "door", "policyDocument": document });
    envelope(&iam_call(event_id, "PutUserPolicy", &request, &Value::Null)).to_string()
}

#[tokio::test]
async fn bad_items_fail_and_the_others_are_handled() {
    let good = envelope(&opened()).to_string();
    let (half, _) = good.split_at(good.len() / 2);
    let without = |field: &str| {
        let mut event = envelope(&opened());
        for part in [&["detail"][..], &[]] {
            let target = part.iter().fold(&mut event, |value, key| &mut value[*key]);
            target.as_object_mut().unwrap().retain(|key, _| !field.split(' ').any(|field| field == key));
        }
        event.to_string()
    };
    let nested = "[".repeat(6 * 1024 * 1024);
    let messages = [
        ("empty", ""),
        ("truncated", half),
        ("nested", &nested),
        ("no-object", "7"),
        ("no-account", &without("account recipientAccountId")),
        ("no-region", &without("region awsRegion")),
        ("no-id", &without("eventID")),
        ("good", &good),
    ];
    let aws = laid();
    let answer = deliver(&aws, INGRESS_GUARD, &batch(&messages)).await.unwrap();
    assert_eq!(failed(&answer), ["empty", "truncated", "nested", "no-object", "no-account", "no-region", "no-id"]);
    assert!(!is_open(&aws));
    assert_eq!(aws.changes().len(), 1);
}

#[tokio::test]
async fn events_that_are_not_for_us_are_no_failures() {
    // For want of a permission it would be an attempt.
    let mut failed_call = opened();
    failed_call["errorCode"] = json!("InvalidParameterValue");
    let other = record("e-2", "ec2.amazonaws.com", "SomethingNew", &json!({}), &Value::Null);
    let foreign = record("e-3", "evil.example.com", "AuthorizeSecurityGroupIngress", &json!({}), &Value::Null);
    let health = json!({ "detail-type": "AWS Health Event", "source": "aws.health", "detail": {} });
    let bodies: Vec<String> =
        [envelope(&failed_call), envelope(&other), envelope(&foreign), health].iter().map(Value::to_string).collect();
    let ids = ["failed", "unknown", "foreign", "health"];
    let messages: Vec<(&str, &str)> = ids.into_iter().zip(bodies.iter().map(String::as_str)).collect();
    let aws = laid();
    let answer = deliver(&aws, INGRESS_GUARD, &batch(&messages)).await.unwrap();
    assert_eq!(failed(&answer), Vec::<&str>::new());
    assert!(is_open(&aws), "a call that failed opened nothing");
    assert_eq!(aws.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn an_event_that_comes_alone_fails_as_a_whole() {
    let aws = laid();
    for payload in ["", "{", "7", "{}", "null"] {
        assert!(deliver(&aws, INGRESS_GUARD, payload).await.is_err(), "{payload:?}");
    }
    let answer = deliver(&aws, INGRESS_GUARD, &envelope(&opened()).to_string()).await.unwrap();
    assert_eq!(answer, json!({ "handled": true }));
    // Whoever may invoke the function may say that anything happened: people are asked.
    assert!(is_open(&aws));
    assert!(aws.world(|world| world.sent[0].subject.contains("NEEDS APPROVAL")), "{:?}", aws.world(|w| w.sent.clone()));
}

#[tokio::test]
async fn a_failed_item_without_an_id_fails_the_batch() {
    let good = envelope(&opened()).to_string();
    let with = |body: &str| {
        json!({ "Records": [
        { "messageId": "good", "body": good, "eventSource": "aws:sqs" },
        { "body": body, "eventSource": "aws:sqs" },
    ] })
    };
    let aws = laid();
    assert!(deliver(&aws, INGRESS_GUARD, &with("{").to_string()).await.is_err());
    assert!(!is_open(&aws), "the item before it was handled");
    assert!(deliver(&aws, INGRESS_GUARD, &with(&good).to_string()).await.is_ok(), "an id is needed for failures only");
}

#[tokio::test]
async fn a_detector_that_cannot_judge_fails_its_item_alone() {
    let aws = laid();
    let (malformed, good) =
        (put_policy("e-1", "eve", "{ no policy"), put_policy("e-2", "eve", crate::testing::DOCUMENT));
    let answer = deliver(&aws, IDENTITY_GUARD, &batch(&[("malformed", &malformed), ("good", &good)])).await.unwrap();
    assert_eq!(failed(&answer), ["malformed"]);
    assert_eq!(aws.changes(), ["iam:DeleteUserPolicy"]);
}

#[tokio::test]
async fn a_finding_that_fails_does_not_keep_the_others_of_its_event() {
    let aws = laid();
    let every = Rule { protocol: "-1".to_owned(), from: -1, to: -1, ..Rule::tcp("sgr-all", 0, "::/0") };
    aws.world(|world| world.ec2.group("sg-1").rules.push(every.clone()));
    let event = envelope(&authorized("e-1", "sg-1", &[Rule::tcp("sgr-1", 22, "0.0.0.0/0"), every])).to_string();
    aws.fail("RevokeSecurityGroupIngress", Fault::THROTTLED);
    let answer = deliver(&aws, INGRESS_GUARD, &batch(&[("both", &event)])).await.unwrap();
    assert_eq!(failed(&answer), Vec::<&str>::new());
    assert!(
        !is_open(&aws) && !aws.world(|world| world.ec2.group("sg-1").rules.iter().any(|rule| rule.id == "sgr-all"))
    );
    assert_eq!(aws.world(|world| world.table.with_prefix("incident#").len()), 2);
    assert_eq!(aws.world(|world| world.sent.len()), 2);
}

#[tokio::test]
async fn from_event_to_verified_costs_six_calls_with_settings_at_hand() {
    let aws = laid();
    let guard = guard(&aws, INGRESS_GUARD);
    guard.base.settings.get().await.unwrap();
    aws.forget_calls();
    let payload = batch(&[("m", &envelope(&opened()).to_string())]);
    handle(&guard, &payload, &context("delivery")).await.unwrap();
    let calls = aws.calls();
    let verifying = calls.iter().rposition(|call| call == "ec2:DescribeSecurityGroupRules").unwrap();
    assert_eq!(verifying + 1, 6, "{calls:?}");
}

#[tokio::test]
async fn a_customers_policy_is_read_and_judged_by_what_it_grants() {
    let arn = "arn:aws:iam::111122223333:policy/own";
    let request = json!({ "userName": "eve", "policyArn": arn });
    let event = envelope(&iam_call("e-1", "AttachUserPolicy", &request, &Value::Null)).to_string();
    let harmless = json!({ "Statement": { "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" } }).to_string();
    for (document, changes) in [(Some(crate::testing::DOCUMENT), 1), (Some(harmless.as_str()), 0), (None, 0)] {
        let aws = laid();
        if let Some(document) = document {
            aws.world(|world| world.iam.policies.insert(arn.to_owned(), document.to_owned()));
        }
        deliver(&aws, IDENTITY_GUARD, &batch(&[("m", &event)])).await.unwrap();
        assert_eq!(aws.changes().len(), changes, "{document:?}");
    }
    let aws = laid();
    aws.world(|world| world.iam.policies.insert(arn.to_owned(), harmless));
    for operation in ["GetPolicy", "GetPolicyVersion"] {
        aws.fail(operation, Fault::DENIED);
        assert!(deliver(&aws, IDENTITY_GUARD, &event).await.is_err(), "{operation}: unread is not harmless");
    }
}

#[tokio::test]
async fn awss_own_administrator_policy_needs_no_reading() {
    let aws = laid();
    let request = json!({ "userName": "eve", "policyArn": ADMIN });
    let event = envelope(&iam_call("e-1", "AttachUserPolicy", &request, &Value::Null)).to_string();
    deliver(&aws, IDENTITY_GUARD, &batch(&[("m", &event)])).await.unwrap();
    assert!(aws.calls().iter().all(|call| !call.contains(":GetPolicy")));
    assert_eq!(aws.changes(), ["iam:DetachUserPolicy"]);
}

#[tokio::test]
async fn a_changed_rule_is_judged_by_what_it_is_now() {
    let update = json!({ "SecurityGroupRuleId": "sgr-1", "SecurityGroupRule":
        { "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "0.0.0.0/0" } });
    let request = json!({ "ModifySecurityGroupRulesRequest": { "GroupId": "sg-1", "SecurityGroupRule": update } });
    let event =
        envelope(&record("e-1", "ec2.amazonaws.com", "ModifySecurityGroupRules", &request, &Value::Null)).to_string();
    let aws = laid();
    aws.world(|world| world.ec2.page = 1);
    deliver(&aws, INGRESS_GUARD, &batch(&[("m", &event)])).await.unwrap();
    assert!(!is_open(&aws));
    // The same record tells of an egress rule: only the live one shows it.
    let aws = laid();
    aws.world(|world| world.ec2.group("sg-1").rules[1].egress = true);
    deliver(&aws, INGRESS_GUARD, &batch(&[("m", &event)])).await.unwrap();
    assert!(is_open(&aws));
}

#[tokio::test]
async fn without_settings_nothing_is_answered_and_the_event_comes_again() {
    let aws = laid();
    aws.fail_always("GetParametersByPath", Fault::THROTTLED);
    let payload = batch(&[("m", &envelope(&opened()).to_string())]);
    let answer = deliver(&aws, INGRESS_GUARD, &payload).await.unwrap();
    assert_eq!(failed(&answer), ["m"]);
    assert!(is_open(&aws));
    aws.heal();
    let answer = deliver(&aws, INGRESS_GUARD, &payload).await.unwrap();
    assert_eq!(failed(&answer), Vec::<&str>::new());
    assert!(!is_open(&aws));
}
