//! Incidents of one principal that follow each other within a day: one case.

use riposte_core::finding::Severity;
use riposte_core::incident::Incident;

/// Longer than this between two incidents of a principal, and the later one begins another case.
const APART_MS: i64 = 24 * 3600 * 1000;

/// A case.
#[derive(Debug, Clone)]
pub(crate) struct Case<'a> {
    /// Whose incidents they are.
    pub(crate) who: String,
    /// Newest first.
    pub(crate) incidents: Vec<&'a Incident>,
}

impl Case<'_> {
    /// The worst severity among them.
    pub(crate) fn severity(&self) -> Severity {
        self.incidents.iter().map(|incident| incident.finding.severity).max().unwrap_or(Severity::Informational)
    }

    /// When the first and the last of them were opened.
    pub(crate) fn span(&self) -> (i64, i64) {
        let times = || self.incidents.iter().map(|incident| incident.opened_ms);
        (times().min().unwrap_or_default(), times().max().unwrap_or_default())
    }
}

/// Who is behind an incident: the role of a session, else the caller, else the address it came from.
pub(crate) fn who(incident: &Incident) -> String {
    let actor = &incident.finding.principal;
    let named = actor.principal_arn().or(actor.name.as_deref()).or(actor.source_ip.as_deref());
    named.unwrap_or(actor.label()).to_owned()
}

/// The cases of incidents in any order: the one with the newest incident first.
pub(crate) fn cases(incidents: &[Incident]) -> Vec<Case<'_>> {
    let mut sorted: Vec<&Incident> = incidents.iter().collect();
    sorted.sort_by_key(|incident| std::cmp::Reverse(incident.opened_ms));
    let mut all: Vec<Case<'_>> = Vec::new();
    for incident in sorted {
        let who = who(incident);
        let follows =
            |case: &&mut Case<'_>| case.who == who && case.span().0.saturating_sub(incident.opened_ms) <= APART_MS;
        match all.iter_mut().find(follows) {
            Some(case) => case.incidents.push(incident),
            None => all.push(Case { who, incidents: vec![incident] }),
        }
    }
    all
}
