//! What the looks before and after prove.

use serde_json::Value;

use super::{MINUTE_MS, SECOND_MS, SKEW_MS, after_scan, go, to_decision, wait};
use crate::compliance::Compliance;
use crate::run::{At, Kind, NAMED, Run};
use crate::{read, rfc3339};

/// A patch state may come so long after its command's end.
const STATE_WITHIN_MS: i64 = 5 * MINUTE_MS;
/// Between two looks at Inspector.
const INSPECTOR_AGAIN_MS: i64 = 30 * MINUTE_MS;

/// The state that a scan has left; `None`, after waiting, where it left none.
fn fresh(run: &mut Run, body: &Value, now_ms: i64) -> Option<Compliance> {
    let sent_ms = run.command.as_ref().map_or(run.since_ms, |command| command.sent_ms);
    let state = Compliance::only(body, &run.plan.node);
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

pub(super) fn scanned(run: &mut Run, body: &Value, now_ms: i64) {
    let Some(state) = fresh(run, body, now_ms) else { return };
    run.note(
        now_ms,
        format!("{} missing, {} failed, {} waiting for a reboot", state.missing, state.failed, state.pending_reboot),
    );
    run.before = Some(state);
    after_scan(run, now_ms);
}

pub(super) fn rescanned(run: &mut Run, body: &Value, now_ms: i64) {
    let Some(state) = fresh(run, body, now_ms) else { return };
    let before = run.before.as_ref().map_or(0, |before| before.missing + before.failed);
    run.note(now_ms, format!("{before} open before, {} missing and {} failed after", state.missing, state.failed));
    let open = state.missing + state.failed;
    run.after = Some(state);
    if open > 0 { go(run, At::PatchesAfter, now_ms) } else { proven(run, now_ms) }
}

/// What is open now is written down and compared; then what both scans say is judged.
fn proven(run: &mut Run, now_ms: i64) {
    if !run.open_before.is_empty() {
        let gone: Vec<&str> =
            run.open_before.iter().filter(|one| !run.open_after.contains(one)).map(String::as_str).collect();
        run.note(now_ms, format!("installed: {}; still open: {}", named(&gone), named(&run.open_after)));
    }
    match judged(run) {
        (Kind::Patched, _) if !run.plan.findings.is_empty() => go(run, At::Inspector, now_ms),
        (kind, why) => run.end(kind, why, now_ms),
    }
}

/// What the two looks at the host prove, whatever the install said.
fn judged(run: &Run) -> (Kind, String) {
    let said = run.said.as_deref().unwrap_or("nothing");
    let open = |state: Option<&Compliance>| state.map_or(0, |state| state.missing + state.failed);
    let (before, after) = (open(run.before.as_ref()), open(run.after.as_ref()));
    let baseline_done = !run.plan.work.baseline || after == 0;
    if run.open.is_empty() && baseline_done {
        let waits = run.after.as_ref().is_some_and(|state| state.pending_reboot > 0);
        return if waits {
            (Kind::PendingReboot, "all is installed; some of it waits for a reboot".to_owned())
        } else {
            (Kind::Patched, format!("seen in the second scan and the host's own list; the install said {said}"))
        };
    }
    let closed = run.plan.work.fixes.len().saturating_sub(run.open.len());
    let some = (run.plan.work.baseline && after < before) || (!run.open.is_empty() && closed > 0);
    let left =
        if run.open.is_empty() { format!("{after} of {before} updates are still open") } else { run.open.join("; ") };
    (if some { Kind::Partly } else { Kind::NotPatched }, format!("the install said {said}, and {left}"))
}

pub(super) fn inspected(run: &mut Run, body: &Value, now_ms: i64) {
    let still = read::list(body, "findings").find_map(|finding| {
        let arn = read::text(finding, "findingArn");
        run.plan.findings.iter().find(|cite| cite.arn == arn).map(|cite| cite.id.clone())
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

/// The names of patches in a sentence.
fn named<T: AsRef<str>>(names: &[T]) -> String {
    let first: Vec<&str> = names.iter().take(10).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(first.len()) {
        _ if names.is_empty() => "none".to_owned(),
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Takes a page of patches over. Whether it was the last. A list that begins anew, as after an interruption, takes the
/// place of what there was of it.
fn patches(list: &mut Vec<String>, page: &mut Option<String>, body: &Value) -> bool {
    if page.is_none() {
        list.clear();
    }
    let name = |patch: &Value| read::some(patch, "KBId").or_else(|| read::some(patch, "Title"));
    list.extend(read::list(body, "Patches").filter_map(name).map(|name| riposte_core::text::plain(&name, 120)));
    list.truncate(NAMED);
    *page = read::some(body, "NextToken").filter(|_| list.len() < NAMED);
    page.is_none()
}

pub(super) fn patches_before(run: &mut Run, body: &Value, now_ms: i64) {
    if patches(&mut run.open_before, &mut run.page, body) {
        run.note(now_ms, format!("open before: {}", named(&run.open_before)));
        to_decision(run, At::Confirm, now_ms);
    }
}

pub(super) fn patches_after(run: &mut Run, body: &Value, now_ms: i64) {
    if patches(&mut run.open_after, &mut run.page, body) {
        proven(run, now_ms);
    }
}
