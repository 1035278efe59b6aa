//! The pages in one file: for the auditor, who has no account to look at. It loads nothing and runs nothing.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::filter::Filter;
use crate::layout::{Links, footer, header, is_id, trouble};
use crate::pages::{cases, coverage, detectors, identity, incident, incidents, network, now, patching, posture};
use crate::site::STYLE;
use crate::source::{Source, Trouble};
use crate::words;

/// So many incidents stand in a report whole.
const INCIDENTS: usize = 200;

/// The report. What could not be read is said in its place.
pub async fn report<S: Source>(source: &S) -> String {
    let read = source.account().await;
    let told: Result<_, Trouble> = read.as_ref().map(Option::as_deref).map_err(Clone::clone);
    let account = told.as_ref().ok().copied().flatten();
    let untold = told.as_ref().err();
    let filter = Filter::default();
    let found = incidents::load(source, &filter, Some(INCIDENTS)).await;
    let held: BTreeSet<String> =
        found.iter().flat_map(|found| &found.incidents).map(|one| one.id.clone()).filter(|id| is_id(id)).collect();
    let links = Links::File(held);
    let now = now::load(source).await;
    let detectors = detectors::load(source).await;
    let cases = cases::load(source, &filter).await;
    let patches = patching::load(source).await;
    // A page may apply this style and no other, and run no script at all.
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'");
    let made = words::time(source.now_ms());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { "Riposte: report of " (made) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (header(None, &links))
                main id="main" tabindex="-1" {
                    p.note { "Made at " (made) ". It holds the newest " (INCIDENTS) " incidents." }
                    section id="now" { (now::show(&now, &links)) }
                    section id="incidents" { (incidents::show(&found, &filter, &links)) }
                    section id="cases" { (cases::show(&cases, &filter, &links)) }
                    @if let Some(error) = untold { (trouble("What is known of the account", error)) }
                    section id="posture" { (posture::show(account, &links)) }
                    section id="network" { (network::show(account)) }
                    section id="identity" { (identity::show(account)) }
                    section id="patching" { (patching::show(&patches, &told, &links)) }
                    section id="detectors" { (detectors::show(&detectors, None, &links)) }
                    section id="coverage" { (coverage::show(&links)) }
                    @for one in found.iter().flat_map(|found| &found.incidents) {
                        section.incident id=[is_id(&one.id).then_some(&one.id)] { (incident::show(one, &links)) }
                    }
                }
                (footer())
            }
        }
    }
    .into_string()
}
