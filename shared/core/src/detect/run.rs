//! Runs detectors over one event.

use std::cell::LazyCell;

use super::attempt;
use super::fields::request_omitted;
use super::says_more::says_more;
use super::{Claim, DetectError, Detector, Facts, Index, Meta, Sighting};
use crate::event::{Actor, ApiCall, Scope};
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
    run_all(&index.reading(&call.into()), call, scope, facts)
}

/// Runs these detectors over an event: those that read it, where that is known already.
#[must_use]
pub fn run_all(reading: &[&'static dyn Detector], call: &ApiCall, scope: &Scope, facts: &Facts) -> Report {
    run_at(reading, call, || scope.clone(), facts)
}

/// The same, where it is only asked once somebody finds something where the event happened.
#[must_use]
pub fn run_at(
    reading: &[&'static dyn Detector],
    call: &ApiCall,
    scope: impl FnOnce() -> Scope,
    facts: &Facts,
) -> Report {
    let mut report = Report::default();
    // Most calls make no finding, and then nobody asks who made them.
    let actor = LazyCell::new(|| call.actor());
    let scope = LazyCell::new(scope);
    for detector in reading {
        let meta = detector.meta();
        match detector.judge(call, facts) {
            Ok(claims) => {
                for claim in claims {
                    report.add(*detector, claim, call, &scope, &actor);
                }
            }
            // What CloudTrail left out is no fault of the event: `request-hidden-by-size` tells of it.
            Err(DetectError::Field { .. }) if request_omitted(call) => {}
            Err(error) => report.failures.push((meta.id, error)),
        }
    }
    report.say_once();
    report
}

impl Report {
    /// What two detectors found in a call is told of once, by the one that says more: a call that was refused as refused,
    /// and not as made too.
    fn say_once(&mut self) {
        if self.findings.len() < 2 {
            return;
        }
        let told: Vec<String> = self.findings.iter().map(|finding| finding.detector.clone()).collect();
        self.findings.retain(|finding| !told.iter().any(|other| says_more(other, &finding.detector)));
        attempt::say_once(&mut self.findings);
    }

    fn add(&mut self, detector: &'static dyn Detector, mut claim: Claim, call: &ApiCall, scope: &Scope, actor: &Actor) {
        let meta = detector.meta();
        let (counted, group) = (claim.counted.take(), claim.group.take());
        let finding = finding(meta, claim, call, scope, actor);
        match (meta.burst, counted) {
            (Some(burst), Some(item)) => {
                let sighting = Sighting::new(meta, burst, item, finding);
                self.sightings.push(match detector.correlation() {
                    Some(correlation) => sighting.correlated(correlation, group),
                    None => sighting,
                });
            }
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

fn finding(meta: &Meta, claim: Claim, call: &ApiCall, scope: &Scope, actor: &Actor) -> Finding {
    Finding {
        detector: meta.id.to_owned(),
        title: meta.title.to_owned(),
        severity: claim.severity.unwrap_or(meta.severity),
        confidence: claim.confidence.unwrap_or(meta.confidence),
        technique: meta.technique.iter().map(|&t| t.to_owned()).collect(),
        scope: scope.clone(),
        event_name: call.event_name().to_owned(),
        event_source: call.event_source().map(str::to_owned),
        error_code: call.error_code().map(str::to_owned),
        event_time: call.event_time().map(str::to_owned),
        principal: actor.clone(),
        target: bounded(claim.target),
        why: claim.why,
        // What the catalog does not say of a detector, it does not ask for: detectors share how they judge.
        response: claim
            .response
            .filter(|response| response.action.known().is_some_and(|id| meta.actions.contains(&id))),
    }
}
