//! What waits for a person beyond the time for it: the clock denies it, people are told once, and nothing is changed.

use std::time::Duration;

use riposte_core::incident::{Incident, State};

use super::{Account, laid, tick, timers};
use crate::clock;
use crate::testing::{Aws, CASES, Case, Function, invocation};

static CASE: &Case = &CASES[1];

const ASKS: &str = "forbid (principal, action, resource) unless { context.approved };";

/// An attack that a guardrail puts to a person, who has a day for it.
async fn asked() -> (Aws, Function) {
    let aws = laid(CASE);
    aws.world(|world| {
        world.ssm.insert("/riposte/guardrails/ask".to_owned(), ASKS.to_owned());
        world.ssm.insert("/riposte/approval-hours".to_owned(), "24".to_owned());
    });
    let function = Function::new(&aws);
    function.respond((CASE.finding)()).await.unwrap();
    assert_eq!((incident(&function).await.state, timers(&aws)), (State::Asked, 1));
    aws.forget_calls();
    (aws, function)
}

async fn incident(function: &Function) -> Incident {
    function.incident(&(CASE.finding)()).await
}

fn notices(aws: &Aws) -> Vec<String> {
    aws.world(|world| world.sent.iter().map(|sent| sent.subject.clone()).collect())
}

/// Past the time for an approval.
async fn a_day_later() {
    clock::sleep(Duration::from_secs(24 * 3_600 + 1)).await;
}

#[tokio::test]
async fn until_then_it_waits() {
    let (aws, function) = asked().await;
    clock::sleep(Duration::from_secs(23 * 3_600)).await;
    tick(&function).await;
    assert_eq!((incident(&function).await.state, timers(&aws), notices(&aws).len()), (State::Asked, 1, 1));
}

#[tokio::test]
async fn then_it_is_denied_and_told_once() {
    let (aws, function) = asked().await;
    let before = aws.world(|world| Account::of(world));
    a_day_later().await;
    tick(&function).await;
    let denied = incident(&function).await;
    assert_eq!((denied.state, denied.notified, timers(&aws)), (State::Denied, true, 0));
    assert_eq!(
        denied.denial.map(|denial| (denial.by, denial.reason)),
        Some((None, "nobody approved in time".to_owned()))
    );
    assert_eq!(aws.world(|world| Account::of(world)), before);
    let told = notices(&aws);
    assert!(told.len() == 2 && told[0].contains("NEEDS APPROVAL") && told[1].contains("DENIED"), "{told:?}");
    aws.forget_calls();
    tick(&function).await;
    assert_eq!((aws.calls(), notices(&aws).len()), (vec!["dynamodb:Query".to_owned()], 2));
}

#[tokio::test]
async fn killed_after_any_call_it_is_denied_at_the_next_tick() {
    for killed_after in 0.. {
        let (aws, function) = asked().await;
        a_day_later().await;
        let done = aws.run_for(killed_after, function.base.end_due(&invocation())).await;
        aws.end_leases();
        tick(&function).await;
        let denied = incident(&function).await;
        let at = format!("killed after {killed_after}");
        assert_eq!((denied.state, denied.notified, timers(&aws)), (State::Denied, true, 0), "{at}");
        // The notice may be told twice where the function died behind it.
        assert!((2..=3).contains(&notices(&aws).len()), "{at}: {:?}", notices(&aws));
        assert_eq!(aws.changes(), Vec::<String>::new(), "{at}");
        if done.is_some() {
            break;
        }
    }
}

#[tokio::test]
async fn it_is_denied_in_every_mode() {
    for mode in ["shadow", "halt"] {
        let (aws, _) = asked().await;
        aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), mode.to_owned()));
        a_day_later().await;
        let function = Function::new(&aws);
        tick(&function).await;
        assert_eq!((incident(&function).await.state, timers(&aws)), (State::Denied, 0), "{mode}");
    }
}
