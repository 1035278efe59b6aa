//! A person's undo on an account in memory: refused where it would do harm, and told why.

use riposte_core::incident::State;
use riposte_core::outcome::Outcome;

use super::UndoError;
use crate::ledger::LedgerError;
use crate::responder::Answered;
use crate::testing::{Aws, CASES, Case, Entry, Fault, Function, Rule, World};

/// An account in which the offense was contained.
async fn contained(case: &Case) -> (Aws, Function) {
    let aws = Aws::new();
    aws.world(case.lay);
    let function = Function::new(&aws);
    let answered = function.respond((case.finding)()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Verified)), "{answered:?}");
    aws.forget_calls();
    (aws, function)
}

/// What somebody else does to the resource of a case after its containment.
fn meddle(case: &Case) -> fn(&mut World) {
    match case.name {
        "revoke-ingress" => |world| world.ec2.group("sg-1").rules.push(Rule::tcp("sgr-late", 80, "10.0.0.0/8")),
        "detach-managed-policy" => {
            |world| world.iam.of("user/eve").attached.push("arn:aws:iam::aws:policy/Late".to_owned())
        }
        "delete-inline-policy" => {
            |world| drop(world.iam.of("role/app").inline.insert("late".to_owned(), "{}".to_owned()))
        }
        "deactivate-access-key" => {
            |world| drop(world.iam.of("user/eve").keys.insert("AKIA4".to_owned(), "Active".to_owned()))
        }
        _ => |world| world.ec2.acl("acl-1").entries.push(Entry::new(50, false, "203.0.113.7/32")),
    }
}

#[tokio::test]
async fn a_resource_that_changed_since_is_left_alone_until_a_person_accepts_it() {
    for case in &CASES {
        let (aws, function) = contained(case).await;
        aws.world(meddle(case));
        let before = aws.world(|world| (world.ec2.clone(), world.iam.clone()));

        let refused = function.undo(&(case.finding)(), false).await.unwrap_err();

        assert!(
            matches!(&refused, UndoError::Changed { changes, .. } if changes.len() == 1),
            "{}: {refused}",
            case.name
        );
        assert_eq!(aws.changes(), Vec::<String>::new(), "{}", case.name);
        assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0, "{}", case.name);
        assert_eq!(aws.world(|world| (world.ec2.clone(), world.iam.clone())), before, "{}", case.name);

        let undone = function.undo(&(case.finding)(), true).await.unwrap();
        assert_eq!(undone.state, State::Undone, "{}", case.name);
        assert_eq!(aws.changes().len(), 1, "{}", case.name);
    }
}

#[tokio::test]
async fn what_an_attacker_restored_already_is_not_restored_twice() {
    let (aws, function) = contained(&CASES[0]).await;
    aws.world(|world| world.ec2.group("sg-1").rules.push(Rule::tcp("sgr-mallory", 22, "0.0.0.0/0")));
    let undone = function.undo(&(CASES[0].finding)(), false).await.unwrap();
    assert_eq!(undone.state, State::Undone);
    assert_eq!(aws.changes(), Vec::<String>::new());
}

#[tokio::test]
async fn there_is_nothing_to_undo_twice_or_where_nothing_was_done() {
    for case in &CASES {
        let (aws, function) = contained(case).await;
        function.undo(&(case.finding)(), false).await.unwrap();
        aws.forget_calls();
        let again = function.undo(&(case.finding)(), true).await.unwrap_err();
        assert!(matches!(again, UndoError::Nothing { outcome: Outcome::Undone, .. }), "{}: {again}", case.name);
        assert_eq!(aws.changes(), Vec::<String>::new(), "{}", case.name);
    }
    let aws = Aws::new();
    aws.world(CASES[0].lay);
    aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), "shadow".to_owned()));
    let function = Function::new(&aws);
    let unknown = function.undo(&(CASES[0].finding)(), false).await.unwrap_err();
    assert!(matches!(unknown, UndoError::Unknown(_)), "{unknown}");
    function.respond((CASES[0].finding)()).await.unwrap();
    let observed = function.undo(&(CASES[0].finding)(), false).await.unwrap_err();
    assert!(matches!(observed, UndoError::Nothing { outcome: Outcome::Observed, .. }), "{observed}");
}

#[tokio::test]
async fn it_is_allowed_in_every_mode_and_forbidden_by_a_guardrail_that_says_so() {
    for mode in ["shadow", "halt"] {
        let (aws, _) = contained(&CASES[1]).await;
        aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), mode.to_owned()));
        Function::new(&aws).undo(&(CASES[1].finding)(), false).await.unwrap();
    }
    let (aws, _) = contained(&CASES[1]).await;
    let text = "forbid (principal, action == Riposte::Action::\"undo\", resource);";
    aws.world(|world| world.ssm.insert("/riposte/guardrails/no-undo".to_owned(), text.to_owned()));
    let forbidden = Function::new(&aws).undo(&(CASES[1].finding)(), false).await.unwrap_err();
    assert!(matches!(&forbidden, UndoError::Forbidden(by) if by.contains("custom/no-undo")), "{forbidden}");
    assert_eq!(aws.changes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_recipe_that_was_changed_in_the_ledger_is_not_carried_out() {
    let (aws, function) = contained(&CASES[1]).await;
    aws.world(|world| {
        let item = world.table.items.values_mut().find(|item| item.contains_key("plan")).unwrap();
        let plan = item["plan"]["S"].as_str().unwrap().replace("\"eve\"", "\"mallory\"");
        item.insert("plan".to_owned(), serde_json::json!({ "S": plan }));
    });
    let refused = function.undo(&(CASES[1].finding)(), true).await.unwrap_err();
    assert!(matches!(refused, UndoError::Ledger(LedgerError::Seal { .. })), "{refused}");
    assert_eq!(aws.changes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_failed_call_is_told_and_the_undo_can_be_tried_again() {
    for (case, operation) in [
        (0, "AuthorizeSecurityGroupIngress"),
        (1, "AttachUserPolicy"),
        (2, "PutRolePolicy"),
        (3, "UpdateAccessKey"),
        (4, "DeleteNetworkAclEntry"),
    ] {
        for fault in [Fault::DENIED, Fault::LostAnswer, Fault::THROTTLED] {
            let (aws, function) = contained(&CASES[case]).await;
            aws.fail(operation, fault.clone());
            let failed = function.undo(&(CASES[case].finding)(), false).await.unwrap_err();
            assert!(matches!(failed, UndoError::Fault(_)), "{operation}: {failed}");
            assert_eq!(function.incident(&(CASES[case].finding)()).await.state, State::Verified, "{operation}");
            function.undo(&(CASES[case].finding)(), false).await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_undo_that_does_not_take_is_not_called_undone() {
    // All at once, since each reads again for a while before it gives up.
    let mut runs = tokio::task::JoinSet::new();
    for (case, operation) in
        [(1, "AttachUserPolicy"), (2, "PutRolePolicy"), (3, "UpdateAccessKey"), (4, "DeleteNetworkAclEntry")]
    {
        runs.spawn(async move {
            let (aws, function) = contained(&CASES[case]).await;
            aws.fail(operation, Fault::Unheard);
            let failed = function.undo(&(CASES[case].finding)(), false).await.unwrap_err();
            assert!(matches!(&failed, UndoError::NotConfirmed(parts) if parts.len() == 1), "{operation}: {failed}");
            assert_eq!(function.incident(&(CASES[case].finding)()).await.state, State::Verified, "{operation}");
            assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0, "{operation}");
        });
    }
    while let Some(run) = runs.join_next().await {
        run.unwrap();
    }
}

#[tokio::test]
async fn why_it_failed_is_told_even_if_the_lease_cannot_be_given_back() {
    let (aws, function) = contained(&CASES[1]).await;
    aws.world(meddle(&CASES[1]));
    aws.fail("DeleteItem", Fault::THROTTLED);
    let refused = function.undo(&(CASES[1].finding)(), false).await.unwrap_err();
    assert!(matches!(refused, UndoError::Changed { .. }), "{refused}");
}

/// As an earlier release wrote the plan of the first case.
const EARLIER: &str = r#"{"action":"revoke-ingress",
    "response":{"action":"revoke-ingress","group_id":"sg-1","rules":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr":"0.0.0.0/0"}]},
    "resource_arn":"arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1","tags":{},
    "before":{"sgr-1":{"IsEgress":false,"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"0.0.0.0/0","Tags":{}}},
    "delta":{"sgr-1":null},
    "changes":[{"change":"revoke-ingress","group_id":"sg-1","rule_ids":["sgr-1"]}],
    "undo":[{"change":"authorize-ingress","group_id":"sg-1","rules":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr":"0.0.0.0/0"}]}],
    "note":null}"#;

#[tokio::test]
async fn an_incident_of_an_earlier_release_is_undone() {
    let (aws, function) = contained(&CASES[0]).await;
    let (finding, ledger) = ((CASES[0].finding)(), function.ledger());
    let incident = function.incident(&finding).await;
    let mut held = ledger.hold(&incident, &crate::testing::invocation()).await.unwrap().unwrap();
    held.incident.plan = Some(serde_json::from_str(EARLIER).unwrap());
    held.incident.made.clear();
    ledger.finish(&mut held).await.unwrap();
    // It names one rule of the group alone, so a person has to accept the others.
    let undone = function.undo(&finding, true).await.unwrap();
    assert_eq!(undone.state, State::Undone);
    assert_eq!(aws.changes(), ["ec2:AuthorizeSecurityGroupIngress"]);
    let rules = aws.world(|world| world.ec2.group("sg-1").rules.clone());
    assert!(rules.iter().any(|rule| rule.v4.as_deref() == Some("0.0.0.0/0") && rule.from == 22 && !rule.egress));
}

#[tokio::test]
async fn an_incident_of_a_newer_release_is_shown_and_not_undone() {
    let (aws, function) = contained(&CASES[0]).await;
    let (finding, ledger) = ((CASES[0].finding)(), function.ledger());
    let incident = function.incident(&finding).await;
    let mut held = ledger.hold(&incident, &crate::testing::invocation()).await.unwrap().unwrap();
    let plan = held.incident.plan.as_mut().unwrap();
    plan.action = riposte_core::action::ActionName::Newer("freeze-group".to_owned());
    ledger.finish(&mut held).await.unwrap();
    assert_eq!(ledger.list(10).await.unwrap().incidents.len(), 1);
    let refused = function.undo(&finding, true).await.unwrap_err().to_string();
    assert!(refused.contains("freeze-group is not known here"), "{refused}");
    assert_eq!(aws.changes(), Vec::<String>::new());
}

/// Changes the incident's record as whoever holds the function's key could.
async fn forge(function: &Function, change: impl FnOnce(&mut riposte_core::incident::Incident)) {
    let mut incident = function.incident(&(CASES[1].finding)()).await;
    change(&mut incident);
    let ledger = function.ledger();
    let mut held = ledger.hold(&incident, &crate::testing::invocation()).await.unwrap().unwrap();
    held.incident = incident;
    ledger.finish(&mut held).await.unwrap();
    function.aws.forget_calls();
}

#[tokio::test]
async fn a_plan_that_disagrees_with_its_finding_is_not_undone() {
    let (aws, function) = contained(&CASES[1]).await;
    forge(&function, |incident| incident.finding.response = (CASES[0].finding)().response).await;
    let refused = function.undo(&(CASES[1].finding)(), true).await.unwrap_err();
    assert!(matches!(refused, UndoError::Disagrees { .. }), "{refused}");
    assert_eq!(aws.changes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_call_that_is_none_of_its_actions_is_not_made() {
    let (aws, function) = contained(&CASES[1]).await;
    forge(&function, |incident| {
        incident.plan.as_mut().unwrap().undo[0].change.call = "iam:CreateAccessKey".to_owned();
    })
    .await;
    let refused = function.undo(&(CASES[1].finding)(), true).await.unwrap_err();
    assert!(refused.to_string().contains("iam:CreateAccessKey does not belong to the undo of"), "{refused}");
    assert_eq!(aws.changes(), Vec::<String>::new());
}
