//! Now: what happened today, is it contained, what waits, and is Riposte alive.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::{join, join4};
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
use crate::source::{Health, Patches, Riposte, Slice, Source, Trouble, Unreadable};
use crate::words;

/// So many of the newest incidents are looked at.
const LOOKED_AT: usize = 60;

/// So many of what waits, of each kind.
const WAITING: usize = 60;

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
    waiting: Result<Slice, Trouble>,
    waiting_patches: Result<Patches, Trouble>,
}

pub(crate) async fn load<S: Source>(source: &S) -> Now {
    let all = Filter::default();
    let happened = join4(matching(source, &all, LOOKED_AT), source.riposte(), source.health(), patching::load(source));
    let waits = join(source.waiting(WAITING), source.waiting_patches(WAITING));
    let ((incidents, riposte, health, patches), (waiting, waiting_patches)) = join(happened, waits).await;
    Now { now_ms: source.now_ms(), incidents, riposte, health, patches, waiting, waiting_patches }
}

pub(crate) fn show(now: &Now, links: &Links) -> Markup {
    html! {
        h1 { "Now" }
        (alive(now))
        @match &now.incidents {
            // What waits is asked for by itself, and may be known where the list is not.
            Err(error) => { (trouble("What happened today", error)) (waits(now, &waiting(now, &[]), links)) }
            Ok(found) => (today(now, found, links)),
        }
    }
}

/// What waits and can still be answered, however old, that whose time ends first first; and what of the newest does.
fn waiting<'a>(now: &'a Now, newest: &[&'a Incident]) -> Vec<&'a Incident> {
    let asked: Vec<&Incident> = now.waiting.iter().flat_map(|slice| &slice.incidents).map(Arc::as_ref).collect();
    let known: BTreeSet<&str> = asked.iter().map(|incident| incident.id.as_str()).collect();
    // An index follows its table a moment later.
    let newer = newest.iter().copied().filter(|incident| !known.contains(incident.id.as_str()));
    let mut all: Vec<&Incident> =
        asked.iter().copied().chain(newer).filter(|incident| can_be_approved(incident, now.now_ms)).collect();
    all.sort_by_key(|incident| incident.approve_until_ms.unwrap_or(i64::MAX));
    all
}

/// Runs of patching that wait, however old.
fn waiting_runs(now: &Now) -> Vec<&Run> {
    let mut seen = BTreeSet::new();
    let known = now.waiting_patches.iter().chain(&now.patches).flat_map(|all| &all.runs);
    let all = known.map(Arc::as_ref).filter(|run| run.asked);
    all.filter(|run| seen.insert(run.id.as_str())).collect()
}

/// The section of what waits.
fn waits(now: &Now, waiting: &[&Incident], links: &Links) -> Markup {
    // Nothing is said to wait for nobody where that is not known.
    let none = match (&now.waiting, &now.incidents) {
        (Ok(_), _) => "No incident waits for an approval.",
        (Err(_), Ok(_)) => "None of the newest incidents waits for an approval.",
        (Err(_), Err(_)) => "What waits is not known.",
    };
    let listing = Listing { id: "waiting", title: "Waiting for you", all: "/incidents?outcome=needs-approval", none };
    html! {
        (section(now.now_ms, &listing, waiting, links))
        @if let Err(error) = &now.waiting { (trouble("What waited longer", error)) }
        (patches(now, links))
    }
}

/// Patching that waits for a person, or that stopped its ring.
fn patches(now: &Now, links: &Links) -> Markup {
    let waiting = waiting_runs(now);
    let stops = |run: &&Run| {
        run.released_by.is_none() && run.outcome.as_ref().is_some_and(|outcome| outcome.kind.stops_the_ring())
    };
    let stopped: Vec<&Run> = now.patches.iter().flat_map(|all| &all.runs).map(Arc::as_ref).filter(stops).collect();
    html! {
        @if let Err(error) = now.patches.as_ref().and(now.waiting_patches.as_ref()) { (trouble("What waits of patching", error)) }
        @if !waiting.is_empty() || !stopped.is_empty() {
            h3 { "Patching" }
            ul.incidents {
                @for run in waiting.iter().chain(&stopped).take(LISTED) {
                    @let (word, class) = patching::outcome(run);
                    li { (badge(word, class)) " " (patching::link(run, links))
                        div.sub { (words::time(run.opened_ms)) " · " (prose(&run.plan.reasons.join("; "))) }
                        div { @if run.asked { "Approve: " } @else { "Its ring is stopped. Have the ring go on: " } (of_run("approve", &run.id)) } }
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
    let waiting = waiting(now, &newest);
    let look: Vec<&Incident> = newest.iter().copied().filter(|incident| needs_a_look(incident, now.now_ms)).collect();
    let all_of_today = found.next.is_none() || newest.last().is_some_and(|last| last.opened_ms < midnight);
    let more = if all_of_today { "" } else { " or more" };
    let looked_for = format!("/incidents?outcome={}", Outcomes::of(&LOOKED_FOR));
    let asked = waiting.len() + waiting_runs(now).len();
    let many = now.waiting.iter().any(|slice| slice.incidents.len() >= WAITING)
        || now.waiting_patches.iter().any(|patches| patches.runs.len() >= WAITING);
    html! {
        @if newest.first().is_some_and(|first| first.opened_ms > now.now_ms.saturating_add(SKEW_MS)) {
            p.trouble role="note" { strong { "A clock is off." } " The newest incident is from later than this machine's time, "
                (words::time(now.now_ms)) "." }
        }
        ul.counts aria-label="Today" {
            li { strong { (today.len()) (more) } @if today.len() == 1 { " incident today" } @else { " incidents today" } }
            li { a href="#contained" { strong { (contained.len()) (more) } " contained" } }
            li { a href="#waiting" { strong { (asked) @if many { " or more" } } " waiting for approval" } }
            li { a href="#look" { strong { (look.len()) } " to be looked at" } }
        }
        @if let Some(last) = newest.last().filter(|_| found.next.is_some()) {
            p.note { "Of the newest " (LOOKED_AT) " incidents, back to " (words::time(last.opened_ms)) "."
                @if links.is_site() {  " Older ones: " a href=(looked_for) { "to be looked at" } ", " a href="/incidents" { "all" } "." } }
        }
        (hours(now.now_ms, &newest))
        (waits(now, &waiting, links))
        (section(now.now_ms, &Listing { id: "look", title: "To be looked at", all: &looked_for, none: "No action failed, and none is left half done." }, &look, links))
        (section(now.now_ms, &CONTAINED, &contained, links))
        (unreadable(&unread(now, found)))
        @let others: Vec<&Incident> = today.iter().copied().filter(|i| !is_contained(i) && !can_be_approved(i, now.now_ms) && !needs_a_look(i, now.now_ms)).collect();
        (section(now.now_ms, &OTHERS, &others, links))
    }
}

/// What of all that cannot be read, each once.
fn unread(now: &Now, found: &Found) -> Vec<Unreadable> {
    let mut all = found.unreadable.clone();
    let waiting = now.waiting.iter().flat_map(|slice| &slice.unreadable);
    for item in waiting.chain(now.waiting_patches.iter().flat_map(|patches| &patches.unreadable)) {
        if !all.contains(item) {
            all.push(item.clone());
        }
    }
    all
}

fn needs_approval(incident: &Incident) -> bool {
    Outcome::of(incident) == Outcome::NeedsApproval
}

/// Whether it waits, and its time is not over.
fn can_be_approved(incident: &Incident, now_ms: i64) -> bool {
    needs_approval(incident) && !incident.has_expired(now_ms)
}

fn is_contained(incident: &Incident) -> bool {
    Outcome::of(incident) == Outcome::Contained
}

/// What somebody has to look at: the list behind the heading asks for the same.
const LOOKED_FOR: [Outcome; 4] =
    [Outcome::VerificationFailed, Outcome::UnderWay, Outcome::PartlyDone, Outcome::ActionFailed];

/// Beside those what nobody approved in time: nothing was contained, and nobody can let it any more.
fn needs_a_look(incident: &Incident, now_ms: i64) -> bool {
    LOOKED_FOR.contains(&Outcome::of(incident)) || incident.has_expired(now_ms)
}

/// A list with its heading.
struct Listing<'a> {
    /// Where the count at the head of the page leads.
    id: &'a str,
    title: &'a str,
    /// Where all of them stand.
    all: &'a str,
    /// What is said where there are none.
    none: &'a str,
}

const CONTAINED: Listing<'_> = Listing {
    id: "contained",
    title: "Contained today, and how to undo it",
    all: "/incidents?outcome=contained",
    none: "Nothing was contained today.",
};

const OTHERS: Listing<'_> =
    Listing { id: "others", title: "What else happened today", all: "/incidents", none: "Nothing else." };

fn section(now_ms: i64, listing: &Listing<'_>, incidents: &[&Incident], links: &Links) -> Markup {
    html! {
        section id=(listing.id) {
            h2 { (listing.title) }
            @if incidents.is_empty() { p.none { (listing.none) } }
            @else {
                ul.incidents { @for incident in incidents.iter().take(LISTED) { (line(now_ms, incident, links)) } }
                @if incidents.len() > LISTED && links.is_site() { p { a href=(listing.all) { "All of them" } } }
            }
        }
    }
}

/// An incident on one line, with how to take back what it changed, or what to do where it waits.
fn line(now_ms: i64, incident: &Incident, links: &Links) -> Markup {
    let finding = &incident.finding;
    let (word, class) = words::outcome(incident);
    html! {
        li {
            (badge(&word, class)) " " (badge(&finding.severity.to_string(), words::severity_class(finding.severity))) " "
            (incident_link(incident, links))
            div.sub { (words::time(incident.opened_ms)) " · " (words::name(&finding.target.key())) " · by " (words::name(finding.principal.label())) }
            @if incident.can_be_undone() { div { "Undo: " (of_incident("undo", incident)) } }
            @if can_be_approved(incident, now_ms) {
                div { "Read what it would do: " (of_incident("show", incident)) " Approve: " (of_incident("approve", incident))
                    @if let Some(until) = incident.waits_until_ms() { " " span.sub { "until " (words::time(until)) } } }
            } @else if let Some(until) = incident.waits_until_ms() {
                div { "Nobody approved it until " (words::time(until)) ": nothing was contained. What it would have done: " (of_incident("show", incident)) }
            }
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
