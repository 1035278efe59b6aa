//! What CloudTrail has recorded of patching before anybody watched: looked up, and judged by the catalog's detectors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use riposte_core::detect::{self, Answer, Detector, Facts, Head, Index, Question, Trusted};
use riposte_core::event::Event;
use riposte_core::finding::Finding;
use riposte_core::incident::rfc3339;
use serde_json::{Value, json};

use crate::api::{Api, Call, Client, models};
use crate::clients::SdkConfig;
use crate::clock;
use crate::fault::{Fault, Kind};
use crate::lookups::Lookups;

const CALL: &str = "cloudtrail:LookupEvents";

/// The detectors of what makes machines fall behind, and of who patches beside the plan.
const DETECTORS: [&str; 5] = [
    "instance-from-old-image",
    "ssm-machines-patched-by-hand",
    "ssm-node-deregistered",
    "ssm-patch-group-changed",
    "ssm-patching-weakened",
];

/// CloudTrail answers two look-ups a second.
const PAUSE: Duration = Duration::from_millis(500);

/// A look-up that is throttled is made so often.
const MOST_TRIES: u32 = 8;

/// What was found.
#[derive(Debug, Default)]
pub struct LookedBack {
    /// The findings, the newest first.
    pub findings: Vec<Finding>,
    /// How many events were judged.
    pub events: usize,
    /// Why some could not be.
    pub unjudged: Vec<String>,
}

/// Looks up, in this region, what was done since then (milliseconds since 1970; CloudTrail keeps ninety days), and
/// judges it.
///
/// # Errors
/// Where CloudTrail does not answer, or refuses.
pub async fn look_back(
    config: &SdkConfig,
    trusted: &Arc<Trusted>,
    region: &str,
    since_ms: i64,
) -> Result<LookedBack, Fault> {
    let api = Client::new(config, &[&models::CLOUDTRAIL]);
    through(&api, &Lookups::default().with_images(config), trusted, region, since_ms).await
}

pub(super) async fn through(
    api: &dyn Api,
    lookups: &Lookups,
    trusted: &Arc<Trusted>,
    region: &str,
    since_ms: i64,
) -> Result<LookedBack, Fault> {
    let all = detect::detectors().iter().copied().filter(|detector| DETECTORS.contains(&detector.meta().id));
    let all: Vec<&'static dyn Detector> = all.collect();
    let names: BTreeSet<&str> =
        all.iter().flat_map(|detector| detector.meta().events.names()).map(|event| event.name).collect();
    let mut judge = Judge {
        index: Index::new(all),
        lookups,
        known: Facts { trusted: Arc::clone(trusted), ..Facts::default() },
        found: LookedBack::default(),
    };
    for name in names {
        let attribute = json!({ "AttributeKey": "EventName", "AttributeValue": name });
        let mut parameters =
            json!({ "LookupAttributes": [attribute], "StartTime": rfc3339(since_ms), "MaxResults": 50 });
        loop {
            let page = page(api, region, &parameters).await?;
            for event in page.get("Events").and_then(Value::as_array).into_iter().flatten() {
                judge.take(event.get("CloudTrailEvent").and_then(Value::as_str).unwrap_or_default()).await?;
            }
            match (page.get("NextToken").and_then(Value::as_str), parameters.as_object_mut()) {
                (Some(next), Some(object)) => object.insert("NextToken".to_owned(), json!(next)),
                _ => break,
            };
        }
    }
    let mut found = judge.found;
    found.findings.sort_by(|a, b| b.event_time.cmp(&a.event_time).then_with(|| a.detector.cmp(&b.detector)));
    Ok(found)
}

async fn page(api: &dyn Api, region: &str, parameters: &Value) -> Result<Value, Fault> {
    let mut pause = PAUSE;
    for _ in 1..MOST_TRIES {
        clock::sleep(pause).await;
        match api.send(&Call::new(CALL, region, parameters.clone())).await {
            Err(fault) if fault.kind == Kind::Transient => pause *= 2,
            other => return other.map(|answer| answer.body),
        }
    }
    api.send(&Call::new(CALL, region, parameters.clone())).await.map(|answer| answer.body)
}

struct Judge<'a> {
    index: Index,
    lookups: &'a Lookups,
    /// What was asked once is not asked again: a group launches the same image a thousand times.
    known: Facts,
    found: LookedBack,
}

impl Judge<'_> {
    async fn take(&mut self, text: &str) -> Result<(), Fault> {
        let call = match Event::parse(text) {
            Ok(Event::Call(call)) => call,
            Ok(_) => return Ok(()),
            Err(error) => {
                self.found.unjudged.push(error.to_string());
                return Ok(());
            }
        };
        let scope = match call.scope() {
            Ok(scope) => scope,
            Err(error) => {
                self.found.unjudged.push(error.to_string());
                return Ok(());
            }
        };
        let reading = self.index.reading(&Head::from(&*call));
        let asked: BTreeSet<Question> = reading.iter().flat_map(|detector| detector.questions(&call)).collect();
        if asked.iter().any(|question| !self.known.answers.contains_key(question)) {
            let answers = self.lookups.facts(&reading, &call, &scope).await?;
            let found: BTreeMap<Question, Answer> = answers.facts.answers;
            self.known.answers.extend(found);
        }
        self.found.events += 1;
        let report = detect::run_all(&reading, &call, &scope, &self.known);
        self.found.findings.extend(report.findings);
        self.found.unjudged.extend(report.failures.into_iter().map(|(_, error)| error.to_string()));
        Ok(())
    }
}
