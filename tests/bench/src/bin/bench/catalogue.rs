//! What each detector costs for an event that it reads, and what the whole catalogue costs for any.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use riposte_core::detect::{Facts, Head, detectors, run};
use riposte_core::event::{ApiCall, Event};
use serde::Serialize;

use crate::decision::everything;
use crate::fixture;
use crate::stats::Distribution;

/// Times in microseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    detectors: usize,
    events: usize,
    /// Per event, over all events: finding who reads it, and asking each.
    whole_us: Distribution,
    /// The detectors with the dearest events, the slowest first.
    slowest: Vec<Cost>,
}

/// What a detector costs for the dearest of its events: an average over easy ones would hide it, and a
/// percentile over all would show what else the machine did.
#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    id: &'static str,
    /// The event's fixture.
    event: String,
    judge_us: Distribution,
}

/// How often each detector judges each of its events.
const REPEATS: usize = 200;

/// How many of the slowest are told.
const TOLD: usize = 5;

/// Judges every fixture and every ordinary event.
pub(crate) fn measure() -> Result<Measured> {
    let (fixtures, _) = fixture::all()?;
    let mut calls: Vec<(String, ApiCall, Facts)> = Vec::new();
    for fixture in fixtures {
        let Event::Call(call) = Event::parse(&fixture.body)? else { bail!("{} is no API call", fixture.name) };
        calls.push((fixture.name, *call, fixture.facts));
    }
    let mut costs = Vec::new();
    for detector in detectors() {
        let meta = detector.meta();
        let read = |call: &ApiCall| everything().reading(&Head::from(call)).iter().any(|d| d.meta().id == meta.id);
        let events = calls.iter().filter(|(_, call, _)| read(call)).map(|(name, call, facts)| {
            // A rule is compiled by its first event, which is not what an event costs.
            drop(black_box(detector.judge(call, facts)));
            let judge = |_| {
                let begun = Instant::now();
                drop(black_box(detector.judge(black_box(call), facts)));
                begun.elapsed().as_secs_f64() * 1e6
            };
            Cost { id: meta.id, event: name.clone(), judge_us: Distribution::of((0..REPEATS).map(judge)) }
        });
        let dearest = events.max_by(|a, b| a.judge_us.p50.total_cmp(&b.judge_us.p50));
        costs.push(dearest.with_context(|| format!("no event for {}", meta.id))?);
    }
    let mut times = Vec::new();
    for (_, call, facts) in &calls {
        let scope = call.scope()?;
        for _ in 0..REPEATS / 10 {
            let begun = Instant::now();
            drop(black_box(run(everything(), black_box(call), &scope, facts)));
            times.push(begun.elapsed().as_secs_f64() * 1e6);
        }
    }
    costs.sort_by(|a, b| b.judge_us.p50.total_cmp(&a.judge_us.p50));
    costs.truncate(TOLD);
    Ok(Measured {
        detectors: detectors().len(),
        events: calls.len(),
        whole_us: Distribution::of(times),
        slowest: costs,
    })
}
