//! Calls that are refused, throttled, or whose answer is lost.

use riposte_core::incident::State;

use super::cases::CASES;
use super::{operation, state};
use crate::testing::{Fault, hurried};

#[tokio::test]
async fn a_denied_reading_is_recorded_told_and_not_tried_for_ever() {
    for case in CASES {
        for (call, changes) in case.calls().await {
            if changes || ["dynamodb:", "sns:", "ssm:"].iter().any(|ours| call.starts_with(ours)) {
                continue;
            }
            let (aws, function) = case.laid().await;
            aws.fail_always(operation(&call), Fault::DENIED);
            function.respond(case.finding()).await.unwrap();
            let incident = function.incident(&case.finding()).await;
            assert_eq!(incident.state, State::Failed, "{}, {call}", case.name);
            assert_eq!(state(&aws), (case.state)(&case.answer(), None), "{}, {call}", case.name);
            assert!(aws.world(|world| world.sent[0].subject.contains("ACTION FAILED")), "{}, {call}", case.name);
        }
    }
}

#[tokio::test]
async fn any_call_may_fail_once_or_lose_its_answer() {
    for case in CASES {
        let calls = case.calls().await;
        for (index, (call, _)) in calls.iter().enumerate() {
            for fault in [Fault::THROTTLED, Fault::LostAnswer] {
                let (aws, function) = case.laid().await;
                let earlier = calls[..index].iter().filter(|(other, _)| other == call).count();
                aws.fail_after(operation(call), earlier, fault.clone());
                let at = format!("{}, {call} number {earlier}: {fault:?}", case.name);
                let mut answered = false;
                for _ in 0..3 {
                    answered = answered || function.respond_in(case.finding(), &hurried()).await.is_ok();
                    aws.end_leases();
                }
                assert!(answered, "{at}");
                assert_eq!(state(&aws), case.contained(), "{at}");
                assert_eq!(function.incident(&case.finding()).await.state, State::Verified, "{at}");
                function.undo(&case.finding(), false).await.unwrap_or_else(|error| panic!("{at}: {error}"));
                assert_eq!(state(&aws), case.restored(), "{at}");
            }
        }
    }
}
