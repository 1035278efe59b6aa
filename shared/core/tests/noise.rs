//! Ordinary administration must stay quiet.
//!
//! `ordinary/` holds the events of ordinary days, by theme: most of them look like an attack's
//! (a bucket policy is put, a role is created, a group is opened, a secret is read), and none is one.
//! Who is woken by them stops reading. What fires is printed:
//! `cargo test -p riposte-core --test noise -- --nocapture`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which clippy does not take for tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use riposte_core::detect::{Answer, DetectError, Facts, Index, Question, Tally, detectors, run};
use riposte_core::event::{ApiCall, Event, Scope};
use riposte_core::finding::{Finding, Severity};
use serde_json::Value;

/// An event with the place where it stands.
struct Ordinary {
    /// `storage.jsonl:12`
    place: String,
    call: ApiCall,
    scope: Scope,
}

#[test]
fn ordinary_events_are_many_and_various() {
    let events = ordinary();
    let distinct =
        |of: fn(&ApiCall) -> Option<&str>| events.iter().filter_map(|e| of(&e.call)).collect::<BTreeSet<_>>();
    let names = distinct(|call| Some(call.event_name()));
    let sources = distinct(ApiCall::event_source);
    assert!(events.len() >= 2000, "{} events", events.len());
    assert!(sources.len() >= 50, "{} services: {sources:?}", sources.len());
    assert!(names.len() >= 300, "{} event names", names.len());

    let mut places = BTreeMap::new();
    for event in &events {
        let before = places.insert(&event.scope.event_id, &event.place);
        assert!(before.is_none(), "{} repeats the event id of {}", event.place, before.unwrap());
    }
    let failed = events.iter().filter(|e| e.call.failed()).count();
    assert!(failed >= 25, "{failed} failed calls");
}

#[test]
fn ordinary_events_wake_nobody() {
    let events = ordinary();
    let mut catalogue = Catalogue::new(&events);
    let mut loud = Vec::new();
    let mut broken = Vec::new();
    for event in &events {
        let name = event.call.event_name();
        let (findings, failures) = catalogue.judge(event);
        for finding in findings {
            let line = format!("{:?} {} {} {name}: {}", finding.severity, finding.detector, event.place, finding.why);
            println!("{line}");
            if finding.severity >= Severity::High {
                loud.push(line);
            }
        }
        for (detector, error) in failures {
            println!("failed {detector} {} {name}: {error}", event.place);
            // A question without an answer here would be looked up in AWS. Everything else is a fault.
            if !matches!(error, DetectError::Unanswered { .. }) {
                broken.push(format!("{detector} {} {name}: {error}", event.place));
            }
        }
    }
    assert!(broken.is_empty(), "events that a detector cannot read:\n{}", broken.join("\n"));
    assert!(
        loud.is_empty(),
        "{} of {} ordinary events are high or critical:\n{}",
        loud.len(),
        events.len(),
        loud.join("\n")
    );
}

/// All detectors over API calls, with what AWS would answer them, and the bursts counted.
struct Catalogue {
    index: Index,
    documents: BTreeMap<String, String>,
    tally: Tally,
}

impl Catalogue {
    fn new(events: &[Ordinary]) -> Self {
        Self {
            index: Index::new(detectors().iter().copied()),
            documents: created_policies(events),
            tally: Tally::default(),
        }
    }

    /// What it finds in one event, and which detectors could not judge it.
    fn judge(&mut self, event: &Ordinary) -> (Vec<Finding>, Vec<(&'static str, DetectError)>) {
        let readers = self.index.reading(&(&event.call).into());
        let questions = readers.iter().flat_map(|detector| detector.questions(&event.call));
        let answers = questions.filter_map(|question| self.answer(&question).map(|answer| (question, answer)));
        let facts: Facts = answers.collect();
        let report = run(&self.index, &event.call, &event.scope, &facts);
        let bursts = report.sightings.into_iter().filter_map(|sighting| self.tally.count(sighting));
        (report.findings.into_iter().chain(bursts).collect(), report.failures)
    }

    fn answer(&self, question: &Question) -> Option<Answer> {
        match question {
            Question::ManagedPolicy { arn } => self.documents.get(arn).cloned().map(Answer::Document),
            _ => None,
        }
    }
}

/// The documents of the customer-managed policies that the events create, by ARN.
fn created_policies(events: &[Ordinary]) -> BTreeMap<String, String> {
    let mut documents = BTreeMap::new();
    for event in events {
        let arn = match event.call.event_name() {
            "CreatePolicy" => event.call.response("policy").and_then(|policy| policy.get("arn")),
            "CreatePolicyVersion" => event.call.request("policyArn"),
            _ => None,
        };
        if let (Some(arn), Some(document)) = (arn.and_then(Value::as_str), event.call.request_text("policyDocument")) {
            documents.insert(arn.to_owned(), document.to_owned());
        }
    }
    documents
}

/// All events, file by file.
fn ordinary() -> Vec<Ordinary> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ordinary");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| events_of(file)).collect()
}

fn events_of(file: &Path) -> Vec<Ordinary> {
    let name = file.file_name().unwrap().to_string_lossy();
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().enumerate().map(|(number, line)| {
        let place = format!("{name}:{}", number + 1);
        let call = match Event::parse(line) {
            Ok(Event::Call(call)) => *call,
            other => panic!("{place} is no API call: {other:?}"),
        };
        let scope = call.scope().unwrap_or_else(|e| panic!("{place}: {e}"));
        Ordinary { place, call, scope }
    });
    lines.collect()
}
