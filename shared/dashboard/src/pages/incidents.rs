//! Incidents: the list, filtered.

use std::sync::Arc;

use maud::{Markup, html};
use riposte_core::incident::Incident;

use super::form::form;
use super::now::unreadable;
use crate::filter::Filter;
use crate::gather::{Found, SHOWN, matching};
use crate::layout::{Links, Page, badge, incident_link, scrolling, trouble};
use crate::source::{Source, Trouble};
use crate::words;

pub(crate) async fn load<S: Source>(source: &S, filter: &Filter, shown: Option<usize>) -> Result<Found, Trouble> {
    matching(source, filter, shown.unwrap_or(SHOWN)).await
}

pub(crate) fn show(found: &Result<Found, Trouble>, filter: &Filter, links: &Links) -> Markup {
    html! {
        h1 { "Incidents" }
        @if links.is_site() { (form(filter, Page::Incidents)) }
        @match found {
            Err(error) => (trouble("The list", error)),
            Ok(found) => {
                @if found.incidents.is_empty() { p.none { "No incident " @if *filter == Filter::default() { "yet." } @else { "fits." } } }
                @else { (scrolling("Incidents", &table(&found.incidents, links))) }
                (unreadable(&found.unreadable))
                @if let Some(next) = &found.next {
                    p {
                        (words::count(found.incidents.len(), "incident")) " of " (found.looked_at) " that were looked at. "
                        @if links.is_site() {
                            @let further = Filter { after: Some(next.clone()), ..filter.clone() };
                            a rel="next" href={ "/incidents" (further.query()) } { "Older incidents" }
                        }
                    }
                }
            }
        }
    }
}

/// Incidents as a table.
pub(crate) fn table(incidents: &[Arc<Incident>], links: &Links) -> Markup {
    html! {
        table.stack {
            thead { tr { th scope="col" { "Opened" } th scope="col" { "Outcome" } th scope="col" { "Severity" } th scope="col" { "What" }
                th scope="col" { "Target" } th scope="col" { "Who" } th scope="col" { "Where" } } }
            tbody {
                @for incident in incidents {
                    @let (word, class) = words::outcome(incident);
                    @let finding = &incident.finding;
                    tr {
                        td.time data-label="Opened" { (words::time(incident.opened_ms)) }
                        td data-label="Outcome" { (badge(&word, class)) }
                        td data-label="Severity" { (badge(&finding.severity.to_string(), words::severity_class(finding.severity))) }
                        th scope="row" { (incident_link(incident, links)) }
                        td data-label="Target" { (words::name(&finding.target.key())) }
                        td data-label="Who" { (words::name(finding.principal.label())) }
                        td data-label="Where" { (words::name(&finding.scope.account)) " " (words::name(&finding.scope.region)) }
                    }
                }
            }
        }
    }
}
