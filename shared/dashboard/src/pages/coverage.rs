//! Coverage: ATT&CK's matrix, with what detects each technique and what contains it.

use std::collections::BTreeSet;

use maud::{Markup, html};
use riposte_core::catalogue::all_metas;
use riposte_core::detect::Meta;

use crate::attack::{TACTICS, all};
use crate::filter::is_of_technique;
use crate::layout::{Links, badge};

pub(crate) fn show(links: &Links) -> Markup {
    let covered: Vec<_> = all().map(|technique| (technique, of(technique.0))).collect();
    let contained = covered.iter().filter(|(_, metas)| metas.iter().any(|meta| !meta.actions.is_empty())).count();
    html! {
        h1 { "Coverage" }
        p { (covered.len()) " techniques of MITRE ATT&CK are detected by at least one detector; for " (contained) " of them an action contains some of what is found." }
        p.note { "A detector sees some ways of a technique, never all. What is not here is not detected." }
        div.matrix {
            @for (place, tactic) in TACTICS.iter().enumerate() {
                section {
                    h2 { (tactic) }
                    ul {
                        @for ((id, name, tactics), metas) in covered.iter().map(|(t, m)| (*t, m)) {
                            @if tactics.contains(&place) {
                                li {
                                    @if links.is_site() { a href={ "/coverage/" (id) } { (id) " " (name) } } @else { (id) " " (name) }
                                    div.sub { (metas.len()) @if metas.len() == 1 { " detector" } @else { " detectors" }
                                        @if metas.iter().any(|meta| !meta.actions.is_empty()) { " " (badge("contained", "good")) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One technique: its detectors, and the actions that contain what they find; `None` where nothing is known of it.
pub(crate) fn technique(id: &str) -> Option<Markup> {
    let (id, name, tactics) = all().find(|(known, _, _)| *known == id)?;
    let metas = of(id);
    let actions: BTreeSet<&str> = metas.iter().flat_map(|meta| meta.actions).map(|action| action.as_str()).collect();
    Some(html! {
        h1 { (id) " " (name) }
        p { @for (n, place) in tactics.iter().enumerate() { @if n > 0 { ", " } (TACTICS.get(*place).copied().unwrap_or_default()) } }
        section {
            h2 { "What contains it" }
            @if actions.is_empty() { p.none { "No action: an alert is sent, and a person responds." } }
            ul { @for action in actions { li { code { (action) } } } }
        }
        section {
            h2 { "What detects it" }
            ul { @for meta in &metas { li { code { (meta.id) } " " (meta.title) " " span.sub { (meta.technique.join(" ")) ", " (meta.severity.to_string()) } } } }
        }
        p { a href={ "/incidents?technique=" (id) } { "Incidents of this technique" } " · " a href="/coverage" { "Coverage" } }
    })
}

fn of(id: &str) -> Vec<&'static Meta> {
    all_metas().filter(|meta| meta.technique.iter().any(|technique| is_of_technique(technique, id))).collect()
}
