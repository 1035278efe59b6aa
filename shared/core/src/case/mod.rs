//! Cases: incidents that belong together, told as one story.
//!
//! An attack is seldom one incident. What one principal, one session or one address did within a day is one case; its
//! steps stand in the order of ATT&CK's tactics, which is about the order of an attack. Its severity is that of its
//! worst step, and rises with the number of different tactics: many steps of one kind may be somebody's clumsy work,
//! steps of three kinds are hardly. A case is made of the incidents alone and is kept nowhere, so that it can't
//! differ from them.

mod tactic;

pub use tactic::Tactic;

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::finding::{IamPrincipal, Severity};
use crate::incident::Incident;
use crate::net::address::normalized;
use crate::seal::short_hash;

/// Incidents of so long a time belong together, in milliseconds.
const DAY_MS: i64 = 24 * 3600 * 1000;

/// So many different tactics make a case one step more severe than its worst incident ...
const MANY: usize = 3;
/// ... and so many two.
const MORE: usize = 5;

/// Incidents that belong together.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// `case-` and a hash of the first incident's id.
    pub id: String,
    /// That of the worst incident, raised by the tactics.
    pub severity: Severity,
    /// The incidents, in the order of their tactics, then of their times.
    pub steps: Vec<&'a Incident>,
    /// The different tactics, in ATT&CK's order.
    pub tactics: BTreeSet<Tactic>,
    /// When the first of them happened: milliseconds since 1970.
    pub began_ms: i64,
    /// When the last of them did.
    pub ended_ms: i64,
    /// Who made most of them, as a label.
    pub who: String,
    /// The principal to be contained, where the case is that severe and shows one that can be.
    pub contain: Option<IamPrincipal>,
}

/// When what an incident is about happened: milliseconds since 1970.
#[must_use]
pub fn happened_ms(incident: &Incident) -> i64 {
    let time = incident.finding.event_time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
    time.map_or(incident.opened_ms, Timestamp::as_millisecond)
}

/// The tactic of an incident: that of the first technique which has one.
#[must_use]
pub fn tactic_of(incident: &Incident) -> Option<Tactic> {
    incident.finding.technique.iter().find_map(|technique| Tactic::of(technique))
}

/// What ties an incident to others: the principal, the session's or user's key, the address. AWS's services and what is
/// no address tie nothing.
fn ties(incident: &Incident) -> BTreeSet<String> {
    let actor = &incident.finding.principal;
    let account = &incident.finding.scope.account;
    let service = actor.kind.as_deref() == Some("AWSService");
    let principal = actor.principal_arn().filter(|_| !service).map(|arn| format!("principal {arn}"));
    let key = actor.access_key_id.as_deref().filter(|key| !key.is_empty()).map(|key| format!("key {key}"));
    let address = actor.source_ip.as_deref().and_then(normalized).map(|address| format!("address {address}"));
    principal.into_iter().chain(key).chain(address).map(|tie| format!("{account} {tie}")).collect()
}

struct Group<'a> {
    ties: BTreeSet<String>,
    began_ms: i64,
    incidents: Vec<&'a Incident>,
}

/// The cases of these incidents, the worst first; of one incident alone none is made.
#[must_use]
pub fn cases<I: Borrow<Incident>>(incidents: &[I]) -> Vec<Case<'_>> {
    // A time is read out of its text once for each incident, and not in every comparison.
    let mut sorted: Vec<(i64, &Incident)> =
        incidents.iter().map(Borrow::<Incident>::borrow).map(|incident| (happened_ms(incident), incident)).collect();
    sorted.sort_by(|(a_ms, a), (b_ms, b)| (a_ms, &a.id).cmp(&(b_ms, &b.id)));
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (at_ms, incident) in sorted {
        let ties = ties(incident);
        let joins = |group: &Group<'_>| at_ms - group.began_ms <= DAY_MS && !group.ties.is_disjoint(&ties);
        // What ties two groups together makes them one.
        let (together, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(joins);
        let mut joined = Group { ties, began_ms: at_ms, incidents: vec![incident] };
        for mut group in together {
            joined.ties.append(&mut group.ties);
            joined.began_ms = joined.began_ms.min(group.began_ms);
            joined.incidents.append(&mut group.incidents);
        }
        groups = apart;
        groups.push(joined);
    }
    let mut cases: Vec<Case<'_>> = groups.into_iter().filter(|group| group.incidents.len() > 1).map(case).collect();
    cases.sort_by(|a, b| (b.severity, b.ended_ms, &a.id).cmp(&(a.severity, a.ended_ms, &b.id)));
    cases
}

fn case(group: Group<'_>) -> Case<'_> {
    let mut steps = group.incidents;
    steps.sort_by_cached_key(|incident| (happened_ms(incident), incident.id.as_str()));
    let id = format!("case-{}", short_hash(&[steps.first().map_or("", |incident| incident.id.as_str())]));
    let ended_ms = steps.last().map_or(group.began_ms, |incident| happened_ms(incident));
    let tactics: BTreeSet<Tactic> = steps.iter().filter_map(|incident| tactic_of(incident)).collect();
    let worst = steps.iter().map(|incident| incident.finding.severity).max().unwrap_or(Severity::Low);
    let severity = match tactics.len() {
        MORE.. => raised(raised(worst)),
        MANY.. => raised(worst),
        _ => worst,
    };
    let labels = steps.iter().map(|incident| incident.finding.principal.label());
    let who = most_frequent(labels).unwrap_or_default().to_owned();
    let asks = severity >= Severity::High && tactics.len() >= MANY;
    let principals = steps.iter().filter_map(|incident| containable(incident));
    let contain = if asks { most_frequent(principals) } else { None };
    // Of one tactic they stay in the order of their times.
    steps.sort_by_cached_key(|incident| tactic_of(incident).unwrap_or(Tactic::Impact));
    Case { id, severity, steps, tactics, began_ms: group.began_ms, ended_ms, who, contain }
}

/// The user or the role of this account that an incident's calls were made by.
fn containable(incident: &Incident) -> Option<IamPrincipal> {
    let arn = incident.finding.principal.principal_arn()?;
    let (_, resource) = arn.split_once(&format!("::{}:", incident.finding.scope.account))?;
    let (kind, path) = resource.split_once('/')?;
    let name = path.rsplit('/').next().filter(|name| !name.is_empty())?.to_owned();
    match kind {
        "user" => Some(IamPrincipal::User(name)),
        // Of a role that only AWS can take, there is nobody to contain.
        "role" if !path.starts_with("aws-service-role/") => Some(IamPrincipal::Role(name)),
        _ => None,
    }
}

/// What comes most often; of several the last in their order.
fn most_frequent<T: Ord>(all: impl Iterator<Item = T>) -> Option<T> {
    let mut times: BTreeMap<T, usize> = BTreeMap::new();
    all.for_each(|one| *times.entry(one).or_default() += 1);
    times.into_iter().max_by(|(a, a_times), (b, b_times)| (a_times, a).cmp(&(b_times, b))).map(|(one, _)| one)
}

fn raised(severity: Severity) -> Severity {
    match severity {
        Severity::Informational => Severity::Low,
        Severity::Low => Severity::Medium,
        Severity::Medium => Severity::High,
        Severity::High | Severity::Critical => Severity::Critical,
    }
}

#[cfg(test)]
mod tests;
