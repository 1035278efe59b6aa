//! Cases: incidents that belong together, as `riposte cases` lists them.

use maud::{Markup, html};
use riposte_core::case::cases;

use crate::filter::Filter;
use crate::gather::{Found, matching};
use crate::layout::{Links, badge, incident_link, trouble};
use crate::source::{Source, Trouble};
use crate::words;

/// So many of the newest incidents are grouped.
const LOOKED_AT: usize = 200;

/// So many incidents of a case stand in its list.
const LISTED: usize = 10;

pub(crate) async fn load<S: Source>(source: &S) -> Result<Found, Trouble> {
    matching(source, &Filter::default(), LOOKED_AT).await
}

pub(crate) fn show(found: &Result<Found, Trouble>, links: &Links) -> Markup {
    html! {
        h1 { "Cases" }
        p.note { "Incidents of one principal, session or address within a day are one case, the worst first. Of the newest " (LOOKED_AT) " incidents." }
        @match found {
            Err(error) => (trouble("The cases", error)),
            Ok(found) => {
                @let all = cases(&found.incidents);
                @if all.is_empty() { p.none { "No case yet." } }
                @for case in all.iter().take(50) {
                    @let (from, to) = (case.began_ms, case.ended_ms);
                    section.case {
                        h2 { (words::name(&case.who)) }
                        p.sub { (words::name(&case.id)) }
                        p { (badge(&case.severity.to_string(), words::severity_class(case.severity))) " "
                            (words::count(case.steps.len(), "incident")) ", " (words::time(from)) @if to != from { " to " (words::time(to)) } }
                        ul.incidents {
                            @for incident in case.steps.iter().take(LISTED) {
                                @let (word, class) = words::outcome(incident);
                                li { (badge(word, class)) " " (incident_link(incident, links)) div.sub { (words::time(incident.opened_ms)) " · " (words::name(&incident.finding.target.key())) } }
                            }
                        }
                        @if case.steps.len() > LISTED {
                            p { (case.steps.len() - LISTED) " more. "
                                @if links.is_site() && case.who.len() <= 300 {
                                    @let filter = Filter { principal: case.who.clone(), ..Filter::default() };
                                    a href={ "/incidents" (filter.query()) } { "All incidents of this principal" }
                                } }
                        }
                    }
                }
                @if all.len() > 50 { p { (all.len() - 50) " more cases among them: the list of incidents has them all." } }
            }
        }
    }
}
