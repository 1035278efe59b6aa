//! Cases: incidents of one principal, session or address that belong together, with their steps in ATT&CK's order.

use maud::{Markup, html};
use riposte_core::case::{Case, Tactic, cases, happened_ms, tactic_of};

use super::form::form;
use super::now::unreadable;
use crate::filter::Filter;
use crate::gather::{Found, matching};
use crate::layout::{Links, Page, badge, command, incident_link, trouble};
use crate::source::{Source, Trouble};
use crate::words;

/// So many incidents are put together.
const LOOKED_AT: usize = 200;

/// So many cases stand on the page, and so many steps of each.
const SHOWN: usize = 50;
const STEPS: usize = 12;

/// The incidents of the time that is asked about, whatever else is: a case is more than the steps that fit.
pub(crate) async fn load<S: Source>(source: &S, filter: &Filter) -> Result<Found, Trouble> {
    let time = Filter { from: filter.from, to: filter.to, after: filter.after.clone(), ..Filter::default() };
    matching(source, &time, LOOKED_AT).await
}

/// Whether a case is meant: its own severity counts, and one of its steps is of the rest.
fn fits(filter: &Filter, case: &Case<'_>) -> bool {
    let steps = Filter { severity: None, ..filter.clone() };
    filter.severity.is_none_or(|least| case.severity >= least) && case.steps.iter().any(|step| steps.fits(step))
}

pub(crate) fn show(found: &Result<Found, Trouble>, filter: &Filter, links: &Links) -> Markup {
    html! {
        h1 { "Cases" }
        p.note { "Incidents of one principal, one session or one address within a day are one case. Of at most " (LOOKED_AT) " incidents." }
        @if links.is_site() { (form(filter, Page::Cases)) }
        @match found {
            Err(error) => (trouble("The cases", error)),
            Ok(found) => {
                @let all: Vec<Case<'_>> = cases(&found.incidents).into_iter().filter(|case| fits(filter, case)).collect();
                @if all.is_empty() { p.none { "No case among " (words::count(found.incidents.len(), "incident")) @if *filter == Filter::default() { "." } @else { " that fits." } } }
                @for case in all.iter().take(SHOWN) { (section(case, links)) }
                @if all.len() > SHOWN { p { (all.len() - SHOWN) " more cases among them: " code { "riposte cases" } " has them." } }
                (unreadable(&found.unreadable))
                @if let Some(next) = found.next.as_ref().filter(|_| links.is_site()) {
                    @let further = Filter { after: Some(next.clone()), ..filter.clone() };
                    p { a rel="next" href={ "/cases" (further.query()) } { "Cases of older incidents" } }
                }
            }
        }
    }
}

fn section(case: &Case<'_>, links: &Links) -> Markup {
    let tactics: Vec<&str> = case.tactics.iter().map(|tactic| tactic.as_str()).collect();
    html! {
        section.case {
            h2 { (words::name(&case.who)) }
            p { (badge(&case.severity.to_string(), words::severity_class(case.severity))) " "
                (words::count(case.steps.len(), "incident")) ", " (words::time(case.began_ms))
                @if case.ended_ms != case.began_ms { " to " (words::time(case.ended_ms)) } }
            @if !tactics.is_empty() { p.sub { (tactics.join(" → ")) } }
            @if let Some(principal) = &case.contain {
                // A name with a space, a quote or a mark of the shell is shown, and makes no command to copy.
                @let name = principal.to_string();
                @let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "/:_+=,.@-".contains(c));
                p { "So many steps ask for a response to the principal: "
                    @if plain { (command(&format!("riposte contain deny-principal {}", words::name(&name)))) } @else { (words::name(&name)) } }
            }
            ol.incidents {
                @for incident in case.steps.iter().take(STEPS) {
                    @let (word, class) = words::outcome(incident);
                    li { (badge(&word, class)) " " (incident_link(incident, links))
                        div.sub { (tactic_of(incident).map_or("no tactic", Tactic::as_str)) " · " (words::time(happened_ms(incident))) " · " (words::name(&incident.finding.target.key())) } }
                }
            }
            @if case.steps.len() > STEPS { p { (case.steps.len() - STEPS) " more." } }
            p.sub { "All of it: " (command(&format!("riposte show {}", case.id))) }
        }
    }
}
