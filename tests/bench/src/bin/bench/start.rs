//! The start and the memory of the functions, each beside the programs that do not do its work.

use std::path::Path;

use anyhow::Result;
use riposte_core::catalogue::{
    COMPUTE_GUARD, DATA_GUARD, IDENTITY_GUARD, INGRESS_GUARD, LOG_WATCH, PATCHER, TRAIL_GUARD,
};
use serde::Serialize;
use serde_json::json;

use crate::fixture::{batch, event};
use crate::program::{Program, Run};
use crate::stats::Summary;

/// What all runs of one program showed. Memory in kB.
#[derive(Debug, Serialize)]
pub(crate) struct Started {
    program: &'static str,
    reference: Option<&'static str>,
    init_ms: Summary,
    answer_ms: Summary,
    ready_resident: Summary,
    ready_peak: Summary,
    handled_resident: Summary,
    handled_peak: Summary,
}

/// Runs all programs `runs` times, in turn: whatever else the machine does meanwhile meets them all.
pub(crate) fn measure(folder: &Path, runs: usize) -> Result<Vec<Started>> {
    let programs = programs()?;
    let mut seen: Vec<Vec<Run>> = programs.iter().map(|_| Vec::with_capacity(runs)).collect();
    // The first round is not counted: it reads the programs from the disk.
    for round in 0..=runs {
        if round % 10 == 0 {
            eprintln!("  starts: round {round} of {runs}");
        }
        for (program, seen) in programs.iter().zip(&mut seen) {
            let run = program.run(folder)?;
            if round > 0 {
                seen.push(run);
            }
        }
    }
    Ok(programs.iter().zip(seen).map(|(program, runs)| started(program, &runs)).collect())
}

fn started(program: &Program, runs: &[Run]) -> Started {
    let of = |what: fn(&Run) -> f64| Summary::of(runs.iter().map(what));
    Started {
        program: program.name,
        reference: program.reference,
        init_ms: of(|run| run.init.as_secs_f64() * 1000.0),
        answer_ms: of(|run| run.answer.as_secs_f64() * 1000.0),
        ready_resident: of(|run| run.ready.resident),
        ready_peak: of(|run| run.ready.peak),
        handled_resident: of(|run| run.handled.resident),
        handled_peak: of(|run| run.handled.peak),
    }
}

/// The programs, each with an event that its detectors read and that is harmless; log-watch's is a
/// schedule's tick where no group is to be pulled.
fn programs() -> Result<[Program; 11]> {
    let ingress = batch(&event("open-admin-port", "web-ports")?);
    let identity = batch(&event("admin-policy-attached", "read-only")?);
    let data = batch(&event("bucket-versioning-suspended", "enabled")?);
    let trail = batch(&event("trail-made-regional", "all-regions")?);
    let compute = batch(&event("imdsv1-allowed", "hop-limit")?);
    let tick = json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "111122223333", "time": "2026-01-02T03:04:05Z", "region": "eu-west-1",
        "resources": ["arn:aws:events:eu-west-1:111122223333:rule/pull"], "detail": {},
    });
    // What the patcher does at a tick is reading an account; an event that is not for it costs its start alone.
    let mut other = tick.clone();
    if let Some(event) = other.as_object_mut() {
        event.insert("source".to_owned(), json!("aws.health"));
        event.insert("detail-type".to_owned(), json!("AWS Health Event"));
    }
    let (tick, other) = (batch(&tick.to_string()), batch(&other.to_string()));
    let program = |name, reference, event: &String| Program { name, reference, event: event.clone() };
    Ok([
        program("bare", None, &ingress),
        program("bare-ec2", Some("bare"), &ingress),
        program(INGRESS_GUARD.name, Some("bare-ec2"), &ingress),
        // They act on nothing yet: the reference has one client more than they.
        program(DATA_GUARD.name, Some("bare-ec2"), &data),
        program(TRAIL_GUARD.name, Some("bare-ec2"), &trail),
        program(COMPUTE_GUARD.name, Some("bare-ec2"), &compute),
        program(PATCHER.name, Some("bare-ec2"), &other),
        program("bare-iam", Some("bare"), &identity),
        program(IDENTITY_GUARD.name, Some("bare-iam"), &identity),
        program("bare-logs", Some("bare"), &tick),
        program(LOG_WATCH.name, Some("bare-logs"), &tick),
    ])
}
