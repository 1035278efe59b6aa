//! The events of Riposte's own calls.

use std::sync::atomic::{AtomicUsize, Ordering};

use riposte_core::event::Actor;
use riposte_core::finding::Finding;
use riposte_core::incident::{Incident, rfc3339};

use super::cases::CASES;
use super::{Case, changing, undoing};
use crate::invocation::now_ms;
use crate::responder::Answered;
use crate::testing::{Aws, Function};

/// What a detector would claim of the event of a call that was made with this mark, just now.
fn echo(case: &Case, call: &str, mark: &str, principal: Actor) -> Finding {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let mut finding = case.finding();
    finding.scope.event_id = format!("e-echo-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    call.split(':').nth(1).unwrap().clone_into(&mut finding.event_name);
    finding.event_time = Some(rfc3339(now_ms()));
    let user_agent = Some(format!("aws-sdk-rust/1 os/linux app/{mark}"));
    finding.principal = Actor { user_agent, ..principal };
    finding
}

/// The marks of the calls of these names, each once.
fn marks(aws: &Aws, names: &[String]) -> Vec<(String, String)> {
    let requests = aws.requests().into_iter().filter(|request| names.contains(&request.name()));
    requests.map(|request| (request.name(), request.agent)).collect()
}

fn operator() -> Actor {
    Actor { arn: Some("arn:aws:iam::111122223333:user/operator".to_owned()), ..Actor::default() }
}

async fn joined(function: &Function, event: Finding) -> bool {
    let id = Incident::id_of(&event);
    let answered = function.respond(event).await.unwrap();
    let is_new = function.aws.world(|world| world.table.items.contains_key(&format!("incident#{id}")));
    assert_eq!(matches!(answered, Answered::Joined(_)), !is_new);
    !is_new
}

#[tokio::test]
async fn the_events_of_an_undo_are_known_even_if_it_was_killed_right_after_a_call() {
    for case in CASES {
        for killed_after in 0.. {
            let (aws, function) = case.laid().await;
            function.respond(case.finding()).await.unwrap();
            let names = undoing(&function.incident(&case.finding()).await);
            aws.forget_calls();
            let done = aws.run_for(killed_after, function.undo(&case.finding(), false)).await;
            let sent = marks(&aws, &names);
            aws.end_leases();
            for (call, mark) in sent {
                assert!(!mark.is_empty(), "{}: {call} is not marked", case.name);
                let event = echo(case, &call, &mark, operator());
                assert!(joined(&function, event).await, "{}: {call} after {killed_after} calls", case.name);
            }
            if done.is_some() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn the_events_of_a_change_are_known_by_our_own_role_alone() {
    const OWN: &str = "arn:aws:iam::111122223333:role/riposte/guard";
    for case in CASES {
        let (aws, _) = case.laid().await;
        aws.world(|world| world.ssm.insert("/riposte/own-roles".to_owned(), OWN.to_owned()));
        let function = case.function(&aws).await;
        function.respond(case.finding()).await.unwrap();
        let names = changing(&function.incident(&case.finding()).await);
        for (call, mark) in marks(&aws, &names) {
            let own = Actor { role_arn: Some(OWN.to_owned()), ..Actor::default() };
            assert!(joined(&function, echo(case, &call, &mark, own)).await, "{}: {call}", case.name);
            // Whoever has read the mark in our event and puts it on a call of their own is answered.
            assert!(!joined(&function, echo(case, &call, &mark, operator())).await, "{}: {call}", case.name);
        }
    }
}

#[tokio::test]
async fn a_forged_mark_is_no_mark() {
    for case in CASES {
        let (aws, function) = case.laid().await;
        function.respond(case.finding()).await.unwrap();
        function.undo(&case.finding(), false).await.unwrap();
        let names = undoing(&function.incident(&case.finding()).await);
        let (call, mark) = marks(&aws, &names).pop().unwrap();
        let mut forged = mark.clone();
        let last = if forged.ends_with('0') { "1" } else { "0" };
        forged.replace_range(forged.len() - 1.., last);
        assert!(!joined(&function, echo(case, &call, &forged, operator())).await, "{}", case.name);
        // The true one, long after.
        let mut late = echo(case, &call, &mark, operator());
        late.event_time = Some(rfc3339(now_ms() + 3_600_000));
        assert!(!joined(&function, late).await, "{}", case.name);
    }
}
