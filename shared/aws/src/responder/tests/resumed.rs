//! What a later invocation finds where an earlier one wrote its intent and got no further.

use riposte_core::guardrail::Effect;
use riposte_core::incident::State;
use serde_json::{Value, json};

use super::{Account, laid, warm};
use crate::ledger::LedgerError;
use crate::responder::{Answered, RespondError};
use crate::testing::{Aws, CASES, Case, Entry, Fault, Rule};

/// An account in which the function was killed right after it had written its intent.
async fn intended(case: &Case) -> Aws {
    let aws = laid(case);
    let function = warm(&aws).await;
    let calls = {
        let whole = laid(case);
        warm(&whole).await.respond((case.finding)()).await.unwrap();
        whole.calls()
    };
    // The first one opens the incident.
    let mut transactions = calls.iter().enumerate().filter(|(_, call)| *call == "dynamodb:TransactWriteItems");
    let (intent, _) = transactions.nth(1).unwrap();
    assert!(aws.run_for(intent + 1, function.respond((case.finding)())).await.is_none());
    aws.end_leases();
    assert_eq!(function.incident(&(case.finding)()).await.state, State::Intended, "{}", case.name);
    assert_eq!(aws.changes(), Vec::<String>::new());
    aws
}

#[tokio::test]
async fn the_kill_switch_stops_what_was_intended() {
    for case in &CASES {
        let aws = intended(case).await;
        let before = aws.world(|world| Account::of(world));
        aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), "halt".to_owned()));
        let function = warm(&aws).await;
        let answered = function.respond((case.finding)()).await.unwrap();
        assert!(matches!(answered, Answered::Now(_, State::Observed)), "{}: {answered:?}", case.name);
        assert_eq!(aws.world(|world| Account::of(world)), before, "{}", case.name);
        let verdict = function.incident(&(case.finding)()).await.verdict.unwrap();
        assert_eq!((verdict.effect, verdict.guardrails), (Effect::Observe, vec!["kill-switch".to_owned()]));
        assert!(aws.world(|world| world.sent[0].subject.contains("OBSERVED")), "{}", case.name);
    }
}

#[tokio::test]
async fn a_resource_that_moved_on_is_kept_as_it_is_now() {
    let aws = intended(&CASES[0]).await;
    aws.world(|world| world.ec2.group("sg-1").rules.push(Rule::tcp("sgr-late", 8443, "10.0.0.0/8")));
    let before = aws.world(|world| Account::of(world)).without_ids();
    let (function, finding) = (warm(&aws).await, (CASES[0].finding)());
    function.respond(finding.clone()).await.unwrap();
    let incident = function.incident(&finding).await;
    assert_eq!(incident.state, State::Verified);
    assert!(incident.plan.unwrap().before.0.contains_key("ingress tcp 8443 from 10.0.0.0/8"));
    function.undo(&finding, false).await.unwrap();
    assert_eq!(aws.world(|world| Account::of(world)).without_ids(), before);
}

#[tokio::test]
async fn a_rule_number_that_was_taken_meanwhile_is_not_overwritten() {
    let aws = intended(&CASES[4]).await;
    let other = Entry::new(99, false, "203.0.113.7/32");
    aws.world(|world| world.ec2.acl("acl-1").entries.push(other.clone()));
    let (function, finding) = (warm(&aws).await, (CASES[4].finding)());
    function.respond(finding.clone()).await.unwrap();
    let entries = aws.world(|world| world.ec2.acl("acl-1").entries.clone());
    assert!(entries.contains(&other) && entries.contains(&Entry::new(98, false, "198.51.100.9/32")), "{entries:?}");
    function.undo(&finding, false).await.unwrap();
    assert!(aws.world(|world| world.ec2.acl("acl-1").entries.contains(&other)));
}

#[tokio::test]
async fn a_host_that_is_gone_meanwhile_is_not_called_contained() {
    let aws = intended(&CASES[4]).await;
    aws.world(|world| world.ec2.instances.clear());
    let function = warm(&aws).await;
    let answered = function.respond((CASES[4].finding)()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Failed)), "{answered:?}");
    let notice = aws.world(|world| world.sent[0].clone());
    assert!(notice.subject.contains("ACTION FAILED"), "{}", notice.subject);
    assert!(notice.body.contains("the instance no longer exists"), "{}", notice.body);
}

#[tokio::test]
async fn a_change_that_was_made_before_the_host_was_gone_is_found() {
    let aws = laid(&CASES[4]);
    let (function, finding) = (warm(&aws).await, (CASES[4].finding)());
    let made = {
        let whole = laid(&CASES[4]);
        warm(&whole).await.respond(finding.clone()).await.unwrap();
        whole.calls().iter().position(|call| call == "ec2:CreateNetworkAclEntry").unwrap() + 1
    };
    aws.run_for(made, function.respond(finding.clone())).await;
    aws.end_leases();
    aws.world(|world| world.ec2.instances.clear());
    let answered = warm(&aws).await.respond(finding.clone()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Verified)), "{answered:?}");
    function.undo(&finding, false).await.unwrap();
    assert!(!aws.world(|world| world.ec2.acl("acl-1").entries.iter().any(|entry| entry.number == 99 && !entry.egress)));
}

#[tokio::test]
async fn a_resource_that_is_gone_meanwhile_is_told_as_gone() {
    for case in &CASES[..4] {
        let aws = intended(case).await;
        aws.world(|world| {
            world.ec2.groups.clear();
            world.iam.principals.clear();
        });
        let function = warm(&aws).await;
        let answered = function.respond((case.finding)()).await.unwrap();
        assert!(matches!(answered, Answered::Now(_, State::Verified)), "{}: {answered:?}", case.name);
        let notice = aws.world(|world| world.sent[0].clone());
        assert!(notice.subject.contains("NO ACTION NEEDED"), "{}: {}", case.name, notice.subject);
        assert!(notice.body.contains("nothing left to contain"), "{}: {}", case.name, notice.body);
        assert!(!notice.body.contains("\nDone ") && !notice.body.contains("riposte undo"), "{}", notice.body);
    }
}

#[tokio::test]
async fn a_plan_that_was_changed_in_the_ledger_is_not_carried_out() {
    for case in &CASES {
        let aws = intended(case).await;
        let before = aws.world(|world| Account::of(world));
        aws.world(|world| {
            let item = world.table.items.values_mut().find(|item| item.contains_key("plan")).unwrap();
            let plan = item["plan"]["S"].as_str().unwrap().replacen("\"note\":", "\"note\" :", 1);
            item.insert("plan".to_owned(), json!({ "S": plan }));
        });
        let refused = warm(&aws).await.respond((case.finding)()).await.unwrap_err();
        assert!(matches!(refused, RespondError::Ledger(LedgerError::Seal { .. })), "{}: {refused}", case.name);
        assert_eq!(aws.world(|world| Account::of(world)), before, "{}", case.name);
    }
}

#[tokio::test]
async fn a_lease_that_ran_out_does_not_overwrite_its_successor() {
    let finished = {
        let aws = laid(&CASES[0]);
        warm(&aws).await.respond((CASES[0].finding)()).await.unwrap();
        aws.world(|world| world.table.items.clone())
    };
    let aws = laid(&CASES[0]);
    let function = warm(&aws).await;
    // A successor has finished the incident while this invocation still thinks that it holds it.
    aws.before("DescribeSecurityGroupRules", move |world| world.table.items = finished);
    let overtaken = function.respond((CASES[0].finding)()).await.unwrap_err();
    assert!(matches!(overtaken, RespondError::Ledger(LedgerError::Overtaken { .. })), "{overtaken}");
    assert_eq!(aws.changes(), Vec::<String>::new(), "nothing is done without a recorded intent");
}

#[tokio::test]
async fn a_lease_that_ran_out_before_the_end_is_left_to_its_new_holder() {
    let aws = laid(&CASES[0]);
    let function = warm(&aws).await;
    let other: Value = json!({ "S": "somebody-else" });
    aws.before("Publish", {
        let other = other.clone();
        move |world| {
            let lease = world.table.items.iter_mut().find(|(pk, _)| pk.starts_with("lease#")).unwrap().1;
            lease.insert("owner".to_owned(), other);
        }
    });
    function.respond((CASES[0].finding)()).await.unwrap();
    assert_eq!(aws.world(|world| world.table.with_prefix("lease#")[0]["owner"].clone()), other);
    assert!(function.incident(&(CASES[0].finding)()).await.notified);
}

#[tokio::test]
async fn an_intent_whose_retry_is_denied_is_told_as_failed() {
    let aws = intended(&CASES[0]).await;
    aws.fail_always("DescribeSecurityGroups", Fault::Code(403, "UnauthorizedOperation"));
    let answered = warm(&aws).await.respond((CASES[0].finding)()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Failed)), "{answered:?}");
    assert!(aws.world(|world| world.sent[0].subject.contains("ACTION FAILED")));
}
