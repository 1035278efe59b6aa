//! One delivery, nothing in the way.

use riposte_core::guardrail::Effect;
use riposte_core::incident::{Incident, State};
use riposte_core::plan::Plan;

use super::cases::CASES;
use super::{changing, operation, state};
use crate::responder::Answered;

#[tokio::test]
async fn the_offense_is_contained_and_nothing_else_changes() {
    for case in CASES {
        let (aws, function) = case.laid().await;
        let answered = function.respond(case.finding()).await.unwrap();
        let id = Incident::id_of(&case.finding());
        assert_eq!(answered, Answered::Now(id, State::Verified), "{}", case.name);
        assert_eq!(state(&aws), case.contained(), "{}", case.name);
        let incident = function.incident(&case.finding()).await;
        let plan = incident.plan.clone().unwrap();
        assert!(!plan.changes.is_empty() && incident.can_be_undone() && incident.notified, "{}", case.name);
        assert_eq!(incident.made.len(), plan.changes.len(), "{}", case.name);
        for change in plan.changes.iter().chain(plan.undo.iter().map(|inverse| &inverse.change)) {
            assert!(!change.delta.is_empty(), "{}: {change} does not say what it does to the resource", case.name);
        }
        let seen = incident.verification.unwrap();
        assert!(seen.remaining.is_empty() && seen.elsewhere.is_empty(), "{}: {seen:?}", case.name);
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan, "{}", case.name);
        assert!(plan.resource_arn.starts_with("arn:aws:") && !plan.kind.is_empty(), "{}", case.name);
        let notice = aws.world(|world| world.sent[0].clone());
        assert!(notice.subject.contains("CONTAINED"), "{}: {}", case.name, notice.subject);
        assert!(notice.body.contains("\nDone ") && notice.body.contains("riposte undo"), "{}", case.name);
    }
}

#[tokio::test]
async fn where_nothing_offends_nothing_is_changed() {
    for case in CASES {
        let (aws, function) = case.laid_as(|state| (case.contain)(state, &case.answer())).await;
        let before = state(&aws);
        function.respond(case.finding()).await.unwrap();
        let incident = function.incident(&case.finding()).await;
        assert_eq!((incident.state, state(&aws)), (State::Verified, before), "{}", case.name);
        assert!(changing(&incident).is_empty() && !incident.can_be_undone(), "{}", case.name);
        assert!(incident.plan.is_none_or(|plan| plan.note.is_some()), "{}: nobody says why", case.name);
        assert!(aws.world(|world| world.sent[0].subject.contains("NO ACTION NEEDED")), "{}", case.name);
    }
}

#[tokio::test]
async fn a_resource_that_is_gone_needs_nothing() {
    for case in CASES {
        let (aws, function) = case.laid_as(case.remove).await;
        let before = state(&aws);
        function.respond(case.finding()).await.unwrap();
        let incident = function.incident(&case.finding()).await;
        assert_eq!(state(&aws), before, "{}", case.name);
        // Where it can't be told from one that cannot be found, it is said to be that.
        assert!(matches!(incident.state, State::Verified | State::Observed), "{}: {}", case.name, incident.state);
        assert!(!incident.can_be_undone(), "{}", case.name);
    }
}

#[tokio::test]
async fn in_shadow_mode_the_plan_is_told_and_nothing_changes() {
    for case in CASES {
        let (aws, _) = case.laid().await;
        aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), "shadow".to_owned()));
        let (before, function) = (state(&aws), case.function(&aws).await);
        function.respond(case.finding()).await.unwrap();
        let incident = function.incident(&case.finding()).await;
        assert_eq!(state(&aws), before, "{}", case.name);
        assert_eq!(incident.verdict.as_ref().unwrap().effect, Effect::Observe, "{}", case.name);
        assert!(!changing(&incident).is_empty(), "{}", case.name);
        assert!(aws.world(|world| world.sent[0].body.contains("\nWould do")), "{}", case.name);
    }
}

#[tokio::test]
async fn every_change_is_recorded_before_it_is_made() {
    for case in CASES {
        let calls = case.calls().await;
        for (call, _) in calls.iter().filter(|(_, changes)| *changes) {
            let (aws, function) = case.laid().await;
            let (name, wanted) = (case.name, call.clone());
            aws.before(operation(call), move |world| {
                let incidents = world.table.with_prefix("incident#");
                let plan = incidents[0]["plan"]["S"].as_str().unwrap();
                let plan: Plan = serde_json::from_str(plan).unwrap();
                assert!(plan.changes.iter().any(|change| change.call == wanted), "{name}: {wanted} is not recorded");
                assert!(!plan.undo.is_empty(), "{name}: no way back is recorded");
            });
            function.respond(case.finding()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_change_that_does_not_take_is_not_called_contained() {
    for case in CASES {
        let calls = case.calls().await;
        let (call, _) = calls.iter().rfind(|(_, changes)| *changes).unwrap();
        let (aws, function) = case.laid().await;
        aws.fail_always(operation(call), crate::testing::Fault::Unheard);
        function.respond(case.finding()).await.unwrap();
        let incident = function.incident(&case.finding()).await;
        assert_eq!(incident.state, State::Applied, "{}, {call}", case.name);
        assert!(aws.world(|world| world.sent[0].subject.contains("VERIFICATION FAILED")), "{}", case.name);
    }
}
