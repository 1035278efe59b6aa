//! Calls that are refused, changes that do not take, notices that do not arrive.

use riposte_core::incident::{Incident, State, Step};

use super::{Account, End, laid, warm};
use crate::actions::Actions;
use crate::responder::{Answered, RespondError};
use crate::testing::{Aws, CASES, Case, Fault, Function, Rule, closing};

/// The mutating operation of a case.
async fn mutation(case: &Case) -> &'static str {
    let aws = laid(case);
    warm(&aws).await.respond((case.finding)()).await.unwrap();
    aws.changes()[0].split(':').nth(1).unwrap().to_owned().leak()
}

fn last(incident: &Incident, step: Step) -> &str {
    &incident.timeline.iter().rev().find(|entry| entry.step == step).unwrap().text
}

fn subject(aws: &Aws) -> String {
    aws.world(|world| world.sent.last().unwrap().subject.clone())
}

#[tokio::test]
async fn a_denied_change_is_recorded_told_and_not_tried_for_ever() {
    for case in &CASES {
        let operation = mutation(case).await;
        let aws = laid(case);
        let before = aws.world(|world| Account::of(world));
        let (function, finding) = (warm(&aws).await, (case.finding)());
        aws.fail_always(operation, Fault::DENIED);

        let answered = function.respond(finding.clone()).await.unwrap();

        assert!(matches!(answered, Answered::Now(_, State::Failed)), "{}: {answered:?}", case.name);
        assert!(subject(&aws).contains("ACTION FAILED"), "{}", case.name);
        let incident = function.incident(&finding).await;
        assert!(last(&incident, Step::Action).contains("AccessDenied"), "{}: {:?}", case.name, incident.timeline);
        assert!(!incident.can_be_undone());
        assert_eq!(aws.world(|world| Account::of(world)), before, "{}", case.name);
        aws.heal();
        assert!(matches!(function.respond(finding).await.unwrap(), Answered::Before(_)), "{}", case.name);
    }
}

#[tokio::test]
async fn a_denied_reading_is_recorded_and_told() {
    for (case, operation) in [
        (0, "DescribeSecurityGroups"),
        (1, "GetUser"),
        (2, "GetRolePolicy"),
        (3, "ListAccessKeys"),
        (4, "DescribeInstances"),
        (5, "DescribeNetworkAcls"),
    ] {
        let aws = laid(&CASES[case]);
        let function = warm(&aws).await;
        aws.fail_always(operation, Fault::DENIED);
        let answered = function.respond((CASES[case].finding)()).await.unwrap();
        assert!(matches!(answered, Answered::Now(_, State::Failed)), "{operation}: {answered:?}");
        assert!(subject(&aws).contains("ACTION FAILED"), "{operation}");
        assert_eq!(aws.changes(), Vec::<String>::new(), "{operation}");
    }
}

#[tokio::test]
async fn a_throttled_change_comes_back_and_gives_the_lease_back() {
    for case in &CASES {
        let operation = mutation(case).await;
        let aws = laid(case);
        let (function, finding) = (warm(&aws).await, (case.finding)());
        aws.fail(operation, Fault::THROTTLED);
        let error = function.respond(finding.clone()).await.unwrap_err();
        assert!(matches!(error, RespondError::Fault(_)), "{}: {error}", case.name);
        assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0, "{}", case.name);
        assert_eq!(function.incident(&finding).await.state, State::Intended, "{}", case.name);
        let answered = function.respond(finding).await.unwrap();
        assert!(matches!(answered, Answered::Now(_, State::Verified)), "{}: {answered:?}", case.name);
    }
}

#[tokio::test]
async fn what_is_gone_when_it_is_to_be_changed_is_gone() {
    for case in &CASES[..4] {
        let operation = mutation(case).await;
        let aws = laid(case);
        let (function, finding) = (warm(&aws).await, (case.finding)());
        if case.name == "deactivate-access-key" {
            aws.before(operation, |world| drop(world.iam.of("user/eve").keys.remove("AKIA2")));
        } else {
            aws.before(operation, case.contain);
        }
        let answered = function.respond(finding.clone()).await.unwrap();
        assert!(matches!(answered, Answered::Now(_, State::Verified)), "{}: {answered:?}", case.name);
        let incident = function.incident(&finding).await;
        assert!(last(&incident, Step::Action).contains("gone meanwhile"), "{}: {:?}", case.name, incident.timeline);
    }
}

#[tokio::test]
async fn a_resource_that_is_gone_when_it_is_to_be_changed_is_not_claimed() {
    for case in &CASES[..4] {
        let operation = mutation(case).await;
        let aws = laid(case);
        let (function, finding) = (warm(&aws).await, (case.finding)());
        aws.before(operation, |world| {
            world.ec2.groups.clear();
            world.iam.principals.clear();
        });
        let answered = function.respond(finding.clone()).await.unwrap();
        assert!(matches!(answered, Answered::Now(_, State::Verified)), "{}: {answered:?}", case.name);
        let notice = aws.world(|world| world.sent[0].clone());
        assert!(notice.subject.contains("NO ACTION NEEDED"), "{}: {}", case.name, notice.subject);
        assert!(!notice.body.contains("\nDone ") && !notice.body.contains("riposte undo"), "{}", notice.body);
    }
}

#[tokio::test]
async fn a_call_that_is_refused_for_one_missing_rule_is_planned_anew() {
    let aws = laid(&CASES[0]);
    let (function, mut finding) = (warm(&aws).await, (CASES[0].finding)());
    let mut second = crate::testing::rule();
    (second.rule_id, second.cidr) = (Some("sgr-6".to_owned()), "::/0".to_owned());
    let rules = vec![crate::testing::rule(), second];
    finding.response = Some(closing(rules));
    aws.world(|world| world.ec2.group("sg-1").rules.push(Rule::tcp("sgr-6", 22, "::/0")));
    // The attacker takes one back just before: AWS then revokes none of the two.
    aws.before("RevokeSecurityGroupIngress", |world| world.ec2.group("sg-1").rules.retain(|rule| rule.id != "sgr-6"));
    let answered = function.respond(finding.clone()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Verified)), "{answered:?}");
    assert!(!aws.world(|world| world.ec2.group("sg-1").rules.iter().any(|rule| rule.id == "sgr-1")));
    assert!(function.incident(&finding).await.can_be_undone());
}

#[tokio::test]
async fn a_change_that_does_not_take_is_not_called_contained() {
    let aws = laid(&CASES[0]);
    let (function, finding) = (warm(&aws).await, (CASES[0].finding)());
    aws.fail("RevokeSecurityGroupIngress", Fault::Unheard);
    let answered = function.respond(finding.clone()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Applied)), "{answered:?}");
    assert!(subject(&aws).contains("VERIFICATION FAILED"));
    assert!(last(&function.incident(&finding).await, Step::Verify).contains("ingress tcp 22 from 0.0.0.0/0"));
}

#[tokio::test]
async fn a_change_that_shows_late_is_waited_for() {
    let aws = laid(&CASES[1]);
    let (function, finding) = (warm(&aws).await, (CASES[1].finding)());
    // IAM shows the old state for a while.
    aws.fail("DetachUserPolicy", Fault::Unheard);
    let contain = CASES[1].contain;
    aws.before("DetachUserPolicy", move |_| {});
    let late = aws.clone();
    let (answered, ()) = tokio::join!(function.respond(finding), async move {
        crate::clock::sleep(std::time::Duration::from_millis(150)).await;
        late.world(contain);
    });
    assert!(matches!(answered.unwrap(), Answered::Now(_, State::Verified)));
}

#[tokio::test]
async fn a_reading_that_is_denied_after_the_change_leaves_it_unconfirmed() {
    let aws = laid(&CASES[0]);
    let (function, finding) = (warm(&aws).await, (CASES[0].finding)());
    aws.fail_after("DescribeSecurityGroupRules", 1, Fault::Code(403, "UnauthorizedOperation"));
    let answered = function.respond(finding.clone()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Applied)), "{answered:?}");
    assert!(subject(&aws).contains("VERIFICATION FAILED"));
    assert!(function.incident(&finding).await.can_be_undone(), "the change was made");
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_told() {
    let aws = laid(&CASES[0]);
    let (function, finding) = (warm(&aws).await, (CASES[0].finding)());
    aws.before("RevokeSecurityGroupIngress", |world| {
        let group = world.ec2.group("sg-1");
        group.rules.retain(|rule| rule.id != "sgr-vpn");
        group.rules.push(Rule::tcp("sgr-new", 5432, "10.0.0.0/8"));
    });
    function.respond(finding.clone()).await.unwrap();
    let incident = function.incident(&finding).await;
    assert_eq!(incident.state, State::Verified);
    let told = last(&incident, Step::Verify);
    assert!(told.contains("+ ingress tcp 5432 from 10.") && told.contains("- ingress tcp 22 from 10."), "{told}");
}

#[tokio::test]
async fn a_refused_notice_keeps_the_record_and_is_all_that_is_left_to_do() {
    for case in &CASES {
        let aws = laid(case);
        let (function, finding) = (warm(&aws).await, (case.finding)());
        aws.fail("Publish", Fault::Code(403, "AuthorizationError"));
        let error = function.respond(finding.clone()).await.unwrap_err();
        assert!(matches!(error, RespondError::Notice { .. }), "{}: {error}", case.name);
        let incident = function.incident(&finding).await;
        assert_eq!((incident.state, incident.notified), (State::Verified, false), "{}", case.name);
        assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0, "{}", case.name);
        aws.forget_calls();
        function.respond(finding.clone()).await.unwrap();
        assert_eq!(aws.calls().last_chunk::<2>().unwrap(), &["sns:Publish", "dynamodb:TransactWriteItems"]);
        assert!(aws.calls().iter().all(|call| call.starts_with("dynamodb:") || call == "sns:Publish"), "{}", case.name);
        let end = End::of(&function, &finding).await;
        assert_eq!((end.notified, end.notices.len(), end.leases), (true, 1, 0), "{}", case.name);
    }
}

#[tokio::test]
async fn an_event_of_another_account_is_recorded_and_told_and_not_answered() {
    let aws = laid(&CASES[0]);
    let (function, mut finding) = (warm(&aws).await, (CASES[0].finding)());
    "999999999999".clone_into(&mut finding.scope.account);
    let answered = function.respond(finding.clone()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Observed)), "{answered:?}");
    assert!(aws.calls().iter().all(|call| !call.starts_with("ec2:")));
    assert!(last(&function.incident(&finding).await, Step::Plan).contains("999999999999"));
    assert!(subject(&aws).contains("OBSERVED"));
    assert!(matches!(function.respond(finding).await.unwrap(), Answered::Before(_)));
}

#[tokio::test]
async fn a_finding_without_a_response_is_recorded_and_told() {
    let aws = laid(&CASES[0]);
    let (function, mut finding) = (warm(&aws).await, (CASES[0].finding)());
    finding.response = None;
    let answered = function.respond(finding.clone()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Observed)), "{answered:?}");
    assert!(aws.world(|world| world.sent[0].body.contains("no action is known for it")));
    assert!(matches!(function.respond(finding).await.unwrap(), Answered::Before(_)));
}

#[tokio::test]
async fn a_function_takes_only_its_own_actions() {
    let aws = laid(&CASES[0]);
    let mut function: Function = warm(&aws).await;
    function.base.actions = Actions::new(&aws.config());
    let answered = function.respond((CASES[0].finding)()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Observed)), "{answered:?}");
    assert!(aws.world(|world| world.sent[0].body.contains("does not have the action revoke-ingress")));
    assert_eq!(aws.changes(), Vec::<String>::new());
}
