use super::*;
use crate::ssh::parse_line;

const LIMITS: Limits = Limits { window_ms: 1_000, failures: 4, failures_before_login: 3 };

fn line(pid: u32, message: &str) -> SshEvent {
    parse_line(&format!("sshd[{pid}]: {message}")).unwrap()
}

fn refused(pid: u32) -> SshEvent {
    line(pid, "Failed password for root from 203.0.113.9 port 1 ssh2")
}

fn tried(pid: u32) -> SshEvent {
    line(pid, "Invalid user x from 203.0.113.9 port 1")
}

fn accepted(pid: u32) -> SshEvent {
    line(pid, "Accepted password for root from 203.0.113.9 port 1 ssh2")
}

fn history(lines: &[(SshEvent, i64)]) -> SourceHistory {
    let mut history = SourceHistory::default();
    for (line, at_ms) in lines {
        history.record(line, *at_ms, &LIMITS);
    }
    history
}

#[test]
fn every_refusal_counts() {
    let history = history(&[(refused(1), 10), (refused(1), 20), (refused(2), 30)]);
    assert_eq!((history.failures_around(30, &LIMITS), history.total(), history.began_ms()), (3, 3, 10));
}

#[test]
fn one_attempt_that_is_told_in_several_lines_counts_once() {
    for lines in [
        vec![(tried(1), 10), (refused(1), 20), (tried(1), 30)],
        vec![(refused(1), 20), (tried(1), 10)],
        vec![(tried(1), 10), (tried(1), 11), (tried(1), 12)],
    ] {
        let history = history(&lines);
        assert_eq!((history.failures_around(30, &LIMITS), history.total()), (1, 1), "{lines:?}");
    }
}

#[test]
fn tries_on_several_connections_count_each() {
    assert_eq!(history(&[(tried(1), 10), (tried(2), 20), (tried(3), 30)]).failures_around(30, &LIMITS), 3);
}

#[test]
fn keys_offered_before_the_right_one_are_no_failures() {
    let history = history(&[(tried(1), 10), (accepted(1), 20)]);
    assert_eq!((history.held(), history.total()), (0, 0));
}

#[test]
fn a_login_does_not_clear_the_failures() {
    let history = history(&[(refused(1), 10), (refused(1), 20), (accepted(1), 30)]);
    assert_eq!(history.failures_until(30, &LIMITS), 2);
}

#[test]
fn failures_count_as_long_as_the_window() {
    let history = history(&[(refused(1), 0), (refused(2), 900), (refused(3), 1_000)]);
    assert_eq!(history.failures_until(1_000, &LIMITS), 3);
    assert_eq!(history.failures_until(1_001, &LIMITS), 2);
    assert_eq!(history.failures_until(500, &LIMITS), 1, "a failure after a login did not lead to it");
}

#[test]
fn an_attack_ends_when_the_window_has_been_quiet() {
    let mut history = history(&[(refused(1), 0), (refused(2), 900), (refused(3), 1_800)]);
    assert_eq!(history.fire("x", 1_800, &LIMITS), Some(0));
    assert_eq!(history.fire("x", 1_900, &LIMITS), None);
    assert_eq!((history.began_ms(), history.total()), (0, 3), "no pause yet");
    history.record(&refused(4), 2_801, &LIMITS);
    assert_eq!((history.began_ms(), history.total()), (2_801, 1));
    assert_eq!(history.fire("x", 2_801, &LIMITS), Some(2_801), "a new attack");
}

#[test]
fn lines_in_the_wrong_order_count_all_the_same() {
    let history = history(&[(refused(4), 400), (refused(3), 300), (refused(2), 200), (refused(1), 100)]);
    assert_eq!((history.failures_around(100, &LIMITS), history.began_ms()), (4, 100));
}

#[test]
fn a_line_from_the_far_future_hides_no_later_ones() {
    let mut history = history(&[(refused(1), 9_000_000)]);
    for at_ms in [10, 20, 30] {
        history.record(&refused(2), at_ms, &LIMITS);
    }
    assert_eq!(history.failures_around(30, &LIMITS), 3);
}

#[test]
fn no_more_is_held_than_decides() {
    let folded = line(1, "message repeated 4000000000 times: [ Failed password for root from 203.0.113.9 port 1 ssh2]");
    let mut one = history(&[(folded.clone(), 10)]);
    assert_eq!((one.held(), one.total()), (4, 4_000_000_000));
    let vast = Limits { failures: u32::MAX, ..LIMITS };
    one.record(&folded, 20, &vast);
    assert_eq!((one.held(), MAX_HELD), (1_000, usize::try_from(Limits::MAX_FAILURES).unwrap()));
    assert_eq!(one.total(), u32::MAX);
}

#[test]
fn an_attack_that_does_not_end_is_found_again_and_named_anew() {
    let mut history = history(&[(refused(1), 0)]);
    assert_eq!(history.fire("x", 0, &LIMITS), Some(0));
    let mut found = Vec::new();
    for at in (500..=14_000).step_by(500) {
        history.record(&refused(u32::try_from(at).unwrap()), at, &LIMITS);
        found.extend(history.fire("x", at, &LIMITS));
    }
    assert_eq!(found, [6_000, 12_000]);
}

#[test]
fn it_survives_the_ledger() {
    let mut before = history(&[(tried(1), 1_733_812_345_000), (refused(2), 1_733_812_345_678)]);
    before.fire("ssh-brute-force", 1_733_812_345_678, &LIMITS);
    let text = serde_json::to_string(&before).unwrap();
    assert_eq!(text, r#"{"b":1733812345000,"f":[[0,1,1],[678,2,0]],"n":2,"d":{"ssh-brute-force":1733812345678}}"#);
    assert_eq!(serde_json::from_str::<SourceHistory>(&text).unwrap(), before);
}
