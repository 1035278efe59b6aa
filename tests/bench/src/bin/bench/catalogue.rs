//! What each detector costs for an event that it reads, and what the whole catalogue costs for any.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};
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
    /// The detectors with the highest cost at p99, the slowest first.
    slowest: Vec<Cost>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    id: &'static str,
    judge_us: Distribution,
}

/// How often each detector judges each of its events.
const REPEATS: usize = 200;

/// How many of the slowest are told.
const TOLD: usize = 5;

/// Judges every fixture and every ordinary event.
pub(crate) fn measure(folder: &Path) -> Result<Measured> {
    let (fixtures, _) = fixture::all(folder)?;
    let mut calls: Vec<(ApiCall, Facts)> = Vec::new();
    for fixture in fixtures {
        let Event::Call(call) = Event::parse(&fixture.body)? else { bail!("{} is no API call", fixture.name) };
        calls.push((*call, fixture.facts));
    }
    let mut costs = Vec::new();
    for detector in detectors() {
        let meta = detector.meta();
        let read = |call: &ApiCall| everything().reading(&Head::from(call)).iter().any(|d| d.meta().id == meta.id);
        let mut times = Vec::new();
        for (call, facts) in calls.iter().filter(|(call, _)| read(call)) {
            // A rule is compiled by its first event, which is not what an event costs.
            drop(black_box(detector.judge(call, facts)));
            for _ in 0..REPEATS {
                let begun = Instant::now();
                drop(black_box(detector.judge(black_box(call), facts)));
                times.push(begun.elapsed().as_secs_f64() * 1e6);
            }
        }
        if times.is_empty() {
            bail!("no event for {}", meta.id);
        }
        costs.push(Cost { id: meta.id, judge_us: Distribution::of(times) });
    }
    let mut times = Vec::new();
    for (call, facts) in &calls {
        let scope = call.scope()?;
        for _ in 0..REPEATS / 10 {
            let begun = Instant::now();
            drop(black_box(run(everything(), black_box(call), &scope, facts)));
            times.push(begun.elapsed().as_secs_f64() * 1e6);
        }
    }
    costs.sort_by(|a, b| b.judge_us.p99.total_cmp(&a.judge_us.p99));
    costs.truncate(TOLD);
    Ok(Measured {
        detectors: detectors().len(),
        events: calls.len(),
        whole_us: Distribution::of(times),
        slowest: costs,
    })
}
