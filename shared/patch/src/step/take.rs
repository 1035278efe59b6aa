//! Where a run stands after what was seen.

use serde_json::Value;

use super::{Fault, Said, Seen};
use crate::commands;
use crate::compliance::Compliance;
use crate::node::Ping;
use crate::plan::Route;
use crate::run::{At, Issued, Kind, Phase, Run, Stage};
use crate::window::{Busy, Window};
use crate::{read, rfc3339};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60_000;

/// No install without a scan that is younger.
const SCAN_HOLDS_MS: i64 = 120 * MINUTE_MS;
/// What was made may take so long to be seen in a list.
const SEEN_WITHIN_MS: i64 = MINUTE_MS;
/// A patch state may come so long after its command's end.
const STATE_WITHIN_MS: i64 = 5 * MINUTE_MS;
/// Clocks differ by so much.
const SKEW_MS: i64 = 5 * SECOND_MS;
/// A call without an answer is made so often.
const MOST_TRIES: u32 = 40;
/// Between two looks at Inspector.
const INSPECTOR_AGAIN_MS: i64 = 30 * MINUTE_MS;

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
            } else if run.is_reversible() && run.snapshot_id.is_none() {
                go(run, At::Volume, now_ms);
            } else {
                go_to(run, Stage::Install, now_ms);
            }
        }
    }
}

/// A scan, unless there is one that still holds.
fn to_scan(run: &mut Run, now_ms: i64) {
    let scanned = run.before.as_ref().and_then(|state| state.ended_ms);
    if scanned.is_some_and(|at| (0..SCAN_HOLDS_MS).contains(&(now_ms - at))) {
        run.note(now_ms, format!("scanned at {}, which still holds", rfc3339(scanned.unwrap_or_default())));
        after_scan(run, now_ms);
    } else {
        go_to(run, Stage::Scan, now_ms);
    }
}

fn after_scan(run: &mut Run, now_ms: i64) {
    let needs = run.before.as_ref().is_some_and(Compliance::needs);
    if run.work.baseline && !needs && run.work.fixes.is_empty() {
        return run.end(Kind::Nothing, "the scan shows no update that is missing", now_ms);
    }
    if run.work.baseline && !needs {
        // The baseline has nothing to install, so the packages by their names.
        run.work.baseline = false;
    }
    go(run, At::Confirm, now_ms);
}

fn after_install(run: &mut Run, now_ms: i64) {
    run.installed_ms = Some(now_ms);
    go(run, At::HealthAgent, now_ms);
}

fn after_health(run: &mut Run, now_ms: i64) {
    if run.rolled_back_by.is_some() && run.snapshot_id.is_some() {
        return run.end(
            Kind::RolledBack,
            "its root volume is the one of the snapshot, and the node is healthy",
            now_ms,
        );
    }
    if run.work.fixes.is_empty() || run.work.manager.is_none() {
        go_to(run, Stage::Rescan, now_ms);
    } else {
        go_to(run, Stage::Query, now_ms);
    }
}

fn answered(run: &mut Run, body: &Value, now_ms: i64) {
    match run.at {
        At::Node => found(run, body, now_ms),
        At::State => {
            run.before = Compliance::only(body, &run.node);
            if matches!(run.route, Route::Window { .. }) {
                go(run, At::Window, now_ms);
            } else {
                go(run, At::Decide, now_ms);
            }
        }
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
            None => run.end(Kind::Failed, "its root volume is not told, and a snapshot of it is wanted", now_ms),
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
            None => run.end(Kind::Failed, "the snapshot's id is not told", now_ms),
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
        At::ReplacePoll => replaced(run, body, now_ms),
        At::Decide | At::Confirm | At::Ended => {}
    }
}

fn found(run: &mut Run, body: &Value, now_ms: i64) {
    let node = read::list(body, "InstanceInformationList").find(|one| read::text(one, "InstanceId") == run.node);
    match node.map(|node| Ping::of(read::text(node, "PingStatus"))) {
        Some(Ping::Online) => go(run, At::State, now_ms),
        Some(_) => run.end(Kind::Unreachable, "its agent does not answer: stopped, or cut off the network", now_ms),
        None => {
            run.end(Kind::Unreachable, "Systems Manager does not know it: terminated, or no longer managed", now_ms);
        }
    }
}

fn window(run: &mut Run, window: &Window, now_ms: i64) {
    let Route::Window { opens_ms, last_start_ms, .. } = run.route else { return };
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
    go(run, At::Decide, now_ms);
}

/// An alarm that rings, or one that there is none of.
fn ringing(run: &Run, body: &Value) -> Option<String> {
    let all: Vec<&Value> = read::list(body, "MetricAlarms").chain(read::list(body, "CompositeAlarms")).collect();
    run.how.alarms.iter().find_map(|name| {
        let alarm = all.iter().find(|alarm| read::text(alarm, "AlarmName") == name);
        match alarm.map(|alarm| read::text(alarm, "StateValue")) {
            None => Some(format!("there is no alarm `{}`", crate::plain(name))),
            Some("ALARM") => Some(format!("the alarm `{}` rings", crate::plain(name))),
            Some(_) => None,
        }
    })
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

fn snapshot(run: &mut Run, id: String, now_ms: i64) {
    run.note(now_ms, format!("the snapshot {id} of its root volume"));
    run.snapshot_id = Some(id);
    go(run, At::Confirm, now_ms);
}

fn command(run: &mut Run, stage: Stage, phase: Phase, body: &Value, now_ms: i64) {
    match phase {
        Phase::Look => looked(run, stage, body, now_ms),
        Phase::Send => match body.get("Command").and_then(|command| read::some(command, "CommandId")) {
            Some(id) => sent(run, stage, id, now_ms),
            None => run.end(Kind::Failed, "the command's id is not told", now_ms),
        },
        Phase::Poll => polled(run, stage, body, now_ms),
        Phase::Cancel => ended(run, stage, "did not end in time and was cancelled", "", now_ms),
    }
}

fn looked(run: &mut Run, stage: Stage, body: &Value, now_ms: i64) {
    let comment = run.comment(stage);
    let ours = read::list(body, "Commands").find(|command| {
        let asked = read::time(command, "RequestedDateTime").unwrap_or(now_ms);
        read::text(command, "Comment") == comment && asked + SKEW_MS >= run.since_ms.min(run.opened_ms)
    });
    if let Some(id) = ours.and_then(|command| read::some(command, "CommandId")) {
        run.note(now_ms, format!("the command {id} was sent already"));
        return sent(run, stage, id, now_ms);
    }
    if run.other.is_none() {
        run.other =
            read::list(body, "Commands").find_map(Busy::of).map(|busy| format!("{} ({})", busy.command, busy.document));
    }
    if let Some(page) = read::some(body, "NextToken") {
        run.page = Some(page);
        return;
    }
    run.page = None;
    let Some(other) = run.other.take() else { return again_or(run, At::Command(stage, Phase::Send), now_ms) };
    if now_ms > run.since_ms + run.how.command_ms {
        let other = crate::plain(&other);
        let kind = if run.installed_ms.is_some() { Kind::Failed } else { Kind::Blocked };
        return run.end(kind, format!("the command {other} of somebody else's does not end"), now_ms);
    }
    run.note(now_ms, format!("waits for the command {other}"));
    wait(run, 2 * MINUTE_MS, now_ms);
}

fn sent(run: &mut Run, stage: Stage, id: String, now_ms: i64) {
    run.note(now_ms, format!("{}: the command {id}", stage.word()));
    let sent_ms = run.intended_ms.unwrap_or(now_ms);
    go(run, At::Command(stage, Phase::Poll), now_ms);
    run.command = Some(Issued { stage, id, sent_ms });
    wait(run, 5 * SECOND_MS, now_ms);
}

fn polled(run: &mut Run, stage: Stage, body: &Value, now_ms: i64) {
    let output = read::text(body, "StandardOutputContent");
    match read::text(body, "Status") {
        "Success" => ended(run, stage, "", output, now_ms),
        status @ ("Failed" | "Cancelled" | "TimedOut") => {
            let code = body.get("ResponseCode").and_then(Value::as_i64).unwrap_or(-1);
            let words = format!("{status} ({}, exit code {code})", crate::plain(read::text(body, "StatusDetails")));
            ended(run, stage, &words, output, now_ms);
        }
        _ if now_ms > run.since_ms + run.how.command_ms => {
            run.note(now_ms, "the command does not end");
            run.at = At::Command(stage, Phase::Cancel);
        }
        _ => wait(run, 15 * SECOND_MS, now_ms),
    }
}

/// A command has ended; `wrong` is empty where it says that all went well.
fn ended(run: &mut Run, stage: Stage, wrong: &str, output: &str, now_ms: i64) {
    let said = if wrong.is_empty() { "Success" } else { wrong };
    run.note(now_ms, format!("the {} said {said}", stage.word()));
    match stage {
        Stage::Scan if wrong.is_empty() => go(run, At::ScanRead, now_ms),
        Stage::Scan => run.end(Kind::Failed, format!("the scan {said}: nothing is installed without one"), now_ms),
        // Whatever it says: the node is looked at.
        Stage::Install | Stage::RollBack => {
            run.said = Some(said.to_owned());
            after_install(run, now_ms);
        }
        Stage::Query if wrong.is_empty() && run.rolled_back_by.is_some() => went_back(run, output, now_ms),
        Stage::Query if wrong.is_empty() => {
            let manager = run.work.manager;
            run.open =
                manager.map(|manager| commands::still_open(manager, &run.work.fixes, output)).unwrap_or_default();
            run.note(
                now_ms,
                if run.open.is_empty() { "the host's own list has every fix".to_owned() } else { run.open.join("; ") },
            );
            go_to(run, Stage::Rescan, now_ms);
        }
        Stage::Rescan if wrong.is_empty() => go(run, At::RescanRead, now_ms),
        Stage::Query | Stage::Rescan => {
            run.end(
                Kind::Failed,
                format!("after the install the {} {said}: what is installed is not proven", stage.word()),
                now_ms,
            );
        }
    }
}

/// Whether the versions from before are there again, by the host's own list.
fn went_back(run: &mut Run, output: &str, now_ms: i64) {
    let there = commands::installed(output);
    let is_back =
        |fix: &&commands::Fix| there.iter().any(|(name, version)| *name == fix.package && *version == fix.installed);
    let not: Vec<String> = run
        .work
        .fixes
        .iter()
        .filter(|fix| !is_back(fix))
        .map(|fix| format!("{} is not {}", fix.package, fix.installed))
        .collect();
    if not.is_empty() {
        run.end(Kind::RolledBack, "the host's own list has the versions from before, and the node is healthy", now_ms);
    } else {
        run.end(Kind::Failed, format!("not brought back: {}", not.join("; ")), now_ms);
    }
}

/// The state that a scan has left; `None`, after waiting, where it left none.
fn fresh(run: &mut Run, body: &Value, now_ms: i64) -> Option<Compliance> {
    let sent_ms = run.command.as_ref().map_or(run.since_ms, |command| command.sent_ms);
    let state = Compliance::only(body, &run.node);
    if let Some(state) = state.clone().filter(|state| state.ended_ms.is_some_and(|ended| ended + SKEW_MS >= sent_ms)) {
        return Some(state);
    }
    if now_ms < run.since_ms + STATE_WITHIN_MS {
        wait(run, 20 * SECOND_MS, now_ms);
        return None;
    }
    let left = state
        .and_then(|state| state.ended_ms)
        .map_or_else(|| "none".to_owned(), |at| format!("one of {}", rfc3339(at)));
    run.end(Kind::Failed, format!("the scan said that it went well and left no new patch state, but {left}"), now_ms);
    None
}

fn scanned(run: &mut Run, body: &Value, now_ms: i64) {
    let Some(state) = fresh(run, body, now_ms) else { return };
    run.note(
        now_ms,
        format!("{} missing, {} failed, {} waiting for a reboot", state.missing, state.failed, state.pending_reboot),
    );
    run.before = Some(state);
    after_scan(run, now_ms);
    if let (Route::Window { last_start_ms, .. }, false) = (&run.route, run.is_done())
        && now_ms > *last_start_ms
    {
        let last = rfc3339(*last_start_ms);
        run.end(Kind::Missed, format!("the scan took too long: nothing may be begun after {last}"), now_ms);
    }
}

fn agent(run: &mut Run, body: &Value, now_ms: i64) {
    let node = read::list(body, "InstanceInformationList").find(|one| read::text(one, "InstanceId") == run.node);
    let online = node.is_some_and(|node| {
        let pinged = read::time(node, "LastPingDateTime").unwrap_or_default();
        Ping::of(read::text(node, "PingStatus")) == Ping::Online
            && pinged + SKEW_MS >= run.installed_ms.unwrap_or_default()
    });
    if online {
        run.note(now_ms, "the agent answers");
        return if run.node.starts_with("i-") { go(run, At::HealthStatus, now_ms) } else { after_status(run, now_ms) };
    }
    late_or_wait(run, "its agent does not answer", now_ms);
}

fn after_status(run: &mut Run, now_ms: i64) {
    if run.how.alarms.is_empty() { after_health(run, now_ms) } else { go(run, At::HealthAlarms, now_ms) }
}

fn status(run: &mut Run, body: &Value, now_ms: i64) {
    let found = read::list(body, "InstanceStatuses").find(|one| read::text(one, "InstanceId") == run.node);
    let Some(found) = found else { return late_or_wait(run, "EC2 does not know it", now_ms) };
    let of = |path: &str, name: &str| found.get(path).map(|part| read::text(part, name)).unwrap_or_default().to_owned();
    let (state, system, instance) =
        (of("InstanceState", "Name"), of("SystemStatus", "Status"), of("InstanceStatus", "Status"));
    match (state.as_str(), system.as_str(), instance.as_str()) {
        ("running", "ok", "ok") => {
            run.note(now_ms, "EC2's status checks are passed");
            after_status(run, now_ms);
        }
        ("stopped" | "terminated" | "shutting-down" | "stopping", _, _) => {
            run.end(Kind::Unhealthy, format!("it is {}", crate::plain(&state)), now_ms);
        }
        _ => late_or_wait(run, &format!("EC2's status checks say {system} and {instance}"), now_ms),
    }
}

/// A node that does not come back is an alarm, and stops its ring.
fn late_or_wait(run: &mut Run, what: &str, now_ms: i64) {
    if now_ms < run.since_ms + run.how.health_ms {
        return wait(run, 20 * SECOND_MS, now_ms);
    }
    let minutes = run.how.health_ms / MINUTE_MS;
    run.end(Kind::Unhealthy, format!("{}, {minutes} minutes after the install", crate::plain(what)), now_ms);
}

fn rescanned(run: &mut Run, body: &Value, now_ms: i64) {
    let Some(state) = fresh(run, body, now_ms) else { return };
    let before = run.before.as_ref().map_or(0, |before| before.missing + before.failed);
    run.note(now_ms, format!("{before} open before, {} missing and {} failed after", state.missing, state.failed));
    run.after = Some(state);
    match judged(run) {
        (Kind::Patched, _) if !run.findings.is_empty() => go(run, At::Inspector, now_ms),
        (kind, why) => run.end(kind, why, now_ms),
    }
}

/// What the two looks at the host prove, whatever the install said.
fn judged(run: &Run) -> (Kind, String) {
    let said = run.said.as_deref().unwrap_or("nothing");
    let open = |state: Option<&Compliance>| state.map_or(0, |state| state.missing + state.failed);
    let (before, after) = (open(run.before.as_ref()), open(run.after.as_ref()));
    let baseline_done = !run.work.baseline || after == 0;
    if run.open.is_empty() && baseline_done {
        let waits = run.after.as_ref().is_some_and(|state| state.pending_reboot > 0);
        return if waits {
            (Kind::PendingReboot, "all is installed; some of it waits for a reboot".to_owned())
        } else {
            (Kind::Patched, format!("seen in the second scan and the host's own list; the install said {said}"))
        };
    }
    let closed = run.work.fixes.len().saturating_sub(run.open.len());
    let some = (run.work.baseline && after < before) || (!run.open.is_empty() && closed > 0);
    let left =
        if run.open.is_empty() { format!("{after} of {before} updates are still open") } else { run.open.join("; ") };
    (if some { Kind::Partly } else { Kind::NotPatched }, format!("the install said {said}, and {left}"))
}

fn inspected(run: &mut Run, body: &Value, now_ms: i64) {
    let still = read::list(body, "findings").find_map(|finding| {
        let arn = read::text(finding, "findingArn");
        run.findings.iter().find(|cite| cite.arn == arn).map(|cite| cite.id.clone())
    });
    if still.is_none() {
        if let Some(page) = read::some(body, "nextToken") {
            run.page = Some(page);
            return;
        }
        let (kind, why) = judged(run);
        return run.end(kind, format!("{why}; Inspector shows none of the findings any more"), now_ms);
    }
    run.page = None;
    let still = crate::plain(&still.unwrap_or_default());
    if now_ms < run.since_ms + run.how.inspector_ms {
        return wait(run, INSPECTOR_AGAIN_MS, now_ms);
    }
    let (_, why) = judged(run);
    run.end(Kind::Unconfirmed, format!("{why}; Inspector still shows {still}"), now_ms);
}

fn replaced(run: &mut Run, body: &Value, now_ms: i64) {
    let task = read::list(body, "ReplaceRootVolumeTasks")
        .find(|task| Some(read::text(task, "SnapshotId")) == run.snapshot_id.as_deref());
    match task.map(|task| read::text(task, "TaskState")).unwrap_or_default() {
        "succeeded" => after_install(run, now_ms),
        state @ ("failed" | "failed-detached" | "failing") => {
            run.end(Kind::Unhealthy, format!("the replacement of its root volume is {state}"), now_ms);
        }
        _ if now_ms > run.since_ms + run.how.command_ms => {
            run.end(Kind::Unhealthy, "the replacement of its root volume does not end", now_ms);
        }
        _ => wait(run, 20 * SECOND_MS, now_ms),
    }
}

fn root_volume(body: &Value) -> Option<String> {
    let instance = body.pointer("/Reservations/0/Instances/0")?;
    let root = read::some(instance, "RootDeviceName")?;
    let device = read::list(instance, "BlockDeviceMappings").find(|device| read::text(device, "DeviceName") == root)?;
    read::some(device.get("Ebs")?, "VolumeId")
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
        match run.at {
            At::Command(stage, Phase::Send) => run.at = At::Command(stage, Phase::Look),
            At::SnapshotCreate => run.at = At::SnapshotLook,
            _ => {}
        }
        let pause = (2_i64 << run.tries.min(7)) * SECOND_MS;
        run.note(now_ms, format!("tried again: {words}"));
        return wait(run, pause, now_ms);
    }
    let unreachable = code.starts_with("InvalidInstanceId") && run.installed_ms.is_none();
    let kind = match run.at {
        _ if unreachable => Kind::Unreachable,
        At::Window if fault == Fault::Gone || code.starts_with("DoesNotExist") => Kind::Missed,
        At::Command(_, Phase::Cancel) => {
            let At::Command(stage, _) = run.at else { return };
            return ended(run, stage, "did not end in time and could not be cancelled", "", now_ms);
        }
        _ if run.at.step() == 7 => Kind::Unhealthy,
        _ => Kind::Failed,
    };
    run.end(kind, words, now_ms);
}
