//! A person's word on an account in memory.

use riposte_core::approval::Judgment;
use riposte_core::incident::{Incident, State};
use riposte_core::outcome::Outcome;

use super::{ApprovalError, Approved, Yes};
use crate::actions::Actions;
use crate::operator::Operator;
use crate::testing::{Aws, CASES, Case, Fault, Function};
use crate::undo::{Undoer, Wish};

const CASE: &Case = &CASES[0];
const ASKS: &str = "forbid (principal, action, resource) unless { context.approved };";
const TWO: &str = "forbid (principal, action, resource) unless { context.approvers >= 2 };";

/// An account with one of these settings in which a function has met the offense.
async fn met(path: &str, value: &str) -> (Aws, Incident) {
    let aws = Aws::new();
    aws.world(|world| _ = world.ssm.insert(path.to_owned(), value.to_owned()));
    aws.world(CASE.lay);
    let function = Function::new(&aws);
    function.respond((CASE.finding)()).await.unwrap();
    let incident = function.incident(&(CASE.finding)()).await;
    (aws, incident)
}

async fn operator(aws: &Aws) -> Operator {
    let config = aws.config();
    Operator::with(&config, Actions::all(&config)).await.unwrap()
}

fn yes(plan: &str) -> Yes {
    Yes { plan: plan.to_owned(), reason: Some("CHG-1".to_owned()) }
}

fn group(aws: &Aws) -> crate::testing::Ec2 {
    aws.world(|world| world.ec2.clone())
}

#[tokio::test]
async fn what_is_asked_about_is_carried_out_when_a_person_approves_it() {
    for (path, value, state) in [
        ("/riposte/guardrails/ask", ASKS, State::Asked),
        // By hand: shadow mode itself changes nothing.
        ("/riposte/mode", "shadow", State::Observed),
    ] {
        let (aws, incident) = met(path, value).await;
        assert_eq!(incident.state, state);
        let operator = operator(&aws).await;
        let proposed = operator.proposed(&incident.id).await.unwrap();
        assert!(!proposed.differs && proposed.needed == Some(1), "{proposed:?}");
        assert_eq!(proposed.hash, incident.plan.as_ref().unwrap().hash());

        let Approved::Done(done) = operator.approve(&incident.id, &yes(&proposed.hash), "1").await.unwrap() else {
            panic!("one is enough");
        };
        assert_eq!((done.state, done.notified), (State::Verified, true), "{:?}", done.timeline);
        let (by, reason) = (done.approvals[0].by.as_str(), done.approvals[0].reason.as_deref());
        assert_eq!((by, reason), ("arn:aws:iam::111122223333:user/operator", Some("CHG-1")));
        aws.world(|world| assert!(world.sent.last().unwrap().subject.contains("CONTAINED")));
        let contained = Aws::new();
        contained.world(CASE.lay);
        contained.world(CASE.contain);
        assert_eq!(group(&aws).groups, group(&contained).groups);
        assert!(done.can_be_undone());
    }
}

#[tokio::test]
async fn a_plan_that_would_be_another_by_now_is_not_carried_out() {
    let (aws, incident) = met("/riposte/guardrails/ask", ASKS).await;
    let seen = operator(&aws).await.proposed(&incident.id).await.unwrap().hash;
    // The offending rule has another description by now, which an undo would have to bring back.
    aws.world(|world| {
        let rules = &mut world.ec2.group("sg-1").rules;
        rules.iter_mut().filter(|rule| rule.id == "sgr-1").for_each(|rule| rule.description = Some("x".to_owned()));
    });
    let before = group(&aws);
    let operator = operator(&aws).await;
    let refused = operator.approve(&incident.id, &yes(&seen), "1").await.unwrap_err();
    assert!(matches!(refused, ApprovalError::Changed { .. }), "{refused}");
    assert_eq!(group(&aws), before);
    let anew = operator.proposed(&incident.id).await.unwrap();
    assert!(anew.differs && anew.hash != seen);
    let done = operator.approve(&incident.id, &yes(&anew.hash), "2").await.unwrap();
    assert!(matches!(done, Approved::Done(done) if done.state == State::Verified));
}

#[tokio::test]
async fn one_person_is_not_two() {
    let (aws, incident) = met("/riposte/guardrails/two", TWO).await;
    let operator = operator(&aws).await;
    let plan = operator.proposed(&incident.id).await.unwrap();
    assert_eq!((plan.needed, plan.given), (Some(2), 0));
    let before = group(&aws);
    for (run, before) in [("1", false), ("2", true)] {
        let waiting = operator.approve(&incident.id, &yes(&plan.hash), run).await.unwrap();
        let said = matches!(waiting, Approved::Waiting { given: 1, needed: 2, again } if again == before);
        assert!(said, "a person is told that it was counted already: {waiting:?}");
    }
    assert_eq!(group(&aws), before);
    // Another person's, as it stands in the ledger.
    let mut held = operator.hold(&incident.id, &Operator::invocation("other")).await.unwrap();
    let mut other = held.incident.approvals[0].clone();
    other.by = "arn:aws:iam::111122223333:user/second".to_owned();
    held.incident.approvals = vec![other];
    operator.ledger.finish(&mut held).await.unwrap();
    drop(held);
    let done = operator.approve(&incident.id, &yes(&plan.hash), "3").await.unwrap();
    assert!(matches!(done, Approved::Done(done) if done.state == State::Verified && done.approvals.len() == 2));
}

#[tokio::test]
async fn a_no_is_recorded_and_notified_and_ends_it() {
    let (aws, incident) = met("/riposte/guardrails/ask", ASKS).await;
    let operator = operator(&aws).await;
    let before = group(&aws);
    let denied = operator.deny(&incident.id, "a drill", "1").await.unwrap();
    assert_eq!((denied.state, denied.denial.unwrap().reason.as_str()), (State::Denied, "a drill"));
    aws.world(|world| assert!(world.sent.last().unwrap().subject.contains("DENIED")));
    let refused = operator.proposed(&incident.id).await.unwrap_err();
    assert!(matches!(refused, ApprovalError::Nothing { outcome: Outcome::Denied, .. }), "{refused}");
    assert!(matches!(operator.deny(&incident.id, "again", "2").await, Err(ApprovalError::Nothing { .. })));
    assert_eq!(group(&aws), before);
}

#[tokio::test]
async fn what_nobody_approved_in_time_is_denied() {
    let (aws, incident) = met("/riposte/guardrails/ask", ASKS).await;
    let operator = operator(&aws).await;
    let mut held = operator.hold(&incident.id, &Operator::invocation("late")).await.unwrap();
    let hours = held.incident.approve_until_ms.unwrap() - held.incident.opened_ms;
    assert!((86_390_000..86_410_000).contains(&hours), "a day by default: {hours}");
    held.incident.approve_until_ms = Some(1);
    operator.ledger.finish(&mut held).await.unwrap();
    drop(held);
    let before = group(&aws);
    let late = operator.approve(&incident.id, &yes(&incident.plan.unwrap().hash()), "1").await.unwrap_err();
    assert!(matches!(late, ApprovalError::Expired(_)), "{late}");
    let (now, _) = operator.ledger.get(&incident.id).await.unwrap().unwrap();
    assert_eq!((now.state, now.denial.unwrap().by), (State::Denied, None));
    assert_eq!(group(&aws), before);
}

#[tokio::test]
async fn a_guardrail_without_exception_holds_whoever_approves() {
    let (aws, incident) = met("/riposte/guardrails/never", "forbid (principal, action, resource);").await;
    let operator = operator(&aws).await;
    let proposed = operator.proposed(&incident.id).await.unwrap();
    assert_eq!(proposed.needed, None);
    let refused = operator.approve(&incident.id, &yes(&proposed.hash), "1").await.unwrap_err();
    assert!(matches!(refused, ApprovalError::Forbidden(_)), "{refused}");
    assert!(refused.to_string().contains("custom/never"), "{refused}");
}

#[tokio::test]
async fn what_was_contained_can_only_be_marked() {
    let (aws, incident) = met("/riposte/mode", "live").await;
    assert_eq!(incident.state, State::Verified);
    let operator = operator(&aws).await;
    assert!(matches!(operator.proposed(&incident.id).await, Err(ApprovalError::Nothing { .. })));
    let note = Some("the vendor's scanner".to_owned());
    let marked = operator.mark(&incident.id, Judgment::FalsePositive, note, "1").await.unwrap();
    assert_eq!(marked.mark.unwrap().judgment, Judgment::FalsePositive);
    assert_eq!(marked.state, State::Verified);
    assert!(marked.timeline.last().unwrap().text.starts_with("false-positive by arn:"));
}

#[tokio::test]
async fn what_somebody_has_fixed_meanwhile_is_closed_and_nobody_is_asked_any_more() {
    for (path, value) in [("/riposte/guardrails/ask", ASKS), ("/riposte/mode", "shadow")] {
        let (aws, incident) = met(path, value).await;
        let operator = operator(&aws).await;
        assert!(matches!(operator.settle(&incident.id, "0").await, Err(ApprovalError::Left(_))), "it is there still");
        aws.world(CASE.contain);
        let before = group(&aws);
        assert!(matches!(operator.proposed(&incident.id).await, Err(ApprovalError::Gone(_))));
        let settled = operator.settle(&incident.id, "1").await.unwrap();
        assert_eq!((settled.state, settled.notified), (State::Verified, true), "{:?}", settled.timeline);
        assert_eq!(group(&aws), before);
        let (now, _) = operator.ledger.get(&incident.id).await.unwrap().unwrap();
        assert!(!now.can_be_undone() && now.state == State::Verified);
        if path.contains("guardrails") {
            aws.world(|world| assert!(world.sent.last().unwrap().subject.contains("NO ACTION NEEDED")));
        }
        assert!(matches!(operator.settle(&incident.id, "2").await, Err(ApprovalError::Nothing { .. })));
    }
}

#[tokio::test]
async fn an_undo_is_notified_by_the_topic_and_a_topic_that_refuses_is_said() {
    let (aws, incident) = met("/riposte/mode", "live").await;
    let operator = operator(&aws).await;
    let undoer =
        Undoer { ledger: &operator.ledger, actions: &operator.actions, guardrails: &operator.loaded.guardrails };
    let undone = undoer.undo(&incident.id, &Wish::default(), &Operator::invocation("1")).await.unwrap();
    let sent = aws.world(|world| world.sent.len());
    assert_eq!(operator.announce(&undone).await, Vec::<String>::new());
    aws.world(|world| {
        assert_eq!(world.sent.len(), sent + 1);
        assert!(world.sent.last().unwrap().subject.contains("UNDONE"), "{:?}", world.sent.last());
    });
    aws.fail("Publish", Fault::DENIED);
    let refused = operator.announce(&undone).await;
    assert!(refused.len() == 1 && refused[0].contains("topic") && refused[0].contains("AccessDenied"), "{refused:?}");
}
