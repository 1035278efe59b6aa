//! `riposte detectors` and `riposte explain`: the catalog, for people and for programs.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};
use riposte_core::catalogue::{all_metas, runner_of};
use riposte_core::detect::{Events, Meta, Outcome, renamed};
use serde_json::{Value, json};

use crate::near::near;
use crate::rules;
use crate::screen::Screen;
use crate::tables::Table;
use crate::usage::Usage;

/// The detectors' pages, as they are generated into the documentation.
static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../docs/detectors");

/// Every detector, in the catalog's order, and the rules of a folder behind them.
pub(crate) fn list(out: &mut impl Write, as_json: bool, rules: Option<&Path>, screen: &Screen) -> Result<()> {
    let own = rules.map(rules::loaded).transpose()?.unwrap_or_default();
    let metas = || all_metas().chain(own.iter().map(|rule| rule.meta()));
    if as_json {
        return metas().try_for_each(|meta| Ok(writeln!(out, "{}", entry(meta))?));
    }
    let rows = metas().map(|meta| {
        let actions: Vec<_> = meta.actions.iter().map(|action| action.as_str()).collect();
        vec![
            meta.id.to_owned(),
            meta.severity.to_string(),
            meta.confidence.to_string(),
            meta.domain.as_str().to_owned(),
            meta.technique.join(" "),
            if actions.is_empty() { "-".to_owned() } else { actions.join(" ") },
            meta.title.to_owned(),
        ]
    });
    let columns = &["detector", "severity", "confidence", "category", "technique", "actions", "title"];
    Table { title: "Riposte: detectors", columns, rows: rows.collect() }.show(out, screen)
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
pub(crate) fn explain(out: &mut impl Write, id: &str, rules: Option<&Path>, screen: &Screen) -> Result<()> {
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
    if screen.width == usize::MAX {
        return Ok(out.write_all(text.as_bytes())?);
    }
    // Lines of code are left as they are where they fit; what is wider is wrapped as any other.
    text.lines().try_for_each(|line| {
        let indent = line.len() - line.trim_start().len();
        let fits = line.chars().count() <= screen.width;
        let line = if fits { line.to_owned() } else { screen.line(indent, line.trim_start()) };
        Ok(writeln!(out, "{line}")?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_detector_has_its_page() {
        for meta in all_metas() {
            let mut page = Vec::new();
            explain(&mut page, meta.id, None, &Screen::plain(usize::MAX)).unwrap();
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
            explain(&mut page, id, None, &Screen::plain(usize::MAX)).unwrap();
            String::from_utf8(page).unwrap()
        };
        assert_eq!(page("queue-emptied"), page("sqs-queue-purged"));
    }

    #[test]
    fn the_list_has_every_detector_in_both_forms() {
        for as_json in [false, true] {
            let mut text = Vec::new();
            list(&mut text, as_json, None, &Screen::plain(usize::MAX)).unwrap();
            let text = String::from_utf8(text).unwrap();
            let head = usize::from(!as_json);
            assert_eq!(text.lines().count(), all_metas().count() + head);
            assert!(all_metas().zip(text.lines().skip(head)).all(|(meta, line)| line.contains(meta.id)), "{text}");
        }
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        let mut text = Vec::new();
        list(&mut text, false, None, &Screen::plain(80)).unwrap();
        for meta in all_metas().take(50) {
            explain(&mut text, meta.id, None, &Screen::plain(80)).unwrap();
        }
        let text = String::from_utf8(text).unwrap();
        let wide = text.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None);
    }
}
