//! What people are told, however a process ends: that one of them is asked, and what is left to them.

use std::time::Duration;

use riposte_patch::run::Kind;
use serde_json::json;

use super::function::{deliver, tick};
use super::manager::{account, node};
use super::ways::with;
use super::{Fleet, SETTINGS};
use crate::clock;
use crate::testing::Fault;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The bodies of the notices with this word in their subjects.
fn told(fleet: &Fleet, word: &str) -> Vec<String> {
    let sent = fleet.aws.world(|world| world.sent.clone());
    sent.into_iter().filter(|notice| notice.subject.contains(word)).map(|notice| notice.body).collect()
}

/// One in a ring that there is none of, one that nobody manages; and some that are nobody's concern.
fn left() -> Fleet {
    Fleet::of(
        account(&[
            ("i-1", with(&json!({ "tags": { "ring": "prdo" } }))),
            ("i-2", with(&json!({ "ping": "none" }))),
            ("i-3", with(&json!({ "ping": "none", "tags": { "riposte:exempt": "true" } }))),
            ("i-4", with(&json!({ "ping": "none", "tags": { "riposte:own": "true" } }))),
            ("i-5", with(&json!({ "ping": "none", "ec2": "stopped" }))),
        ]),
        SETTINGS,
    )
}

#[tokio::test]
async fn what_is_left_to_a_person_is_told_with_why_and_the_same_once_a_week() {
    let fleet = left();
    for _ in 0..12 {
        tick(&fleet).await;
        clock::sleep(HOUR).await;
    }
    let all = told(&fleet, "LEFT TO YOU: 2 machines");
    assert_eq!(all.len(), 1, "{all:?}");
    let said = ["i-1: its tag `ring` says `prdo`", "is `prod` meant?", "i-2: it has a role: its agent is missing"];
    assert!(said.iter().all(|said| all[0].contains(said)), "{}", all[0]);
    assert!(["i-3", "i-4", "i-5"].iter().all(|other| !all[0].contains(other)), "{}", all[0]);
    assert_eq!((fleet.runs().await, fleet.commands("scan")), (vec![], 0));
    // What is new comes a day after, what is the same a week after.
    fleet.state(|state| state["nodes"]["i-6"] = with(&json!({ "ping": "none" })));
    for _ in 0..24 {
        tick(&fleet).await;
        clock::sleep(HOUR).await;
    }
    assert_eq!(told(&fleet, "LEFT TO YOU: 3 machines").len(), 1);
    for _ in 0..8 {
        tick(&fleet).await;
        clock::sleep(DAY).await;
    }
    assert_eq!(told(&fleet, "LEFT TO YOU: 3 machines").len(), 2);
}

#[tokio::test]
async fn what_is_left_is_told_later_where_it_cannot_be_told_now_or_somebody_dies() {
    let fleet = left();
    fleet.aws.fail("Publish", Fault::DENIED);
    assert!(deliver(&fleet).await.is_err());
    clock::sleep(HOUR).await;
    tick(&fleet).await;
    assert_eq!(told(&fleet, "LEFT").len(), 1);
    let mut calls = 0;
    loop {
        let fleet = left();
        let ended = fleet.aws.run_for(calls, tick(&fleet)).await;
        fleet.aws.end_leases();
        clock::sleep(HOUR).await;
        tick(&fleet).await;
        // Who dies right after it was sent has not written that down.
        let count = told(&fleet, "LEFT").len();
        assert!((1..=2).contains(&count), "{count} notices where killed after {calls} calls");
        if ended.is_some() {
            assert_eq!(count, 1);
            break;
        }
        calls += 1;
    }
    // Two at once are one.
    let fleet = left();
    let _ = tokio::join!(deliver(&fleet), deliver(&fleet));
    assert_eq!(told(&fleet, "LEFT").len(), 1);
}

#[tokio::test]
async fn a_person_who_is_asked_is_told_however_the_process_ends_and_again_after_a_day() {
    let asks = || Fleet::of(account(&[("i-1", node())]), r#"{"snapshot":true,"emergency_hours":96}"#);
    let fleet = asks();
    fleet.aws.fail("Publish", Fault::THROTTLED);
    for _ in 0..4 {
        // The refused one is logged, and tried again.
        tick(&fleet).await;
        clock::sleep(HOUR).await;
    }
    assert_eq!(told(&fleet, "NEEDS APPROVAL").len(), 1);
    clock::sleep(DAY).await;
    tick(&fleet).await;
    assert_eq!(told(&fleet, "NEEDS APPROVAL").len(), 2);
    let mut calls = 0;
    loop {
        let fleet = asks();
        let ended = fleet.aws.run_for(calls, tick(&fleet)).await;
        fleet.aws.end_leases();
        for _ in 0..3 {
            tick(&fleet).await;
            clock::sleep(HOUR).await;
        }
        let count = told(&fleet, "NEEDS APPROVAL").len();
        assert!((1..=2).contains(&count), "{count} notices where killed after {calls} calls");
        if ended.is_some() {
            assert_eq!(count, 1);
            break;
        }
        calls += 1;
    }
}

/// Security updates that are missing and that no finding names, and a scan each day.
#[tokio::test]
async fn what_is_missing_is_due_by_when_it_was_seen_first_however_often_it_is_scanned() {
    let fleet = Fleet::of(account(&[("i-1", with(&json!({ "missing": 3 })))]), SETTINGS);
    let mut patched = 0;
    for month in 1..=2 {
        fleet.state(|state| {
            state["findings"] = json!([]);
            state["nodes"]["i-1"]["missing"] = json!(3);
        });
        for day in 0..28 {
            fleet.state(|state| state["nodes"]["i-1"]["scanned"] = json!(clock::now_ms()));
            // A run takes some ticks, and a day before it none but one.
            let ticks = if day < 26 { 1 } else { 8 };
            for _ in 0..ticks {
                tick(&fleet).await;
                clock::sleep(DAY / ticks).await;
            }
            patched = fleet.commands("install");
            // Thirty days for what is of security, less the four in which it is an emergency.
            assert_eq!(patched, if day < 26 { month - 1 } else { month }, "day {day} of month {month}");
        }
    }
    assert_eq!(patched, 2);
    let runs = fleet.runs().await;
    assert_eq!(runs.len(), 2, "what was missing anew is another undertaking");
    for run in runs {
        assert_eq!((run.outcome.as_ref().unwrap().kind, run.met_deadline()), (Kind::Patched, Some(true)), "{run:?}");
    }
}

const LIST: &str = "s3://riposte-patch-111122223333/kev.json";

#[tokio::test]
async fn cisas_list_in_s3_decides_and_one_that_is_malformed_is_told_and_holds_nothing_up() {
    let settings = SETTINGS.replacen('{', &format!(r#"{{"kev":"{LIST}","#), 1);
    let known = r#"{"vulnerabilities":[{"cveID":"CVE-2026-4242","dueDate":"2026-01-03"}]}"#;
    for (list, said) in
        [(known, "known to be exploited, due 2026-01-03"), (r#"{"vulnerabilities":[{}]}"#, "an exploit is known")]
    {
        let fleet = Fleet::of(account(&[("i-1", node())]), &settings);
        fleet.state(|state| state["objects"] = json!({ "riposte-patch-111122223333/kev.json": list }));
        for _ in 0..12 {
            tick(&fleet).await;
            clock::sleep(HOUR / 12).await;
        }
        let run = fleet.run().await;
        assert_eq!(run.outcome.as_ref().map(|outcome| outcome.kind), Some(Kind::Patched), "{run:?}");
        assert!(run.plan.reasons[0].contains(said), "{:?}", run.plan.reasons);
        let left = told(&fleet, "LEFT");
        assert_eq!(left.len(), usize::from(list != known), "{left:?}");
        assert!(left.iter().all(|body| body.contains(LIST) && body.contains("entry 1")), "{left:?}");
    }
}
