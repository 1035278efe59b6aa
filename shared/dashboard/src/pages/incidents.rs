//! Incidents: the list, filtered.

use maud::{Markup, html};
use riposte_core::finding::Severity;
use riposte_core::incident::Incident;

use super::now::unreadable;
use crate::filter::{Filter, STATES};
use crate::gather::{Found, SHOWN, matching};
use crate::layout::{Links, badge, incident_link, scrolling, trouble};
use crate::source::{Source, Trouble};
use crate::words;

pub(crate) async fn load<S: Source>(source: &S, filter: &Filter, shown: Option<usize>) -> Result<Found, Trouble> {
    matching(source, filter, shown.unwrap_or(SHOWN)).await
}

pub(crate) fn show(found: &Result<Found, Trouble>, filter: &Filter, links: &Links) -> Markup {
    html! {
        h1 { "Incidents" }
        @if links.is_site() { (form(filter)) }
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
pub(crate) fn table(incidents: &[Incident], links: &Links) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Opened" } th scope="col" { "State" } th scope="col" { "Severity" } th scope="col" { "What" }
                th scope="col" { "Target" } th scope="col" { "Who" } th scope="col" { "Where" } } }
            tbody {
                @for incident in incidents {
                    @let (word, class) = words::outcome(incident);
                    @let finding = &incident.finding;
                    tr {
                        td.time { (words::time(incident.opened_ms)) }
                        td { (badge(word, class)) }
                        td { (badge(&finding.severity.to_string(), words::severity_class(finding.severity))) }
                        th scope="row" { (incident_link(incident, links)) }
                        td { (words::name(&finding.target.key())) }
                        td { (words::name(finding.principal.label())) }
                        td { (words::name(&finding.scope.account)) " " (words::name(&finding.scope.region)) }
                    }
                }
            }
        }
    }
}

fn form(filter: &Filter) -> Markup {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    html! {
        form.filter action="/incidents" method="get" {
            label { "From" input type="date" name="from" value=(day(filter.from)); }
            label { "To" input type="date" name="to" value=(day(filter.to)); }
            label { "State" select name="state" {
                option value="" { "any" }
                @for state in STATES { option value=(state.as_str()) selected[filter.state == Some(state)] { (state.as_str()) } }
            } }
            label { "Severity at least" select name="severity" {
                option value="" { "any" }
                @for severity in [Severity::Low, Severity::Medium, Severity::High, Severity::Critical] {
                    option value=(severity.to_string()) selected[filter.severity == Some(severity)] { (severity.to_string()) }
                }
            } }
            label { "Account" input name="account" inputmode="numeric" value=(words::name(&filter.account)); }
            label { "Region" input name="region" value=(words::name(&filter.region)); }
            label { "Principal" input name="principal" value=(words::name(&filter.principal)); }
            label { "Technique" input name="technique" placeholder="T1098" value=(words::name(&filter.technique)); }
            button type="submit" { "Filter" }
            a href="/incidents" { "Clear" }
        }
    }
}
