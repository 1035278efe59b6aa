//! `docs/detectors/ID.md`: a page for each detector, from its own words and the events that its tests run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use riposte_core::catalogue::{all_metas, runner_of};
use riposte_core::detect::{Events, Meta, Outcome};
use riposte_core::guardrail::asks_first;
use serde_json::{Map, Value};

use super::Generated;
use super::catalogue::{code, line};

const FOLDER: &str = "docs/detectors";

/// Every detector's page.
pub(super) fn all() -> Result<Vec<Generated>> {
    let page = |meta: &Meta| {
        let example = example(meta.id).with_context(|| format!("the fixtures of `{}`", meta.id))?;
        Ok(Generated { path: path_of(meta.id), content: page(meta, example.as_deref()) })
    };
    all_metas().map(page).collect()
}

/// Files in the pages' folder that are no page of any detector.
pub(super) fn stale(root: &Path, all: &[Generated]) -> Result<Vec<PathBuf>> {
    let folder = root.join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut stale = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = Path::new(FOLDER).join(entry?.file_name());
        if !all.iter().any(|generated| generated.path == path) {
            stale.push(path);
        }
    }
    stale.sort();
    Ok(stale)
}

fn path_of(id: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{id}.md"))
}

fn page(meta: &Meta, example: Option<&str>) -> String {
    let mut out =
        String::from("<!-- Written by `make generate` from the code. Change the code, not this page. -->\n\n");
    line(&mut out, &format!("# {}\n\n**{}**\n", meta.id, meta.title));
    line(&mut out, &format!("- Severity {}, confidence {}", meta.severity, meta.confidence));
    if !meta.technique.is_empty() {
        line(
            &mut out,
            &format!("- ATT&CK: {}", meta.technique.iter().map(|id| technique(id)).collect::<Vec<_>>().join(", ")),
        );
    }
    line(
        &mut out,
        &format!("- Category {}, run by {}", meta.domain.as_str(), runner_of(meta).map_or("nobody", |f| f.name)),
    );
    line(&mut out, &format!("- Status {}, since version {}", meta.status.as_str(), meta.since));
    let aliases: Vec<_> = meta.aliases().collect();
    if !aliases.is_empty() {
        line(&mut out, &format!("- Formerly: {}", code(&aliases)));
    }
    line(&mut out, &format!("- Reads: {}", reads(meta)));
    if let Some(burst) = meta.burst {
        let (count, what, minutes) = (burst.at_least, burst.what, burst.within_s.div_ceil(60));
        let per = burst.per.as_str();
        line(&mut out, &format!("- Threshold: {count} different {what} of one {per} within {minutes} min"));
    }
    if !meta.reads.is_empty() {
        line(&mut out, &format!("- Asks AWS by: {}", code(meta.reads)));
    }
    let actions: Vec<_> = meta.actions.iter().map(|action| format!("[{action}](../catalogue.md#{action})")).collect();
    let response = match (actions.as_slice(), meta.no_response.trim()) {
        ([], "") => "none yet; an alert is sent".to_owned(),
        ([], reason) => format!("none; an alert is sent. {}", reason.split_whitespace().collect::<Vec<_>>().join(" ")),
        (actions, _) if asks_first(meta.id).unwrap_or(true) => {
            format!("{}, after a person has approved", actions.join(", "))
        }
        (actions, _) => actions.join(", "),
    };
    line(&mut out, &format!("- Response: {response}"));
    let (does, rest) = parts(meta.prose);
    line(&mut out, &format!("\n{does}"));
    if let Some(example) = example {
        line(&mut out, &format!("\n## What it looks like\n\n```json\n{example}\n```"));
    }
    if !rest.is_empty() {
        line(&mut out, &format!("\n{rest}"));
    }
    out
}

/// What it does, and all that the page says after it, with a free line under each heading.
fn parts(prose: &str) -> (String, String) {
    let text: String = prose
        .trim()
        .lines()
        .map(|l| if l.starts_with("## ") { format!("{l}\n\n") } else { format!("{l}\n") })
        .collect();
    match text.split_once("\n## ") {
        Some((does, rest)) => (does.trim_end().to_owned(), format!("## {}", rest.trim_end())),
        None => (text.trim_end().to_owned(), String::new()),
    }
}

fn technique(id: &str) -> String {
    format!("[{id}](https://attack.mitre.org/techniques/{}/)", id.replace('.', "/"))
}

fn reads(meta: &Meta) -> String {
    let what = match meta.events {
        Events::Calls(calls) => {
            calls.iter().map(|call| format!("`{}` of `{}`", call.name, call.source)).collect::<Vec<_>>().join(", ")
        }
        Events::ByRoot => "every call that the root user made".to_owned(),
        Events::Denied => "every call that was refused for want of a permission".to_owned(),
        Events::All => "every call".to_owned(),
        Events::NetworkActivity => "what VPC endpoints saw of calls (network activity events)".to_owned(),
        Events::Tools => "every call whose user agent names a known tool".to_owned(),
        Events::Lines => return "log lines".to_owned(),
        Events::GuardDuty => return "findings of GuardDuty, which reads none of what the function does".to_owned(),
        Events::Looked => return "the state of the account, which the function reads on its schedule".to_owned(),
    };
    let which = match meta.outcome {
        Outcome::Success => "those that were carried out",
        Outcome::Failure => "those that failed",
        Outcome::Any => "carried out or failed",
    };
    format!("{what}; {which}")
}

/// The parts of an event that detectors look at.
const SHOWN: [&str; 6] =
    ["eventSource", "eventName", "errorCode", "userIdentity", "requestParameters", "responseElements"];

/// The same of a finding of GuardDuty.
const SHOWN_OF_THREAT: [&str; 4] = ["type", "severity", "title", "resource"];

/// The first event that fires the detector in its tests, without what says nothing of the attack.
fn example(id: &str) -> Result<Option<String>> {
    let fixtures = riposte_fixtures::of(id)?;
    let Some(first) = fixtures.iter().find(|fixture| fixture.fires && !fixture.is_log()) else { return Ok(None) };
    let event: Value = serde_json::from_str(&first.text()?).with_context(|| first.path.display().to_string())?;
    let event = event.get(0).unwrap_or(&event);
    let event = event.get("detail").unwrap_or(event);
    let mut shown = Map::new();
    let keys = if event.get("eventName").is_some() { &SHOWN[..] } else { &SHOWN_OF_THREAT[..] };
    for &key in keys {
        if let Some(value) = event.get(key).filter(|value| !value.is_null()) {
            shown.insert(key.to_owned(), if key == "userIdentity" { who(value) } else { value.clone() });
        }
    }
    Ok(Some(serde_json::to_string_pretty(&shown)?))
}

/// Of the caller its kind and its name.
fn who(identity: &Value) -> Value {
    let kept =
        ["type", "arn", "invokedBy"].iter().filter_map(|key| Some(((*key).to_owned(), identity.get(*key)?.clone())));
    Value::Object(kept.collect())
}
