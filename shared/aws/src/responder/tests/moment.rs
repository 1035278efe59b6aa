//! What somebody else changes in the very moment: between the plan and the change.

use riposte_core::incident::{Changed, State};
use riposte_core::net::IngressRule;

use super::{laid, warm};
use crate::responder::Answered;
use crate::testing::{Aws, CASES, Function, Rule, World, closing, finding, rule};
use crate::undo::UndoError;

fn narrow(world: &mut World) {
    world.ec2.group("sg-1").rules.iter_mut().find(|rule| rule.id == "sgr-1").unwrap().v4 =
        Some("198.51.100.9/32".to_owned());
}

fn rules(aws: &Aws) -> Vec<Rule> {
    aws.world(|world| world.ec2.group("sg-1").rules.clone())
}

/// Nothing is claimed, and nothing can be undone that would open what somebody else has closed.
async fn nothing_is_claimed(function: &Function, case: usize) {
    let finding = (CASES[case].finding)();
    let incident = function.incident(&finding).await;
    assert_eq!((incident.state, incident.changed), (State::Verified, Changed::No), "{:?}", incident.timeline);
    let notice = function.aws.world(|world| world.sent[0].clone());
    assert!(notice.subject.contains("NO ACTION NEEDED"), "{}", notice.subject);
    assert!(!notice.body.contains("\nDone ") && !notice.body.contains("riposte undo"), "{}", notice.body);
    let refused = function.undo(&finding, true).await.unwrap_err();
    assert!(matches!(refused, UndoError::Nothing { .. }), "{refused}");
}

#[tokio::test]
async fn a_rule_that_a_person_narrows_is_not_revoked() {
    for lenient in [false, true] {
        let aws = laid(&CASES[0]);
        aws.world(|world| world.ec2.group("sg-1").lenient = lenient);
        let function = warm(&aws).await;
        aws.before("RevokeSecurityGroupIngress", narrow);
        let mut expected = aws.world(|world| world.clone());
        narrow(&mut expected);
        function.respond(finding()).await.unwrap();
        assert_eq!(rules(&aws), expected.ec2.group("sg-1").rules, "lenient: {lenient}");
        nothing_is_claimed(&function, 0).await;
    }
}

#[tokio::test]
async fn of_two_rules_the_one_that_a_person_narrows_stays_narrow_after_the_undo() {
    for lenient in [false, true] {
        let aws = laid(&CASES[0]);
        let (function, mut finding) = (warm(&aws).await, finding());
        let second = IngressRule { rule_id: Some("sgr-6".to_owned()), cidr: "::/0".to_owned(), ..rule() };
        finding.response = Some(closing(vec![rule(), second]));
        aws.world(|world| {
            let group = world.ec2.group("sg-1");
            group.lenient = lenient;
            group.rules.push(Rule::tcp("sgr-6", 22, "::/0"));
        });
        aws.before("RevokeSecurityGroupIngress", narrow);
        let answered = function.respond(finding.clone()).await.unwrap();
        assert!(matches!(answered, Answered::Now(_, State::Verified)), "{answered:?}");
        assert!(rules(&aws).iter().all(|rule| rule.id != "sgr-6"), "lenient: {lenient}");
        function.undo(&finding, true).await.unwrap();
        let open = |rules: Vec<Rule>| {
            rules.iter().any(|rule| rule.v4.as_deref() == Some("0.0.0.0/0") && rule.from == 22 && !rule.egress)
        };
        assert!(!open(rules(&aws)), "lenient: {lenient}: {:?}", rules(&aws));
        assert!(rules(&aws).iter().any(|rule| rule.v6.as_deref() == Some("::/0")), "lenient: {lenient}");
    }
}

#[tokio::test]
async fn a_policy_that_is_made_harmless_right_before_the_delete_is_left_alone() {
    let case = &CASES[2];
    let aws = laid(case);
    let function = warm(&aws).await;
    let harmless = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    // While the intent is written: the call before it opens the incident.
    aws.before("TransactWriteItems", |_| {});
    aws.before("TransactWriteItems", move |world| {
        world.iam.of("role/app").inline.insert("door".to_owned(), harmless.to_owned());
    });
    function.respond((case.finding)()).await.unwrap();
    assert_eq!(aws.world(|world| world.iam.of("role/app").inline["door"].clone()), harmless);
    nothing_is_claimed(&function, 2).await;
}

#[tokio::test]
async fn every_change_is_marked_on_the_wire() {
    for case in &CASES {
        let aws = laid(case);
        let function = warm(&aws).await;
        let finding = (case.finding)();
        function.respond(finding.clone()).await.unwrap();
        function.undo(&finding, false).await.unwrap();
        let changes = aws.changes();
        let mark = function.ledger().mark(&riposte_core::incident::Incident::id_of(&finding));
        let sent: Vec<_> = aws.requests().into_iter().filter(|request| changes.contains(&request.name())).collect();
        assert!(sent.len() >= 2, "{}: {changes:?}", case.name);
        for request in sent {
            assert!(request.agent.contains(&format!("app/{mark}")), "{}: {}", case.name, request.agent);
        }
    }
}
