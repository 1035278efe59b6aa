//! Now: what happened today, is it contained, what waits, and is Riposte alive.

use std::sync::Arc;

use futures_util::future::join4;
use maud::{Markup, html};
use riposte_core::incident::Incident;
use riposte_core::outcome::{Outcome, Outcomes};
use riposte_core::settings::Mode;
use riposte_patch::run::Run;

use super::patching;
use crate::chart;
use crate::filter::Filter;
use crate::gather::{Found, matching};
use crate::layout::{Links, badge, incident_link, of_incident, of_run, prose, trouble};
use crate::source::{Health, Patches, Riposte, Source, Trouble, Unreadable};
use crate::words;

/// So many of the newest incidents are looked at.
const LOOKED_AT: usize = 60;

/// So many stand in a list; a link leads to the others.
const LISTED: usize = 12;

const HOUR: i64 = 3_600_000;

/// A clock may differ by so much before it is spoken of.
const SKEW_MS: i64 = 5 * 60_000;

pub(crate) struct Now {
    now_ms: i64,
    incidents: Result<Found, Trouble>,
    riposte: Result<Riposte, Trouble>,
    health: Result<Health, Trouble>,
    patches: Result<Patches, Trouble>,
}

pub(crate) async fn load<S: Source>(source: &S) -> Now {
    let all = Filter::default();
    let (incidents, riposte, health, patches) =
        join4(matching(source, &all, LOOKED_AT), source.riposte(), source.health(), patching::load(source)).await;
    Now { now_ms: source.now_ms(), incidents, riposte, health, patches }
}

pub(crate) fn show(now: &Now, links: &Links) -> Markup {
    html! {
        h1 { "Now" }
        (alive(now))
        @match &now.incidents {
            Err(error) => (trouble("What happened today", error)),
            Ok(found) => (today(now, found, links)),
        }
    }
}

/// Patching that waits for a person, or that stopped its ring.
fn patches(patches: &Result<Patches, Trouble>, links: &Links) -> Markup {
    let of = |what: fn(&Run) -> bool| -> Vec<&Run> {
        patches.iter().flat_map(|all| &all.runs).map(Arc::as_ref).filter(|run| what(run)).collect()
    };
    let waiting = of(|run| run.asked);
    let stopped = of(|run| {
        run.released_by.is_none() && run.outcome.as_ref().is_some_and(|outcome| outcome.kind.stops_the_ring())
    });
    html! {
        @if let Err(error) = patches { (trouble("What waits of patching", error)) }
        @if !waiting.is_empty() || !stopped.is_empty() {
            h3 { "Patching" }
            ul.incidents {
                @for run in waiting.iter().chain(&stopped).take(LISTED) {
                    @let (word, class) = patching::outcome(run);
                    li { (badge(word, class)) " " (patching::link(run, links))
                        div.sub { (words::time(run.opened_ms)) " · " (words::sentence(&run.plan.reasons.join("; "))) }
                        div { @if run.asked { "Let it: " } @else { "Its ring is stopped. Let the ring go on: " } (of_run("approve", &run.id)) } }
                }
            }
            @if waiting.len() + stopped.len() > LISTED && links.is_site() { p { a href="/patching" { "All of them" } } }
        }
    }
}

fn today(now: &Now, found: &Found, links: &Links) -> Markup {
    let newest: Vec<&Incident> = found.incidents.iter().map(Arc::as_ref).collect();
    let midnight = words::midnight(now.now_ms);
    let today: Vec<&Incident> = newest.iter().copied().filter(|incident| incident.opened_ms >= midnight).collect();
    let contained: Vec<&Incident> = today.iter().copied().filter(|incident| is_contained(incident)).collect();
    let waiting: Vec<&Incident> = newest.iter().copied().filter(|incident| needs_approval(incident)).collect();
    let look: Vec<&Incident> = newest.iter().copied().filter(|incident| needs_a_look(incident)).collect();
    let all_of_today = found.next.is_none() || newest.last().is_some_and(|last| last.opened_ms < midnight);
    let more = if all_of_today { "" } else { " or more" };
    let looked_for = format!("/incidents?outcome={}", Outcomes::of(&LOOKED_FOR));
    let asked = waiting.len() + now.patches.iter().flat_map(|all| &all.runs).filter(|run| run.asked).count();
    html! {
        @if newest.first().is_some_and(|first| first.opened_ms > now.now_ms.saturating_add(SKEW_MS)) {
            p.trouble role="note" { strong { "A clock is off." } " The newest incident is from later than this machine's time, "
                (words::time(now.now_ms)) "." }
        }
        ul.counts aria-label="Today" {
            li { strong { (today.len()) (more) } @if today.len() == 1 { " incident today" } @else { " incidents today" } }
            li { a href="#contained" { strong { (contained.len()) (more) } " contained" } }
            li { a href="#waiting" { strong { (asked) } " waiting for approval" } }
            li { a href="#look" { strong { (look.len()) } " to be looked at" } }
        }
        @if let Some(last) = newest.last().filter(|_| found.next.is_some()) {
            p.note { "Of the newest " (LOOKED_AT) " incidents, back to " (words::time(last.opened_ms)) "."
                @if links.is_site() { " Older ones: " a href="/incidents?outcome=needs-approval" { "waiting" } ", " a href=(looked_for) { "to be looked at" } ", " a href="/incidents" { "all" } "." } }
        }
        (hours(now.now_ms, &newest))
        (section("waiting", "Waiting for you", &waiting, links, "/incidents?outcome=needs-approval", "No incident waits for an approval."))
        (patches(&now.patches, links))
        (section("look", "To be looked at", &look, links, &looked_for, "No action failed, and none is left half done."))
        (section("contained", "Contained today, and how to undo it", &contained, links, "/incidents?outcome=contained", "Nothing was contained today."))
        (unreadable(&found.unreadable))
        @let others: Vec<&Incident> = today.iter().copied().filter(|i| !is_contained(i) && !needs_approval(i) && !needs_a_look(i)).collect();
        (section("others", "What else happened today", &others, links, "/incidents", "Nothing else."))
    }
}

fn needs_approval(incident: &Incident) -> bool {
    Outcome::of(incident) == Outcome::NeedsApproval
}

fn is_contained(incident: &Incident) -> bool {
    Outcome::of(incident) == Outcome::Contained
}

/// What somebody has to look at: the list behind the heading asks for the same.
const LOOKED_FOR: [Outcome; 4] =
    [Outcome::VerificationFailed, Outcome::UnderWay, Outcome::PartlyDone, Outcome::ActionFailed];

fn needs_a_look(incident: &Incident) -> bool {
    LOOKED_FOR.contains(&Outcome::of(incident))
}

/// `id` is where the count at the head of the page leads.
fn section(id: &str, title: &str, incidents: &[&Incident], links: &Links, all: &str, none: &str) -> Markup {
    html! {
        section id=(id) {
            h2 { (title) }
            @if incidents.is_empty() { p.none { (none) } }
            @else {
                ul.incidents { @for incident in incidents.iter().take(LISTED) { (line(incident, links)) } }
                @if incidents.len() > LISTED && links.is_site() { p { a href=(all) { "All of them" } } }
            }
        }
    }
}

/// An incident on one line, with how to take back what it changed, or what to do where it waits.
fn line(incident: &Incident, links: &Links) -> Markup {
    let finding = &incident.finding;
    let (word, class) = words::outcome(incident);
    html! {
        li {
            (badge(&word, class)) " " (badge(&finding.severity.to_string(), words::severity_class(finding.severity))) " "
            (incident_link(incident, links))
            div.sub { (words::time(incident.opened_ms)) " · " (words::name(&finding.target.key())) " · by " (words::name(finding.principal.label())) }
            @if incident.can_be_undone() { div { "Undo: " (of_incident("undo", incident)) } }
            @if needs_approval(incident) { div { "Read what it would do: " (of_incident("show", incident)) " Approve: " (of_incident("approve", incident)) } }
        }
    }
}

/// Items of the ledger that cannot be read.
pub(crate) fn unreadable(items: &[Unreadable]) -> Markup {
    html! {
        @if !items.is_empty() {
            section.trouble {
                h2 { (words::count(items.len(), "item")) " of the ledger cannot be read" }
                p { "Written by a newer release, or changed outside Riposte. They are not counted above." }
                ul { @for item in items.iter().take(LISTED) { li { (prose(&item.why)) } } }
            }
        }
    }
}

fn hours(now_ms: i64, newest: &[&Incident]) -> Markup {
    const TITLE: &str = "Incidents by the hour, of the last day";
    let this_hour = now_ms.saturating_sub(now_ms.rem_euclid(HOUR));
    let bars: Vec<(String, u64)> = (0..24)
        .rev()
        .map(|ago| {
            let from = this_hour.saturating_sub(ago * HOUR);
            let count = newest.iter().filter(|i| (from..from.saturating_add(HOUR)).contains(&i.opened_ms)).count();
            let label: String = words::time(from).chars().skip(11).take(5).collect();
            (label, count as u64)
        })
        .collect();
    html! { figure { (chart::bars(TITLE, &bars, 4)) figcaption { (TITLE) } } }
}

/// The mode, the alarms and the queues.
fn alive(now: &Now) -> Markup {
    html! {
        section.alive {
            h2 { "Health" }
            @match &now.riposte {
                Err(error) => (trouble("The mode", error)),
                Ok(riposte) => {
                    p { "Mode " (mode(riposte.mode)) }
                    @for broken in &riposte.broken { p.trouble role="note" { strong { "A setting is broken." } " " (prose(broken)) } }
                }
            }
            @match &now.health {
                Err(error) => (trouble("The alarms and queues", error)),
                Ok(health) => (health_of(health)),
            }
        }
    }
}

fn mode(mode: Mode) -> Markup {
    let (class, meaning) = match mode {
        Mode::Live => ("good", "it acts"),
        Mode::Shadow => ("wait", "it tells what it would do, and changes nothing"),
        Mode::Halt => ("bad", "the kill switch is thrown: it changes nothing"),
    };
    html! { (badge(mode.as_str(), class)) ": " (meaning) "." }
}

fn health_of(health: &Health) -> Markup {
    let firing: Vec<_> = health.alarms.iter().filter(|alarm| alarm.state == "ALARM").collect();
    let waiting: u64 = health.queues.iter().filter(|q| !q.dead_letters).map(|q| q.waiting + q.in_flight).sum();
    let dead: u64 = health.queues.iter().filter(|q| q.dead_letters).map(|q| q.waiting).sum();
    html! {
        @if health.alarms.is_empty() {
            p.trouble role="note" { strong { "No alarm tells Riposte's topic in this region." } " Is the stack deployed here?" }
        } @else if firing.is_empty() {
            p { (badge("no alarm", "good")) " " (words::count(health.alarms.len(), "alarm")) " watched, none in alarm." }
        } @else {
            p { (badge(&words::count(firing.len(), "alarm"), "bad")) " of " (health.alarms.len()) ":" }
            ul { @for alarm in firing { li { (prose(&alarm.why)) " " span.sub { "since " (words::name(&alarm.since)) ", " (words::name(&alarm.name)) } } } }
        }
        @if !health.queues.is_empty() {
            p { "Events waiting: " strong { (waiting) } ". Dead letters: " @if dead == 0 { strong { "0" } } @else { (badge(&dead.to_string(), "bad")) } "." }
        }
        @for missing in &health.missing { p.trouble role="note" { strong { "Not known: " } (prose(missing)) } }
    }
}
