//! Guardrails that hold an action: nothing is changed, and the record says which one.

use riposte_core::finding::Finding;
use riposte_core::guardrail::Effect;
use riposte_core::incident::State;

use super::{Account, laid, warm};
use crate::responder::Answered;
use crate::testing::{CASES, Case, World};

/// Lays the case with `change` in the account or the settings, and expects that `guardrail` holds it.
async fn held(case: &Case, change: impl FnOnce(&mut World), finding: Finding, guardrail: &str, effect: Effect) {
    let at = format!("{}, {guardrail}", case.name);
    let aws = laid(case);
    aws.world(change);
    let before = aws.world(|world| Account::of(world));
    let function = warm(&aws).await;

    let answered = function.respond(finding.clone()).await.unwrap();

    let state = if effect == Effect::Ask { State::Asked } else { State::Observed };
    assert!(matches!(answered, Answered::Now(_, s) if s == state), "{at}: {answered:?}");
    assert_eq!(aws.changes(), Vec::<String>::new(), "{at}");
    assert_eq!(aws.world(|world| Account::of(world)), before, "{at}");
    let incident = function.incident(&finding).await;
    let verdict = incident.verdict.clone().unwrap();
    assert_eq!(verdict.effect, effect, "{at}");
    assert!(verdict.guardrails.iter().any(|name| name == guardrail), "{at}: {verdict}");
    assert!(!incident.can_be_undone() && incident.notified, "{at}");
    let notice = aws.world(|world| world.sent[0].clone());
    let word = if effect == Effect::Ask { "NEEDS APPROVAL" } else { "OBSERVED" };
    assert!(notice.subject.contains(word), "{at}: {}", notice.subject);
    assert!(notice.body.contains(guardrail), "{at}: {}", notice.body);
    assert!(notice.body.contains("\nWould do") && !notice.body.contains("\nDone "), "{at}: {}", notice.body);
    // It is over: the next delivery does not decide again.
    aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), "live".to_owned()));
    let again = warm(&aws).await.respond(finding).await.unwrap();
    assert!(matches!(again, Answered::Before(_)), "{at}");
    assert_eq!(aws.world(|world| Account::of(world)), before, "{at}");
}

fn set(path: &'static str, value: &'static str) -> impl FnOnce(&mut World) {
    move |world| drop(world.ssm.insert(path.to_owned(), value.to_owned()))
}

#[tokio::test]
async fn shadow_mode_and_the_kill_switch_hold_everything() {
    for case in &CASES {
        held(case, set("/riposte/mode", "shadow"), (case.finding)(), "shadow-mode", Effect::Observe).await;
        held(case, set("/riposte/mode", "halt"), (case.finding)(), "kill-switch", Effect::Observe).await;
    }
}

#[tokio::test]
async fn a_tag_exempts_a_resource() {
    let tag = || [("riposte:exempt".to_owned(), "by choice".to_owned())].into();
    let exempt = |world: &mut World| world.ec2.group("sg-1").tags = tag();
    held(&CASES[0], exempt, (CASES[0].finding)(), "exempt-tag", Effect::Observe).await;
    let exempt = |world: &mut World| world.iam.of("user/eve").tags = tag();
    held(&CASES[1], exempt, (CASES[1].finding)(), "exempt-tag", Effect::Observe).await;
    held(&CASES[3], exempt, (CASES[3].finding)(), "exempt-tag", Effect::Observe).await;
    let exempt = |world: &mut World| world.iam.of("role/app").tags = tag();
    held(&CASES[2], exempt, (CASES[2].finding)(), "exempt-tag", Effect::Observe).await;
    let exempt = |world: &mut World| world.ec2.instances[0].tags = tag();
    held(&CASES[4], exempt, (CASES[4].finding)(), "exempt-tag", Effect::Observe).await;
    let exempt = |world: &mut World| world.ec2.acl("acl-1").tags = tag();
    held(&CASES[4], exempt, (CASES[4].finding)(), "exempt-tag", Effect::Observe).await;
}

#[tokio::test]
async fn protected_principals_and_our_own_roles_are_never_touched() {
    let path = "/riposte/protected-principals";
    let protected = set(path, "arn:aws:iam::111122223333:user/e*");
    held(&CASES[1], protected, (CASES[1].finding)(), "protected-principals", Effect::Observe).await;
    // What a protected principal does is not undone behind its back either.
    let mut by_admin = (CASES[0].finding)();
    by_admin.principal.role_arn = Some("arn:aws:iam::111122223333:role/break-glass".to_owned());
    let protected = set(path, "arn:aws:iam::111122223333:role/break-glass");
    held(&CASES[0], protected, by_admin, "protected-principals", Effect::Observe).await;
    let own = set("/riposte/own-roles", "arn:aws:iam::111122223333:role/app");
    held(&CASES[2], own, (CASES[2].finding)(), "own-roles", Effect::Observe).await;
}

#[tokio::test]
async fn a_guardrail_of_the_users_own_may_ask_first() {
    let ask = "forbid (principal, action, resource) unless { context.approved };";
    for case in &CASES {
        held(case, set("/riposte/guardrails/people-first", ask), (case.finding)(), "custom/people-first", Effect::Ask)
            .await;
    }
}
