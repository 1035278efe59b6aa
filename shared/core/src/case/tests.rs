//! Which incidents belong together.

use super::{Tactic, cases};
use crate::catalogue::all_metas;
use crate::event::Actor;
use crate::finding::{Finding, IamPrincipal, Severity, Target};
use crate::incident::{Incident, rfc3339};
use crate::testing::finding;

const START: i64 = 1_767_614_400_000;
const HOUR: i64 = 3_600_000;

fn incident(number: u32, at_ms: i64, who: &str, technique: &str, severity: Severity) -> Incident {
    let target = Target::Resource { service: "x".to_owned(), id: number.to_string() };
    let principal = Actor { arn: Some(format!("arn:aws:iam::111122223333:user/{who}")), ..Actor::default() };
    let mut finding = Finding {
        technique: vec![technique.to_owned()],
        severity,
        event_time: Some(rfc3339(at_ms)),
        principal,
        target,
        ..finding()
    };
    finding.scope.event_id = format!("e{number}");
    Incident::open(finding, "test", crate::settings::Mode::Shadow, at_ms)
}

#[test]
fn every_technique_of_the_catalogue_has_a_tactic() {
    let lost: Vec<_> = all_metas()
        .flat_map(|meta| meta.technique.iter().filter(|t| Tactic::of(t).is_none()).map(|t| format!("{} {t}", meta.id)))
        .collect();
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(Tactic::of("T9999"), None);
    assert_eq!(Tactic::of("x"), None);
}

#[test]
fn what_one_principal_did_within_a_day_is_one_case_in_the_order_of_attack() {
    let all = [
        incident(1, START + 3 * HOUR, "mallory", "T1485", Severity::Medium),
        incident(2, START, "mallory", "T1580", Severity::Low),
        incident(3, START + HOUR, "mallory", "T1098.001", Severity::Medium),
        incident(4, START + HOUR, "maria", "T1098", Severity::High),
        incident(5, START + 30 * HOUR, "mallory", "T1485", Severity::Medium),
    ];
    let cases = cases(&all);
    assert_eq!(cases.len(), 1, "maria did one thing, and what comes a day later is another story");
    let case = &cases[0];
    let order: Vec<_> = case.steps.iter().map(|step| step.finding.scope.event_id.as_str()).collect();
    assert_eq!(order, ["e3", "e2", "e1"], "persistence, discovery, impact");
    assert_eq!(case.severity, Severity::High, "medium, raised by three tactics");
    assert_eq!(case.contain, Some(IamPrincipal::User("mallory".to_owned())));
    assert_eq!((case.began_ms, case.ended_ms), (START, START + 3 * HOUR));
}

#[test]
fn many_steps_of_one_kind_are_no_worse() {
    let all: Vec<_> =
        (0..9).map(|n| incident(n, START + i64::from(n) * HOUR, "maria", "T1485", Severity::Medium)).collect();
    let cases = cases(&all);
    assert_eq!((cases.len(), cases[0].severity, cases[0].contain.clone()), (1, Severity::Medium, None));
}

#[test]
fn a_key_or_an_address_ties_principals_together() {
    let mut all = vec![
        incident(1, START, "mallory", "T1580", Severity::Low),
        incident(2, START + HOUR, "bob", "T1098", Severity::Low),
        incident(3, START + 2 * HOUR, "eve", "T1485", Severity::Low),
    ];
    assert!(cases(&all).is_empty());
    all[0].finding.principal.source_ip = Some("198.51.100.9".to_owned());
    all[1].finding.principal.source_ip = Some("::ffff:198.51.100.9".to_owned());
    assert_eq!(cases(&all)[0].steps.len(), 2);
    all[1].finding.principal.access_key_id = Some("ASIAEXAMPLE".to_owned());
    all[2].finding.principal.access_key_id = Some("ASIAEXAMPLE".to_owned());
    assert_eq!(cases(&all)[0].steps.len(), 3);
    // A service's name is no address.
    for incident in &mut all {
        incident.finding.principal.access_key_id = None;
        incident.finding.principal.source_ip = Some("cloudformation.amazonaws.com".to_owned());
    }
    assert!(cases(&all).is_empty());
}

#[test]
fn the_order_of_the_list_changes_nothing() {
    let mut all: Vec<_> = ["T1580", "T1098", "T1485", "T1552", "T1562"]
        .iter()
        .zip(0..)
        .map(|(technique, n)| incident(n, START + i64::from(n) * HOUR, "mallory", technique, Severity::Medium))
        .collect();
    let first = cases(&all)[0].clone().id;
    assert_eq!(cases(&all)[0].severity, Severity::Critical, "five tactics");
    all.reverse();
    assert_eq!(cases(&all)[0].id, first);
}
