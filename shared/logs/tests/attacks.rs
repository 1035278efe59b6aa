//! The attacks in the logs of the corpus, and a day of an application's ordinary logs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test"
)]

#[allow(dead_code, reason = "another test uses the rest of it")]
mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use riposte_core::finding::Severity;
use riposte_logs::read::Reader;
use riposte_logs::signature::{Scanner, Sign};

use common::{Random, expand};

fn scan<'a>(lines: impl IntoIterator<Item = &'a [u8]>, near_ms: Option<i64>) -> Vec<Sign> {
    let (mut reader, mut scanner) = (Reader::default(), Scanner::default().holding(200_000));
    // A file from long ago: its lines say no year.
    if let Some(near) = near_ms {
        reader.set_near(near);
    }
    lines.into_iter().flat_map(|line| scanner.scan(&reader.read(line, None), line)).collect()
}

#[expect(clippy::disallowed_methods, reason = "no setting of the product: the place of test data")]
fn log(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("RIPOSTE_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: RIPOSTE_CORPUS is not set");
        return None;
    };
    Some(std::fs::read(folder.join(format!("logs/{name}.log"))).unwrap())
}

/// How many different subjects each detector found.
fn by_detector(signs: &[Sign]) -> BTreeMap<&str, Vec<&str>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for sign in signs {
        let subjects = all.entry(sign.meta.id).or_default();
        if !subjects.contains(&sign.subject.as_str()) {
            subjects.push(&sign.subject);
        }
    }
    for (id, subjects) in &all {
        println!("{id}: {}", subjects.join(", "));
    }
    all
}

/// Every source that a plain count over the text finds: so many lines that hold `what` within ten minutes are more
/// than enough for a detector, so it must have fired.
fn sources<'a>(text: &'a str, what: &str, key: &str, least: usize) -> Vec<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines().filter(|line| line.contains(what)) {
        let Some((_, rest)) = line.split_once(key) else { continue };
        let source = rest.split([' ', '(']).next().unwrap_or(rest);
        if !source.is_empty() {
            *counts.entry(source).or_default() += 1;
        }
    }
    counts.into_iter().filter(|(_, count)| *count >= least).map(|(source, _)| source).collect()
}

#[test]
fn the_attacks_in_the_log_of_an_ssh_server() {
    let Some(log) = log("OpenSSH") else { return };
    let text = String::from_utf8_lossy(&log);
    let signs = scan(log.split(|b| *b == b'\n'), Some(1_702_191_346_000));
    let all = by_detector(&signs);
    let guessed = &all["ssh-brute-force"];
    // More than twenty refused passwords of the address within these few hours.
    for source in sources(&text, "Failed password", " from ", 20) {
        assert!(guessed.contains(&source), "{source} is missing: {guessed:?}");
    }
    assert!(all.contains_key("ssh-password-spraying"), "many users were tried");
    assert!(signs.iter().all(|sign| sign.address.is_some()), "nobody else is accused");
}

#[test]
fn the_attacks_in_the_log_of_a_linux_host() {
    let Some(log) = log("Linux") else { return };
    let text = String::from_utf8_lossy(&log);
    let all_signs = scan(log.split(|b| *b == b'\n'), Some(1_118_762_161_000));
    let all = by_detector(&all_signs);
    let guessed = &all["host-login-guessing"];
    for source in sources(&text, "authentication failure", "rhost=", 12) {
        assert!(guessed.contains(&source), "{source} is missing: {guessed:?}");
    }
    assert!(guessed.contains(&"163.27.187.39"), "the remote logins by Kerberos: {guessed:?}");
    let bursts = &all["host-connection-burst"];
    for source in sources(&text, "ftpd[", "connection from ", 23) {
        assert!(bursts.contains(&source), "{source} is missing: {bursts:?}");
    }
    assert!(all.contains_key("host-anonymous-ftp-login"));
    let known = ["host-login-guessing", "host-connection-burst", "host-anonymous-ftp-login"];
    assert!(all.keys().all(|id| known.contains(id)), "{:?}", all.keys());
}

#[test]
fn the_scan_in_the_log_of_a_web_server() {
    let Some(log) = log("Apache") else { return };
    let signs = scan(log.split(|b| *b == b'\n'), None);
    let all = by_detector(&signs);
    assert_eq!(all.keys().collect::<Vec<_>>(), [&"web-probed-from-many-addresses"]);
}

#[test]
fn a_day_of_an_applications_ordinary_logs_gives_at_most_one_low_finding() {
    let mut random = Random::new("a day");
    let kinds: &[(u64, &str)] = &[
        (
            400,
            "{client} - - [10/Dec/2023:{clock} +0000] \"GET /{|shop|cart|static/app.js|item?id={1-9999}|search?q={blue+shirt|union+jack+flag|select+a+size|rock+and+roll}} HTTP/1.1\" 200 {int} \"https://shop.example.com/\" \"Mozilla/5.0\"",
        ),
        (
            12,
            "{client} - - [10/Dec/2023:{clock} +0000] \"GET /{favicon.ico|apple-touch-icon.png|robots.txt} HTTP/1.1\" 404 0 \"-\" \"Mozilla/5.0\"",
        ),
        (
            6,
            "{client} - - [10/Dec/2023:{clock} +0000] \"POST /login HTTP/1.1\" {200|200|200|401} 99 \"-\" \"Mozilla/5.0\"",
        ),
        (
            200,
            "{\"time\":\"2023-12-10T{clock}Z\",\"level\":\"{info|info|info|info|warn}\",\"msg\":\"order {int} of customer {uuid} took {1-900} ms\"}",
        ),
        (
            8,
            "{\"time\":\"2023-12-10T{clock}Z\",\"level\":\"error\",\"msg\":\"payment of order {int} was refused: card expired\"}",
        ),
        (40, "2023-12-10T{clock}.000Z shop-1 systemd[1]: Started Session {int} of user {user}."),
        (
            6,
            "2023-12-10T{clock}.000Z shop-1 sshd[{100-9999}]: Accepted publickey for {user} from 10.0.{0-3}.{1-250} port {port} ssh2: ED25519 SHA256:abc",
        ),
        (
            2,
            "2023-12-10T{clock}.000Z shop-1 sshd[{100-9999}]: Failed password for {user} from 10.0.{0-3}.{1-250} port {port} ssh2",
        ),
        (
            6,
            "2023-12-10T{clock}.000Z shop-1 sudo[{100-9999}]: {user} : TTY=pts/0 ; PWD=/home ; USER=root ; COMMAND=/usr/bin/systemctl restart shop",
        ),
        (
            150,
            "2 111122223333 eni-0a 10.0.{0-3}.{1-250} 10.0.{4-5}.{1-250} {port} {443|5432|6379} 6 {1-90} {100-90000} {epoch} {epoch} ACCEPT OK",
        ),
        (
            10,
            "2 111122223333 eni-0a {ip} 10.0.{4-5}.{1-250} {port} {22|23|80|445|3389} 6 1 40 {epoch} {epoch} REJECT OK",
        ),
        (
            40,
            "{\"version\":\"1.1\",\"query_timestamp\":\"2023-12-10T{clock}Z\",\"query_name\":\"{db|cache|api|mail}.{example.com|internal.example.com|eu-west-1.amazonaws.com}.\",\"query_type\":\"A\",\"rcode\":\"{NOERROR|NOERROR|NXDOMAIN}\",\"srcaddr\":\"10.0.1.7\"}",
        ),
        (
            20,
            "2023-12-10 {clock} UTC:10.0.1.7(4711):app@shop:[{100-9999}]:LOG:  checkpoint complete: wrote {int} buffers",
        ),
        (
            1,
            "2023-12-10 {clock} UTC:10.0.1.7(4711):app@shop:[{100-9999}]:FATAL:  password authentication failed for user \"{user}\"",
        ),
    ];
    let weights: u64 = kinds.iter().map(|(weight, _)| weight).sum();
    let mut lines = Vec::new();
    for second in 0..86_400_u64 {
        if random.within(0, 1) == 0 {
            continue;
        }
        let mut ticket = random.within(0, weights - 1);
        let (_, kind) = kinds
            .iter()
            .find(|(weight, _)| {
                let hit = ticket < *weight;
                ticket = ticket.saturating_sub(*weight);
                hit
            })
            .unwrap();
        let clock = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        // Few clients come often, many once.
        let client = if random.within(0, 3) == 0 {
            format!("192.0.2.{}", random.within(1, 9))
        } else {
            expand("{ip}", &mut random)
        };
        let text = kind
            .replace("{clock}", &clock)
            .replace("{epoch}", &(1_702_166_400 + second).to_string())
            .replace("{client}", &client);
        lines.push(expand(&text, &mut random));
    }
    assert!(lines.len() > 40_000);
    let signs = scan(lines.iter().map(String::as_bytes), None);
    let shown: Vec<String> = signs.iter().map(|sign| format!("{}: {}", sign.meta.id, sign.why)).collect();
    assert!(signs.len() <= 1 && signs.iter().all(|sign| sign.meta.severity <= Severity::Low), "{shown:#?}");
}
