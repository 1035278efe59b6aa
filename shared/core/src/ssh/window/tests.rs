use std::net::{Ipv4Addr, Ipv6Addr};

use super::*;
use crate::detect::LOG_DETECTORS;

fn refused(address: impl Into<IpAddr>, pid: u32) -> String {
    format!("sshd[{pid}]: Failed password for root from {} port 1 ssh2", address.into())
}

fn accepted(address: impl Into<IpAddr>, pid: u32) -> String {
    format!("sshd[{pid}]: Accepted password for root from {} port 1 ssh2", address.into())
}

const ATTACKER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 9);

/// Feeds lines one second apart and tells which detector fired at which line.
fn run(windows: &mut StreamWindows, start: i64, lines: &[String]) -> Vec<(usize, &'static str)> {
    let mut fired = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let at_ms = start + i64::try_from(index).unwrap() * 1_000;
        for finding in windows.observe(at_ms, line, &Limits::default(), LOG_DETECTORS) {
            fired.push((index, finding.meta.id));
        }
    }
    fired
}

#[test]
fn the_tenth_failure_fires_once() {
    let lines: Vec<_> = (0..30).map(|pid| refused(ATTACKER, pid)).collect();
    assert_eq!(run(&mut StreamWindows::default(), 0, &lines), [(9, "ssh-brute-force")]);
}

#[test]
fn a_new_attack_fires_again_after_a_quiet_window() {
    let lines: Vec<_> = (0..10).map(|pid| refused(ATTACKER, pid)).collect();
    let mut windows = StreamWindows::default();
    assert_eq!(run(&mut windows, 0, &lines), [(9, "ssh-brute-force")]);
    assert_eq!(run(&mut windows, 9_000 + 600_000, &lines), [], "the window was not quiet");
    assert_eq!(run(&mut windows, 10_000_000, &lines), [(9, "ssh-brute-force")]);
}

#[test]
fn a_login_after_five_failures_fires() {
    let mut lines: Vec<_> = (0..5).map(|pid| refused(ATTACKER, pid)).collect();
    lines.extend([accepted(ATTACKER, 5), accepted(ATTACKER, 6)]);
    assert_eq!(run(&mut StreamWindows::default(), 0, &lines), [(5, "ssh-login-after-failures")]);
}

#[test]
fn a_person_who_mistyped_twice_is_silent() {
    let lines = [refused(ATTACKER, 1), refused(ATTACKER, 1), accepted(ATTACKER, 1)];
    assert_eq!(run(&mut StreamWindows::default(), 0, &lines), []);
}

#[test]
fn failures_after_a_login_did_not_lead_to_it() {
    let lines: Vec<_> = (0..6).map(|pid| refused(ATTACKER, pid)).collect();
    let mut windows = StreamWindows::default();
    assert_eq!(run(&mut windows, 10_000, &lines), []);
    assert_eq!(run(&mut windows, 9_000, &[accepted(ATTACKER, 9)]), [], "a line that came late");
}

#[test]
fn another_address_that_logs_in_is_silent() {
    let mut lines: Vec<_> = (0..9).map(|pid| refused(ATTACKER, pid)).collect();
    lines.push(accepted(Ipv4Addr::new(198, 51, 100, 7), 10));
    let mut windows = StreamWindows::default();
    assert_eq!(run(&mut windows, 0, &lines), []);
    assert_eq!(windows.len(), 1, "a login alone is not remembered");
}

#[test]
fn findings_survive_being_written_down_at_any_line() {
    let mut lines: Vec<_> = (0..12).map(|pid| refused(ATTACKER, pid)).collect();
    lines.push(accepted(ATTACKER, 13));
    let mut whole = StreamWindows::default();
    let want = run(&mut whole, 0, &lines);
    assert_eq!(want, [(9, "ssh-brute-force"), (12, "ssh-login-after-failures")]);
    let mut kept = StreamWindows::default();
    let mut got = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let at_ms = i64::try_from(index).unwrap() * 1_000;
        kept = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
        let found = kept.observe(at_ms, line, &Limits::default(), LOG_DETECTORS);
        got.extend(found.into_iter().map(|finding| (index, finding.meta.id)));
    }
    assert_eq!((got, kept), (want, whole));
}

#[test]
fn the_claim_is_about_the_whole_attack() {
    let mut windows = StreamWindows::default();
    let mut claims = Vec::new();
    for pid in 0..10u32 {
        let at_ms = 1_000 + i64::from(pid);
        claims.extend(windows.observe(at_ms, &refused(ATTACKER, pid), &Limits::default(), LOG_DETECTORS));
    }
    let finding = &claims[0];
    assert_eq!(finding.address, IpAddr::from(ATTACKER));
    assert_eq!(finding.claim.began_ms, 1_000);
    assert_eq!(finding.claim.why, "203.0.113.9 failed to log in over SSH 10 times, the limit is 10 within 600 s");
}

fn crowd(n: u128) -> Ipv6Addr {
    Ipv6Addr::from(0x2001_0db8_ffff_ffff_ffff_ffff_0000_0000 + n)
}

#[test]
fn a_crowd_cannot_flush_out_an_address_near_the_limit() {
    let mut windows = StreamWindows::default();
    let guesses: Vec<_> = (0..9).map(|pid| refused(ATTACKER, pid)).collect();
    assert_eq!(run(&mut windows, 0, &guesses), []);
    for n in 0..1_500u32 {
        windows.observe(20_000, &refused(crowd(n.into()), n), &Limits::default(), LOG_DETECTORS);
        assert!(windows.len() <= MAX_SOURCES);
    }
    assert_eq!(run(&mut windows, 30_000, &[refused(ATTACKER, 9)]), [(0, "ssh-brute-force")]);
}

#[test]
fn of_equally_quiet_addresses_the_oldest_goes() {
    let mut windows = StreamWindows::default();
    for n in 0..=MAX_SOURCES {
        let at_ms = i64::try_from(n).unwrap();
        windows.observe(at_ms, &refused(crowd(n as u128), 1), &Limits::default(), LOG_DETECTORS);
    }
    // A quarter goes at once.
    let kept = MAX_SOURCES - MAX_SOURCES / 4;
    assert_eq!(windows.len(), kept);
    let oldest = u128::try_from(MAX_SOURCES - kept).unwrap();
    assert!(!windows.sources.contains_key(&IpAddr::from(crowd(oldest))));
    assert!(windows.sources.contains_key(&IpAddr::from(crowd(oldest + 1))));
}

#[test]
fn the_count_of_failures_is_kept_and_comes_back() {
    let mut windows = StreamWindows::default();
    for n in 0..5_000u32 {
        let line =
            if n % 7 == 0 { accepted(crowd((n % 1_300).into()), n) } else { refused(crowd((n % 1_300).into()), n / 3) };
        windows.observe(i64::from(n) * 200, &line, &Limits::default(), LOG_DETECTORS);
        assert_eq!(windows.failures, windows.sources.values().map(SourceHistory::held).sum::<usize>(), "{n}");
    }
    let text = serde_json::to_string(&windows).unwrap();
    assert_eq!(serde_json::from_str::<StreamWindows>(&text).unwrap(), windows);
}

/// Many addresses near a limit: the search for what goes is not made for every line.
#[test]
fn where_it_stays_full_most_lines_find_room() {
    let mut windows = StreamWindows::default();
    let mut searches = 0;
    for n in 0..20_000u32 {
        let before = windows.len();
        windows.observe(20_000 + i64::from(n), &refused(crowd(n.into()), n), &Limits::default(), LOG_DETECTORS);
        searches += u32::from(windows.len() < before);
    }
    assert!((1..=80).contains(&searches), "{searches}");
}

#[test]
fn addresses_that_count_no_more_go_first() {
    let mut windows = StreamWindows::default();
    for n in 0..=MAX_SOURCES {
        let at_ms = if n == MAX_SOURCES { 10_000_000 } else { 0 };
        windows.observe(at_ms, &refused(crowd(n as u128), 1), &Limits::default(), LOG_DETECTORS);
    }
    assert_eq!(windows.len(), 1);
}

/// An item of the ledger may hold 400 KB, and the windows are not alone in it.
#[test]
fn the_fullest_state_fits_into_one_item() {
    let mut windows = StreamWindows::default();
    for round in 0..12u32 {
        for n in 0..u32::try_from(MAX_SOURCES).unwrap() {
            let at_ms = 1_733_812_345_678 + i64::from(round) * 599_000 / 12 + i64::from(n);
            windows.observe(at_ms, &refused(crowd(n.into()), 4_000_000 + n), &Limits::default(), LOG_DETECTORS);
            windows.observe(at_ms, &accepted(crowd(n.into()), 4_000_000 + n), &Limits::default(), LOG_DETECTORS);
        }
    }
    let failures: usize = windows.sources.values().map(SourceHistory::held).sum();
    assert!(failures > MAX_FAILURES / 2, "{failures} failures");
    let bytes = serde_json::to_vec(&windows).unwrap().len();
    assert!(bytes < 300_000, "{bytes} bytes of {} addresses", windows.len());
}
