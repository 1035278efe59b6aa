//! Where a run stands after what was seen.

mod command;
mod health;
mod member;
mod proof;
mod volume;

use serde_json::Value;

use self::command::{associations, command, ended};
use self::health::{agent, ringing, status};
use self::member::{fresh_member, member, refilled, retired};
use self::proof::{inspected, patches_after, patches_before, rescanned, scanned};
use self::volume::{replaced, root_volume, snapshot};
use super::{Fault, Said, Seen};
use crate::compliance::Compliance;
use crate::node::Ping;
use crate::plan::{OWN_TAG, Route};
use crate::run::{At, Kind, Phase, Run, Stage};
use crate::window::Window;
use crate::{read, rfc3339};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60_000;

/// The guardrails decide by tags that are not older: whoever exempts a node is heard.
const TAGS_HOLD_MS: i64 = 10 * MINUTE_MS;
/// No install without a scan that is younger.
const SCAN_HOLDS_MS: i64 = 120 * MINUTE_MS;
/// What was made may take so long to be seen in a list.
const SEEN_WITHIN_MS: i64 = MINUTE_MS;
/// Clocks differ by so much.
const SKEW_MS: i64 = 5 * SECOND_MS;
/// A call without an answer is made so often.
const MOST_TRIES: u32 = 40;

pub(super) fn take(run: &mut Run, seen: Seen, now_ms: i64) {
    match seen {
        Seen::Decided(said, by) => decided(run, said, &by, now_ms),
        Seen::Answer(body) => {
            run.calls += 1;
            run.tries = 0;
            answered(run, &body, now_ms);
        }
        Seen::Fault(fault, code, words) => {
            run.calls += 1;
            failed(run, fault, &code, &words, now_ms);
        }
    }
}

/// Goes to another place.
fn go(run: &mut Run, at: At, now_ms: i64) {
    let health = |at: At| at.step() == 7;
    // The time that a node may take to be healthy counts from the first look.
    if !(health(run.at) && health(at)) {
        run.since_ms = now_ms;
    }
    (run.at, run.page, run.other) = (at, None, None);
    (run.wait_ms, run.intended_ms, run.tries) = (None, None, 0);
}

/// To a command, which begins with a look.
fn go_to(run: &mut Run, stage: Stage, now_ms: i64) {
    go(run, At::Command(stage, Phase::Look), now_ms);
}

fn wait(run: &mut Run, pause_ms: i64, now_ms: i64) {
    run.wait_ms = Some(now_ms.saturating_add(pause_ms));
}

fn decided(run: &mut Run, said: Said, by: &str, now_ms: i64) {
    run.decided_by = Some(by.to_owned());
    let first = run.at == At::Decide;
    match said {
        // An emergency that the settings want asked about is, whatever the guardrails let through.
        Said::Act if run.how.asks && run.approved_by.is_none() => {
            run.note(now_ms, format!("a person is asked: an emergency ({by})"));
            run.asked = true;
        }
        Said::Ask => {
            run.note(now_ms, format!("a person is asked: {by}"));
            run.asked = true;
        }
        Said::Observe => {
            let kind = if first { Kind::Planned } else { Kind::Failed };
            run.end(kind, format!("the guardrails: {by}"), now_ms);
        }
        Said::Act => {
            run.note(now_ms, by.to_owned());
            if first {
                if run.how.alarms.is_empty() { to_scan(run, now_ms) } else { go(run, At::AlarmsBefore, now_ms) }
            } else if !still_holds(run, now_ms) {
                // It is over, or scanned once more.
            } else if run.plan.work.replace.is_some() {
                go(run, At::Member, now_ms);
            } else if run.is_reversible() && run.snapshot_id.is_none() {
                go(run, At::Volume, now_ms);
            } else if run.baseline_override().is_some() {
                go(run, At::Override, now_ms);
            } else {
                to_install(run, now_ms);
            }
        }
    }
}

/// To the first of what installs.
fn to_install(run: &mut Run, now_ms: i64) {
    match run.installs().first() {
        Some(first) => go_to(run, *first, now_ms),
        None => run.end(Kind::Nothing, "there is nothing to install", now_ms),
    }
}

/// To a decision, before which the tags are read where that is long ago.
fn to_decision(run: &mut Run, decision: At, now_ms: i64) {
    let read_ms = run.tagged_ms.unwrap_or(run.opened_ms);
    let tags = if decision == At::Decide { At::Tags } else { At::TagsAgain };
    go(run, if now_ms > read_ms + TAGS_HOLD_MS { tags } else { decision }, now_ms);
}

/// Whether an install may still begin: people and other commands may have been waited for. Where not, the run has
/// ended, or is scanned once more.
fn still_holds(run: &mut Run, now_ms: i64) -> bool {
    if let Route::Window { last_start_ms, .. } = &run.plan.route
        && now_ms > *last_start_ms
    {
        let last = rfc3339(*last_start_ms);
        run.end(Kind::Missed, format!("nothing may be begun in its window after {last}"), now_ms);
        return false;
    }
    if run.plan.work.replace.is_none() && !scan_holds(run, now_ms) {
        run.note(now_ms, "the scan is older than two hours: once more");
        run.stale_scans += 1;
        go_to(run, Stage::Scan, now_ms);
        return false;
    }
    true
}

fn scan_holds(run: &Run, now_ms: i64) -> bool {
    let scanned = run.before.as_ref().and_then(|state| state.ended_ms);
    scanned.is_some_and(|at| (0..SCAN_HOLDS_MS).contains(&(now_ms - at)))
}

/// A scan, unless there is one that still holds.
fn to_scan(run: &mut Run, now_ms: i64) {
    if run.plan.work.replace.is_some() {
        // Nothing is installed on it, so nothing is scanned for.
        return to_decision(run, At::Confirm, now_ms);
    }
    if scan_holds(run, now_ms) {
        let scanned = run.before.as_ref().and_then(|state| state.ended_ms);
        run.note(now_ms, format!("scanned at {}, which still holds", rfc3339(scanned.unwrap_or_default())));
        after_scan(run, now_ms);
    } else {
        go_to(run, Stage::Scan, now_ms);
    }
}

fn after_scan(run: &mut Run, now_ms: i64) {
    let needs = run.before.as_ref().is_some_and(Compliance::needs);
    if run.plan.work.baseline && !needs && run.plan.work.fixes.is_empty() {
        return run.end(Kind::Nothing, "the scan shows no update that is missing", now_ms);
    }
    if run.plan.work.baseline && !needs {
        // The baseline has nothing to install, so the packages by their names.
        run.plan.work.baseline = false;
    }
    if needs { go(run, At::PatchesBefore, now_ms) } else { to_decision(run, At::Confirm, now_ms) }
}

fn after_install(run: &mut Run, now_ms: i64) {
    run.installed_ms = Some(now_ms);
    go(run, At::HealthAgent, now_ms);
}

fn after_health(run: &mut Run, now_ms: i64) {
    if run.plan.work.replace.is_some() {
        return go(run, At::Fresh, now_ms);
    }
    if run.rolled_back_by.is_some() && run.snapshot_id.is_some() {
        return run.end(
            Kind::RolledBack,
            "its root volume is the one of the snapshot, and the node is healthy",
            now_ms,
        );
    }
    if run.plan.work.fixes.is_empty() || run.plan.work.manager.is_none() {
        go_to(run, Stage::Rescan, now_ms);
    } else {
        go_to(run, Stage::Query, now_ms);
    }
}

fn answered(run: &mut Run, body: &Value, now_ms: i64) {
    match run.at {
        At::Node => found(run, body, now_ms),
        At::State => {
            run.before = Compliance::only(body, &run.plan.node);
            if matches!(run.plan.route, Route::Window { .. }) {
                go(run, At::Window, now_ms);
            } else {
                to_decision(run, At::Decide, now_ms);
            }
        }
        At::Tags => tags(run, body, At::Decide, now_ms),
        At::TagsAgain => tags(run, body, At::Confirm, now_ms),
        At::Associations(stage) => associations(run, stage, body, now_ms),
        At::Window => window(run, &Window::of(body), now_ms),
        At::AlarmsBefore => match ringing(run, body) {
            Some(why) => run.end(Kind::Failed, format!("nothing is begun: {why}"), now_ms),
            None => to_scan(run, now_ms),
        },
        At::Command(stage, phase) => command(run, stage, phase, body, now_ms),
        At::ScanRead => scanned(run, body, now_ms),
        At::Volume => match root_volume(body) {
            Some(volume) => {
                run.volume = Some(volume);
                go(run, At::SnapshotLook, now_ms);
            }
            None => run.end(Kind::Failed, "its root volume is not known, and a snapshot of it is wanted", now_ms),
        },
        At::SnapshotLook => {
            let found = read::list(body, "Snapshots").find_map(|snapshot| read::some(snapshot, "SnapshotId"));
            match found {
                Some(id) => snapshot(run, id, now_ms),
                None => again_or(run, At::SnapshotCreate, now_ms),
            }
        }
        At::SnapshotCreate => match read::some(body, "SnapshotId") {
            Some(id) => snapshot(run, id, now_ms),
            None => run.end(Kind::Failed, "the snapshot's id is not given", now_ms),
        },
        At::HealthAgent => agent(run, body, now_ms),
        At::HealthStatus => status(run, body, now_ms),
        At::HealthAlarms => match ringing(run, body) {
            Some(why) => run.end(Kind::Unhealthy, why, now_ms),
            None => after_health(run, now_ms),
        },
        At::RescanRead => rescanned(run, body, now_ms),
        At::Inspector => inspected(run, body, now_ms),
        At::Replace => {
            run.note(now_ms, "its root volume is being replaced from the snapshot");
            go(run, At::ReplacePoll, now_ms);
        }
        At::PatchesBefore => patches_before(run, body, now_ms),
        At::PatchesAfter => patches_after(run, body, now_ms),
        At::Override => {
            run.note(now_ms, "the baseline override names the packages");
            to_install(run, now_ms);
        }
        At::Member => member(run, body, now_ms),
        At::Retire => retired(run, now_ms),
        At::Refill => refilled(run, body, now_ms),
        At::Fresh => fresh_member(run, body, now_ms),
        At::ReplacePoll => replaced(run, body, now_ms),
        At::Decide | At::Confirm | At::Ended => {}
    }
}

fn found(run: &mut Run, body: &Value, now_ms: i64) {
    let node = read::list(body, "InstanceInformationList").find(|one| read::text(one, "InstanceId") == run.plan.node);
    match node.map(|node| Ping::of(read::text(node, "PingStatus"))) {
        Some(Ping::Online) => go(run, At::State, now_ms),
        Some(_) => run.end(Kind::Unreachable, "its agent does not answer: stopped, or cut off the network", now_ms),
        None => {
            run.end(Kind::Unreachable, "Systems Manager does not know it: terminated, or no longer managed", now_ms);
        }
    }
}

fn window(run: &mut Run, window: &Window, now_ms: i64) {
    let Route::Window { opens_ms, last_start_ms, .. } = run.plan.route else { return };
    if !window.enabled {
        return run.end(Kind::Missed, "the window was switched off", now_ms);
    }
    if now_ms < opens_ms {
        if window.opens_ms != Some(opens_ms) {
            return run.end(Kind::Missed, "the window was moved: it is planned anew", now_ms);
        }
        return wait(run, opens_ms - now_ms, now_ms);
    }
    if now_ms > last_start_ms {
        return run.end(Kind::Missed, format!("nothing may be begun in it after {}", rfc3339(last_start_ms)), now_ms);
    }
    run.note(now_ms, "the window is open");
    to_decision(run, At::Decide, now_ms);
}

/// The tags of now take the place of those of the plan.
fn tags(run: &mut Run, body: &Value, decision: At, now_ms: i64) {
    let instance = body.pointer("/Reservations/0/Instances/0");
    if run.plan.node.starts_with("i-") {
        let state = instance.and_then(|one| one.get("State")).map(|state| read::text(state, "Name"));
        if state != Some("running") {
            let state = state.map_or_else(|| "gone".to_owned(), crate::plain);
            return run.end(Kind::Unreachable, format!("it is {state}"), now_ms);
        }
    }
    let list = instance.map_or(body.get("TagList"), |instance| instance.get("Tags"));
    run.plan.tags = read::tags(list);
    run.tagged_ms = Some(now_ms);
    if run.plan.tags.contains_key(OWN_TAG) {
        return run.end(Kind::Planned, "it is Riposte's own by now", now_ms);
    }
    go(run, decision, now_ms);
}

/// It is not there: made, unless it may have been made just now and not be seen yet.
fn again_or(run: &mut Run, make: At, now_ms: i64) {
    match run.intended_ms {
        Some(intended) if now_ms < intended + SEEN_WITHIN_MS => wait(run, intended + SEEN_WITHIN_MS - now_ms, now_ms),
        _ => {
            // Kept until the call has its answer: a process that dies in between is asked about.
            (run.at, run.page, run.other, run.wait_ms) = (make, None, None, None);
            run.intended_ms = Some(now_ms);
        }
    }
}

fn failed(run: &mut Run, fault: Fault, code: &str, words: &str, now_ms: i64) {
    let words = crate::plain(words);
    run.tries += 1;
    // A command that was just sent is not known everywhere at once.
    let unknown_yet = run.at.step() > 0
        && matches!(run.at, At::Command(_, Phase::Poll))
        && code.starts_with("InvocationDoesNotExist")
        && now_ms < run.since_ms + 2 * MINUTE_MS;
    if unknown_yet {
        return wait(run, 5 * SECOND_MS, now_ms);
    }
    if fault == Fault::Transient && run.tries < MOST_TRIES {
        // It may have been carried out all the same: it is looked for, and the intent is kept for that.
        run.look_again();
        let pause = (2_i64 << run.tries.min(7)) * SECOND_MS;
        run.note(now_ms, format!("tried again: {words}"));
        return wait(run, pause, now_ms);
    }
    // Systems Manager writes it `InvalidInstanceId`, EC2 `InvalidInstanceID.NotFound`.
    let unreachable = code.to_ascii_lowercase().starts_with("invalidinstanceid") && run.installed_ms.is_none();
    let kind = match run.at {
        _ if unreachable => Kind::Unreachable,
        At::Window if fault == Fault::Gone || code.starts_with("DoesNotExist") => Kind::Missed,
        At::Command(_, Phase::Cancel) => {
            let At::Command(stage, _) = run.at else { return };
            return ended(run, stage, "did not end in time and could not be canceled", "", now_ms);
        }
        _ if run.at.step() == 7 => Kind::Unhealthy,
        _ => Kind::Failed,
    };
    run.end(kind, words, now_ms);
}
