//! Runs the whole catalogue over recorded events, offline: what only AWS could answer is gone.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow, bail};
use riposte_core::detect::{Answer, Facts, Head, Index, Tally, detectors, run};
use riposte_core::event::{ApiCall, Event};
use riposte_core::finding::Finding;
use serde_json::Value;

/// The catalogue over a row of events.
pub(super) struct Run {
    index: Index,
    tally: Tally,
}

impl Run {
    pub(super) fn new() -> Self {
        Self { index: Index::new(detectors().iter().copied()), tally: Tally::default() }
    }

    /// The findings of one record; bursts are counted over all that came before.
    pub(super) fn findings(&mut self, record: &Value) -> Result<Vec<Finding>> {
        let call = call(record)?;
        let scope = call.scope()?;
        let reading = self.index.reading(&Head::from(&call));
        let questions = reading.iter().flat_map(|detector| detector.questions(&call));
        let facts: Facts = questions.map(|question| (question, Answer::Gone)).collect();
        let report = run(&self.index, &call, &scope, &facts);
        if let Some((detector, error)) = report.failures.first() {
            bail!("{detector}: {error}");
        }
        let mut findings = report.findings;
        findings.extend(report.sightings.into_iter().filter_map(|sighting| self.tally.count(sighting)));
        Ok(findings)
    }
}

/// The ids of the detectors that fire on so many copies of a record, each an event of its own.
pub(super) fn fired(record: &Value, copies: u64) -> Result<BTreeSet<String>> {
    let mut run = Run::new();
    let mut fired = BTreeSet::new();
    for copy in 0..copies.max(1) {
        let mut record = record.clone();
        let id = record.get("eventID").and_then(Value::as_str).unwrap_or("recorded").to_owned();
        let fields = record.as_object_mut().ok_or_else(|| anyhow!("a record is no object"))?;
        fields.insert("eventID".to_owned(), Value::from(format!("{id}-{copy}")));
        // Records made for a rule's test lack what every real one has.
        fields.entry("awsRegion").or_insert_with(|| Value::from("us-east-1"));
        fields.entry("recipientAccountId").or_insert_with(|| Value::from("123456789012"));
        fired.extend(run.findings(&record)?.into_iter().map(|finding| finding.detector));
    }
    Ok(fired)
}

fn call(record: &Value) -> Result<ApiCall> {
    match Event::from_value(record.clone())? {
        Event::Call(call) => Ok(*call),
        other => bail!("no API call: {other:?}"),
    }
}
