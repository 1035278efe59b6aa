//! Who judges: the catalogue and the user's rules, chosen by the command line. The only file of the command
//! that knows how detectors are kept and run.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use riposte_aws::rules::load;
use riposte_core::catalogue::all_metas;
use riposte_core::detect::behavior::{Atlas, BEHAVIORS, Observed, observe, sequences};
use riposte_core::detect::{self, DetectError, Detector, Facts, Index, Memo, Sighting, Tally, Trusted, detectors};
use riposte_core::event::{ApiCall, Scope};
use riposte_core::finding::{Finding, Severity};

use super::filter::Filter;
use crate::near::near;
use crate::usage::Usage;

/// The detectors that were asked for.
pub(super) struct Judge {
    index: Index,
    /// What is known without asking AWS.
    facts: Facts,
    filter: Filter,
    /// Where addresses are, where behavior is observed too.
    atlas: Option<Box<dyn Atlas>>,
}

/// What the detectors say of one event.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// In the catalogue's order.
    pub(super) findings: Vec<Finding>,
    /// What counts towards a finding, once it is added up in the order of the input.
    sightings: Vec<Sighting>,
    /// What the event says of its principal, where behavior is observed.
    pub(super) observed: Option<Observed>,
    /// The detectors that need to ask AWS, which is not asked here.
    pub(super) unanswered: Vec<&'static str>,
    /// The detectors that could not judge the event, with why. The others did.
    pub(super) failures: Vec<(&'static str, String)>,
}

impl Verdict {
    /// Leaves out what counts towards a finding and is unwanted.
    pub(super) fn leave_out(&mut self, mut unwanted: impl FnMut(&Finding) -> bool) {
        self.sightings.retain(|sighting| !unwanted(&sighting.finding));
    }

    /// Whether there is nothing to say.
    pub(super) fn is_empty(&self) -> bool {
        let Self { findings, sightings, observed, unanswered, failures } = self;
        findings.is_empty()
            && sightings.is_empty()
            && observed.is_none()
            && unanswered.is_empty()
            && failures.is_empty()
    }
}

impl Judge {
    /// The detectors of the catalogue and of these folders, or of the folders alone.
    ///
    /// # Errors
    /// Names each broken rule with its file and line, and an id that there is not, with those that it may mean.
    pub(super) fn new(
        rules: &[PathBuf],
        rules_alone: bool,
        only: &[String],
        least: Option<Severity>,
        behaviors: bool,
    ) -> Result<Self> {
        let mut all: Vec<&'static dyn Detector> = if rules_alone { Vec::new() } else { detectors().to_vec() };
        if behaviors {
            all.extend(sequences());
        }
        let mut seen: BTreeSet<_> = all.iter().map(|detector| detector.meta().id).collect();
        let mut faults = Vec::new();
        for folder in rules {
            match load(folder, &seen.iter().copied().collect::<Vec<_>>()) {
                Ok(loaded) if loaded.is_empty() => {
                    faults.push(format!("{}: there is no rule (a .yml or .yaml file) in it", folder.display()));
                }
                Ok(loaded) => {
                    seen.extend(loaded.iter().map(|detector| detector.meta().id));
                    all.extend(loaded);
                }
                Err(errors) => faults.extend(errors.iter().map(ToString::to_string)),
            }
        }
        if !faults.is_empty() {
            return Err(Usage(faults.join("\n")).into());
        }
        seen.extend(BEHAVIORS.iter().filter(|_| behaviors).map(|meta| meta.id));
        if let Some(id) = only.iter().find(|id| !seen.contains(id.as_str())) {
            return Err(unknown(id, &seen).into());
        }
        all.retain(|detector| {
            let meta = detector.meta();
            (only.is_empty() || only.iter().any(|id| id == meta.id)) && least.is_none_or(|least| meta.severity >= least)
        });
        Ok(Self { index: Index::new(all), facts: Facts::default(), filter: Filter::default(), atlas: None })
    }

    /// One that has no detectors: for who only observes behavior.
    pub(super) fn of_nothing() -> Self {
        Self { index: Index::default(), facts: Facts::default(), filter: Filter::default(), atlas: None }
    }

    /// The same, which observes behavior too.
    pub(super) fn observing(mut self, atlas: Option<Box<dyn Atlas>>) -> Self {
        self.atlas = atlas;
        self
    }

    /// Whether every call says something, whoever reads it.
    pub(super) fn observes(&self) -> bool {
        self.atlas.is_some()
    }

    /// The same, which knows whose accounts are no strangers.
    pub(super) fn trusting(mut self, lists: impl IntoIterator<Item = Trusted>) -> Self {
        let mut trusted = Trusted::default();
        lists.into_iter().for_each(|list| trusted.extend(list));
        self.facts.trusted = Arc::new(trusted);
        self
    }

    /// The same over some records alone.
    pub(super) fn over(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Whether a record is to be judged.
    pub(super) fn wants(&self, call: &ApiCall) -> bool {
        self.filter.passes(call)
    }

    /// A judge of these detectors.
    #[cfg(test)]
    pub(super) fn of(detectors: impl IntoIterator<Item = &'static dyn Detector>) -> Self {
        Self { index: Index::new(detectors), ..Self::of_nothing() }
    }

    /// The detectors that read a call.
    pub(super) fn reading<'a>(&self, call: impl Into<detect::Head<'a>>) -> Vec<&'static dyn Detector> {
        self.index.reading(&call.into())
    }

    /// The same, for one call after the other.
    pub(super) fn remembered<'m>(&self, memo: &'m mut Memo, head: &detect::Head<'_>) -> &'m [&'static dyn Detector] {
        self.index.remembered(memo, head)
    }

    /// Runs these detectors over a call.
    pub(super) fn judge(&self, reading: &[&'static dyn Detector], call: &ApiCall) -> Verdict {
        let report = detect::run_at(reading, call, || place(call), &self.facts);
        let observed = self.atlas.as_ref().and_then(|atlas| observe(call, &place(call), atlas.as_ref()));
        let mut verdict =
            Verdict { findings: report.findings, sightings: report.sightings, observed, ..Verdict::default() };
        for (id, error) in report.failures {
            match error {
                DetectError::Unanswered { .. } => verdict.unanswered.push(id),
                error => verdict.failures.push((id, error.to_string())),
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

fn unknown(id: &str, known: &BTreeSet<&'static str>) -> Usage {
    if BEHAVIORS.iter().chain(sequences().iter().map(|d| d.meta())).any(|meta| meta.id == id) {
        return Usage(format!("`{id}` compares with a baseline: say --baseline"));
    }
    if all_metas().any(|meta| meta.id == id && !known.contains(id)) {
        return Usage(format!("`{id}` does not read CloudTrail events, or is left out by another option"));
    }
    Usage(format!("there is no detector {}", near(id, known.iter().copied(), "riposte detectors")))
}

/// What needs more than one event: counted as the verdicts come by, in the order of the input.
#[derive(Debug, Default)]
pub(super) struct Sequence(Tally);

impl Sequence {
    /// The findings that this verdict completes, besides its own.
    pub(super) fn settle(&mut self, verdict: &mut Verdict) -> Vec<Finding> {
        verdict.sightings.drain(..).filter_map(|sighting| self.0.count(sighting)).collect()
    }
}
