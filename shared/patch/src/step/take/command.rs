//! Commands: looked for, sent, waited for, cancelled.

use serde_json::Value;

use super::{MINUTE_MS, SECOND_MS, SKEW_MS, after_install, again_or, go, go_to, still_holds, wait};
use crate::commands;
use crate::node::Manager;
use crate::read;
use crate::run::{At, Issued, Kind, Phase, Run, Stage};
use crate::window::{Busy, Policy};

pub(super) fn command(run: &mut Run, stage: Stage, phase: Phase, body: &Value, now_ms: i64) {
    match phase {
        Phase::Look => looked(run, stage, body, now_ms),
        Phase::Send => match body.get("Command").and_then(|command| read::some(command, "CommandId")) {
            Some(id) => sent(run, stage, id, now_ms),
            None => run.end(Kind::Failed, "the command's id is not given", now_ms),
        },
        Phase::Poll => polled(run, stage, body, now_ms),
        Phase::Cancel => ended(run, stage, "did not end in time and was canceled", "", now_ms),
    }
}

/// Whether a stage changes the node.
fn installs(stage: Stage) -> bool {
    matches!(stage, Stage::Install | Stage::Distribute(_) | Stage::RollBack)
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
    match run.other.take() {
        Some(other) => blocked(run, &format!("the command {other}"), now_ms),
        None if installs(stage) => {
            // What was intended is kept: a command whose answer was lost is looked for again after this.
            run.at = At::Associations(stage);
        }
        None => send(run, stage, now_ms),
    }
}

/// Something else is at work on the node: it is waited for, and not for ever.
fn blocked(run: &mut Run, other: &str, now_ms: i64) {
    if now_ms > run.since_ms + run.how.command_ms {
        if run.said.is_some() && run.installed_ms.is_none() {
            // A part is installed already: the node is looked at, and what is still open is told.
            run.note(now_ms, format!("{other} of somebody else's does not end: the rest is left"));
            return after_install(run, now_ms);
        }
        let kind = if run.installed_ms.is_some() { Kind::Failed } else { Kind::Blocked };
        return run.end(kind, format!("{other} of somebody else's does not end"), now_ms);
    }
    run.note(now_ms, format!("waits for {other}"));
    wait(run, 2 * MINUTE_MS, now_ms);
}

/// An association that patches, as of a patch policy, shows in no list of commands.
pub(super) fn associations(run: &mut Run, stage: Stage, body: &Value, now_ms: i64) {
    let works = |one: &&Value| read::text(one, "Status") == "InProgress" && Policy::of(one).is_some();
    let name = |one: &Value| {
        read::some(one, "AssociationName").or_else(|| read::some(one, "Name")).map(|name| crate::plain(&name))
    };
    if let Some(name) = read::list(body, "InstanceAssociationStatusInfos").find(works).and_then(name) {
        run.at = At::Command(stage, Phase::Look);
        return blocked(run, &format!("the association {name}"), now_ms);
    }
    match read::some(body, "NextToken") {
        Some(page) => run.page = Some(page),
        None => send(run, stage, now_ms),
    }
}

/// Nothing is in the way: it is sent, where what it rests on still holds.
fn send(run: &mut Run, stage: Stage, now_ms: i64) {
    let first = run.plan.work.replace.is_none() && run.installs().first() == Some(&stage);
    // Where it was sent already and cannot be seen yet, it is no longer to be called off.
    if first && run.intended_ms.is_none() && !still_holds(run, now_ms) {
        return;
    }
    run.at = At::Command(stage, Phase::Look);
    again_or(run, At::Command(stage, Phase::Send), now_ms);
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
pub(super) fn ended(run: &mut Run, stage: Stage, wrong: &str, output: &str, now_ms: i64) {
    let said = if wrong.is_empty() { "Success" } else { wrong };
    run.note(now_ms, format!("the {} said {said}", stage.word()));
    match stage {
        Stage::Scan if wrong.is_empty() => go(run, At::ScanRead, now_ms),
        Stage::Scan => run.end(Kind::Failed, format!("the scan {said}: nothing is installed without one"), now_ms),
        // Whatever it says: the node is looked at.
        Stage::Install | Stage::Distribute(_) => {
            if let (Stage::Install, Some(manager)) = (stage, run.plan.work.manager) {
                commands::take_before(manager, &mut run.plan.work.fixes, output);
            }
            // One that went well does not hide another that did not.
            if !(wrong.is_empty() && run.said.is_some()) {
                run.said = Some(said.to_owned());
            }
            let all = run.installs();
            let next = all.iter().position(|one| *one == stage).and_then(|at| all.get(at + 1));
            match next.copied() {
                Some(next) => go_to(run, next, now_ms),
                None => after_install(run, now_ms),
            }
        }
        Stage::RollBack => {
            run.said = Some(said.to_owned());
            after_install(run, now_ms);
        }
        Stage::Query if wrong.is_empty() && run.rolled_back_by.is_some() => went_back(run, output, now_ms),
        Stage::Query if wrong.is_empty() => {
            let manager = run.plan.work.manager;
            run.open =
                manager.map(|manager| commands::still_open(manager, &run.plan.work.fixes, output)).unwrap_or_default();
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
    // An update of Windows was not there before.
    let is_windows = run.plan.work.manager == Some(Manager::Windows);
    let is_back = |fix: &&commands::Fix| {
        let is_it = |name: &str, version: &str| name == fix.package && (is_windows || version == fix.installed);
        there.iter().any(|(name, version)| is_it(name, version)) != is_windows
    };
    let not: Vec<String> = run
        .plan
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
