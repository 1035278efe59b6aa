//! Runs detectors over one event.

use super::{Claim, DetectError, Facts, Index, Meta, Sighting};
use crate::event::{ApiCall, Scope};
use crate::finding::{Finding, Target};

/// What a run of detectors over one event gave.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings, in the catalogue's order.
    pub findings: Vec<Finding>,
    /// What has to be counted before it is a finding.
    pub sightings: Vec<Sighting>,
    /// Detectors that could not judge, with why. The others ran all the same.
    pub failures: Vec<(&'static str, DetectError)>,
}

/// Runs the detectors that read an event over it.
#[must_use]
pub fn run(index: &Index, call: &ApiCall, scope: &Scope, facts: &Facts) -> Report {
    let mut report = Report::default();
    for detector in index.reading(&call.into()) {
        let meta = detector.meta();
        match detector.judge(call, facts) {
            Ok(claims) => claims.into_iter().for_each(|claim| report.add(meta, claim, call, scope)),
            Err(error) => report.failures.push((meta.id, error)),
        }
    }
    report
}

impl Report {
    fn add(&mut self, meta: &'static Meta, claim: Claim, call: &ApiCall, scope: &Scope) {
        let counted = claim.counted.clone();
        let finding = finding(meta, claim, call, scope);
        match (meta.burst, counted) {
            (Some(burst), Some(item)) => self.sightings.push(Sighting::new(meta, burst, item, finding)),
            _ => self.findings.push(finding),
        }
    }
}

/// How much of a resource's name is kept: the longest ARNs, twice over. Whatever an event says, a finding stays
/// small enough to be recorded.
const NAME_CHARS: usize = 4096;

fn bounded(target: Target) -> Target {
    match target {
        Target::Resource { service, id } if id.len() > NAME_CHARS => {
            let kept = id.char_indices().nth(NAME_CHARS).map_or(id.as_str(), |(end, _)| id.get(..end).unwrap_or(&id));
            let id = format!("{kept}…");
            Target::Resource { service, id }
        }
        other => other,
    }
}

fn finding(meta: &Meta, claim: Claim, call: &ApiCall, scope: &Scope) -> Finding {
    Finding {
        detector: meta.id.to_owned(),
        title: meta.title.to_owned(),
        severity: meta.severity,
        confidence: claim.confidence.unwrap_or(meta.confidence),
        technique: meta.technique.iter().map(|&t| t.to_owned()).collect(),
        scope: scope.clone(),
        event_name: call.event_name().to_owned(),
        event_time: call.event_time().map(str::to_owned),
        principal: call.actor(),
        target: bounded(claim.target),
        why: claim.why,
        response: claim.response,
    }
}
