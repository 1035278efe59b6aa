//! Requests that CloudTrail left out of the record for their size: what AWS holds is evaluated in their place.

use std::sync::Arc;

use riposte_core::catalogue::{DATA_GUARD, IDENTITY_GUARD};
use serde_json::{Value, json};

use super::{deliver_to, failed};
use crate::actions::Actions;
use crate::guard::{Base, CallGuard};
use crate::lookups::Lookups;
use crate::testing::{Aws, Handler, Scripted, ScriptedApi, batch, envelope, record, refuse};

const CALLS: &[(&str, Handler)] = &[
    ("s3:GetBucketPolicy", |state, request| match state[request["Bucket"].as_str().unwrap()].as_str() {
        Some("denied") => refuse("AccessDenied"),
        Some(policy) => Ok(json!({ "Policy": policy })),
        None => refuse("NoSuchBucket"),
    }),
    ("s3:GetBucketTagging", |_, _| refuse("NoSuchTagSet")),
    ("s3:PutBucketPolicy", |state, request| {
        state["shop"] = request["Policy"].clone();
        Ok(json!({}))
    }),
    ("s3:DeleteBucketPolicy", |state, _| {
        state["shop"] = Value::Null;
        Ok(json!({}))
    }),
    ("iam:GetRole", |state, _| Ok(json!({ "Role": { "AssumeRolePolicyDocument": state["web"] } }))),
];

fn policy(principal: &str) -> Value {
    let padding = " ".repeat(120_000);
    let statement = json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*" });
    Value::String(format!("{{\"Version\": \"2012-10-17\",{padding}\"Statement\": [{statement}]}}"))
}

fn account(state: Value) -> Aws {
    let aws = Aws::new();
    aws.world(|world| world.script = Scripted { state, calls: CALLS });
    aws
}

fn left_out(source: &str, name: &str, arn: &str) -> String {
    let omitted = json!({ "omitted": true, "originalSize": 121_000, "reason": "request too large" });
    let mut record = record("e-1", source, name, &omitted, &Value::Null);
    record["resources"] = json!([{ "accountId": "111122223333", "ARN": arn }]);
    batch(&[("m", &envelope(&record).to_string())])
}

fn data_guard(aws: &Aws, lookups: Lookups) -> CallGuard {
    let config = aws.config();
    let actions = Actions::all(&config).through(Arc::new(ScriptedApi(aws.clone())));
    CallGuard::new(Base::new(DATA_GUARD, "111122223333".to_owned(), &config, actions), lookups)
}

fn reading(aws: &Aws) -> Lookups {
    Lookups::default().with_hidden(Arc::new(ScriptedApi(aws.clone())))
}

/// The subjects and texts of what people were sent.
fn told(aws: &Aws) -> Vec<String> {
    aws.world(|world| world.sent.iter().map(|sent| format!("{} {}", sent.subject, sent.body)).collect())
}

#[tokio::test]
async fn a_padded_policy_is_evaluated_as_it_stands_in_the_account() {
    let aws = account(json!({ "shop": policy("*") }));
    let event = left_out("s3.amazonaws.com", "PutBucketPolicy", "arn:aws:s3:::shop");
    let answer = deliver_to(&data_guard(&aws, reading(&aws)), &event).await.unwrap();
    assert_eq!(failed(&answer), Vec::<&str>::new());
    let told = told(&aws);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("bucket-policy-public") && told[0].contains("this is what AWS holds now"), "{told:?}");
    // And answered as if the record had shown it.
    assert_eq!(aws.world(|world| world.script.state["shop"].clone()), Value::Null);
}

#[tokio::test]
async fn a_padded_policy_for_the_own_account_is_none() {
    let aws = account(json!({ "shop": policy("arn:aws:iam::111122223333:root") }));
    let event = left_out("s3.amazonaws.com", "PutBucketPolicy", "arn:aws:s3:::shop");
    deliver_to(&data_guard(&aws, reading(&aws)), &event).await.unwrap();
    assert_eq!(told(&aws), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_gone_or_must_not_be_read_fails_nothing() {
    for state in [json!({}), json!({ "shop": "denied" })] {
        let aws = account(state);
        let event = left_out("s3.amazonaws.com", "PutBucketPolicy", "arn:aws:s3:::shop");
        let answer = deliver_to(&data_guard(&aws, reading(&aws)), &event).await.unwrap();
        assert_eq!((failed(&answer), told(&aws)), (Vec::new(), Vec::new()));
    }
}

#[tokio::test]
async fn a_function_that_reads_no_policies_asks_nothing() {
    let aws = account(json!({ "shop": policy("*") }));
    let event = left_out("s3.amazonaws.com", "PutBucketPolicy", "arn:aws:s3:::shop");
    deliver_to(&data_guard(&aws, Lookups::default()), &event).await.unwrap();
    assert_eq!(aws.calls().iter().filter(|call| call.starts_with("s3:")).count(), 0);
}

#[tokio::test]
async fn a_padded_trust_policy_is_read_from_the_role() {
    let trust = json!({ "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole" }] });
    let aws = account(json!({ "web": trust.to_string() }));
    let config = aws.config();
    let actions = Actions::new(&config).through(Arc::new(ScriptedApi(aws.clone())));
    let base = Base::new(IDENTITY_GUARD, "111122223333".to_owned(), &config, actions);
    let guard = CallGuard::new(base, reading(&aws).with_iam(&config));
    let event = left_out("iam.amazonaws.com", "UpdateAssumeRolePolicy", "arn:aws:iam::111122223333:role/web");
    deliver_to(&guard, &event).await.unwrap();
    assert!(told(&aws).iter().any(|told| told.contains("role-trust-public")), "{:?}", told(&aws));
}
