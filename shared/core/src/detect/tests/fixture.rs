//! The events and log lines beside the detectors, in `detectors/CATEGORY/ID/`, run.

use std::collections::BTreeSet;

use riposte_fixtures as fixtures;
use serde_json::Value;

use crate::catalogue::all_metas;
use crate::detect::threats::THREATS;
use crate::detect::{
    Answer, Detector, Events, Facts, Index, LOG_DETECTORS, LogDetector, Meta, Question, Report, detectors, run,
};
use crate::event::{ApiCall, Event};
use crate::finding::Severity;
use crate::ssh::{Limits, LogFinding, StreamWindows};

/// The whole catalogue, ready to run.
pub(super) fn everything() -> Index {
    Index::new(detectors().iter().copied())
}

/// An event or lines beside a detector, with what is expected of it.
pub(super) struct Fixture(fixtures::Fixture);

impl std::ops::Deref for Fixture {
    type Target = fixtures::Fixture;

    fn deref(&self) -> &fixtures::Fixture {
        &self.0
    }
}

/// All fixtures of a detector: those on which it fires, then the benign ones.
pub(super) fn fixtures_of(detector: &str) -> Vec<Fixture> {
    fixtures::of(detector).unwrap().into_iter().map(Fixture).collect()
}

/// Those on which it fires.
pub(super) fn firing(detector: &str) -> Vec<Fixture> {
    fixtures_of(detector).into_iter().filter(|fixture| fixture.fires).collect()
}

/// One fixture of a detector.
pub(super) fn fixture(detector: &str, name: &str) -> Fixture {
    let found = fixtures_of(detector).into_iter().find(|fixture| fixture.name == name);
    found.unwrap_or_else(|| panic!("no fixture `{name}` of `{detector}`"))
}

impl Fixture {
    /// The ids of the detectors that fire when only the named one runs.
    pub(super) fn fired_alone(&self, id: &str) -> BTreeSet<&'static str> {
        self.fired(|found| found == id)
    }

    /// The ids of the detectors that fire when all run.
    pub(super) fn fired_among_all(&self) -> BTreeSet<&'static str> {
        self.fired(|_| true)
    }

    /// The ids of the detectors of some weight that fire when all run. Those below it only keep a record
    /// of what happens, and so join in with many others; and so do those that count every refused call or
    /// every call of root, and those with a threshold, which count what is ordinary one by one. One that is
    /// expected must be there.
    pub(super) fn alarmed_among_all(&self) -> BTreeSet<&'static str> {
        let counts = |meta: &Meta| meta.burst.is_some() && !self.others.contains(meta.id);
        let joins_in = |meta: &Meta| matches!(meta.events, Events::Denied | Events::ByRoot) || counts(meta);
        let weighty = |meta: &Meta| meta.severity >= Severity::Medium && !joins_in(meta);
        let alarms = |id: &str| all_metas().any(|meta| meta.id == id && weighty(meta));
        self.fired_among_all().into_iter().filter(|id| alarms(id)).collect()
    }

    /// The other detectors that fire too.
    pub(super) fn others(&self) -> BTreeSet<&str> {
        self.others.iter().map(String::as_str).collect()
    }

    fn fired(&self, wanted: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
        if self.is_log() {
            let detectors: Vec<_> = LOG_DETECTORS.iter().copied().filter(|d| wanted(d.meta().id)).collect();
            return self.observe(&detectors).iter().map(|finding| finding.meta.id).collect();
        }
        if let Ok(Event::Threat(threat)) = Event::parse(&self.text().unwrap()) {
            let own = THREATS.iter().filter(|detector| wanted(detector.meta.id));
            return own.filter(|d| d.judge(&threat).unwrap().is_some()).map(|d| d.meta.id).collect();
        }
        let all: Vec<_> = detectors().iter().copied().filter(|d| wanted(d.meta().id)).collect();
        let report = self.run(&all);
        assert!(report.failures.is_empty(), "{}: {:?}", self.path.display(), report.failures);
        let sighted = report.sightings.iter().map(|sighting| &sighting.finding);
        let fired: BTreeSet<_> = report.findings.iter().chain(sighted).map(|f| f.detector.as_str()).collect();
        all_metas().map(|meta| meta.id).filter(|id| fired.contains(id)).collect()
    }

    /// Runs detectors over the event, with the facts beside it.
    pub(super) fn run(&self, detectors: &[&'static dyn Detector]) -> Report {
        let call = self.call();
        let index = Index::new(detectors.iter().copied());
        run(&index, &call, &call.scope().unwrap(), &self.facts(&call))
    }

    /// Runs detectors over the lines.
    pub(super) fn observe(&self, detectors: &[&'static dyn LogDetector]) -> Vec<LogFinding> {
        let mut windows = StreamWindows::default();
        let mut findings = Vec::new();
        for line in self.text().unwrap().lines() {
            let (time, message) = line.split_once(' ').unwrap();
            let at: jiff::Timestamp = time.parse().unwrap();
            findings.extend(windows.observe(at.as_millisecond(), message, &Limits::default(), detectors));
        }
        findings
    }

    pub(super) fn call(&self) -> ApiCall {
        match Event::parse(&self.text().unwrap()) {
            Ok(Event::Call(call)) => *call,
            other => panic!("{} is no API call: {other:?}", self.path.display()),
        }
    }

    /// The answers of the facts file. Each must answer a question that some detector asks: a file that
    /// nobody asks for proves nothing.
    pub(super) fn facts(&self, call: &ApiCall) -> Facts {
        let Some(text) = self.0.facts().unwrap() else {
            // Launches stand in many fixtures that are not about images: EC2 shows none of theirs.
            let reading = everything().reading(&call.into());
            let asked = reading.iter().flat_map(|detector| detector.questions(call));
            let about_images = asked.filter(|question| matches!(question, Question::Images { .. }));
            return about_images.map(|question| (question, Answer::Images(Vec::new()))).collect();
        };
        let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
        let facts: Facts = entries.iter().map(|entry| (question(entry), answer(entry))).collect();
        let reading = everything().reading(&call.into());
        let asked: BTreeSet<_> = reading.iter().flat_map(|detector| detector.questions(call)).collect();
        assert_eq!(
            asked,
            facts.answers.keys().cloned().collect(),
            "{}: questions asked and answered",
            self.path.display()
        );
        facts
    }
}

fn question(entry: &Value) -> Question {
    if let ids @ Value::Array(_) = &entry["image_ids"] {
        return Question::Images { ids: serde_json::from_value(ids.clone()).unwrap() };
    }
    if let Some(arn) = entry["managed_policy"].as_str() {
        return Question::ManagedPolicy { arn: arn.to_owned() };
    }
    let rules = &entry["ingress_rules"];
    let rule_ids = serde_json::from_value(rules["rule_ids"].clone()).unwrap();
    Question::IngressRules { group_id: rules["group_id"].as_str().unwrap().to_owned(), rule_ids }
}

fn answer(entry: &Value) -> Answer {
    if let images @ Value::Array(_) = &entry["images"] {
        return Answer::Images(serde_json::from_value(images.clone()).unwrap());
    }
    match (&entry["gone"], &entry["document"], &entry["rules"]) {
        (Value::Bool(true), _, _) => Answer::Gone,
        (_, document @ Value::Object(_), _) => Answer::Document(document.to_string()),
        (_, _, rules @ Value::Array(_)) => Answer::Rules(serde_json::from_value(rules.clone()).unwrap()),
        _ => panic!("no answer in {entry}"),
    }
}
