//! The clock takes back what was contained for a time.

use std::time::Duration;

use riposte_core::finding::Finding;
use riposte_core::incident::State;

use super::cases::CASES;
use super::{Case, state, undoing};
use crate::clock;
use crate::testing::{Aws, Fault, Function, invocation};

/// The cases of those actions that can be timed.
fn timed() -> impl Iterator<Item = &'static &'static Case> {
    let can = |case: &&&Case| case.answer().action.known().is_some_and(riposte_core::action::ActionId::can_be_timed);
    let found: Vec<_> = CASES.iter().filter(can).collect();
    assert!(found.len() >= 5, "every action that can be timed has a case");
    found.into_iter()
}

/// Contained for an hour, and the hour is over.
async fn due(case: &Case) -> (Aws, Function) {
    let (aws, _) = case.laid().await;
    let path = format!("/riposte/contain-for/{}", case.answer().action.as_str());
    aws.world(|world| world.ssm.insert(path, "1h".to_owned()));
    let function = case.function(&aws).await;
    // The clock goes on from case to case, and an event of an hour ago would be asked about.
    function.respond(Finding { event_time: None, ..case.finding() }).await.unwrap();
    assert_eq!(state(&aws), case.contained(), "{}", case.name);
    clock::sleep(Duration::from_secs(3_601)).await;
    aws.forget_calls();
    (aws, function)
}

#[tokio::test]
async fn the_before_state_is_restored_when_the_time_is_up() {
    for case in timed() {
        let (aws, function) = due(case).await;
        function.base.end_due(&invocation()).await.unwrap();
        assert_eq!(state(&aws), case.restored(), "{}", case.name);
        let incident = function.incident(&case.finding()).await;
        assert_eq!((incident.state, incident.notified), (State::Undone, true), "{}", case.name);
        let by = incident.undoing.and_then(|undoing| undoing.by);
        assert_eq!(by.as_deref(), Some(function.base.spec.name), "{}", case.name);
    }
}

#[tokio::test]
async fn a_clock_that_is_killed_after_any_call_goes_on() {
    for case in timed() {
        for killed_after in 0.. {
            let (aws, function) = due(case).await;
            let done = aws.run_for(killed_after, function.base.end_due(&invocation())).await;
            if done.is_none() {
                aws.end_leases();
                function.base.end_due(&invocation()).await.unwrap();
            }
            let at = format!("{}, killed after {killed_after}", case.name);
            assert_eq!(state(&aws), case.restored(), "{at}");
            let incident = function.incident(&case.finding()).await;
            assert_eq!((incident.state, incident.notified), (State::Undone, true), "{at}");
            let left =
                aws.world(|world| (world.table.with_prefix("timer#").len(), world.table.with_prefix("lease#").len()));
            assert_eq!(left, (0, 0), "{at}");
            if done.is_some() {
                assert!(killed_after > 6, "{at}");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_call_that_passes_later_is_tried_at_the_next_tick_and_one_that_is_refused_is_left_to_a_person() {
    for case in timed() {
        let (_, function) = due(case).await;
        for call in undoing(&function.incident(&case.finding()).await) {
            let (aws, function) = due(case).await;
            aws.fail(super::operation(&call), Fault::THROTTLED);
            assert!(function.base.end_due(&invocation()).await.is_err(), "{}, {call}", case.name);
            function.base.end_due(&invocation()).await.unwrap();
            assert_eq!(state(&aws), case.restored(), "{}, {call}", case.name);

            let (aws, function) = due(case).await;
            aws.fail_always(super::operation(&call), Fault::DENIED);
            function.base.end_due(&invocation()).await.unwrap();
            let incident = function.incident(&case.finding()).await;
            assert!(incident.state == State::Verified && incident.timed.unwrap().left, "{}, {call}", case.name);
            let body = aws.world(|world| world.sent.last().unwrap().body.clone());
            assert!(body.contains("it was not rolled back") && body.contains("denied"), "{}: {body}", case.name);
        }
    }
}
