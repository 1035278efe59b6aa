//! What has to wait waits in the invocation that has it, holds up nothing else, and comes back within seconds.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use riposte_core::catalogue::INGRESS_GUARD;
use serde_json::json;

use super::{deliver_to, failed, guard, is_open, laid, opened};
use crate::api::{Answer, Api, Boxed, Call};
use crate::clock::{self, now_ms};
use crate::fault::Fault as AwsFault;
use crate::guard::CallGuard;
use crate::ledger::{LedgerError, Opened};
use crate::queue::Queue;
use crate::testing::{Aws, Fault, Group, Rule, authorized, envelope, incident, invocation};

/// A queue that writes down what it is asked, in order: the receipt handle and the seconds.
#[derive(Debug, Clone, Default)]
struct Asked(Arc<Mutex<Vec<(String, u64)>>>, Arc<Mutex<Vec<(String, i64)>>>);

impl Asked {
    fn all(&self) -> Vec<(String, u64)> {
        self.0.lock().unwrap().clone()
    }

    /// What was deleted, and when.
    fn deleted(&self) -> Vec<(String, i64)> {
        self.1.lock().unwrap().clone()
    }
}

impl Api for Asked {
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, AwsFault>> {
        let parameters = &call.parameters;
        assert_eq!(parameters["QueueUrl"], "https://queue");
        if call.name() == "sqs:DeleteMessage" {
            let receipt = parameters["ReceiptHandle"].as_str().unwrap().to_owned();
            self.1.lock().unwrap().push((receipt, now_ms()));
            return Box::pin(async { Ok(Answer { request_id: String::new(), body: json!({}) }) });
        }
        assert_eq!(call.name(), "sqs:ChangeMessageVisibilityBatch");
        for entry in parameters["Entries"].as_array().unwrap() {
            let receipt = entry["ReceiptHandle"].as_str().unwrap().to_owned();
            self.0.lock().unwrap().push((receipt, entry["VisibilityTimeout"].as_u64().unwrap()));
        }
        Box::pin(async { Ok(Answer { request_id: String::new(), body: json!({}) }) })
    }
}

#[derive(Debug)]
struct Refusing;

impl Api for Refusing {
    fn send<'a>(&'a self, _call: &'a Call) -> Boxed<'a, Result<Answer, AwsFault>> {
        Box::pin(async { Err(AwsFault::refused("sqs:ChangeMessageVisibilityBatch", "no")) })
    }
}

fn with_queue(aws: &Aws, calls: Arc<dyn Api>) -> CallGuard {
    let mut guard = guard(aws, INGRESS_GUARD);
    guard.base.queue = Some(Queue::new("https://queue".to_owned(), "eu-west-1".to_owned(), calls));
    guard
}

/// A batch of messages with their receive counts.
fn received(messages: &[(&str, u32, &str)]) -> String {
    let record = |(id, receives, body): &(&str, u32, &str)| {
        json!({ "messageId": id, "receiptHandle": format!("{id}-handle"), "body": body, "eventSource": "aws:sqs",
                "attributes": { "ApproximateReceiveCount": receives.to_string(), "SenderId": "AIDAEXAMPLE" } })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() }).to_string()
}

/// An attack on a group of its own.
fn attack(aws: &Aws, number: usize) -> String {
    let (group, id) = (format!("sg-{}", 100 + number), format!("sgr-{}", 100 + number));
    let rule = Rule::tcp(&id, 22, "0.0.0.0/0");
    aws.world(|world| world.ec2.groups.insert(group.clone(), Group { rules: vec![rule.clone()], ..Group::default() }));
    envelope(&authorized(&format!("e-{number}"), &group, &[rule])).to_string()
}

#[tokio::test]
async fn a_throttle_of_seconds_is_waited_out_in_the_invocation() {
    let aws = laid();
    let guard = guard(&aws, INGRESS_GUARD);
    aws.fail_always("RevokeSecurityGroupIngress", Fault::THROTTLED);
    let (began, event) = (now_ms(), envelope(&opened()).to_string());
    let (healing, payload) = (aws.clone(), received(&[("m", 1, &event)]));
    let (answer, ()) = tokio::join!(deliver_to(&guard, &payload), async {
        clock::sleep(Duration::from_secs(2)).await;
        healing.heal();
    });
    assert_eq!(failed(&answer.unwrap()), Vec::<&str>::new());
    assert!(!is_open(&aws));
    assert!(now_ms() - began < 5_000, "{} ms", now_ms() - began);
}

#[tokio::test]
async fn a_fault_that_lasts_is_given_back_before_the_end_of_the_invocation() {
    let aws = laid();
    let asked = Asked::default();
    let guard = with_queue(&aws, Arc::new(asked.clone()));
    aws.fail_always("RevokeSecurityGroupIngress", Fault::THROTTLED);
    let (began, event) = (now_ms(), envelope(&opened()).to_string());
    let answer = deliver_to(&guard, &received(&[("m", 3, &event)])).await.unwrap();
    assert_eq!(failed(&answer), ["m"]);
    let took = now_ms() - began;
    assert!((50_000..58_500).contains(&took), "{took} ms of 60 s");
    // Kept for seconds at a time from the beginning, so that a crash costs no more than that; then away for 8 s.
    let all = asked.all();
    assert_eq!(all.first().unwrap(), &("m-handle".to_owned(), 20));
    assert!(all.len() > 7, "{all:?}");
    assert_eq!(all.last().unwrap(), &("m-handle".to_owned(), 8));
    assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0, "nobody has to wait for it");
}

#[tokio::test]
async fn targets_that_somebody_else_holds_hold_up_no_other_attack() {
    let aws = laid();
    let asked = Asked::default();
    let guard = with_queue(&aws, Arc::new(asked.clone()));
    let attacks: Vec<_> = (0..10).map(|number| attack(&aws, number)).collect();
    // Six targets are another invocation's, and stay so for the whole of this one.
    let until = json!({ "N": (now_ms() + 70_000).to_string() });
    for number in 0..6 {
        let pk = format!("lease#111122223333/eu-west-1/security-group/sg-{}", 100 + number);
        let lease = json!({ "pk": { "S": pk }, "owner": { "S": "another" }, "until_ms": until });
        aws.world(|world| world.table.items.insert(pk, lease.as_object().unwrap().clone()));
    }
    let began = now_ms();
    let ids: Vec<_> = (0..10).map(|number| format!("m{number}")).collect();
    let messages: Vec<_> = ids.iter().zip(&attacks).map(|(id, body)| (id.as_str(), 1, body.as_str())).collect();
    let payload = received(&messages);
    let contained = async {
        // The others are contained while the six wait.
        while aws.changes().len() < 4 {
            clock::sleep(Duration::from_millis(100)).await;
        }
        now_ms() - began
    };
    let (answer, took) = tokio::join!(deliver_to(&guard, &payload), contained);
    assert!(took < 1_000, "{took} ms");
    assert_eq!(failed(&answer.unwrap()), ["m0", "m1", "m2", "m3", "m4", "m5"]);
    assert_eq!(aws.changes().len(), 4);
    let back: Vec<_> = asked.all().into_iter().filter(|(_, seconds)| *seconds == 2).collect();
    assert_eq!(back.len(), 6, "the busy ones come back at once, and only they");
    // What is done is in flight for seconds, and not for as long as the slowest.
    let mut deleted = asked.deleted();
    deleted.sort();
    let receipts: Vec<_> = deleted.iter().map(|(receipt, _)| receipt.as_str()).collect();
    assert_eq!(receipts, ["m6-handle", "m7-handle", "m8-handle", "m9-handle"]);
    assert!(deleted.iter().all(|(_, at)| at - began <= 8_000), "{deleted:?}");
    let kept = asked.all().into_iter().filter(|(receipt, _)| receipt == "m9-handle").count();
    assert!(kept <= 2, "a deleted message is not kept: {kept}");
}

#[tokio::test]
async fn ten_attacks_on_one_target_are_all_contained_by_one_delivery() {
    let aws = laid();
    let guard = guard(&aws, INGRESS_GUARD);
    let rules: Vec<_> = (0..10).map(|n| Rule::tcp(&format!("sgr-9{n}"), 22, "0.0.0.0/0")).collect();
    aws.world(|world| world.ec2.group("sg-1").rules.extend(rules.clone()));
    let bodies: Vec<_> = rules
        .iter()
        .enumerate()
        .map(|(n, rule)| envelope(&authorized(&format!("e-{n}"), "sg-1", std::slice::from_ref(rule))).to_string())
        .collect();
    let ids: Vec<_> = (0..10).map(|number| format!("m{number}")).collect();
    let messages: Vec<_> = ids.iter().zip(&bodies).map(|(id, body)| (id.as_str(), 1, body.as_str())).collect();
    let began = now_ms();
    let answer = deliver_to(&guard, &received(&messages)).await.unwrap();
    assert_eq!(failed(&answer), Vec::<&str>::new());
    assert!(now_ms() - began < 1_000, "{} ms: they took turns, and did not poll", now_ms() - began);
    let left = aws.world(|world| world.ec2.group("sg-1").rules.iter().filter(|r| r.id.starts_with("sgr-9")).count());
    assert_eq!(left, 0);
    assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0);
}

#[tokio::test]
async fn a_queue_that_refuses_keeps_nothing_from_being_answered() {
    let aws = laid();
    let guard = with_queue(&aws, Arc::new(Refusing));
    let event = envelope(&opened()).to_string();
    let answer = deliver_to(&guard, &received(&[("m", 1, &event)])).await.unwrap();
    assert_eq!(failed(&answer), Vec::<&str>::new());
    assert!(!is_open(&aws));
}

/// A holder that works longer than a lease lasts keeps it; one that dies leaves it for seconds only.
#[tokio::test]
async fn a_lease_is_short_and_renewed() {
    let aws = laid();
    let guard = guard(&aws, INGRESS_GUARD);
    let until = |aws: &Aws| {
        aws.world(|world| {
            let leases = world.table.with_prefix("lease#");
            leases.first().map(|lease| lease["until_ms"]["N"].as_str().unwrap().parse::<i64>().unwrap())
        })
    };
    let loaded = guard.base.settings.get().await.unwrap();
    let responder = guard.base.responder(&loaded);
    let opened = responder.ledger.open(incident(), &invocation()).await.unwrap();
    let Opened::Held(held) = opened else { panic!("{opened:?}") };
    let began = now_ms();
    let lease = held.lease();
    let work = async {
        assert!(until(&aws).unwrap() <= began + 15_000);
        clock::sleep(Duration::from_secs(40)).await;
        assert!(until(&aws).unwrap() > began + 40_000, "it ran out under its holder");
        Ok::<_, LedgerError>(())
    };
    responder.ledger.under(lease.clone(), "inc", work).await.unwrap();
    // Who cannot renew it stops before it ends.
    aws.fail_always("PutItem", Fault::THROTTLED);
    let began = now_ms();
    let endless = async {
        clock::sleep(Duration::from_secs(600)).await;
        Ok::<_, LedgerError>(())
    };
    responder.ledger.under(held.lease(), "inc", endless).await.unwrap_err();
    assert!(now_ms() - began < 15_000, "{} ms", now_ms() - began);
}
