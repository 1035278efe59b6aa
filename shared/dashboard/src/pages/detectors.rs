//! Detectors: which make the most noise, what is left out, and what there is.

use futures_util::future::join;
use maud::{Markup, html};
use riposte_core::catalogue::all_metas;
use riposte_core::detect::{Domain, Meta, Status, renamed};

use crate::layout::{Links, badge, scrolling, trouble};
use crate::source::{Riposte, Source, Tally, Trouble};
use crate::words;

/// Fire rates are of so many days.
const DAYS: i64 = 7;

/// So many detectors stand in the list of noise.
const NOISIEST: usize = 30;

pub(crate) struct Detectors {
    now_ms: i64,
    tally: Result<Tally, Trouble>,
    riposte: Result<Riposte, Trouble>,
}

pub(crate) async fn load<S: Source>(source: &S) -> Detectors {
    let now_ms = source.now_ms();
    let (tally, riposte) = join(source.tally(now_ms.saturating_sub(DAYS * 86_400_000)), source.riposte()).await;
    Detectors { now_ms, tally, riposte }
}

pub(crate) fn show(detectors: &Detectors, category: Option<Domain>, links: &Links) -> Markup {
    html! {
        h1 { "Detectors" }
        section {
            h2 { "The most noise" }
            @match &detectors.tally { Err(error) => (trouble("The fire rate", error)), Ok(tally) => (noise(tally)) }
        }
        section {
            h2 { "Exclusions" }
            @match &detectors.riposte { Err(error) => (trouble("The exclusions", error)), Ok(riposte) => (exclusions(riposte, detectors.now_ms)) }
        }
        (catalog(category, links))
    }
}

fn noise(tally: &Tally) -> Markup {
    let mut all: Vec<(&String, &u64)> = tally.by_detector.iter().collect();
    all.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let most = all.first().map_or(1, |(_, count)| **count).max(1);
    let table = html! {
        table.stack {
            thead { tr { th scope="col" { "Detector" } th.number scope="col" { "Incidents" } th.number scope="col" { "A day" } th scope="col" { "Severity" } } }
            tbody { @for (id, count) in all.iter().take(NOISIEST) {
                tr {
                    th scope="row" { (words::name(id)) @if let Some(meta) = meta_of(id) { div.sub { (meta.title) } } }
                    td.number data-label="Incidents" { (count) meter aria-label={ (count) " of the most, " (most) } min="0" max=(most) value=(count) {} }
                    td.number data-label="A day" { (format_tenths(**count)) }
                    td data-label="Severity" { @if let Some(meta) = meta_of(id) { (badge(&meta.severity.to_string(), words::severity_class(meta.severity))) } @else { "not of the catalog" } }
                }
            } }
        }
    };
    html! {
        @if tally.counted == 0 { p.none { "No incident within " (DAYS) " days." } }
        @else {
            p { (tally.counted) " incidents within " (DAYS) " days." @if !tally.complete { " Counted are the newest" @if let Some(oldest) = &tally.oldest { ", back to " (words::name(oldest)) } "; there are more." } }
            (scrolling("Incidents by detector", &table))
        }
    }
}

/// A count over the days, as a rate a day with one digit.
fn format_tenths(count: u64) -> String {
    let tenths = count * 10 / DAYS.unsigned_abs();
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn meta_of(id: &str) -> Option<&'static Meta> {
    let id = renamed::current(id);
    all_metas().find(|meta| meta.id == id)
}

fn exclusions(riposte: &Riposte, now_ms: i64) -> Markup {
    html! {
        @if riposte.exclusions.is_empty() { p.none { "None: nothing is left out." } }
        ul { @for exclusion in riposte.exclusions.iter().take(200) {
            li { strong { (words::name(&exclusion.name)) } " "
                @if exclusion.has_expired(now_ms) { (badge("expired", "calm")) } @else { (badge("leaves out", "wait")) }
                " " (words::sentence(&exclusion.scope())) ", until " (exclusion.expires.to_string()) ": " (words::sentence(&exclusion.reason)) }
        } }
    }
}

fn catalog(category: Option<Domain>, links: &Links) -> Markup {
    let previews: Vec<&Meta> = all_metas().filter(|meta| meta.status == Status::Preview).collect();
    html! {
        section id="catalog" {
            h2 { "The catalog" }
            p { (all_metas().count()) " detectors; " (previews.len()) " in preview, which open no incident." }
            ul.inline { @for domain in Domain::ALL {
                @let count = all_metas().filter(|meta| meta.domain == domain).count();
                li { @if links.is_site() { a href={ "/detectors?category=" (domain.as_str()) "#catalog" } aria-current=[(category == Some(domain)).then_some("true")] { (domain.as_str()) } } @else { (domain.as_str()) } " " (count) }
            } }
            @if let Some(domain) = category {
                @let of: Vec<&Meta> = all_metas().filter(|meta| meta.domain == domain).collect();
                (scrolling(&format!("Detectors of {}", domain.as_str()), &list(&of)))
            } @else if !previews.is_empty() { h3 { "In preview" } (scrolling("Detectors in preview", &list(&previews))) }
        }
    }
}

fn list(metas: &[&Meta]) -> Markup {
    html! {
        table.stack {
            thead { tr { th scope="col" { "Detector" } th scope="col" { "Severity" } th scope="col" { "Status" } th scope="col" { "Contained by" } } }
            tbody { @for meta in metas {
                tr {
                    th scope="row" { (meta.id) div.sub { (meta.title) } }
                    td data-label="Severity" { (meta.severity.to_string()) }
                    td data-label="Status" { @match meta.status { Status::Stable => "live", Status::Preview => "preview", Status::Deprecated => "deprecated" } }
                    td data-label="Contained by" { @if meta.actions.is_empty() { "no action" } @for (place, action) in meta.actions.iter().enumerate() { @if place > 0 { ", " } (action.as_str()) } }
                }
            } }
        }
    }
}
