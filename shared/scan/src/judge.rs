//! Who judges: the detectors, chosen by whoever asks. The only file that knows how they are kept and run.

use std::borrow::Cow;
use std::sync::Arc;

use riposte_core::detect::behavior::{Atlas, Observed, observe};
use riposte_core::detect::threats::{THREATS, ThreatDetector};
use riposte_core::detect::{self, DetectError, Detector, Facts, Index, Memo, Sighting, Tally, Trusted};
use riposte_core::event::{ApiCall, Scope, Threat};
use riposte_core::finding::{Finding, Severity};

use super::filter::Filter;

/// The detectors that were asked for.
pub struct Judge {
    index: Index,
    /// What is known without asking AWS.
    facts: Facts,
    filter: Filter,
    /// Those over findings of GuardDuty.
    threats: Vec<&'static ThreatDetector>,
    /// How severe a finding of GuardDuty must be, which says so itself.
    least: Option<Severity>,
    /// Where addresses are, where behavior is observed too.
    atlas: Option<Box<dyn Atlas>>,
}

/// What the detectors say of one event.
#[derive(Debug, Default)]
pub struct Verdict {
    /// In the catalogue's order.
    pub findings: Vec<Finding>,
    /// What counts towards a finding, once it is added up in the order of the input.
    pub(crate) sightings: Vec<Sighting>,
    /// What the event says of its principal, where behavior is observed.
    pub observed: Option<Observed>,
    /// The detectors that need to ask AWS, which is not asked here.
    pub unanswered: Vec<Cow<'static, str>>,
    /// The detectors that could not judge the event, with why. The others did.
    pub failures: Vec<(Cow<'static, str>, String)>,
}

impl Verdict {
    /// Leaves out what counts towards a finding and is unwanted.
    pub fn leave_out(&mut self, mut unwanted: impl FnMut(&Finding) -> bool) {
        self.sightings.retain(|sighting| !unwanted(&sighting.finding));
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        let Self { findings, sightings, observed, unanswered, failures } = self;
        findings.is_empty()
            && sightings.is_empty()
            && observed.is_none()
            && unanswered.is_empty()
            && failures.is_empty()
    }
}

impl Judge {
    /// Those of the detectors that are named, or all where none is, and that are severe enough.
    #[must_use]
    pub fn choosing(mut all: Vec<&'static dyn Detector>, only: &[String], least: Option<Severity>) -> Self {
        all.retain(|detector| {
            let meta = detector.meta();
            (only.is_empty() || only.iter().any(|id| id == meta.id)) && least.is_none_or(|least| meta.severity >= least)
        });
        Self { index: Index::new(all), least, ..Self::of_nothing() }
    }

    /// The same, with those of the detectors over GuardDuty's findings that are named, or all where none is.
    #[must_use]
    pub fn with_threats(mut self, only: &[String]) -> Self {
        let named = |detector: &&ThreatDetector| only.is_empty() || only.iter().any(|id| id == detector.meta.id);
        self.threats = THREATS.into_iter().filter(named).collect();
        self
    }

    /// One that has no detectors: for who only observes behavior.
    pub fn of_nothing() -> Self {
        Self {
            index: Index::default(),
            facts: Facts::default(),
            filter: Filter::default(),
            threats: Vec::new(),
            least: None,
            atlas: None,
        }
    }

    /// The same, which observes behavior too.
    pub fn observing(mut self, atlas: Option<Box<dyn Atlas>>) -> Self {
        self.atlas = atlas;
        self
    }

    /// Whether every call says something, whoever reads it.
    pub(crate) fn observes(&self) -> bool {
        self.atlas.is_some()
    }

    /// The same, which knows whose accounts are no strangers.
    pub fn trusting(mut self, lists: impl IntoIterator<Item = Trusted>) -> Self {
        let mut trusted = Trusted::default();
        lists.into_iter().for_each(|list| trusted.extend(list));
        self.facts.trusted = Arc::new(trusted);
        self
    }

    /// The same over some records alone.
    pub fn over(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Whether a record is to be judged.
    pub(crate) fn wants(&self, call: &ApiCall) -> bool {
        self.filter.passes(call)
    }

    /// What a finding of GuardDuty comes to; none where it is left out.
    pub(crate) fn threat(&self, threat: &Threat) -> Option<Verdict> {
        if !self.filter.passes_threat(threat) {
            return None;
        }
        let mut verdict = Verdict::default();
        for detector in &self.threats {
            match detector.judge(threat) {
                Ok(found) => {
                    let severe = |finding: &Finding| self.least.is_none_or(|least| finding.severity >= least);
                    verdict.findings.extend(found.filter(severe));
                }
                Err(error) => verdict.failures.push((detector.meta.id.into(), error.to_string())),
            }
        }
        Some(verdict)
    }

    /// A judge of these detectors.
    #[cfg(test)]
    pub(crate) fn of(detectors: impl IntoIterator<Item = &'static dyn Detector>) -> Self {
        Self { index: Index::new(detectors), ..Self::of_nothing() }
    }

    /// The detectors that read a call.
    pub(crate) fn reading<'a>(&self, call: impl Into<detect::Head<'a>>) -> Vec<&'static dyn Detector> {
        self.index.reading(&call.into())
    }

    /// The same, for one call after the other.
    pub(crate) fn remembered<'m>(&self, memo: &'m mut Memo, head: &detect::Head<'_>) -> &'m [&'static dyn Detector] {
        self.index.remembered(memo, head)
    }

    /// Runs these detectors over a call.
    pub(crate) fn judge(&self, reading: &[&'static dyn Detector], call: &ApiCall) -> Verdict {
        let report = detect::run_at(reading, call, || place(call), &self.facts);
        let observed = self.atlas.as_ref().and_then(|atlas| observe(call, &place(call), atlas.as_ref()));
        let mut verdict =
            Verdict { findings: report.findings, sightings: report.sightings, observed, ..Verdict::default() };
        for (id, error) in report.failures {
            match error {
                DetectError::Unanswered { .. } => verdict.unanswered.push(id.into()),
                error => verdict.failures.push((id.into(), error.to_string())),
            }
        }
        verdict
    }
}

/// Where the call happened. Nothing is going to be changed here, so a call that does not say it is judged all
/// the same, and what it does not say stays empty.
fn place(call: &ApiCall) -> Scope {
    Scope {
        event_id: call.event_id().unwrap_or_default().to_owned(),
        account: call.account().unwrap_or_default().into_owned(),
        region: call.region().unwrap_or_default().to_owned(),
    }
}

/// What needs more than one event: counted as the verdicts come by, in the order of the input.
#[derive(Debug, Default)]
pub struct Sequence(Tally);

impl Sequence {
    /// The findings that this verdict completes, besides its own.
    pub fn settle(&mut self, verdict: &mut Verdict) -> Vec<Finding> {
        verdict.sightings.drain(..).filter_map(|sighting| self.0.count(sighting)).collect()
    }
}
