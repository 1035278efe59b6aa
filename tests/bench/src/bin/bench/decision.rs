//! From the delivered text to the decision, over all fixtures and with the whole catalogue, beside what
//! `serde_json` alone needs to read the same event.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Instant;

use allocation_counter::AllocationInfo;
use anyhow::{Context, Result, bail};
use riposte_core::detect::{Index, LOG_DETECTORS, detectors, run};
use riposte_core::event::{Delivery, Event};
use riposte_core::finding::Finding;
use riposte_core::guardrail::{Decision, Guardrails};
use riposte_core::plan::{Plan, Snapshot};
use riposte_core::ssh::{Limits, StreamWindows};
use serde::Serialize;
use serde_json::Value;

use crate::fixture::{self, CallFixture, LogFixture, batch};
use crate::settings::settings;
use crate::stats::{Distribution, Summary};

/// Times in microseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    fixtures: usize,
    firing: usize,
    /// From the delivered batch of one event to the decision on each of its findings.
    decision_us: Distribution,
    /// The same where a detector fires, and where none does.
    firing_us: Distribution,
    silent_us: Distribution,
    /// `serde_json::from_str::<Value>` of the event alone.
    reference_us: Distribution,
    allocations: Summary,
    allocated_bytes: Summary,
    reference_allocations: Summary,
    reference_allocated_bytes: Summary,
    /// One line of a log through the windows and the detectors.
    log_line_us: Distribution,
}

/// The whole catalogue, made ready once, as a function does at its start.
pub(crate) fn everything() -> &'static Index {
    static ALL: LazyLock<Index> = LazyLock::new(|| Index::new(detectors().iter().copied()));
    &ALL
}

/// An event, and the plan that each of its findings would lead to, where it asks for an action.
pub(crate) struct Case {
    fixture: CallFixture,
    payload: String,
    plans: Vec<Option<Plan>>,
}

impl Case {
    pub(crate) fn of(fixture: CallFixture) -> Result<Self> {
        let payload = batch(&fixture.body);
        let mut case = Self { fixture, payload, plans: Vec::new() };
        let findings = case.findings().with_context(|| case.fixture.name.clone())?;
        case.plans = findings.iter().map(plan).collect();
        Ok(case)
    }

    pub(crate) fn fires(&self) -> bool {
        !self.plans.is_empty()
    }

    fn findings(&self) -> Result<Vec<Finding>> {
        let delivery = Delivery::parse(&self.payload);
        let [item] = delivery.items.as_slice() else { bail!("not one item") };
        let Ok(Event::Call(call)) = &item.event else { bail!("no API call: {:?}", item.event) };
        let report = run(everything(), call, &call.scope()?, &self.fixture.facts);
        match report.failures.first() {
            Some((detector, error)) => bail!("{detector}: {error}"),
            None => Ok(report.findings),
        }
    }

    /// What is measured: how many of the findings may be acted upon.
    fn decide(&self, plans: Vec<Option<Plan>>, guardrails: &Guardrails) -> Result<usize> {
        let findings = self.findings()?;
        let planned = plans.into_iter().zip(&findings).filter_map(|(plan, finding)| Some((plan?, finding)));
        let decisions = planned.map(|(plan, finding)| guardrails.decide("bench", plan, finding));
        Ok(decisions.filter(|decision| matches!(black_box(decision), Decision::Act(..))).count())
    }

    /// One run of the whole, in microseconds.
    pub(crate) fn time(&self, guardrails: &Guardrails) -> Result<f64> {
        let plans = self.plans.clone();
        let begun = Instant::now();
        let decided = black_box(self.decide(plans, guardrails));
        let took = begun.elapsed();
        let planned = self.plans.iter().flatten().count();
        match decided? {
            allowed if allowed == planned => Ok(took.as_secs_f64() * 1e6),
            allowed => bail!("{}: {allowed} of {planned} plans were let through", self.fixture.name),
        }
    }

    /// What one run of the whole allocates.
    fn allocations(&self, guardrails: &Guardrails) -> AllocationInfo {
        let plans = self.plans.clone();
        allocation_counter::measure(|| drop(black_box(self.decide(plans, guardrails))))
    }

    /// What reading the event as mere JSON takes, in microseconds.
    fn time_json(&self) -> f64 {
        let begun = Instant::now();
        drop(black_box(serde_json::from_str::<Value>(black_box(&self.fixture.body))));
        begun.elapsed().as_secs_f64() * 1e6
    }

    fn json_allocations(&self) -> AllocationInfo {
        allocation_counter::measure(|| drop(black_box(serde_json::from_str::<Value>(&self.fixture.body))))
    }
}

/// The plan that a finding would lead to, as far as guardrails look at it.
fn plan(finding: &Finding) -> Option<Plan> {
    let response = finding.response.clone()?;
    let tags = [("Name", "web"), ("team", "platform")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let scope = &finding.scope;
    let arn = format!("arn:aws:any:{}:{}:{}", scope.region, scope.account, finding.target.key());
    Some(Plan::of(response, arn, Snapshot::default()).tagged(tags.into()))
}

/// Times all fixtures in turn until there are `samples` of them.
pub(crate) fn measure(samples: usize) -> Result<Measured> {
    let (calls, logs) = fixture::all()?;
    let cases: Vec<Case> = calls.into_iter().map(Case::of).collect::<Result<_>>()?;
    let guardrails = Guardrails::new(&settings()?)?;
    let (mut firing, mut silent, mut json) = (Vec::new(), Vec::new(), Vec::new());
    // A quarter of the rounds warms up and is not counted.
    let rounds = samples.div_ceil(cases.len());
    for round in 0..rounds + rounds.div_ceil(4) {
        for case in &cases {
            let (reference, took) = (case.time_json(), case.time(&guardrails)?);
            if round >= rounds.div_ceil(4) {
                json.push(reference);
                if case.fires() { firing.push(took) } else { silent.push(took) }
            }
        }
    }
    let whole: Vec<AllocationInfo> = cases.iter().map(|case| case.allocations(&guardrails)).collect();
    let alone: Vec<AllocationInfo> = cases.iter().map(Case::json_allocations).collect();
    Ok(Measured {
        fixtures: cases.len(),
        firing: cases.iter().filter(|case| case.fires()).count(),
        decision_us: Distribution::of(firing.iter().chain(&silent).copied()),
        firing_us: Distribution::of(firing),
        silent_us: Distribution::of(silent),
        reference_us: Distribution::of(json),
        allocations: of(&whole, |info| info.count_total),
        allocated_bytes: of(&whole, |info| info.bytes_total),
        reference_allocations: of(&alone, |info| info.count_total),
        reference_allocated_bytes: of(&alone, |info| info.bytes_total),
        log_line_us: lines(&logs, samples)?,
    })
}

fn of(all: &[AllocationInfo], what: fn(&AllocationInfo) -> u64) -> Summary {
    #[allow(clippy::cast_precision_loss, reason = "counts of a few thousand")]
    Summary::of(all.iter().map(|info| what(info) as f64))
}

/// Times single lines of the log fixtures.
fn lines(logs: &[LogFixture], samples: usize) -> Result<Distribution> {
    let (limits, mut times, mut findings) = (Limits::default(), Vec::with_capacity(samples), 0);
    while times.len() < samples {
        for log in logs {
            let mut windows = StreamWindows::default();
            for (at_ms, message) in &log.lines {
                let begun = Instant::now();
                let found = black_box(windows.observe(*at_ms, message, &limits, LOG_DETECTORS));
                times.push(begun.elapsed().as_secs_f64() * 1e6);
                findings += found.len();
            }
        }
    }
    if findings == 0 {
        bail!("no detector fires on the log lines");
    }
    Ok(Distribution::of(times))
}
