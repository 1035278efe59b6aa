//! Behavior on an account in memory: the table keeps the same history as memory does, and comes to the same.

use std::collections::BTreeSet;

use riposte_core::catalogue::BEHAVIOR_WATCH;
use riposte_core::detect::behavior::{History, LEARNING_S, NoAtlas, observe};
use riposte_core::event::{ApiCall, Delivery};
use serde_json::{Value, json};

use super::BehaviorWatch;
use crate::actions::Actions;
use crate::atlas::Databases;
use crate::guard::{Base, handle};
use crate::testing::{Aws, Fault, batch, context, envelope, record};

/// Ten minutes before the tests' now.
const NOW: i64 = 1_767_323_045;
const DAY: i64 = 24 * 3600;

fn watch(aws: &Aws) -> BehaviorWatch {
    let config = aws.config();
    let base = Base::new(BEHAVIOR_WATCH, "111122223333".to_owned(), &config, Actions::new(&config));
    BehaviorWatch::new(base, Databases::default())
}

fn at(at_s: i64, source: &str, name: &str, request: &Value) -> Value {
    let mut record = record(&format!("{at_s}-{name}"), &format!("{source}.amazonaws.com"), name, request, &json!({}));
    record["eventTime"] = json!(jiff::Timestamp::from_second(at_s).unwrap().to_string());
    record
}

/// Ten days of work, then somebody who reads all secrets in a region that nobody used.
fn story() -> Vec<Value> {
    let mut all: Vec<Value> =
        (0..40).map(|n| at(NOW - 10 * DAY + n * 6 * 3600, "ec2", "DescribeInstances", &json!({}))).collect();
    for number in 0..14 {
        let mut read =
            at(NOW + number, "secretsmanager", "GetSecretValue", &json!({ "secretId": format!("s{number}") }));
        read["awsRegion"] = json!("sa-east-1");
        all.push(read);
    }
    all
}

async fn deliver(watch: &BehaviorWatch, records: &[Value]) -> Value {
    let bodies: Vec<(String, String)> =
        records.iter().enumerate().map(|(n, record)| (format!("m{n}"), envelope(record).to_string())).collect();
    let messages: Vec<(&str, &str)> = bodies.iter().map(|(id, body)| (id.as_str(), body.as_str())).collect();
    handle(watch, &batch(&messages), &context("delivery")).await.unwrap()
}

fn incidents(aws: &Aws) -> BTreeSet<String> {
    let items = aws.world(|world| world.table.with_prefix("incident#").into_iter().cloned().collect::<Vec<_>>());
    items.iter().map(|item| format!("{} {}", item["detector"]["S"], item["event_id"]["S"])).collect()
}

/// What memory comes to over the same events in the same order: what is no remark.
fn in_memory(records: &[Value]) -> BTreeSet<String> {
    let mut history = History::default();
    let mut found = BTreeSet::new();
    for record in records {
        let call = ApiCall::new(record.as_object().unwrap().clone(), None, None);
        let Some(observed) = observe(&call, &call.scope().unwrap(), &NoAtlas) else { continue };
        for observation in observed.observations {
            let judged = observation.judge(&history, LEARNING_S);
            for mark in &judged.marks {
                history.note(mark);
            }
            if let Some(finding) = judged.finding.filter(|finding| !crate::guard::is_remark(finding)) {
                found.insert(format!("\"{}\" \"{}\"", finding.detector, judged.once.unwrap()));
            }
        }
    }
    found
}

#[tokio::test]
async fn the_table_and_memory_come_to_the_same() {
    let story = story();
    let wanted = in_memory(&story);
    assert!(wanted.len() >= 2, "{wanted:?}");
    for size in [1, 7, 10] {
        // One function that remembers, and a new one for each delivery.
        for fresh in [false, true] {
            let aws = Aws::new();
            let mut function = watch(&aws);
            for part in story.chunks(size) {
                if fresh {
                    function = watch(&aws);
                }
                assert_eq!(deliver(&function, part).await, json!({ "batchItemFailures": [] }));
            }
            assert_eq!(incidents(&aws), wanted, "{size} at a time, fresh: {fresh}");
        }
    }
}

#[tokio::test]
async fn what_comes_again_or_in_another_order_makes_no_other_incident() {
    let story = story();
    let wanted = in_memory(&story);
    let aws = Aws::new();
    let function = watch(&aws);
    for part in story.chunks(10) {
        let backwards: Vec<Value> = part.iter().rev().cloned().collect();
        deliver(&function, &backwards).await;
        deliver(&watch(&aws), part).await;
    }
    deliver(&watch(&aws), &story).await;
    assert_eq!(incidents(&aws), wanted);
}

#[tokio::test]
async fn a_delivery_costs_one_read_and_one_write_and_an_ordinary_day_nothing() {
    let aws = Aws::new();
    let function = watch(&aws);
    let calls = |aws: &Aws| -> Vec<String> {
        let history = ["BatchGetItem", "TransactWriteItems"];
        aws.calls().into_iter().filter(|call| history.iter().any(|name| call.contains(name))).collect()
    };
    let ordinary: Vec<Value> =
        (0..10).map(|n| at(NOW - 10 * DAY + n, "ec2", "DescribeInstances", &json!({}))).collect();
    deliver(&function, &ordinary).await;
    assert_eq!(calls(&aws).len(), 2, "{:?}", aws.calls());
    aws.forget_calls();
    for day in 0..9 {
        let again: Vec<Value> =
            (0..10).map(|n| at(NOW - (9 - day) * DAY + n, "ec2", "DescribeInstances", &json!({}))).collect();
        deliver(&function, &again).await;
    }
    assert_eq!(calls(&aws), Vec::<String>::new(), "all of it is known");
}

#[tokio::test]
async fn a_table_that_fails_brings_the_events_again_and_loses_nothing() {
    let story = story();
    let wanted = in_memory(&story);
    for operation in ["BatchGetItem", "TransactWriteItems", "Publish"] {
        let aws = Aws::new();
        let function = watch(&aws);
        for (number, part) in story.chunks(10).enumerate() {
            if number > 3 {
                aws.fail(operation, Fault::THROTTLED);
            }
            let mut left: Vec<Value> = part.to_vec();
            let mut tries = 0;
            while !left.is_empty() && tries < 20 {
                let answer = deliver(&function, &left).await;
                let failed = answer["batchItemFailures"].as_array().unwrap();
                let failed: Vec<usize> = failed
                    .iter()
                    .map(|item| item["itemIdentifier"].as_str().unwrap().trim_start_matches('m').parse().unwrap())
                    .collect();
                left = failed.into_iter().map(|number| left[number].clone()).collect();
                tries += 1;
            }
            assert!(left.is_empty(), "{operation}");
        }
        assert_eq!(incidents(&aws), wanted, "{operation}");
    }
}

#[tokio::test]
async fn what_is_no_call_fails_alone() {
    let aws = Aws::new();
    let good = envelope(&at(NOW, "ec2", "DescribeInstances", &json!({}))).to_string();
    let mut nowhere = at(NOW, "ec2", "DescribeInstances", &json!({}));
    nowhere.as_object_mut().unwrap().remove("eventID");
    let nowhere = envelope(&nowhere).to_string();
    let payload = batch(&[("broken", "{"), ("nowhere", &nowhere), ("good", &good)]);
    let answer = handle(&watch(&aws), &payload, &context("delivery")).await.unwrap();
    let failed: Vec<_> =
        answer["batchItemFailures"].as_array().unwrap().iter().map(|item| item["itemIdentifier"].clone()).collect();
    assert_eq!(failed, ["broken", "nowhere"]);
    assert!(aws.world(|world| !world.table.with_prefix("past#").is_empty()));
    assert_eq!(Delivery::parse(&payload).items.len(), 3);
}

#[tokio::test]
async fn what_the_table_holds_is_read_and_forgotten_by_a_person() {
    let aws = Aws::new();
    let function = watch(&aws);
    deliver(&function, &story()[..10]).await;
    let loaded = function.base.loaded().await.unwrap();
    let ledger = function.base.ledger(&loaded);
    let kept = ledger.all_pasts().await.unwrap();
    let user = "arn:aws:iam::111122223333:user/mallory";
    assert!(kept.iter().any(|kept| kept.key.whose == user && kept.past.knows("eu-west-1")), "{kept:?}");
    for kept in &kept {
        // In the fake, what is deleted is gone at once.
        ledger.forget_past(&kept.key).await.unwrap();
    }
    assert!(ledger.all_pasts().await.unwrap().is_empty());
}

/// A trail that is stopped, and secrets that are read after it: a sequence.
fn sequence() -> Vec<Value> {
    let mut all: Vec<Value> =
        (0..40).map(|n| at(NOW - 10 * DAY + n * 6 * 3600, "ec2", "DescribeInstances", &json!({}))).collect();
    all.push(at(NOW, "cloudtrail", "StopLogging", &json!({ "name": "main" })));
    let read = |number: i64| {
        at(NOW + 60 + number, "secretsmanager", "GetSecretValue", &json!({ "secretId": format!("s{number}") }))
    };
    all.extend((0..20).map(read));
    all
}

#[tokio::test]
async fn a_sequence_is_the_same_incident_however_its_events_are_delivered() {
    let all = sequence();
    let mut seen = BTreeSet::new();
    for size in [1, 10, 200] {
        let aws = Aws::new();
        let function = watch(&aws);
        for part in all.chunks(size) {
            assert_eq!(deliver(&function, part).await, json!({ "batchItemFailures": [] }));
        }
        let found: BTreeSet<String> =
            incidents(&aws).into_iter().filter(|incident| incident.contains("sequence-")).collect();
        assert_eq!(found.len(), 1, "{size} at a time: {found:?}");
        seen.extend(found);
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[tokio::test]
async fn what_a_delivery_adds_to_sequences_is_one_write_and_one_read() {
    let aws = Aws::new();
    let function = watch(&aws);
    let all = sequence();
    for part in all[..40].chunks(10) {
        deliver(&function, part).await;
    }
    aws.forget_calls();
    // Ten secrets that are read: ten marks of one counter.
    deliver(&function, &all[41..51]).await;
    let of = |operation: &str| {
        let requests = aws.requests();
        let counting = requests.iter().filter(|request| request.operation == operation);
        counting.filter(|request| request.json.to_string().contains("tally#")).count()
    };
    assert_eq!((of("TransactWriteItems"), of("BatchGetItem")), (1, 1), "{:?}", aws.calls());
    assert_eq!((of("UpdateItem"), of("GetItem")), (0, 0), "{:?}", aws.calls());
}

/// What forty principals do within a minute of an ordinary day: a sixth of it is counted.
fn minute(number: i64) -> Vec<Value> {
    let one = |n: i64| {
        let (at_s, whose) = (NOW + number * 60 + n % 60, (n * 7 + n / 30) % 40);
        let (source, name, request) = match n % 30 {
            0 => ("secretsmanager", "GetSecretValue", json!({ "secretId": format!("s{whose}") })),
            1 => ("sts", "AssumeRole", json!({ "roleArn": format!("arn:aws:iam::111122223333:role/r{whose}") })),
            2 => ("ssm", "GetParameter", json!({ "name": format!("p{whose}") })),
            3 => ("bedrock", "InvokeModel", json!({})),
            4 => ("dynamodb", "DeleteTable", json!({ "tableName": "t" })),
            _ => ("ec2", "DescribeInstances", json!({})),
        };
        let mut event = at(at_s, source, name, &request);
        event["eventID"] = json!(format!("{number}-{n}"));
        event["userIdentity"]["arn"] = json!(format!("arn:aws:iam::111122223333:user/u{whose}"));
        event["userIdentity"]["userName"] = json!(format!("u{whose}"));
        event
    };
    (0..220).map(one).collect()
}

#[tokio::test]
async fn a_thousand_events_of_an_ordinary_day_cost_at_most_twenty_requests() {
    let aws = Aws::new();
    let function = watch(&aws);
    // The principals are known, and that was days ago.
    for part in 0..4 {
        let past = minute(part).into_iter().map(|mut event| {
            let at_s = NOW - 9 * DAY + part * 60;
            event["eventTime"] = json!(jiff::Timestamp::from_second(at_s).unwrap().to_string());
            event
        });
        deliver(&function, &past.collect::<Vec<_>>()).await;
    }
    deliver(&function, &minute(0)).await;
    aws.forget_calls();
    let minutes = 10;
    for number in 1..=minutes {
        crate::clock::sleep(std::time::Duration::from_secs(60)).await;
        deliver(&function, &minute(number)).await;
    }
    let requests = aws.calls().iter().filter(|call| call.starts_with("dynamodb:")).count();
    let per_thousand = requests as f64 * 1000.0 / (minutes as f64 * 220.0);
    println!("{per_thousand:.1} requests for 1,000 events");
    assert!(per_thousand <= 20.0, "{per_thousand}: {:?}", aws.calls());
}
