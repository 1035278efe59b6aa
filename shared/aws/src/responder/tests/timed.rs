//! Containment for a time: renewed, restored, or left to a person, and told which.

use std::time::Duration;

use riposte_core::finding::{Finding, Target};
use riposte_core::incident::{Incident, State};
use serde_json::json;

use super::{Account, laid, tick, timers};
use crate::clock;
use crate::ledger::Ledger;
use crate::testing::{Aws, CASES, Case, Entry, Function, Rule, finding, invocation, of_source};

/// `deny-source`: the one action on the wire that can be timed.
static CASE: &Case = &CASES[4];

const HOUR: Duration = Duration::from_secs(3_600);

/// An address denied for two hours.
async fn denied() -> (Aws, Function) {
    let aws = laid(CASE);
    aws.world(|world| world.ssm.insert("/riposte/contain-for/deny-source".to_owned(), "2h".to_owned()));
    let function = Function::new(&aws);
    function.respond((CASE.finding)()).await.unwrap();
    aws.forget_calls();
    (aws, function)
}

async fn incident(function: &Function) -> Incident {
    function.incident(&(CASE.finding)()).await
}

fn account(aws: &Aws) -> Account {
    aws.world(|world| Account::of(world)).without_ids()
}

fn last_notice(aws: &Aws) -> (String, String) {
    aws.world(|world| world.sent.last().map(|sent| (sent.subject.clone(), sent.body.clone())).unwrap())
}

/// Something else of the same address, on a host that is not known.
fn more_of_it(event_id: &str) -> Finding {
    let mut more = of_source("198.51.100.9");
    more.scope.event_id = event_id.to_owned();
    if let Target::Source { stream, .. } = &mut more.target {
        *stream = "web-2".to_owned();
    }
    Finding { response: None, event_time: None, ..more }
}

#[tokio::test]
async fn it_says_until_when_and_nothing_happens_before() {
    let (aws, function) = denied().await;
    let contained = account(&aws);
    let (_, body) = last_notice(&aws);
    let until = incident(&function).await.timed.unwrap().until_ms;
    assert!(body.contains(&format!("Contained  until {}", riposte_core::incident::rfc3339(until))), "{body}");
    clock::sleep(HOUR + HOUR - Duration::from_secs(60)).await;
    tick(&function).await;
    assert_eq!((account(&aws), timers(&aws)), (contained, 1));
    assert_eq!(aws.changes(), Vec::<String>::new());
}

#[tokio::test]
async fn when_the_time_is_up_it_is_restored_and_told_once() {
    let (aws, function) = denied().await;
    let before = account(&laid(CASE));
    clock::sleep(HOUR * 2).await;
    tick(&function).await;
    assert_eq!((account(&aws), timers(&aws)), (before, 0));
    assert_eq!(incident(&function).await.state, State::Undone);
    let (subject, body) = last_notice(&aws);
    assert!(
        subject.contains("UNDONE") && body.contains("read again: the before-state is restored"),
        "{subject}: {body}"
    );
    assert!(!body.contains("Contained  until"), "{body}");
    let sent = aws.world(|world| world.sent.len());
    aws.forget_calls();
    tick(&function).await;
    assert_eq!((aws.calls(), aws.world(|world| world.sent.len())), (vec!["dynamodb:Query".to_owned()], sent));
}

#[tokio::test]
async fn while_the_attack_goes_on_it_is_renewed_and_then_restored() {
    let (aws, function) = denied().await;
    let contained = account(&aws);
    clock::sleep(HOUR + HOUR / 2).await;
    function.respond(more_of_it("e-late")).await.unwrap();
    clock::sleep(HOUR / 2).await;
    tick(&function).await;
    assert_eq!((account(&aws), timers(&aws)), (contained, 1));
    let renewed = incident(&function).await;
    assert_eq!((renewed.state, renewed.timed.unwrap().renewed, renewed.notified), (State::Verified, 1, true));
    let (subject, body) = last_notice(&aws);
    let other = Incident::id_of(&more_of_it("e-late"));
    assert!(subject.contains("CONTAINED") && body.contains(&format!("the attack goes on ({other})")), "{body}");
    clock::sleep(HOUR * 2).await;
    tick(&function).await;
    assert_eq!(account(&aws), account(&laid(CASE)));
    assert_eq!(incident(&function).await.state, State::Undone);
}

#[tokio::test]
async fn what_came_with_the_attack_itself_renews_nothing() {
    let (aws, function) = denied().await;
    function.respond(more_of_it("e-soon")).await.unwrap();
    // Somebody else's attack on the same network access list, later.
    clock::sleep(HOUR + HOUR / 2).await;
    let mut other = of_source("203.0.113.77");
    other.scope.event_id = "e-other".to_owned();
    function.respond(Finding { response: None, ..other }).await.unwrap();
    clock::sleep(HOUR / 2).await;
    tick(&function).await;
    assert_eq!(incident(&function).await.state, State::Undone);
    assert_eq!(account(&aws), account(&laid(CASE)));
}

#[tokio::test]
async fn a_renewal_that_is_killed_after_any_call_is_told_and_counts_once() {
    for killed_after in 0.. {
        let (aws, function) = denied().await;
        clock::sleep(HOUR + HOUR / 2).await;
        function.respond(more_of_it("e-late")).await.unwrap();
        clock::sleep(HOUR / 2).await;
        let done = aws.run_for(killed_after, function.base.end_due(&invocation())).await;
        aws.end_leases();
        tick(&function).await;
        let renewed = incident(&function).await;
        let at = format!("killed after {killed_after}");
        assert_eq!((renewed.timed.unwrap().renewed, renewed.notified, timers(&aws)), (1, true, 1), "{at}");
        assert!(last_notice(&aws).1.contains("contained again"), "{at}");
        if done.is_some() {
            break;
        }
    }
}

#[tokio::test]
async fn what_somebody_changed_since_stays_contained_and_is_left_to_a_person() {
    let (aws, function) = denied().await;
    aws.world(|world| world.ec2.acl("acl-1").entries.push(Entry::new(50, false, "203.0.113.7/32")));
    let changed = account(&aws);
    clock::sleep(HOUR * 2).await;
    tick(&function).await;
    assert_eq!((account(&aws), timers(&aws)), (changed.clone(), 0));
    let left = incident(&function).await;
    assert!(left.state == State::Verified && left.timed.unwrap().left && left.can_be_undone());
    let (_, body) = last_notice(&aws);
    assert!(body.contains("it was not rolled back") && body.contains("has changed since"), "{body}");
    let sent = aws.world(|world| world.sent.len());
    tick(&function).await;
    assert_eq!((account(&aws), aws.world(|world| world.sent.len())), (changed, sent));
    assert_eq!(function.undo(&(CASE.finding)(), true).await.unwrap().state, State::Undone);
}

#[tokio::test]
async fn a_resource_that_is_gone_is_told() {
    let (aws, function) = denied().await;
    aws.world(|world| world.ec2.acls.retain(|acl| acl.id != "acl-1"));
    clock::sleep(HOUR * 2).await;
    tick(&function).await;
    assert!(incident(&function).await.timed.unwrap().left);
    assert!(last_notice(&aws).1.contains("it was not rolled back"));
}

#[tokio::test]
async fn where_riposte_may_change_nothing_it_waits() {
    for mode in ["shadow", "halt", "live detectors=open-admin-port"] {
        let (aws, _) = denied().await;
        let contained = account(&aws);
        clock::sleep(HOUR * 2).await;
        aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), mode.to_owned()));
        tick(&Function::new(&aws)).await;
        assert_eq!((account(&aws), timers(&aws)), (contained, 1), "{mode}");
        aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), "live".to_owned()));
        tick(&Function::new(&aws)).await;
        assert_eq!(account(&aws), account(&laid(CASE)), "{mode}");
    }
}

#[tokio::test]
async fn a_guardrail_that_forbids_it_is_named() {
    let (aws, _) = denied().await;
    let text = "forbid (principal, action == Riposte::Action::\"undo\", resource) unless { context.approved };";
    aws.world(|world| world.ssm.insert("/riposte/guardrails/by-people".to_owned(), text.to_owned()));
    let contained = account(&aws);
    clock::sleep(HOUR * 2).await;
    let function = Function::new(&aws);
    tick(&function).await;
    assert_eq!(account(&aws), contained);
    assert!(last_notice(&aws).1.contains("custom/by-people"));
    assert_eq!(function.undo(&(CASE.finding)(), false).await.unwrap().state, State::Undone);
}

#[tokio::test]
async fn what_is_not_contained_has_no_time() {
    // An exempt host, and an action that no time is set for.
    let aws = laid(CASE);
    aws.world(|world| {
        world.ssm.insert("/riposte/contain-for/deny-source".to_owned(), "2h".to_owned());
        world.ec2.instances[0].tags.insert("riposte:exempt".to_owned(), "true".to_owned());
    });
    let function = Function::new(&aws);
    function.respond((CASE.finding)()).await.unwrap();
    assert!(incident(&function).await.timed.is_none());
    let aws = laid(&CASES[0]);
    aws.world(|world| world.ssm.insert("/riposte/contain-for/deny-source".to_owned(), "2h".to_owned()));
    let function = Function::new(&aws);
    function.respond(finding()).await.unwrap();
    assert!(function.incident(&finding()).await.timed.is_none());
    assert_eq!(timers(&aws), 0);
    assert!(!aws.world(|world| world.ec2.group("sg-1").rules.contains(&Rule::tcp("sgr-1", 22, "0.0.0.0/0"))));
}

#[tokio::test]
async fn what_a_person_undid_before_is_forgotten_by_the_clock() {
    let (aws, function) = denied().await;
    function.undo(&(CASE.finding)(), false).await.unwrap();
    clock::sleep(HOUR * 2).await;
    aws.forget_calls();
    tick(&function).await;
    assert_eq!((timers(&aws), aws.changes()), (0, Vec::new()));
}

#[tokio::test]
async fn timers_that_somebody_wrote_take_nothing_back() {
    let (aws, function) = denied().await;
    let contained = account(&aws);
    let id = Incident::id_of(&(CASE.finding)());
    aws.world(|world| {
        let early = json!({ "S": "2020-01-01T00:00:00.000Z" });
        let key = format!("timer#{id}");
        world.table.items.get_mut(&key).unwrap().insert("opened_at".to_owned(), early.clone());
        let mut forged = world.table.items[&key].clone();
        forged.insert("pk".to_owned(), json!({ "S": "timer#inc-0000000000000000" }));
        world.table.items.insert("timer#inc-0000000000000000".to_owned(), forged);
    });
    tick(&function).await;
    assert_eq!((account(&aws), timers(&aws)), (contained, 1));
    let at = aws.world(|world| world.table.items[&format!("timer#{id}")]["opened_at"].clone());
    let until = incident(&function).await.timed.unwrap().until_ms;
    assert_eq!(at["S"], riposte_core::incident::rfc3339(until));
}

#[tokio::test]
async fn another_functions_incident_is_none_of_this_ones() {
    let (aws, function) = denied().await;
    let ledger: Ledger = function.ledger();
    let other = "log-watch";
    clock::sleep(HOUR * 2).await;
    assert_eq!(ledger.due(other, clock::now_ms()).await.unwrap(), Vec::<String>::new());
    assert_eq!(ledger.due(function.base.spec.name, clock::now_ms()).await.unwrap().len(), 1);
    assert_eq!(timers(&aws), 1);
}
