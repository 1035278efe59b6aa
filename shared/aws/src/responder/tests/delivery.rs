//! The same event twice, two at once, in another order, and the echo of our own undo.

use std::sync::Arc;

use riposte_core::finding::{Finding, Target};
use riposte_core::incident::{Incident, State};
use tokio::task::JoinSet;

use super::{End, laid, warm};
use crate::responder::{Answered, RespondError};
use crate::testing::{Aws, CASES, Rule, closing, finding, invocation, rule};
use crate::undo::UndoError;

/// A second offense in the same group, told by another event.
fn other_rule(aws: &Aws) -> Finding {
    aws.world(|world| world.ec2.group("sg-1").rules.push(Rule::tcp("sgr-3", 3389, "::/0")));
    let mut rule = rule();
    (rule.rule_id, rule.from_port, rule.to_port) = (Some("sgr-3".to_owned()), Some(3389), Some(3389));
    "::/0".clone_into(&mut rule.cidr);
    let mut other = finding();
    "e-2".clone_into(&mut other.scope.event_id);
    other.target = Target::SecurityGroup { group_id: "sg-1".to_owned() };
    other.response = Some(closing(vec![rule]));
    other
}

fn has(aws: &Aws, rule_id: &str) -> bool {
    aws.world(|world| world.ec2.group("sg-1").rules.iter().any(|rule| rule.id == rule_id))
}

#[tokio::test]
async fn a_repeated_delivery_costs_two_calls_and_changes_nothing() {
    for case in &CASES {
        let aws = laid(case);
        let function = warm(&aws).await;
        function.respond((case.finding)()).await.unwrap();
        let before = End::of(&function, &(case.finding)()).await;
        for _ in 0..2 {
            aws.forget_calls();
            let again = function.respond((case.finding)()).await.unwrap();
            assert_eq!(again, Answered::Before(Incident::id_of(&(case.finding)())), "{}", case.name);
            assert_eq!(aws.calls(), ["dynamodb:TransactWriteItems", "dynamodb:GetItem"], "{}", case.name);
        }
        let after = End { changes: before.changes.clone(), ..End::of(&function, &(case.finding)()).await };
        assert_eq!(after, before, "{}", case.name);
        assert_eq!(aws.world(|world| world.sent.len()), 1, "{}", case.name);
    }
}

#[tokio::test]
async fn a_repeated_delivery_after_the_undo_changes_nothing() {
    let aws = laid(&CASES[0]);
    let function = warm(&aws).await;
    function.respond(finding()).await.unwrap();
    function.undo(&finding(), false).await.unwrap();
    aws.forget_calls();
    assert!(matches!(function.respond(finding()).await.unwrap(), Answered::Before(_)));
    assert_eq!(aws.changes(), Vec::<String>::new());
}

#[tokio::test]
async fn two_deliveries_at_once_make_one_change() {
    let mut runs = JoinSet::new();
    for seed in 1..=4 {
        for case in &CASES {
            runs.spawn(async move {
                let aws = laid(case);
                let function = Arc::new(warm(&aws).await);
                aws.shuffle(seed);
                let (one, two) = (invocation(), invocation());
                let (one, two) = tokio::join!(
                    function.respond_in((case.finding)(), &one),
                    function.respond_in((case.finding)(), &two),
                );
                let at = format!("{}, order {seed}: {one:?}, {two:?}", case.name);
                let now = [&one, &two].iter().filter(|a| matches!(a, Ok(Answered::Now(_, State::Verified)))).count();
                let before = [&one, &two].iter().filter(|a| matches!(a, Ok(Answered::Before(_)))).count();
                assert_eq!((now, before), (1, 1), "{at}");
                let end = End::of(&function, &(case.finding)()).await;
                assert_eq!((end.changes.len(), end.incidents, end.leases), (1, 1, 0), "{at}: {end:?}");
                assert_eq!(aws.world(|world| world.sent.len()), 1, "{at}");
            });
        }
    }
    while let Some(run) = runs.join_next().await {
        run.unwrap();
    }
}

#[tokio::test]
async fn events_in_the_wrong_order_are_each_answered() {
    let aws = laid(&CASES[0]);
    let second = other_rule(&aws);
    let function = warm(&aws).await;
    function.respond(second.clone()).await.unwrap();
    assert!(has(&aws, "sgr-1") && !has(&aws, "sgr-3"), "each finding covers its own rules");
    function.respond(finding()).await.unwrap();
    assert!(!has(&aws, "sgr-1") && !has(&aws, "sgr-3"));
    assert_eq!(aws.changes().len(), 2);
    assert_eq!(aws.world(|world| world.table.with_prefix("incident#").len()), 2);
}

#[tokio::test]
async fn two_events_on_one_target_wait_for_each_other() {
    let aws = laid(&CASES[0]);
    let second = other_rule(&aws);
    let function = warm(&aws).await;
    let (one, two) = (invocation(), invocation());
    let (a, b) = tokio::join!(function.respond_in(finding(), &one), function.respond_in(second.clone(), &two));
    assert!(matches!((a.unwrap(), b.unwrap()), (Answered::Now(..), Answered::Now(..))));
    assert!(!has(&aws, "sgr-1") && !has(&aws, "sgr-3"));
    assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0);
    // Whichever came last has seen the other's change as the state to keep.
    let undone = [function.undo(&second, false).await.is_ok(), function.undo(&finding(), false).await.is_ok()];
    assert!(undone.contains(&true), "{undone:?}");
}

#[tokio::test]
async fn a_target_that_somebody_holds_gives_the_event_back() {
    let aws = laid(&CASES[0]);
    let function = warm(&aws).await;
    // Killed with the lease in hand, which has not run out yet.
    aws.run_for(2, function.respond_in(finding(), &invocation())).await;
    let busy = function.respond(finding()).await.unwrap_err();
    assert!(matches!(busy, RespondError::Busy { .. }), "{busy}");
    let second = other_rule(&aws);
    let busy = function.respond(second).await.unwrap_err();
    assert!(matches!(busy, RespondError::Busy { .. }), "{busy}");
    assert!(matches!(function.undo(&finding(), false).await, Err(UndoError::Busy)));
    assert_eq!(aws.changes(), Vec::<String>::new());
}

#[tokio::test]
async fn the_same_offense_again_is_another_incident() {
    let aws = laid(&CASES[0]);
    let function = warm(&aws).await;
    function.respond(finding()).await.unwrap();
    aws.world(|world| world.ec2.group("sg-1").rules.push(Rule::tcp("sgr-new", 22, "0.0.0.0/0")));
    let mut again = finding();
    "e-again".clone_into(&mut again.scope.event_id);
    let mut rule = rule();
    rule.rule_id = Some("sgr-new".to_owned());
    again.response = Some(closing(vec![rule]));
    let answered = function.respond(again).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Verified)));
    assert!(!has(&aws, "sgr-new"));
}

#[tokio::test]
async fn a_lease_taken_on_a_finished_incident_is_given_back() {
    let aws = laid(&CASES[0]);
    let function = warm(&aws).await;
    function.respond(finding()).await.unwrap();
    let finished = aws.world(|world| world.table.items.clone());
    let unfinished = laid(&CASES[0]);
    let slow = warm(&unfinished).await;
    unfinished.run_for(4, slow.respond(finding())).await;
    unfinished.end_leases();
    // The other invocation finishes just before this one takes the lease.
    unfinished.before("PutItem", move |world| world.table.items = finished);

    let answered = slow.respond(finding()).await.unwrap();

    assert!(matches!(answered, Answered::Before(_)), "{answered:?}");
    assert_eq!(unfinished.world(|world| world.table.with_prefix("lease#").len()), 0);
}
