//! A response's second look asks the same question as its detector did: from every event that fires a detector which
//! names an action to the contained state.

use std::collections::BTreeSet;

use riposte_core::action::{
    ActionId, DeactivateAccessKey, DeleteInlinePolicy, DetachManagedPolicy, Response, RevokeIngress,
};
use riposte_core::detect::threats::THREATS;
use riposte_core::detect::{Answer, Detector, Facts, Index, Question, detectors, run};
use riposte_core::event::{ApiCall, Event};
use riposte_core::finding::Finding;
use riposte_core::incident::State;
use riposte_core::text::url_decoded;
use riposte_fixtures::Fixture;
use serde_json::Value;

use super::cases::CASES;
use crate::testing::{Aws, Function, Principal, Rule, Scripted};

/// The events that fire a detector.
fn events(detector: &str) -> Vec<Fixture> {
    let fixtures = riposte_fixtures::of(detector).unwrap().into_iter();
    fixtures.filter(|fixture| fixture.fires && !fixture.is_log()).collect()
}

fn facts(fixture: &Fixture) -> Facts {
    let Some(text) = fixture.facts().unwrap() else { return Facts::default() };
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    let fact = |entry: &Value| {
        if let ids @ Value::Array(_) = &entry["image_ids"] {
            let images = Answer::Images(serde_json::from_value(entry["images"].clone()).unwrap());
            return (Question::Images { ids: serde_json::from_value(ids.clone()).unwrap() }, images);
        }
        let question = match entry["managed_policy"].as_str() {
            Some(arn) => Question::ManagedPolicy { arn: arn.to_owned() },
            None => Question::IngressRules {
                group_id: entry["ingress_rules"]["group_id"].as_str().unwrap().to_owned(),
                rule_ids: serde_json::from_value(entry["ingress_rules"]["rule_ids"].clone()).unwrap(),
            },
        };
        let answer = match (&entry["document"], &entry["rules"]) {
            (document @ Value::Object(_), _) => Answer::Document(document.to_string()),
            (_, rules @ Value::Array(_)) => Answer::Rules(serde_json::from_value(rules.clone()).unwrap()),
            _ => Answer::Gone,
        };
        (question, answer)
    };
    entries.iter().map(fact).collect()
}

/// What a detector finds in an event, and the event.
fn findings(detector: &'static dyn Detector, fixture: &Fixture) -> (ApiCall, Vec<Finding>) {
    let Ok(Event::Call(call)) = Event::parse(&fixture.text().unwrap()) else {
        panic!("{} is no API call", fixture.path.display())
    };
    let report = run(&Index::new([detector]), &call, &call.scope().unwrap(), &facts(fixture));
    let sighted = report.sightings.into_iter().map(|sighting| sighting.finding);
    let all = report.findings.into_iter().chain(sighted).filter(|finding| finding.response.is_some()).collect();
    (*call, all)
}

/// A function on an account in which what the response asks for has just happened.
fn laid(response: &Response, call: Option<&ApiCall>) -> Option<(Aws, Function)> {
    let aws = Aws::new();
    if let Some(case) = CASES.iter().find(|case| own_case(case.action, response)) {
        let state = (case.state)(response, call.map(ApiCall::record));
        aws.world(|world| world.script = Scripted { state, calls: case.calls });
        let function = Function::scripted(&aws, (case.action)());
        return Some((aws, function));
    }
    aws.world(|world| match response.action.known()? {
        ActionId::RevokeIngress => {
            let request: RevokeIngress = response.read().unwrap();
            let group = world.ec2.groups.entry(request.group_id).or_default();
            for (n, rule) in request.rules.into_iter().enumerate() {
                let id = rule.rule_id.unwrap_or_else(|| format!("sgr-{n}"));
                let port = |port: Option<i32>| port.unwrap_or(-1);
                let (from, to, protocol) = (port(rule.from_port), port(rule.to_port), rule.protocol);
                group.rules.push(Rule { from, to, protocol, ..Rule::tcp(&id, 0, &rule.cidr) });
            }
            Some(())
        }
        ActionId::DetachManagedPolicy => {
            let request: DetachManagedPolicy = response.read().unwrap();
            let principal = Principal { attached: vec![request.policy_arn], ..Principal::default() };
            world.iam.principals.insert(request.principal.to_string(), principal);
            Some(())
        }
        ActionId::DeleteInlinePolicy => {
            let request: DeleteInlinePolicy = response.read().unwrap();
            let document = url_decoded(call?.request_text("policyDocument").unwrap()).into_owned();
            let inline = [(request.policy_name, document)].into();
            world.iam.principals.insert(request.principal.to_string(), Principal { inline, ..Principal::default() });
            Some(())
        }
        ActionId::DeactivateAccessKey => {
            let request: DeactivateAccessKey = response.read().unwrap();
            let keys = [(request.access_key_id, "Active".to_owned())].into();
            world
                .iam
                .principals
                .insert(format!("user/{}", request.user_name), Principal { keys, ..Principal::default() });
            Some(())
        }
        _ => None,
    })?;
    let function = Function::new(&aws);
    Some((aws, function))
}

/// The case of the action that the response asks for.
fn own_case(action: fn() -> Box<dyn crate::actions::Action>, response: &Response) -> bool {
    let meta = action().meta();
    meta.title != "Two steps" && response.action.known() == Some(meta.id)
}

#[tokio::test]
async fn what_a_finding_of_guardduty_asks_for_is_planned_and_waits_for_a_person() {
    for detector in THREATS {
        let mut asked = BTreeSet::new();
        for fixture in events(detector.meta.id) {
            let Ok(Event::Threat(threat)) = Event::parse(&fixture.text().unwrap()) else {
                panic!("{} is no finding of GuardDuty", fixture.path.display())
            };
            let mut finding = detector.judge(&threat).unwrap().unwrap();
            let Some(response) = finding.response.clone() else { continue };
            let at = format!("{}: {}", fixture.path.display(), response.action);
            finding.event_time = None;
            assert_eq!(finding.target.key(), response.target().unwrap().key(), "{at}");
            let (_aws, function) = laid(&response, None).unwrap_or_else(|| panic!("{at}: it has no case"));
            function.respond(finding.clone()).await.unwrap();
            let incident = function.incident(&finding).await;
            assert_eq!(incident.state, State::Asked, "{at}: {:?}", incident.timeline);
            let plan = incident.plan.expect("what is asked about is planned");
            assert!(!plan.changes.is_empty(), "{at}: {:?}", incident.timeline);
            asked.insert(response.action.known().unwrap());
        }
        assert_eq!(asked, detector.meta.actions.iter().copied().collect(), "{}", detector.meta.id);
    }
}

#[tokio::test]
async fn what_a_detector_asks_for_is_done_to_what_it_fired_on() {
    let mut unproven = Vec::new();
    for detector in detectors().iter().copied().filter(|detector| !detector.meta().actions.is_empty()) {
        let meta = detector.meta();
        let mut asked = BTreeSet::new();
        for fixture in events(meta.id) {
            let (call, found) = findings(detector, &fixture);
            for mut finding in found {
                let response = finding.response.clone().unwrap();
                let at = format!("{}: {}", fixture.path.display(), response.action);
                // The fake account is this one, and what happened there is not young any more.
                "111122223333".clone_into(&mut finding.scope.account);
                finding.event_time = None;
                assert_eq!(finding.target.key(), response.target().unwrap().key(), "{at}");
                let (aws, function) = laid(&response, Some(&call)).unwrap_or_else(|| panic!("{at}: it has no case"));
                function.respond(finding.clone()).await.unwrap();
                let incident = function.incident(&finding).await;
                if incident.state == State::Asked {
                    // The shipped guardrails ask a person first; what would be done is planned all the same.
                    let plan = incident.plan.expect("what is asked about is planned");
                    assert!(!plan.changes.is_empty(), "{at}: {:?}", incident.timeline);
                    asked.insert(response.action.known().unwrap());
                    continue;
                }
                assert_eq!(incident.state, State::Verified, "{at}: {:?}", incident.timeline);
                assert!(incident.can_be_undone(), "{at}: nothing was changed: {:?}", incident.timeline);
                asked.insert(response.action.known().unwrap());
                drop(aws);
            }
        }
        // Whoever called is a user or a role, and is stopped in the one way or the other.
        let either = [ActionId::DenyPrincipal, ActionId::RevokeSessions];
        if either.iter().all(|id| meta.actions.contains(id)) && either.iter().any(|id| asked.contains(id)) {
            asked.extend(either);
        }
        unproven.extend(meta.actions.iter().filter(|id| !asked.contains(id)).map(|id| format!("{}: {id}", meta.id)));
    }
    assert!(unproven.is_empty(), "no fixture asks for these: {unproven:?}");
}
