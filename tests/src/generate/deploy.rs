//! `docs/deploy.md`: how to deploy, with the tables that follow from the template, the rules and the alarms.

use std::cmp::Reverse;

use anyhow::{Context, Result};
use riposte_core::catalogue::FUNCTIONS;

use super::alarms;
use super::catalogue::code;
use super::operators;
use super::rules::{Delivery, silenced};

/// So many calls are named; the detector's page has them all.
const SHOWN: usize = 4;

const PAGE: &str = include_str!("parts/deploy.md");

/// The page. `template` is the text of `infra/template.yaml`.
///
/// # Errors
/// Where the template's parameters cannot be read.
pub(super) fn page(template: &str) -> Result<String> {
    let filled = PAGE
        .replace("@@parameters@@", &parameters(template)?)
        .replace("@@reads@@", &needing(Delivery::Reads))
        .replace("@@frequent@@", &needing(Delivery::Frequent))
        .replace("@@data@@", &needing(Delivery::Data))
        .replace("@@alarms@@", &alarms::rows());
    let [reader, responder] = operators::counts();
    Ok(filled.replace("{reader}", &reader.to_string()).replace("{responder}", &responder.to_string()))
}

/// The detectors that a delivery is needed for, as a table.
fn needing(delivery: Delivery) -> String {
    let mut out = String::from("| detector | severity | without it |\n|---|---|---|\n");
    let mut all: Vec<_> = FUNCTIONS.iter().flat_map(|function| silenced(function, delivery)).collect();
    all.sort_by_key(|one| (Reverse(one.meta.severity), one.meta.id));
    for one in all {
        let calls: Vec<_> = one.calls.iter().map(|call| call.name).collect();
        let lost = match calls.get(SHOWN..) {
            _ if calls.is_empty() => "silent".to_owned(),
            None | Some([]) => format!("does not receive {}", code(&calls)),
            Some(more) => {
                format!(
                    "does not receive {} and {} other calls",
                    code(calls.get(..SHOWN).unwrap_or_default()),
                    more.len()
                )
            }
        };
        out.push_str(&format!("| [{0}](detectors/{0}.md) | {1} | {lost} |\n", one.meta.id, one.meta.severity));
    }
    out
}

/// The template's parameters as a table: name, default, what it is.
fn parameters(template: &str) -> Result<String> {
    let text = template.split_once("\nParameters:\n").and_then(|(_, after)| after.split_once("\nConditions:\n"));
    let (text, _) = text.context("infra/template.yaml: no parameters before the conditions")?;
    let mut out = String::from("| parameter | default | what it is |\n|---|---|---|\n");
    for (name, lines) in entries(text) {
        let default = match value(&lines, "Default") {
            None => "needed".to_owned(),
            Some(text) if text.is_empty() => "empty".to_owned(),
            Some(text) => format!("`{text}`"),
        };
        let of = value(&lines, "Description").with_context(|| format!("infra/template.yaml: `{name}` says nothing"))?;
        let one_of = match value(&lines, "AllowedValues") {
            Some(values) if values != "['true', 'false']" => format!(" One of {}.", values.trim_matches(['[', ']'])),
            _ => String::new(),
        };
        out.push_str(&format!("| `{name}` | {default} | {of}{one_of} |\n"));
    }
    Ok(out)
}

/// Each parameter with its lines.
fn entries(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut entries: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("  ").filter(|rest| !rest.starts_with([' ', '#'])), entries.last_mut()) {
            (Some(name), _) => entries.push((name.trim_end_matches(':'), Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    entries
}

/// The value of a parameter's key: what stands behind it and on the deeper lines that follow, in one line and without
/// quotes around it.
fn value(lines: &[&str], key: &str) -> Option<String> {
    let start = lines.iter().position(|line| line.trim_start().starts_with(&format!("{key}:")))?;
    let (first, rest) = lines.get(start..)?.split_first()?;
    let first = first.split_once(':').map_or("", |(_, text)| text.trim());
    let more = rest.iter().take_while(|line| line.starts_with("      ")).map(|line| line.trim());
    let all: Vec<_> = std::iter::once(first).chain(more).filter(|part| !part.is_empty() && *part != ">-").collect();
    let text = all.join(" ");
    Some(text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).map(str::to_owned).unwrap_or(text))
}
