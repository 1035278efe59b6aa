//! `riposte baseline`, and `riposte detect` beside a baseline.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[allow(dead_code, reason = "the tests of another command use the rest of it")]
mod common;

use std::fs;
use std::path::Path;

use common::{Ran, gzip, lines, ordinary, riposte, truncated_gzip};
use serde_json::{Value, json};

fn at(day: usize, hour: usize, region: &str) -> Value {
    let mut record = ordinary(day * 100 + hour);
    record["eventTime"] = json!(format!("2026-02-{day:02}T{hour:02}:00:00Z"));
    record["awsRegion"] = json!(region);
    record
}

/// Ten days of work in one region.
fn usual() -> Vec<Value> {
    (1..=10).flat_map(|day| (8..18).map(move |hour| at(day, hour, "eu-west-1"))).collect()
}

/// The next day, with one call somewhere else.
fn today() -> Vec<Value> {
    vec![at(11, 8, "eu-west-1"), at(11, 9, "sa-east-1"), at(11, 10, "eu-west-1")]
}

fn run(arguments: &[&str]) -> Ran {
    riposte(arguments).run(b"")
}

/// A folder with the usual days in a file of each kind, and with today.
fn laid() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let all = usual();
    let (early, late) = all.split_at(50);
    fs::create_dir(folder.path().join("past")).unwrap();
    // The later days are read first.
    fs::write(folder.path().join("past/a.json.gz"), gzip(lines(late).as_bytes())).unwrap();
    fs::write(folder.path().join("past/b.json"), json!({ "Records": early }).to_string()).unwrap();
    fs::write(folder.path().join("today.json"), lines(&today())).unwrap();
    folder
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn what_was_learned_is_shown_compared_with_and_forgotten() {
    let folder = laid();
    let file = |name: &str| path(folder.path(), name);
    let learned = run(&["baseline", "learn", "--file", &file("usual"), &file("past")]);
    assert_eq!(learned.code, 0, "{}", learned.err);
    assert!(learned.err.contains("2 files, 100 records, 0 findings"), "{}", learned.err);

    let shown = run(&["baseline", "show", "--file", &file("usual"), "--json", "--principal", "mallory"]);
    let all: Vec<Value> = shown.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let regions = all.iter().find(|line| line["what"] == "regions").unwrap();
    assert_eq!((&regions["values"], &regions["since"]), (&json!(["eu-west-1"]), &json!("2026-02-01T08:00:00.000Z")));

    let ran = run(&["detect", "--baseline", &file("usual"), &file("today.json")]);
    assert_eq!((ran.code, ran.findings()), (0, vec!["ordinary-1109 account-in-new-region".to_owned()]), "{}", ran.err);
    // The file is not changed by it.
    let again = run(&["detect", "--baseline", &file("usual"), &file("today.json")]);
    assert_eq!(again.out, ran.out);
    let only = run(&["detect", "--baseline", &file("usual"), "--min-severity", "high", &file("today.json")]);
    assert_eq!((only.code, only.out.as_str()), (0, ""));
    let none = run(&["detect", &file("today.json")]);
    assert_eq!((none.code, none.out.as_str()), (0, ""), "without a baseline nothing is compared");

    let reset = run(&["baseline", "reset", "--file", &file("usual"), "--yes"]);
    assert_eq!(reset.code, 0, "{}", reset.err);
    let ran = run(&["detect", "--baseline", &file("usual"), &file("today.json")]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "it learns anew, and is silent meanwhile");
}

#[test]
fn the_order_and_the_number_of_deliveries_change_nothing() {
    let folder = laid();
    let file = |name: &str| path(folder.path(), name);
    run(&["baseline", "learn", "--file", &file("usual"), &file("past")]);
    let wanted = ["ordinary-1109 account-in-new-region"];
    let mut backwards = today();
    backwards.reverse();
    let mut doubled = today();
    doubled.extend(today());
    for records in [backwards, doubled] {
        let ran = riposte(&["detect", "--baseline", &file("usual"), "-"]).run(lines(&records).as_bytes());
        assert_eq!(ran.findings(), wanted);
    }
    let learned = fs::read_to_string(file("usual")).unwrap();
    run(&["baseline", "learn", "--file", &file("usual"), &file("past")]);
    assert_eq!(fs::read_to_string(file("usual")).unwrap(), learned, "to learn the same again is to learn nothing");
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = laid();
    let file = |name: &str| path(folder.path(), name);
    fs::write(file("none"), "hello\n").unwrap();
    fs::write(file("broken"), "{\"riposte-baseline\":1}\n{\"key\":7}\n").unwrap();
    for (baseline, word) in [("none", "line 1: it is no baseline"), ("broken", "line 2"), ("missing", "missing")] {
        let ran = run(&["detect", "--baseline", &file(baseline), &file("today.json")]);
        assert!(ran.code == 2 && ran.err.contains(word), "{baseline}: {}", ran.err);
    }
    run(&["baseline", "learn", "--file", &file("usual"), &file("past")]);
    let wrong = run(&["detect", "--baseline", &file("usual"), "--maxmind", &file("none"), &file("today.json")]);
    assert!(wrong.code == 2 && wrong.err.contains("MaxMind database") && wrong.err.contains("none"), "{}", wrong.err);
    let ran = run(&["detect", "--only", "account-in-new-region", &file("today.json")]);
    assert!(ran.code == 2 && ran.err.contains("say --baseline"), "{}", ran.err);
    let ran = run(&["baseline", "reset", "--file", &file("usual")]);
    assert!(ran.code == 2 && ran.err.contains("--yes"), "{}", ran.err);
    // An archive that ends early is named, and what it still gives is learned.
    fs::write(file("cut.gz"), truncated_gzip(lines(&usual()).as_bytes())).unwrap();
    let ran = run(&["baseline", "learn", "--file", &file("part"), &file("cut.gz")]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(fs::read_to_string(file("part")).unwrap().contains("eu-west-1"));
}
