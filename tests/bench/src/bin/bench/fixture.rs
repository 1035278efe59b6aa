//! The events and log lines beside the detectors (`shared/core/fixtures/DETECTOR/`), as deliveries.
//!
//! What AWS would have answered to a detector's questions stands in `NAME.facts.json`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use riposte_core::detect::{Answer, Facts, Head, Question};
use riposte_core::event::Event;
use serde_json::{Value, json};

use crate::decision::everything;

/// An API call of a fixture.
pub(crate) struct CallFixture {
    /// `open-admin-port/fires-ssh`
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
pub(crate) fn all(folder: &Path) -> Result<(Vec<CallFixture>, Vec<LogFixture>)> {
    let (mut calls, mut logs) = (Vec::new(), Vec::new());
    for path in files(folder)? {
        let shown = path.display().to_string();
        if shown.ends_with(".facts.json") {
            continue;
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => calls.push(CallFixture {
                name: path.with_extension("").strip_prefix(folder)?.display().to_string(),
                body: body(&path)?,
                facts: facts(&path.with_extension("facts.json"))?,
            }),
            Some("jsonl") => {
                let text = std::fs::read_to_string(&path).with_context(|| shown.clone())?;
                let stem = path.with_extension("").strip_prefix(folder)?.display().to_string();
                for (number, line) in text.lines().enumerate() {
                    let name = format!("{stem}:{}", number + 1);
                    calls.push(CallFixture { facts: gone(line)?, name, body: line.to_owned() });
                }
            }
            Some("log") => logs.push(LogFixture { lines: lines(&path)? }),
            _ => bail!("{shown}: neither an event nor log lines"),
        }
    }
    if calls.is_empty() || logs.is_empty() {
        bail!("no fixtures in {}", folder.display());
    }
    Ok((calls, logs))
}

/// What the detectors ask about an event without facts of its own is gone.
fn gone(body: &str) -> Result<Facts> {
    let Event::Call(call) = Event::parse(body)? else { bail!("no API call") };
    let questions =
        everything().reading(&Head::from(&*call)).into_iter().flat_map(|detector| detector.questions(&call));
    Ok(questions.map(|question| (question, Answer::Gone)).collect())
}

/// The event of a file as a queue's message holds it: without the white space for people.
pub(crate) fn body(path: &Path) -> Result<String> {
    Ok(read(path)?.to_string())
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

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            files.append(&mut self::files(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn lines(path: &Path) -> Result<Vec<(i64, String)>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let line = |line: &str| -> Result<(i64, String)> {
        let (time, message) = line.split_once(' ').context("a line without a message")?;
        Ok((time.parse::<jiff::Timestamp>()?.as_millisecond(), message.to_owned()))
    };
    text.lines().map(|text| line(text).with_context(|| path.display().to_string())).collect()
}

/// The answers beside an event; none where there is no such file.
fn facts(path: &Path) -> Result<Facts> {
    if !path.exists() {
        return Ok(Facts::default());
    }
    let entries: Vec<Value> = serde_json::from_value(read(path)?)?;
    let each = |entry: &Value| fact(entry).with_context(|| format!("{}: {entry}", path.display()));
    entries.iter().map(each).collect()
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
