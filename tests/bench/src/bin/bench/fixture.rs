//! The events and log lines beside the detectors, and those of ordinary days, as deliveries.

use anyhow::{Context, Result, bail};
use riposte_core::detect::{Answer, Facts, Head, Question};
use riposte_core::event::Event;
use riposte_fixtures::Fixture;
use serde_json::{Value, json};

use crate::decision::everything;

/// An API call of a fixture.
pub(crate) struct CallFixture {
    /// `open-admin-port/ssh`
    pub(crate) name: String,
    /// The event as EventBridge puts it into the queue.
    pub(crate) body: String,
    pub(crate) facts: Facts,
}

/// A log stream of a fixture: time and message of each line.
pub(crate) struct LogFixture {
    pub(crate) lines: Vec<(i64, String)>,
}

/// All fixtures, in order.
pub(crate) fn all() -> Result<(Vec<CallFixture>, Vec<LogFixture>)> {
    let (mut calls, mut logs) = (Vec::new(), Vec::new());
    for id in riposte_fixtures::folders()?.into_keys() {
        for fixture in riposte_fixtures::of(&id)? {
            if fixture.is_log() {
                logs.push(LogFixture { lines: lines(&fixture)? });
                continue;
            }
            if !matches!(Event::parse(&fixture.text()?), Ok(Event::Call(_))) {
                continue;
            }
            let facts = fixture.facts()?.map(|text| facts(&text)).transpose();
            calls.push(CallFixture {
                name: format!("{id}/{}", fixture.name),
                body: body(&fixture)?,
                facts: facts.with_context(|| fixture.path.display().to_string())?.unwrap_or_default(),
            });
        }
    }
    let ordinary = riposte_fixtures::root().join("../ordinary");
    for entry in std::fs::read_dir(&ordinary).with_context(|| ordinary.display().to_string())? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let name = path.file_stem().unwrap_or_default().display().to_string();
        for (number, line) in text.lines().enumerate() {
            let name = format!("ordinary/{name}:{}", number + 1);
            calls.push(CallFixture { facts: gone(line)?, name, body: line.to_owned() });
        }
    }
    calls.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((calls, logs))
}

/// One event beside a detector, as a queue's message holds it.
pub(crate) fn event(id: &str, name: &str) -> Result<String> {
    let found = riposte_fixtures::of(id)?.into_iter().find(|fixture| fixture.name == name);
    body(&found.with_context(|| format!("no fixture `{id}/{name}`"))?)
}

/// What the detectors ask about an event without facts of its own is gone.
fn gone(body: &str) -> Result<Facts> {
    let Event::Call(call) = Event::parse(body)? else { bail!("no API call") };
    let questions =
        everything().reading(&Head::from(&*call)).into_iter().flat_map(|detector| detector.questions(&call));
    Ok(questions.map(|question| (question, Answer::Gone)).collect())
}

/// The event of a file as a queue's message holds it: without the white space for people.
fn body(fixture: &Fixture) -> Result<String> {
    let event: Value = serde_json::from_str(&fixture.text()?).with_context(|| fixture.path.display().to_string())?;
    Ok(event.to_string())
}

/// One message as Lambda delivers it from a queue.
pub(crate) fn batch(body: &str) -> String {
    json!({ "Records": [{
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1767323045000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1767323045001",
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:riposte",
        "awsRegion": "eu-west-1",
    }] })
    .to_string()
}

fn lines(fixture: &Fixture) -> Result<Vec<(i64, String)>> {
    let line = |line: &str| -> Result<(i64, String)> {
        let (time, message) = line.split_once(' ').context("a line without a message")?;
        Ok((time.parse::<jiff::Timestamp>()?.as_millisecond(), message.to_owned()))
    };
    let text = fixture.text()?;
    text.lines().map(|text| line(text).with_context(|| fixture.path.display().to_string())).collect()
}

/// The answers beside an event.
fn facts(text: &str) -> Result<Facts> {
    let entries: Vec<Value> = serde_json::from_str(text)?;
    entries.iter().map(|entry| fact(entry).with_context(|| entry.to_string())).collect()
}

fn fact(entry: &Value) -> Option<(Question, Answer)> {
    if let Some(ids) = entry.get("image_ids") {
        let images = Answer::Images(serde_json::from_value(entry.get("images")?.clone()).ok()?);
        return Some((Question::Images { ids: serde_json::from_value(ids.clone()).ok()? }, images));
    }
    let question = match entry.get("managed_policy").and_then(Value::as_str) {
        Some(arn) => Question::ManagedPolicy { arn: arn.to_owned() },
        None => {
            let rules = entry.get("ingress_rules")?;
            let rule_ids = serde_json::from_value(rules.get("rule_ids")?.clone()).ok()?;
            Question::IngressRules { group_id: rules.get("group_id")?.as_str()?.to_owned(), rule_ids }
        }
    };
    let answer = match (entry.get("gone"), entry.get("document"), entry.get("rules")) {
        (Some(Value::Bool(true)), _, _) => Answer::Gone,
        (_, Some(document), _) => Answer::Document(document.to_string()),
        (_, _, Some(rules)) => Answer::Rules(serde_json::from_value(rules.clone()).ok()?),
        _ => return None,
    };
    Some((question, answer))
}
