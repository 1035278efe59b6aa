//! What is let through, what is held, and by which guardrail.

use std::collections::BTreeMap;

use super::*;
use crate::action::ActionId;
use crate::settings::CustomGuardrail;
use crate::testing::{finding, plan};

fn settings(mode: Mode) -> Settings {
    let parameters = [
        ("/riposte/mode", mode.as_str()),
        ("/riposte/topic-arn", "arn:aws:sns:eu-west-1:111122223333:t"),
        ("/riposte/ledger-table", "t"),
        ("/riposte/secrets/ledger-key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("/riposte/own-roles", "arn:aws:iam::111122223333:role/riposte/identity-guard"),
        ("/riposte/protected-principals", "arn:aws:iam::*:user/break-glass*"),
    ];
    let parameters = parameters.map(|(path, value)| (path.to_owned(), value.to_owned()));
    Settings::from_parameters(&parameters.into()).unwrap()
}

fn verdict<T: Proposal>(settings: &Settings, proposal: T, finding: &Finding) -> Verdict {
    let (effect, verdict) = match Guardrails::new(settings).unwrap().decide("ingress-guard", proposal, finding) {
        Decision::Act(_, verdict) => (Effect::Act, verdict),
        Decision::Hold(_, verdict) => (verdict.effect, verdict),
    };
    assert_eq!(effect, verdict.effect);
    verdict
}

fn with_custom(text: &str) -> Settings {
    let custom = CustomGuardrail { id: "mine".to_owned(), text: text.to_owned() };
    Settings { guardrails: vec![custom], ..settings(Mode::Live) }
}

#[test]
fn each_mode_names_its_guardrail() {
    for (mode, effect, by) in [
        (Mode::Live, Effect::Act, "live-mode"),
        (Mode::Shadow, Effect::Observe, "shadow-mode"),
        (Mode::Halt, Effect::Observe, "kill-switch"),
    ] {
        let verdict = verdict(&settings(mode), plan(), &finding());
        assert_eq!((verdict.effect, verdict.guardrails), (effect, vec![by.to_owned()]));
    }
}

#[test]
fn what_alone_is_live_leaves_the_rest_in_shadow() {
    let only = |text: &str| {
        let setting: crate::settings::ModeSetting = text.parse().unwrap();
        Settings { live_only: setting.only, ..settings(setting.mode) }
    };
    assert_eq!(verdict(&only("live detectors=open-admin-port"), plan(), &finding()).effect, Effect::Act);
    let held = verdict(&only("live detectors=other"), plan(), &finding());
    assert_eq!((held.effect, held.guardrails), (Effect::Observe, vec!["shadow-mode".to_owned()]));
    assert_eq!(held.live, Some(Effect::Act), "it is said what live mode would do");
}

#[test]
fn a_person_may_do_by_hand_what_shadow_mode_only_records() {
    let approved = |mode| {
        let guardrails = Guardrails::new(&settings(mode)).unwrap();
        matches!(guardrails.decide_approved("operator", plan(), &finding()), Decision::Act(..))
    };
    assert!(approved(Mode::Shadow) && approved(Mode::Live) && !approved(Mode::Halt));
}

#[test]
fn a_guardrail_may_ask_for_two_persons() {
    let two = "forbid (principal, action, resource) unless { context.approvers >= 2 };";
    let held = verdict(&with_custom(two), plan(), &finding());
    assert_eq!((held.effect, held.approvers), (Effect::Ask, Some(2)));
    assert!(held.to_string().contains("2 persons must approve"), "{held}");
    let guardrails = Guardrails::new(&with_custom(two)).unwrap();
    let by = |persons| guardrails.decide_by("operator", plan(), &finding(), persons);
    assert!(matches!(by(1), Decision::Hold(_, Verdict { effect: Effect::Ask, approvers: Some(2), .. })));
    assert!(matches!(by(2), Decision::Act(..)));
    let never = Guardrails::new(&with_custom("forbid (principal, action, resource);")).unwrap();
    let held = never.decide_by("operator", plan(), &finding(), 1);
    assert!(matches!(held, Decision::Hold(_, Verdict { effect: Effect::Observe, approvers: None, .. })));
}

#[test]
fn a_policy_that_can_never_apply_is_refused() {
    for text in [
        "forbid (principal, action, resource) when { false };",
        "forbid (principal, action, resource) when { context.mode == \"live\" && false };",
        "forbid (principal == Riposte::Action::\"undo\", action, resource);",
    ] {
        let error = Guardrails::new(&with_custom(text)).unwrap_err().to_string();
        assert!(error.contains("/riposte/guardrails/mine"), "{text}: {error}");
    }
}

#[test]
fn an_exempt_resource_is_left_alone() {
    let mut exempt = plan();
    exempt.tags = BTreeMap::from([("riposte:exempt".to_owned(), "true".to_owned())]);
    let verdict = verdict(&settings(Mode::Live), exempt, &finding());
    assert_eq!((verdict.effect, verdict.guardrails), (Effect::Observe, vec!["exempt-tag".to_owned()]));
}

#[test]
fn a_protected_principal_is_neither_target_nor_fought() {
    let mut target = plan();
    target.resource_arn = "arn:aws:iam::111122223333:user/break-glass-1".to_owned();
    assert_eq!(verdict(&settings(Mode::Live), target, &finding()).guardrails, ["protected-principals"]);
    let mut actor = finding();
    actor.principal.arn = Some("arn:aws:iam::111122223333:user/break-glass".to_owned());
    assert_eq!(verdict(&settings(Mode::Live), plan(), &actor).guardrails, ["protected-principals"]);
}

#[test]
fn our_own_roles_are_never_touched() {
    let mut own = plan();
    own.resource_arn = "arn:aws:iam::111122223333:role/riposte/identity-guard".to_owned();
    assert_eq!(verdict(&settings(Mode::Live), own, &finding()).guardrails, ["own-roles"]);
    // A name that only looks like ours, which an attacker could choose, is not protected by it.
    let mut alike = plan();
    alike.resource_arn = "arn:aws:iam::111122223333:role/riposte/identity-guard-2".to_owned();
    assert_eq!(verdict(&settings(Mode::Live), alike, &finding()).effect, Effect::Act);
}

#[test]
fn a_guardrail_of_the_user_can_ask_first() {
    let settings = with_custom(
        r#"forbid (principal, action, resource) when { resource.account == "111122223333" } unless { context.approved };"#,
    );
    let verdict = verdict(&settings, plan(), &finding());
    assert_eq!((verdict.effect, verdict.guardrails), (Effect::Ask, vec!["custom/mine".to_owned()]));
}

#[test]
fn a_guardrail_that_errors_holds() {
    // An integer overflow is an error at evaluation that no validation foresees.
    let settings = with_custom(
        r#"forbid (principal, action, resource) when { 9223372036854775807 + 1 > 0 && context.approved };"#,
    );
    let verdict = verdict(&settings, plan(), &finding());
    assert_eq!(verdict.effect, Effect::Observe);
    assert_eq!(verdict.errors.len(), 1, "{verdict}");
}

#[test]
fn a_malformed_guardrail_is_named_by_its_path() {
    for text in ["permit (", "", "permit (principal, action, resource) when { context.mod == \"live\" };"] {
        let error = Guardrails::new(&with_custom(text)).unwrap_err().to_string();
        assert!(error.contains("/riposte/guardrails/mine"), "{error}");
    }
}

#[test]
fn a_custom_id_cannot_pass_for_a_shipped_one() {
    let settings = with_custom(r#"@id("live-mode") forbid (principal, action, resource);"#);
    assert_eq!(verdict(&settings, plan(), &finding()).guardrails, ["custom/mine"]);
}

#[test]
fn a_person_may_undo_in_every_mode_and_nobody_else() {
    for mode in [Mode::Shadow, Mode::Live, Mode::Halt] {
        let guardrails = Guardrails::new(&settings(mode)).unwrap();
        let mut exempt = plan();
        exempt.tags = BTreeMap::from([("riposte:exempt".to_owned(), "true".to_owned())]);
        let decision = guardrails.decide_approved("operator", Undo(exempt), &finding());
        assert!(matches!(decision, Decision::Act(..)), "{mode}: {decision:?}");
    }
    let shadow = Guardrails::new(&settings(Mode::Shadow)).unwrap();
    assert!(matches!(shadow.decide("operator", Undo(plan()), &finding()), Decision::Hold(..)));
}

#[test]
fn hostile_names_are_data_to_cedar() {
    let mut hostile = plan();
    hostile.resource_arn = "arn:aws:iam::1:user/\"; permit(principal, action, resource); //".to_owned();
    hostile.tags = BTreeMap::from([("\"}\n".to_owned(), "\\".to_owned())]);
    assert_eq!(verdict(&settings(Mode::Shadow), hostile, &finding()).guardrails, ["shadow-mode"]);
}

#[test]
fn a_guardrail_holds_that_names_a_detector_by_a_former_id() {
    let named = |detector: &str| Finding { detector: detector.to_owned(), ..finding() };
    let (renamed, other) = (named("sqs-queue-purged"), named("open-admin-port"));
    for (condition, held) in [
        ("when { context.detector == \"queue-emptied\" }", (true, false)),
        ("when { \"queue-emptied\" == context.detector && context.approved == false }", (true, false)),
        ("when { [\"trail-stopped\", \"queue-emptied\"].contains(context.detector) }", (true, false)),
        ("when { context.detector like \"queue-*\" }", (true, false)),
        ("when { context.detector like \"*-emptied\" || context.detector == \"nobody\" }", (true, false)),
        ("when { context.detector != \"queue-emptied\" }", (false, true)),
        ("unless { context.detector like \"queue-*\" }", (false, true)),
    ] {
        let settings = with_custom(&format!("forbid (principal, action, resource) {condition};"));
        let is_held = |finding: &Finding| verdict(&settings, plan(), finding).effect != Effect::Act;
        assert_eq!((is_held(&renamed), is_held(&other)), held, "{condition}");
    }
}

#[test]
fn what_a_stack_made_is_asked_about_where_that_is_set() {
    let made = |by: (&str, &str)| Plan { tags: [(by.0.to_owned(), by.1.to_owned())].into(), ..plan() };
    let asking = Settings { ask_about_stacks: true, ..settings(Mode::Live) };
    for tag in [("aws:cloudformation:stack-name", "web"), ("ManagedBy", "terraform")] {
        assert_eq!(verdict(&settings(Mode::Live), made(tag), &finding()).effect, Effect::Act, "off by default");
        let held = verdict(&asking, made(tag), &finding());
        assert_eq!((held.effect, held.guardrails), (Effect::Ask, vec!["stack-resources".to_owned()]));
    }
    assert_eq!(verdict(&asking, made(("owner", "web")), &finding()).effect, Effect::Act);
}

#[test]
fn a_guardrail_may_look_at_what_the_action_is_and_what_it_is_done_to() {
    let text = r#"forbid (principal, action, resource)
        when { context.disruptive && resource.kind == "security-group" && !(resource has stack) };"#;
    let disruptive = Plan { disruptive: true, ..plan() };
    assert_eq!(verdict(&with_custom(text), disruptive, &finding()).guardrails, ["custom/mine"]);
    assert_eq!(verdict(&with_custom(text), plan(), &finding()).effect, Effect::Act);
    let text = "forbid (principal, action, resource) when { !context.reversible } unless { context.approved };";
    let lossy = Plan { reversible: false, ..plan() };
    assert_eq!(verdict(&with_custom(text), lossy, &finding()).effect, Effect::Ask);
}

#[test]
fn what_asks_first_acts_where_a_guardrail_of_the_users_own_permits_it() {
    let asked = Finding { detector: "secret-deleted".to_owned(), ..finding() };
    let held = verdict(&settings(Mode::Live), plan(), &asked);
    assert_eq!((held.effect, held.guardrails), (Effect::Ask, vec!["asks-first".to_owned()]));
    let permit = r#"permit (principal, action, resource) when { context.detector == "secret-deleted" };"#;
    assert_eq!(verdict(&with_custom(permit), plan(), &asked).effect, Effect::Act);
    // It lifts nothing else: not another detector's question, not the mode, not a guardrail that forbids.
    let other = Finding { detector: "secrets-read-in-bulk".to_owned(), ..finding() };
    assert_eq!(verdict(&with_custom(permit), plan(), &other).effect, Effect::Ask);
    let shadow = Settings { mode: Mode::Shadow, ..with_custom(permit) };
    assert_eq!(verdict(&shadow, plan(), &asked).effect, Effect::Observe);
    let both = format!("{permit} forbid (principal, action, resource) when {{ context.disruptive }};");
    let disruptive = Plan { disruptive: true, ..plan() };
    assert_eq!(verdict(&with_custom(&both), disruptive, &asked).effect, Effect::Observe);
}

#[test]
fn what_the_function_may_not_restore_by_itself_is_asked_about() {
    let trust = |tags: &[(&str, &str)]| {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Plan { action: ActionId::RemoveTrustedPrincipal.into(), tags, ..plan() }
    };
    let held = verdict(&settings(Mode::Live), trust(&[]), &finding());
    assert_eq!((held.effect, held.guardrails), (Effect::Ask, vec!["restorable-alone".to_owned()]));
    assert_eq!(verdict(&settings(Mode::Live), trust(&[("riposte:restorable", "no")]), &finding()).effect, Effect::Ask);
    assert_eq!(
        verdict(&settings(Mode::Live), trust(&[("riposte:restorable", "true")]), &finding()).effect,
        Effect::Act
    );
}

#[test]
fn which_detectors_are_asked_about_is_known_beforehand() {
    for (detector, asks) in [("secret-deleted", true), ("volumes-deleted-in-bulk", true), ("open-admin-port", false)] {
        assert_eq!(asks_first(detector), Ok(asks), "{detector}");
        let effect = verdict(&settings(Mode::Live), plan(), &Finding { detector: detector.to_owned(), ..finding() });
        assert_eq!(effect.effect == Effect::Ask, asks, "{detector}");
    }
}

#[test]
fn every_detector_that_is_asked_about_by_name_is_in_the_catalogue() {
    let (_, list) = include_str!("shipped.cedar").split_once("asks-first").unwrap();
    let (list, _) = list.split_once("].contains").unwrap();
    let ids: Vec<_> = list.split('"').filter(|part| part.contains('-') && !part.contains(' ')).collect();
    assert!(ids.len() > 20, "{ids:?}");
    for id in ids {
        let meta = crate::catalogue::all_metas().find(|meta| meta.id == id);
        assert!(meta.is_some_and(|meta| !meta.actions.is_empty()), "`{id}` is no detector that asks for an action");
    }
}

#[test]
fn every_action_of_the_catalogue_can_be_named() {
    for id in crate::action::ActionId::ALL {
        let text = format!(r#"forbid (principal, action == Riposte::Action::"{id}", resource);"#);
        assert!(Guardrails::new(&with_custom(&text)).is_ok(), "{id}");
    }
}
