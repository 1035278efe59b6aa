//! A person's undo.

use riposte_core::incident::State;
use riposte_core::outcome::Outcome;
use serde_json::json;

use super::cases::CASES;
use super::{changing, named, operation, state, undoing};
use crate::testing::Fault;
use crate::undo::UndoError;

#[tokio::test]
async fn a_containment_is_undone() {
    for case in CASES {
        let (aws, function) = case.laid().await;
        function.respond(case.finding()).await.unwrap();
        let undone = function.undo(&case.finding(), false).await.unwrap();
        assert_eq!(undone.state, State::Undone, "{}", case.name);
        assert_eq!(state(&aws), case.restored(), "{}", case.name);
        let again = function.undo(&case.finding(), true).await.unwrap_err();
        assert!(matches!(again, UndoError::Nothing { outcome: Outcome::Undone, .. }), "{}: {again}", case.name);
    }
}

#[tokio::test]
async fn a_resource_that_changed_since_is_left_alone_until_a_person_accepts_it() {
    for case in CASES {
        let Some(meddle) = case.meddle else { continue };
        let (aws, function) = case.laid().await;
        function.respond(case.finding()).await.unwrap();
        aws.world(|world| meddle(&mut world.script.state));
        let before = state(&aws);
        let refused = function.undo(&case.finding(), false).await.unwrap_err();
        assert!(matches!(refused, UndoError::Changed { .. }), "{}: {refused}", case.name);
        assert_eq!(state(&aws), before, "{}", case.name);
        function.undo(&case.finding(), true).await.unwrap();
        let mut expected = case.restored();
        meddle(&mut expected);
        assert_eq!(state(&aws), expected, "{}: what somebody else changed stays", case.name);
    }
}

#[tokio::test]
async fn what_was_made_again_under_the_same_name_is_not_given_what_was_taken() {
    let case = named("deny-principal: a user");
    let (aws, function) = case.laid().await;
    function.respond(case.finding()).await.unwrap();
    aws.world(|world| world.script.state["id"] = json!("AIDASECOND"));
    let before = state(&aws);
    for accept_changes in [false, true] {
        let refused = function.undo(&case.finding(), accept_changes).await.unwrap_err();
        assert!(matches!(refused, UndoError::Replaced { .. }), "{refused}");
    }
    assert_eq!(state(&aws), before);
    aws.world(|world| world.script.state["id"] = json!("AIDAFIRST"));
    assert_eq!(function.undo(&case.finding(), false).await.unwrap().state, State::Undone);
}

#[tokio::test]
async fn an_undo_that_is_refused_is_told_and_can_be_tried_again() {
    for case in CASES {
        let (_, function) = case.laid().await;
        function.respond(case.finding()).await.unwrap();
        let incident = function.incident(&case.finding()).await;
        for call in undoing(&incident) {
            for fault in [Fault::DENIED, Fault::THROTTLED, Fault::LostAnswer] {
                let (aws, function) = case.laid().await;
                function.respond(case.finding()).await.unwrap();
                aws.fail(operation(&call), fault.clone());
                let failed = function.undo(&case.finding(), false).await.unwrap_err();
                assert!(matches!(failed, UndoError::Fault(_)), "{}, {call}: {failed}", case.name);
                function.undo(&case.finding(), false).await.unwrap();
                assert_eq!(state(&aws), case.restored(), "{}, {call}, {fault:?}", case.name);
            }
        }
    }
}

#[tokio::test]
async fn what_was_made_of_a_plan_is_undone_and_nothing_else() {
    for case in CASES {
        let (_, function) = case.laid().await;
        function.respond(case.finding()).await.unwrap();
        let calls = changing(&function.incident(&case.finding()).await);
        let incident = function.incident(&case.finding()).await;
        let changes = incident.plan.map(|plan| plan.changes).unwrap_or_default();
        for n in (0..calls.len()).filter(|n| !(case.action)().may_fail(&changes[*n])) {
            let (aws, function) = case.laid().await;
            let earlier = calls[..n].iter().filter(|call| **call == calls[n]).count();
            let at = format!("{}: change {n}, {}, is refused", case.name, calls[n]);
            aws.fail_after(operation(&calls[n]), earlier, Fault::DENIED);
            function.respond(case.finding()).await.unwrap();
            let incident = function.incident(&case.finding()).await;
            assert_eq!(incident.state, State::Failed, "{at}");
            assert_eq!((incident.made.len(), incident.can_be_undone()), (n, n > 0), "{at}");
            let subject = aws.world(|world| world.sent[0].subject.clone());
            assert!(subject.contains(if n > 0 { "PARTLY DONE" } else { "ACTION FAILED" }), "{at}: {subject}");
            aws.heal();
            if n > 0 {
                function.undo(&case.finding(), false).await.unwrap();
                assert_eq!(state(&aws), case.restored(), "{at}");
            } else {
                assert_eq!(state(&aws), (case.state)(&case.answer(), None), "{at}");
            }
        }
    }
}
