//! Noise: what the catalogue says of ordinary administration, and of what surrounds recorded attacks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use riposte_core::finding::Severity;
use serde_json::Value;

use super::attacks::records;
use super::files;
use super::run::Run;

/// What ordinary events gave.
#[derive(Debug)]
pub struct Measured {
    /// The part of the page.
    pub page: String,
    /// Events judged.
    pub events: usize,
    /// Services among them.
    pub services: usize,
    /// Findings of severity high and critical.
    pub alarms: usize,
}

/// Calls of the recorded attacks that are the attack, although they only read.
const ATTACKING_READS: [&str; 9] = [
    "GetPasswordData",
    "GetSecretValue",
    "BatchGetSecretValue",
    "GetParameters",
    "GetParameter",
    "GetFederationToken",
    "DescribeInstanceAttribute",
    "GetCommandInvocation",
    "GetSigninToken",
];

/// Runs the catalogue over events of ordinary administration.
///
/// # Errors
/// Where a record cannot be read or judged.
pub fn ordinary(folder: &Path) -> Result<Measured> {
    let mut events = Vec::new();
    for (name, text) in files(folder, "jsonl")? {
        for (number, line) in text.lines().enumerate() {
            let place = format!("{name}.jsonl:{}", number + 1);
            events.push((serde_json::from_str(line).with_context(|| place.clone())?, place));
        }
    }
    measure(&events)
}

/// Runs the catalogue over the set-up and read-only calls of the recorded attacks.
///
/// # Errors
/// Where a record cannot be read or judged.
pub fn around_attacks(corpus: &Path) -> Result<Measured> {
    let mut events = Vec::new();
    for (name, text) in files(&corpus.join("cloudtrail/attacks"), "json")? {
        for (number, record) in records(&text)?.into_iter().enumerate() {
            if surrounds(&record) {
                events.push((record, format!("{name}:{}", number + 1)));
            }
        }
    }
    measure(&events)
}

/// Whether a call only reads, or only gets ready: takes on a role, looks around.
fn surrounds(record: &Value) -> bool {
    let name = record.get("eventName").and_then(Value::as_str).unwrap_or_default();
    let reads = ["Get", "List", "Describe"].iter().any(|verb| name.starts_with(verb)) || name == "AssumeRole";
    reads && !ATTACKING_READS.contains(&name)
}

fn measure(events: &[(Value, String)]) -> Result<Measured> {
    let mut run = Run::new();
    let mut by_severity: BTreeMap<Severity, usize> = BTreeMap::new();
    let mut alarms = Vec::new();
    let mut services = BTreeSet::new();
    for (record, place) in events {
        services.extend(record.get("eventSource").and_then(Value::as_str));
        for finding in run.findings(record).with_context(|| place.clone())? {
            *by_severity.entry(finding.severity).or_default() += 1;
            if finding.severity >= Severity::High {
                alarms.push(format!("`{}` ({}, `{}`)", finding.detector, finding.severity, finding.event_name));
            }
        }
    }
    let mut page = String::new();
    let counts: Vec<_> = by_severity.iter().rev().map(|(severity, count)| format!("{count} {severity}")).collect();
    let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    #[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
    let share = 100.0 * alarms.len() as f64 / events.len() as f64;
    writeln!(
        page,
        "{} events of {} services; findings: {counts}. High and critical: {} ({share:.2} % of the events).",
        events.len(),
        services.len(),
        alarms.len()
    )?;
    for alarm in &alarms {
        writeln!(page, "- {alarm}")?;
    }
    Ok(Measured { page, events: events.len(), services: services.len(), alarms: alarms.len() })
}
