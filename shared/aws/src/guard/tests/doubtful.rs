//! What people are asked about although the guardrails let it through: doubtful events, too many actions, a fight.

use std::sync::Arc;
use std::time::Duration;

use riposte_core::catalogue::INGRESS_GUARD;
use serde_json::{Value, json};

use super::{deliver_to, failed, guard, is_open, laid};
use crate::api::{Answer, Api, Boxed, Call};
use crate::clock;
use crate::fault::Fault;
use crate::testing::{Aws, Rule, authorized, envelope};

/// A message that SQS says this sender has sent.
fn sent_by(sender: &str, event: &Value) -> String {
    json!({ "Records": [{ "messageId": "m", "receiptHandle": "h", "body": event.to_string(), "eventSource": "aws:sqs",
        "attributes": { "ApproximateReceiveCount": "1", "SenderId": sender } }] })
    .to_string()
}

fn subjects(aws: &Aws) -> Vec<String> {
    aws.world(|world| world.sent.iter().map(|notice| notice.subject.clone()).collect())
}

#[tokio::test]
async fn an_event_that_a_role_put_into_the_queue_is_asked_about() {
    for (sender, acts) in [("AIDAEXAMPLE", true), ("123456789012", true), ("AROAEXAMPLE:redrive", false)] {
        let aws = laid();
        let event = envelope(&super::opened());
        deliver_to(&guard(&aws, INGRESS_GUARD), &sent_by(sender, &event)).await.unwrap();
        assert_eq!(!is_open(&aws), acts, "{sender}");
        assert!(subjects(&aws)[0].contains(if acts { "CONTAINED" } else { "NEEDS APPROVAL" }), "{sender}");
    }
}

/// A CloudTrail that knows these records.
#[derive(Debug)]
struct Trail(Vec<Value>);

impl Api for Trail {
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
        assert_eq!(call.name(), "cloudtrail:LookupEvents");
        let wanted = &call.parameters["LookupAttributes"][0];
        assert_eq!(wanted["AttributeKey"], "EventId");
        let found = self.0.iter().filter(|record| record["eventID"] == wanted["AttributeValue"]);
        let events: Vec<_> = found.map(|record| json!({ "CloudTrailEvent": record.to_string() })).collect();
        Box::pin(async move { Ok(Answer { request_id: String::new(), body: json!({ "Events": events }) }) })
    }
}

#[tokio::test]
async fn a_dead_letter_that_was_moved_back_is_acted_on_where_cloudtrail_knows_it() {
    let event = super::opened();
    let mut other = event.clone();
    other["requestParameters"]["groupId"] = json!("sg-2");
    for (known, acts) in [(vec![event.clone()], true), (vec![other], false), (vec![], false)] {
        let aws = laid();
        let mut guard = guard(&aws, INGRESS_GUARD);
        guard.base.api = Some(Arc::new(Trail(known)));
        deliver_to(&guard, &sent_by("AROAEXAMPLE:redrive", &envelope(&event))).await.unwrap();
        assert_eq!(!is_open(&aws), acts);
        // And so is an event that somebody invokes the function with.
        let aws = laid();
        let mut guard = self::guard(&aws, INGRESS_GUARD);
        guard.base.api = Some(Arc::new(Trail(if acts { vec![event.clone()] } else { vec![] })));
        deliver_to(&guard, &envelope(&event).to_string()).await.unwrap();
        assert_eq!(!is_open(&aws), acts);
    }
}

#[tokio::test]
async fn an_event_of_more_than_an_hour_ago_is_asked_about() {
    for (minutes, acts) in [(49, true), (51, false)] {
        let aws = laid();
        clock::sleep(Duration::from_secs(minutes * 60)).await;
        deliver_to(&guard(&aws, INGRESS_GUARD), &sent_by("AIDAEXAMPLE", &envelope(&super::opened()))).await.unwrap();
        assert_eq!(!is_open(&aws), acts, "{minutes} minutes later");
        clock::sleep(Duration::from_secs(1)).await;
    }
}

/// Opens the group again, as another event, and delivers that.
async fn opened_again(aws: &Aws, number: usize, port: i32) {
    let rule = Rule::tcp(&format!("sgr-again-{number}"), port, "0.0.0.0/0");
    aws.world(|world| world.ec2.group("sg-1").rules.push(rule.clone()));
    let event = envelope(&authorized(&format!("again-{number}"), "sg-1", &[rule]));
    let guard = guard(aws, INGRESS_GUARD);
    let answer = deliver_to(&guard, &sent_by("AIDAEXAMPLE", &event)).await.unwrap();
    assert_eq!(failed(&answer), Vec::<&str>::new());
}

#[tokio::test]
async fn a_fight_makes_one_critical_case_and_the_notices_stop() {
    let aws = laid();
    for number in 0..20 {
        opened_again(&aws, number, 22).await;
    }
    assert_eq!(aws.changes().len(), 3, "the first time, and after two re-openings");
    let subjects = subjects(&aws);
    assert_eq!(subjects.iter().filter(|subject| subject.contains("CONTAINED")).count(), 3);
    assert_eq!(subjects.iter().filter(|subject| subject.contains("critical: containment-fight")).count(), 1);
    assert_eq!(subjects.len(), 4, "{subjects:?}");
    assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0);
    // Another hour is another fight.
    clock::sleep(Duration::from_secs(45 * 60)).await;
}

#[tokio::test]
async fn different_attacks_on_one_resource_are_no_fight() {
    let aws = laid();
    for (number, port) in [22, 3389, 3306, 5432, 1433, 6379].into_iter().enumerate() {
        opened_again(&aws, number, port).await;
    }
    assert_eq!(aws.changes().len(), 6);
}

#[tokio::test]
async fn a_breaker_turns_acting_into_asking_and_says_so_once() {
    for path in ["/riposte/breaker/account", "/riposte/breaker/detector"] {
        let aws = laid();
        aws.world(|world| world.ssm.insert(path.to_owned(), "2".to_owned()));
        for (number, port) in [22, 23, 22, 23, 22].into_iter().enumerate() {
            opened_again(&aws, number, port).await;
        }
        let subjects = subjects(&aws);
        assert_eq!(aws.changes().len(), 2, "{path}: {subjects:?}");
        assert_eq!(subjects.iter().filter(|subject| subject.contains("NEEDS APPROVAL")).count(), 3, "{path}");
        assert_eq!(subjects.iter().filter(|subject| subject.contains("critical: breaker")).count(), 1, "{path}");
    }
}
