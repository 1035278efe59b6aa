//! `riposte detectors` and `riposte explain`: the catalogue, for people and for programs.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};
use riposte_core::catalogue::{all_metas, runner_of};
use riposte_core::detect::{Events, Meta, Outcome, renamed};
use serde_json::{Value, json};

use crate::near::near;
use crate::rules;
use crate::usage::Usage;

/// The detectors' pages, as they are generated into the documentation.
static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../docs/detectors");

/// Every detector, in the catalogue's order, and the rules of a folder behind them.
pub(crate) fn list(out: &mut impl Write, as_json: bool, rules: Option<&Path>) -> Result<()> {
    let own = rules.map(rules::loaded).transpose()?.unwrap_or_default();
    for meta in all_metas().chain(own.iter().map(|rule| rule.meta())) {
        if as_json {
            writeln!(out, "{}", entry(meta))?;
            continue;
        }
        let actions: Vec<_> = meta.actions.iter().map(|action| action.as_str()).collect();
        writeln!(
            out,
            "{:<36}  {:<13}  {:<10}  {:<10}  {:<22}  {:<24}  {}",
            meta.id,
            meta.severity,
            meta.confidence,
            meta.domain.as_str(),
            meta.technique.join(" "),
            if actions.is_empty() { "-".to_owned() } else { actions.join(" ") },
            meta.title,
        )?;
    }
    Ok(())
}

fn entry(meta: &Meta) -> Value {
    let calls: Vec<_> = meta.events.names().iter().map(|call| format!("{}:{}", call.source, call.name)).collect();
    let reads = match meta.events {
        Events::Calls(_) => None,
        other => Some(rules::reads(other)),
    };
    let outcome = match meta.outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Any => "any",
    };
    json!({
        "id": meta.id,
        "title": meta.title,
        "aliases": meta.aliases().collect::<Vec<_>>(),
        "since": meta.since,
        "status": meta.status.as_str(),
        "category": meta.domain.as_str(),
        "function": runner_of(meta).map(|function| function.name),
        "severity": meta.severity,
        "confidence": meta.confidence,
        "technique": meta.technique,
        "events": calls,
        "reads": reads,
        "outcome": outcome,
        "actions": meta.actions.iter().map(|action| action.as_str()).collect::<Vec<_>>(),
        "no_response": Some(meta.no_response.trim()).filter(|reason| !reason.is_empty()),
    })
}

/// A detector's page, by its id or one that it had before.
pub(crate) fn explain(out: &mut impl Write, id: &str, rules: Option<&Path>) -> Result<()> {
    let own = rules.map(rules::loaded).transpose()?.unwrap_or_default();
    if let Some(rule) = own.iter().find(|rule| rule.meta().id == id) {
        return rules::explained(out, rule.meta());
    }
    let id = renamed::current(id);
    let known = || all_metas().map(|meta| meta.id).chain(own.iter().map(|rule| rule.meta().id));
    if !known().any(|known| known == id) {
        return Err(Usage(format!("there is no detector {}", near(id, known(), "riposte detectors"))).into());
    }
    let page = PAGES.get_file(format!("{id}.md")).and_then(|page| page.contents_utf8());
    let text = page.with_context(|| format!("`{id}` has no page in this build: run `make generate` and build anew"))?;
    // The first line is for whoever opens the file.
    let text = text.split_once("-->\n").map_or(text, |(_, page)| page.trim_start());
    Ok(out.write_all(text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_detector_has_its_page() {
        for meta in all_metas() {
            let mut page = Vec::new();
            explain(&mut page, meta.id, None).unwrap();
            let page = String::from_utf8(page).unwrap();
            assert!(page.contains(meta.title) && page.contains("## What it does"), "{}", meta.id);
        }
    }

    #[test]
    fn programs_read_the_events_as_a_list_whatever_a_detector_reads() {
        for meta in all_metas() {
            let entry = entry(meta);
            let events = entry["events"].as_array().unwrap();
            assert_eq!(events.is_empty(), entry["reads"].is_string(), "{}", meta.id);
            assert!(events.iter().all(|event| event.as_str().is_some_and(|event| event.contains(".amazonaws.com:"))));
        }
    }

    #[test]
    fn a_former_id_shows_the_page_of_today() {
        let page = |id: &str| {
            let mut page = Vec::new();
            explain(&mut page, id, None).unwrap();
            String::from_utf8(page).unwrap()
        };
        assert_eq!(page("queue-emptied"), page("sqs-queue-purged"));
    }

    #[test]
    fn the_list_has_every_detector_in_both_forms() {
        for as_json in [false, true] {
            let mut text = Vec::new();
            list(&mut text, as_json, None).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert_eq!(text.lines().count(), all_metas().count());
            assert!(all_metas().zip(text.lines()).all(|(meta, line)| line.contains(meta.id)), "{text}");
        }
    }
}
