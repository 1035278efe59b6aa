//! One delivery, nothing in the way.

use riposte_core::incident::{Incident, State};

use super::{Account, End, laid, warm};
use crate::responder::Answered;
use crate::testing::CASES;

#[tokio::test]
async fn each_offense_is_contained_and_nothing_else_changes() {
    for case in &CASES {
        let aws = laid(case);
        let finding = (case.finding)();
        let function = warm(&aws).await;
        let expected = aws.world(|world| {
            let mut world = world.clone();
            (case.contain)(&mut world);
            Account::of(&world)
        });

        let answered = function.respond(finding.clone()).await.unwrap();

        assert_eq!(answered, Answered::Now(Incident::id_of(&finding), State::Verified), "{}", case.name);
        let end = End::of(&function, &finding).await;
        assert_eq!(end.account, expected, "{}", case.name);
        assert_eq!((end.incidents, end.leases, end.notified), (1, 0, true), "{}", case.name);
        assert_eq!(end.changes.len(), 1, "{}: {:?}", case.name, end.changes);
        let (subject, body) = end.notices.first().unwrap();
        assert!(subject.starts_with("[Riposte] CONTAINED"), "{}: {subject}", case.name);
        assert!(body.contains("read again: 1 part as planned"), "{}: {body}", case.name);
        assert!(body.contains(&format!("riposte undo {}", Incident::id_of(&finding))), "{}: {body}", case.name);
    }
}

#[tokio::test]
async fn each_containment_is_undone() {
    for case in &CASES {
        let aws = laid(case);
        let finding = (case.finding)();
        let function = warm(&aws).await;
        let before = aws.world(|world| Account::of(world)).without_ids();
        function.respond(finding.clone()).await.unwrap();

        let undone = function.undo(&finding, false).await.unwrap();

        assert_eq!(undone.state, State::Undone, "{}", case.name);
        assert_eq!(aws.world(|world| Account::of(world)).without_ids(), before, "{}", case.name);
        assert_eq!(function.incident(&finding).await.state, State::Undone, "{}", case.name);
        assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0, "{}", case.name);
    }
}

#[tokio::test]
async fn one_rule_costs_six_calls_from_event_to_verified() {
    let aws = laid(&CASES[0]);
    let function = warm(&aws).await;
    function.respond((CASES[0].finding)()).await.unwrap();
    let calls = aws.calls();
    let (until_verified, after) = calls.split_at(6);
    assert_eq!(
        until_verified,
        [
            "dynamodb:TransactWriteItems",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSecurityGroupRules",
            "dynamodb:TransactWriteItems",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:DescribeSecurityGroupRules",
        ]
    );
    assert_eq!(after, ["dynamodb:PutItem", "sns:Publish", "dynamodb:TransactWriteItems"]);
}

#[tokio::test]
async fn the_account_is_called_in_the_region_of_the_event() {
    let aws = laid(&CASES[0]);
    let function = warm(&aws).await;
    let mut finding = (CASES[0].finding)();
    finding.scope.region = "ap-southeast-2".to_owned();
    function.respond(finding).await.unwrap();
    for request in aws.requests() {
        let expected = if request.service == "ec2" { "ap-southeast-2" } else { "eu-west-1" };
        assert_eq!(request.region, expected, "{}", request.name());
    }
}

#[tokio::test]
async fn an_offense_that_is_gone_needs_nothing() {
    for case in &CASES[..4] {
        let aws = laid(case);
        let finding = (case.finding)();
        let function = warm(&aws).await;
        aws.world(case.contain);

        let answered = function.respond(finding.clone()).await.unwrap();

        assert_eq!(answered, Answered::Now(Incident::id_of(&finding), State::Verified), "{}", case.name);
        assert_eq!(aws.changes(), Vec::<String>::new(), "{}", case.name);
        let subject = aws.world(|world| world.sent[0].subject.clone());
        assert!(subject.contains("NO ACTION NEEDED"), "{}: {subject}", case.name);
        let refused = function.undo(&finding, false).await.unwrap_err().to_string();
        assert!(refused.contains("there is nothing to undo"), "{}: {refused}", case.name);
    }
}
