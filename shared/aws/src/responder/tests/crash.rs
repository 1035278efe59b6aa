//! The function is killed after each of its calls in turn, or loses one call's answer, and the event is
//! delivered again: the end is the same as without it.

use riposte_core::incident::State;

use super::{Account, End, assert_same, laid, warm};
use crate::testing::{Aws, CASES, Case, Fault, Function};

/// The end without anything in the way, and the calls that lead there.
async fn reference(case: &Case) -> (End, Vec<String>) {
    let aws = laid(case);
    let function = warm(&aws).await;
    function.respond((case.finding)()).await.unwrap();
    let calls = aws.calls();
    (End::of(&function, &(case.finding)()).await, calls)
}

#[tokio::test]
async fn killed_after_any_call_and_delivered_again() {
    for case in &CASES[..5] {
        let (expected, calls) = reference(case).await;
        for killed_after in 0..calls.len() {
            let at = format!("{}, killed after {:?}", case.name, calls.get(..killed_after).unwrap().last());
            let aws = laid(case);
            let finding = (case.finding)();
            let before = aws.world(|world| Account::of(world)).without_ids();
            let function = warm(&aws).await;

            let killed = aws.run_for(killed_after, function.respond(finding.clone())).await;
            assert!(killed.is_none(), "{at}");
            aws.end_leases();
            Function::new(&aws).respond(finding.clone()).await.unwrap();

            assert_same(&End::of(&function, &finding).await, &expected, &at);
            function.undo(&finding, false).await.unwrap();
            assert_eq!(aws.world(|world| Account::of(world)).without_ids(), before, "{at}");
        }
    }
}

#[tokio::test]
async fn a_notice_is_sent_twice_only_where_the_function_dies_right_after_it() {
    let case = &CASES[0];
    let (_, calls) = reference(case).await;
    for killed_after in 0..calls.len() {
        let aws = laid(case);
        let function = warm(&aws).await;
        aws.run_for(killed_after, function.respond((case.finding)())).await;
        aws.end_leases();
        Function::new(&aws).respond((case.finding)()).await.unwrap();
        let expected = if calls[..killed_after].last().is_some_and(|call| call == "sns:Publish") { 2 } else { 1 };
        assert_eq!(aws.world(|world| world.sent.len()), expected, "killed after {killed_after}");
    }
}

#[tokio::test]
async fn any_call_may_fail_once_or_lose_its_answer() {
    for case in [&CASES[0], &CASES[4]] {
        let (expected, calls) = reference(case).await;
        for (index, call) in calls.iter().enumerate() {
            let operation: &'static str = call.split(':').nth(1).unwrap().to_owned().leak();
            // A lost answer is the hardest of them; the others are one kind to the program.
            let others = if case.name == CASES[0].name { 3 } else { 1 };
            for fault in [Fault::LostAnswer, Fault::THROTTLED, Fault::Timeout].into_iter().take(others) {
                let aws = laid(case);
                let function = warm(&aws).await;
                // The last call of a kind too, not only the first.
                let earlier = calls[..index].iter().filter(|other| *other == call).count();
                aws.fail_after(operation, earlier, fault.clone());
                delivered_until_answered(&aws, case).await;
                let at = format!("{}, {call} number {earlier}: {fault:?}", case.name);
                let mut end = End::of(&function, &(case.finding)()).await;
                // A change that failed was asked for once more; it was made once.
                end.changes.dedup();
                assert_same(&end, &expected, &at);
            }
        }
    }
}

#[tokio::test]
async fn the_sdks_own_retries_do_no_harm() {
    for case in &CASES[..1] {
        let (expected, calls) = reference(case).await;
        for call in &calls {
            let operation: &'static str = call.split(':').nth(1).unwrap().to_owned().leak();
            for fault in [Fault::THROTTLED, Fault::LostAnswer] {
                let aws = laid(case);
                aws.fail(operation, fault.clone());
                let function = Function::with(&aws, &aws.retrying());
                if function.respond((case.finding)()).await.is_err() {
                    aws.end_leases();
                    function.respond((case.finding)()).await.unwrap();
                }
                let mut end = End::of(&function, &(case.finding)()).await;
                // The change was asked for twice where its first answer was lost; it was made once.
                end.changes.dedup();
                assert_same(&end, &expected, &format!("{}, {call}: {fault:?}", case.name));
            }
        }
    }
}

#[tokio::test]
async fn an_undo_that_is_killed_after_any_call_can_run_again() {
    for case in [&CASES[0], &CASES[1], &CASES[4]] {
        let mut killed_after = 0;
        loop {
            let aws = laid(case);
            let before = aws.world(|world| Account::of(world)).without_ids();
            let finding = (case.finding)();
            let function = warm(&aws).await;
            function.respond(finding.clone()).await.unwrap();

            let done = aws.run_for(killed_after, function.undo(&finding, false)).await;
            if done.is_none() {
                aws.end_leases();
                function.undo(&finding, false).await.unwrap();
            }

            let at = format!("{}, killed after {killed_after}", case.name);
            assert_eq!(aws.world(|world| Account::of(world)).without_ids(), before, "{at}");
            assert_eq!(function.incident(&finding).await.state, State::Undone, "{at}");
            if done.is_some() {
                break;
            }
            killed_after += 1;
        }
        assert!(killed_after >= 6, "{}: {killed_after}", case.name);
    }
}

/// Delivers the event until a function has answered it, as the queue does.
async fn delivered_until_answered(aws: &Aws, case: &Case) {
    for _ in 0..3 {
        if Function::new(aws).respond((case.finding)()).await.is_ok() {
            return;
        }
        aws.end_leases();
    }
    panic!("{}: three deliveries did not suffice", case.name);
}
