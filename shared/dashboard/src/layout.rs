//! What every page has: the head, the way to the other pages, and where links lead.

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, html};
use riposte_core::incident::Incident;

use crate::source::Trouble;
use crate::words;

/// A page of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    Now,
    Incidents,
    Cases,
    Posture,
    Network,
    Identity,
    Patching,
    Detectors,
    Coverage,
}

/// The pages in the order of the menu.
pub(crate) const PAGES: [Page; 9] = [
    Page::Now,
    Page::Incidents,
    Page::Cases,
    Page::Posture,
    Page::Network,
    Page::Identity,
    Page::Patching,
    Page::Detectors,
    Page::Coverage,
];

impl Page {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Now => "Now",
            Self::Incidents => "Incidents",
            Self::Cases => "Cases",
            Self::Posture => "Posture",
            Self::Network => "Network",
            Self::Identity => "Identity",
            Self::Patching => "Patching",
            Self::Detectors => "Detectors",
            Self::Coverage => "Coverage",
        }
    }

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Incidents => "incidents",
            Self::Cases => "cases",
            Self::Posture => "posture",
            Self::Network => "network",
            Self::Identity => "identity",
            Self::Patching => "patching",
            Self::Detectors => "detectors",
            Self::Coverage => "coverage",
        }
    }
}

/// Where links lead: to pages of a site, or within the one file of a report.
#[derive(Debug, Clone)]
pub(crate) enum Links {
    /// Pages with addresses of their own.
    Site,
    /// Sections of one file, which holds these incidents.
    File(BTreeSet<String>),
}

impl Links {
    /// Whether pages have addresses, and so filters and further pages.
    pub(crate) fn is_site(&self) -> bool {
        matches!(self, Self::Site)
    }

    pub(crate) fn page(&self, page: Page) -> String {
        match self {
            Self::Site if page == Page::Now => "/".to_owned(),
            Self::Site => format!("/{}", page.id()),
            Self::File(_) => format!("#{}", page.id()),
        }
    }

    /// The page of an incident; `None` where a report does not hold it.
    pub(crate) fn incident(&self, id: &str) -> Option<String> {
        match self {
            Self::Site => is_id(id).then(|| format!("/incidents/{id}")),
            Self::File(held) => held.contains(id).then(|| format!("#{id}")),
        }
    }
}

/// Whether a text is an incident's id: such a one alone becomes a part of an address.
pub(crate) fn is_id(text: &str) -> bool {
    is_named("inc-", text)
}

/// Whether a text is the id of a run of patching.
pub(crate) fn is_run(text: &str) -> bool {
    is_named("patch-", text)
}

fn is_named(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.len() <= 64 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

/// An incident's title as a link to it.
pub(crate) fn incident_link(incident: &Incident, links: &Links) -> Markup {
    let title = words::name(&incident.finding.title);
    html! {
        @match links.incident(&incident.id) {
            Some(address) => a href=(address) { (title) },
            None => (title),
        }
    }
}

/// A whole page of the site. `version` changes with what it shows.
pub(crate) fn page(title: &str, current: Option<Page>, version: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Riposte" }
                link rel="stylesheet" href="/assets/dashboard.css";
                script src="/assets/dashboard.js" defer {}
            }
            body data-version=(version) {
                (header(current, &Links::Site))
                main id="main" tabindex="-1" { (main) }
                (footer())
            }
        }
    }
}

/// The menu.
pub(crate) fn header(current: Option<Page>, links: &Links) -> Markup {
    html! {
        a.skip href="#main" { "Skip to the content" }
        header {
            span.brand { "Riposte" }
            p.live role="status" id="live" {}
            nav aria-label="Pages" {
                ul {
                    @for page in PAGES {
                        li { a href=(links.page(page)) aria-current=[(current == Some(page)).then_some("page")] { (page.title()) } }
                    }
                }
            }
        }
    }
}

/// The end of a page.
pub(crate) fn footer() -> Markup {
    html! { footer { p { "Times are in UTC. This dashboard changes nothing: what it shows is undone and set with the command " code { "riposte" } "." } } }
}

/// What stands where a part could not be read.
pub(crate) fn trouble(what: &str, trouble: &Trouble) -> Markup {
    html! {
        div.trouble role="note" {
            p { strong { (what) " cannot be shown." } " " (trouble.kind.advice()) }
            p.why { (prose(&trouble.why)) }
        }
    }
}

/// What stands where an inventory is needed and there is none.
pub(crate) fn no_inventory() -> Markup {
    html! {
        div.trouble role="note" {
            p { strong { "No inventory is there." } " Nothing is known here, which is not to say that nothing is wrong." }
            p { "The function " code { "account-auditor" } " keeps one, once it has run by its schedule. Or save one with "
                code { "riposte audit --save account.jsonl" } " and start with " code { "riposte dashboard --inventory account.jsonl" } "." }
        }
    }
}

/// A sentence in which what stands between backticks is set as code, as the terminal's sentences have it.
pub(crate) fn prose(text: &str) -> Markup {
    let text = words::sentence(text);
    let parts: Vec<&str> = text.split('`').collect();
    html! {
        // A mark without its other one was no quotation.
        @if parts.len().is_multiple_of(2) { (text) }
        @else { @for (place, part) in parts.iter().enumerate() { @if place.is_multiple_of(2) { (part) } @else { code { (part) } } } }
    }
}

/// A word in a colored box. The color says nothing that the word does not.
pub(crate) fn badge(word: &str, class: &str) -> Markup {
    html! { span class={ "badge " (class) } { (word) } }
}

/// A table that is wider than a small screen scrolls in itself, and takes the keyboard for it. One of class `stack` stands
/// there as a list of its rows instead, each cell behind its `data-label`.
pub(crate) fn scrolling(label: &str, table: &Markup) -> Markup {
    html! { div.scroll role="region" aria-label=(label) tabindex="0" { (table) } }
}

/// A command on an incident. An id that is none was never written by Riposte, and gets no command to copy.
pub(crate) fn of_incident(verb: &str, incident: &Incident) -> Markup {
    if is_id(&incident.id) {
        command(&format!("riposte {verb} {}", incident.id))
    } else {
        html! { "its id is none of Riposte's: " (words::name(&incident.id)) }
    }
}

/// A command on a run of patching. An id that is none gets no command to copy.
pub(crate) fn of_run(verb: &str, id: &str) -> Markup {
    if is_run(id) {
        command(&format!("riposte patch {verb} {id}"))
    } else {
        html! { "its id is none of Riposte's: " (words::name(id)) }
    }
}

/// A command to copy.
pub(crate) fn command(text: &str) -> Markup {
    html! { code.command { (text) } }
}
