//! An action by hand on a scripted account.

use std::sync::Arc;

use riposte_core::guardrail::Effect;
use riposte_core::incident::State;
use serde_json::Value;

use super::{Asked, BY_HAND, ByHandError, other_account};
use crate::actions::Actions;
use crate::actions::conformance::{Case, SAMPLE, named};
use crate::operator::Operator;
use crate::testing::{Aws, Scripted, ScriptedApi};
use crate::undo::{Undoer, Wish};

const CASE: &Case = SAMPLE;

/// An operator at an account in which the case's offense happened, with this parameter set.
async fn operator(path: &str, value: &str) -> (Aws, Operator) {
    operator_of(CASE, path, value).await
}

async fn operator_of(case: &Case, path: &str, value: &str) -> (Aws, Operator) {
    let aws = Aws::new();
    aws.world(|world| {
        let state = (case.state)(&(case.response)(), None);
        world.script = Scripted { state, calls: case.calls };
        world.ssm.insert(path.to_owned(), value.to_owned());
    });
    let config = aws.config();
    let api = Arc::new(ScriptedApi(aws.clone()));
    let actions = Actions::new(&config).with_any((case.action)()).through(api);
    let operator = Operator::with(&config, actions).await.unwrap();
    (aws, operator)
}

fn asked() -> Asked {
    Asked { response: (CASE.response)(), reason: Some("a drill".to_owned()), id: "1".to_owned() }
}

fn state(aws: &Aws) -> Value {
    aws.world(|world| world.script.state.clone())
}

fn recorded(aws: &Aws) -> usize {
    aws.world(|world| world.table.with_prefix("incident#").len())
}

#[tokio::test]
async fn what_a_person_asks_for_is_planned_recorded_verified_and_undone() {
    let (aws, operator) = operator("/riposte/mode", "live").await;
    let before = state(&aws);

    let preview = operator.preview(&asked()).await.unwrap();
    assert!(preview.allowed && !preview.plan.changes.is_empty(), "{preview:?}");
    assert_eq!((state(&aws), recorded(&aws)), (before.clone(), 0), "a preview changes and records nothing");

    let incident = operator.contain(&asked()).await.unwrap();
    let mut contained = before.clone();
    (CASE.contain)(&mut contained, &(CASE.response)());
    assert_eq!((incident.state, state(&aws)), (State::Verified, contained));
    assert_eq!((incident.finding.detector.as_str(), incident.finding.why.as_str()), (BY_HAND, "a drill"));
    let caller = "arn:aws:iam::111122223333:user/operator";
    assert_eq!(incident.finding.principal.arn.as_deref(), Some(caller));
    assert!(aws.world(|world| world.sent[0].subject.contains("CONTAINED")));

    let wish = Wish { reason: Some("the drill is over".to_owned()), by: operator.caller().await, ..Wish::default() };
    let (ledger, actions) = (&operator.ledger, &operator.actions);
    let undoer = Undoer { ledger, actions, guardrails: &operator.loaded.guardrails };
    let undone = undoer.undo(&incident.id, &wish, &Operator::invocation("2")).await.unwrap();
    assert_eq!((undone.state, state(&aws)), (State::Undone, before));
    let undoing = undone.undoing.unwrap();
    assert_eq!((undoing.by.as_deref(), undoing.reason.as_deref()), (Some(caller), Some("the drill is over")));
    let said = format!("intended by {caller}: the drill is over");
    assert!(undone.timeline.iter().any(|entry| entry.text == said), "{:?}", undone.timeline);
}

#[tokio::test]
async fn a_guardrail_holds_a_person_too() {
    for (path, value, guardrail) in [
        ("/riposte/mode", "halt", "kill-switch"),
        ("/riposte/protected-principals", "arn:aws:iam::*:user/e*", "protected-principals"),
    ] {
        let (aws, operator) = operator(path, value).await;
        let before = state(&aws);
        let preview = operator.preview(&asked()).await.unwrap();
        assert!(!preview.allowed && preview.verdict.guardrails == [guardrail], "{guardrail}: {preview:?}");
        let incident = operator.contain(&asked()).await.unwrap();
        assert_eq!(incident.verdict.unwrap().effect, Effect::Observe, "{guardrail}");
        assert_eq!((incident.state, state(&aws)), (State::Observed, before), "{guardrail}");
    }
}

#[tokio::test]
async fn our_own_roles_are_not_touched_by_hand_either() {
    let case = named("deny-principal: a role");
    let (aws, operator) = operator_of(case, "/riposte/own-roles", "arn:aws:iam::111122223333:role/app").await;
    let before = state(&aws);
    let asked = Asked { response: (case.response)(), ..asked() };
    let preview = operator.preview(&asked).await.unwrap();
    assert!(!preview.allowed && preview.verdict.guardrails == ["own-roles"], "{preview:?}");
    let incident = operator.contain(&asked).await.unwrap();
    assert_eq!((incident.state, state(&aws)), (State::Observed, before));
}

#[tokio::test]
async fn what_a_person_does_is_ended_by_no_clock() {
    let case = named("deny-principal: a role");
    let (aws, operator) = operator_of(case, "/riposte/contain-for/deny-principal", "1h").await;
    let incident = operator.contain(&Asked { response: (case.response)(), ..asked() }).await.unwrap();
    assert!(incident.state == State::Verified && incident.timed.is_none(), "{incident:?}");
    assert!(aws.world(|world| world.table.with_prefix("timer#").is_empty()));
}

#[tokio::test]
async fn what_shadow_mode_does_not_do_by_itself_a_person_may() {
    let (_, operator) = operator("/riposte/mode", "shadow").await;
    let preview = operator.preview(&asked()).await.unwrap();
    assert!(preview.allowed && preview.verdict.guardrails == ["by-hand"], "{preview:?}");
    assert_eq!(operator.contain(&asked()).await.unwrap().state, State::Verified);
}

#[tokio::test]
async fn a_guardrail_that_asks_first_is_satisfied_by_the_person_who_asks() {
    let text = "forbid (principal, action, resource) when { context.disruptive } unless { context.approved };";
    let (aws, operator) = operator("/riposte/guardrails/people-first", text).await;
    assert_eq!(operator.contain(&asked()).await.unwrap().state, State::Verified);
    assert!(recorded(&aws) == 1);
}

#[tokio::test]
async fn a_resource_that_is_not_there_is_told() {
    let (aws, operator) = operator("/riposte/mode", "live").await;
    aws.world(|world| (CASE.remove)(&mut world.script.state));
    let gone = operator.preview(&asked()).await.unwrap_err();
    assert!(matches!(&gone, ByHandError::Gone(why) if why.contains("no longer exists")), "{gone}");
    assert_eq!(recorded(&aws), 0);
}

#[tokio::test]
async fn without_a_known_caller_nothing_is_done() {
    let (aws, operator) = operator("/riposte/mode", "live").await;
    aws.fail_always("GetCallerIdentity", crate::testing::Fault::Code(403, "ExpiredToken"));
    let refused = operator.preview(&asked()).await.unwrap_err();
    assert!(matches!(&refused, ByHandError::Caller(_)) && refused.to_string().contains("ExpiredToken"), "{refused}");
    assert!(matches!(operator.contain(&asked()).await, Err(ByHandError::Caller(_))));
}

#[test]
fn an_arn_of_another_account_is_none_of_ours() {
    let account = "111122223333";
    assert_eq!(other_account("arn:aws:sqs:eu-west-1:444455556666:orders", account), Some("444455556666"));
    for own in ["arn:aws:sqs:eu-west-1:111122223333:orders", "orders", "444455556666", "arn:aws:s3:::orders"] {
        assert_eq!(other_account(own, account), None, "{own}");
    }
}
