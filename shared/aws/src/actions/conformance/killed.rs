//! The process dies after each of its calls in turn.

use riposte_core::incident::State;

use super::cases::CASES;
use super::state;

#[tokio::test]
async fn killed_after_any_call_and_delivered_again() {
    for case in CASES {
        let calls = case.calls().await;
        for killed_after in 0..calls.len() {
            let at = format!("{}, killed after {:?}", case.name, calls[..killed_after].last());
            let (aws, function) = case.laid().await;
            assert!(aws.run_for(killed_after, function.respond(case.finding())).await.is_none(), "{at}");
            aws.end_leases();
            case.function(&aws).await.respond(case.finding()).await.unwrap();
            assert_eq!(state(&aws), case.contained(), "{at}");
            let incident = function.incident(&case.finding()).await;
            assert_eq!(incident.state, State::Verified, "{at}");
            function.undo(&case.finding(), false).await.unwrap_or_else(|error| panic!("{at}: {error}"));
            assert_eq!(state(&aws), case.restored(), "{at}: the true before-state was kept");
        }
    }
}

#[tokio::test]
async fn an_undo_that_is_killed_after_any_call_can_run_again() {
    for case in CASES {
        for killed_after in 0.. {
            let (aws, function) = case.laid().await;
            function.respond(case.finding()).await.unwrap();
            let done = aws.run_for(killed_after, function.undo(&case.finding(), false)).await;
            if done.is_none() {
                aws.end_leases();
                function.undo(&case.finding(), false).await.unwrap();
            }
            let at = format!("{}, killed after {killed_after}", case.name);
            assert_eq!(state(&aws), case.restored(), "{at}");
            assert_eq!(function.incident(&case.finding()).await.state, State::Undone, "{at}");
            if done.is_some() {
                break;
            }
        }
    }
}
