//! Real events that nobody here wrote, read without a loss.
//!
//! The corpus is not part of the repository. `RIPOSTE_CORPUS` names its folder; without it these tests
//! say that they were skipped. What each file must give is told from the file itself, by rules over its
//! plain JSON, so that a file more in the corpus is a file more in the test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use riposte_core::detect::sigma::{self, RuleFile};
use riposte_core::detect::{Facts, Head, Index, LOG_DETECTORS};
use riposte_core::event::{Delivery, DeliveryKind, Event, ParseError};
use riposte_core::ssh::{Limits, StreamWindows};
use serde_json::Value;

/// The corpus's folder; `None`, said aloud, where none is named.
#[expect(clippy::disallowed_methods, reason = "no setting of the product: the place of test data")]
fn corpus() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("RIPOSTE_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: RIPOSTE_CORPUS is not set");
        return None;
    };
    assert!(folder.is_dir(), "RIPOSTE_CORPUS: no folder at {}", folder.display());
    Some(folder)
}

/// The JSON files of a folder, in order, with their names.
fn json_files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no files in {}", folder.display());
    files
}

/// Every record of the attacks, with the technique it belongs to.
fn attacks(corpus: &Path) -> Vec<(String, Value)> {
    let mut records = Vec::new();
    for (technique, text) in json_files(&corpus.join("cloudtrail/attacks")) {
        let file: Value = serde_json::from_str(&text).unwrap();
        let list = file["Records"].as_array().unwrap_or_else(|| panic!("{technique}: no `Records`")).clone();
        records.extend(list.into_iter().map(|record| (technique.clone(), record)));
    }
    records
}

fn labelled(corpus: &Path) -> Vec<(String, Value)> {
    let text = fs::read_to_string(corpus.join("cloudtrail/labelled.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .map(|entry: Value| (entry["rule_id"].as_str().unwrap().to_owned(), entry["log"].clone()))
        .collect()
}

#[test]
#[cfg_attr(not(corpus), ignore = "it did not run: RIPOSTE_CORPUS names no corpus")]
fn every_cloudtrail_record_is_a_call_and_keeps_all_that_it_says() {
    let Some(corpus) = corpus() else { return };
    let (attacks, labelled) = (attacks(&corpus), labelled(&corpus));
    let mut failed = 0;
    for (name, record) in attacks.iter().chain(&labelled) {
        let Ok(Event::Call(call)) = Event::parse(&record.to_string()) else { panic!("{name}: {record}") };
        assert_eq!(call.record(), record, "{name}");
        assert_eq!(call.event_name(), record["eventName"].as_str().unwrap(), "{name}");
        if record.get("errorCode").is_some_and(|code| !code.is_null()) {
            assert!(call.failed(), "{name}: a failed call taken for a successful one");
            failed += 1;
        }
    }
    println!("{} attack records, {} labelled ones, {failed} of them failed calls", attacks.len(), labelled.len());
    assert!(attacks.len() > 100 && labelled.len() > 100 && failed > 0);
}

/// The kinds of event, by rules over the plain JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Call,
    Tick,
    /// A finding of GuardDuty.
    Threat,
    Logs,
    /// An EventBridge event that nothing reads yet: parsed, and passed over.
    Unread,
    /// An SQS batch; its bodies here are no events.
    Queue,
    /// No shape that reaches these functions: invocations of AWS Config's rules, SNS and alarm payloads,
    /// responses. Refused with its keys, never passed over.
    Refused,
}

fn kind_of(value: &Value) -> Kind {
    let is_of_sqs = |records: &Vec<Value>| records.iter().all(|record| record["eventSource"] == "aws:sqs");
    match (value["detail-type"].as_str(), value["Records"].as_array()) {
        (Some(kind), _) if kind.ends_with("via CloudTrail") => Kind::Call,
        (Some("Scheduled Event"), _) => Kind::Tick,
        (Some("GuardDuty Finding"), _) => Kind::Threat,
        (Some(_), _) => Kind::Unread,
        (None, Some(records)) if is_of_sqs(records) => Kind::Queue,
        (None, _) if value["awslogs"].is_object() => Kind::Logs,
        (None, _) if value["eventName"].is_string() && value["eventSource"].is_string() => Kind::Call,
        (None, _) => Kind::Refused,
    }
}

/// Parses a payload and checks it against its own JSON.
fn check(name: &str, text: &str) -> Kind {
    let value: Value = serde_json::from_str(text).unwrap();
    let kind = kind_of(&value);
    let delivery = Delivery::parse(text);
    let delivered = if kind == Kind::Queue { DeliveryKind::Queue } else { DeliveryKind::Single };
    assert_eq!(delivery.kind, delivered, "{name}");
    if kind == Kind::Queue {
        let ids: Vec<_> =
            delivery.items.iter().map(|item| item.message.as_ref().map(|message| message.id.as_str())).collect();
        let want: Vec<_> = value["Records"].as_array().unwrap().iter().map(|r| r["messageId"].as_str()).collect();
        assert_eq!(ids, want, "{name}");
        assert!(delivery.items.iter().all(|item| item.event.is_err()), "{name}: a body that is an event after all");
        return kind;
    }
    let [item] = delivery.items.as_slice() else { panic!("{name}: {} items", delivery.items.len()) };
    match (kind, &item.event) {
        (Kind::Call, Ok(Event::Call(call))) => {
            let record = value.get("detail").unwrap_or(&value);
            assert_eq!(call.record(), record, "{name}");
        }
        (Kind::Tick, Ok(Event::Tick(tick))) => assert_eq!(tick.account.as_deref(), value["account"].as_str(), "{name}"),
        (Kind::Threat, Ok(Event::Threat(threat))) => assert_eq!(threat.json(), &value["detail"], "{name}"),
        (Kind::Logs, Ok(Event::Logs(batch))) => assert!(!batch.lines.is_empty() && !batch.control, "{name}"),
        (Kind::Unread, Ok(Event::Unread(unread))) => {
            assert_eq!(unread.detail_type.as_deref(), value["detail-type"].as_str(), "{name}");
        }
        (Kind::Refused, Err(ParseError::UnknownShape { keys })) => assert!(!keys.is_empty(), "{name}"),
        (kind, got) => panic!("{name}: {kind:?} was read as {got:?}"),
    }
    kind
}

#[test]
#[cfg_attr(not(corpus), ignore = "it did not run: RIPOSTE_CORPUS names no corpus")]
fn every_delivered_event_is_read_as_what_it_is() {
    let Some(corpus) = corpus() else { return };
    for (folder, kinds) in [
        ("eventbridge", &[Kind::Call, Kind::Tick, Kind::Threat, Kind::Unread, Kind::Refused][..]),
        ("lambda", &[Kind::Call, Kind::Tick, Kind::Logs, Kind::Unread, Kind::Queue, Kind::Refused][..]),
    ] {
        let files = json_files(&corpus.join(folder));
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        for (name, text) in &files {
            *counts.entry(check(name, text)).or_default() += 1;
        }
        println!("{folder}: {counts:?}");
        assert_eq!(counts.values().sum::<usize>(), files.len());
        assert_eq!(counts.keys().copied().collect::<Vec<_>>(), kinds, "{folder}: the kinds that it is here to show");
    }
}

/// `Dec 10 06:55:46` in milliseconds, of a log that spans less than a month.
fn time_of(line: &str) -> i64 {
    let mut parts = line.split_whitespace().skip(1);
    let day: i64 = parts.next().unwrap().parse().unwrap();
    let clock: Vec<i64> = parts.next().unwrap().split(':').map(|part| part.parse().unwrap()).collect();
    (((day * 24 + clock[0]) * 60 + clock[1]) * 60 + clock[2]) * 1000
}

/// The addresses with ten refused passwords within ten minutes, counted without the product's code.
fn guessers(log: &str) -> BTreeSet<String> {
    let mut times: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for line in log.lines().filter(|line| line.contains("Failed password for")) {
        let words: Vec<_> = line.split_whitespace().collect();
        let address = words[words.iter().rposition(|word| *word == "from").unwrap() + 1];
        let folded = line.split_once("message repeated ").map(|(_, rest)| rest.split(' ').next().unwrap());
        let repeated = folded.map_or(1, |count| count.parse().unwrap());
        times.entry(address.to_owned()).or_default().extend(vec![time_of(line); repeated]);
    }
    let within = |times: &[i64]| times.windows(10).any(|ten| ten[9] - ten[0] <= 600_000);
    times.into_iter().filter(|(_, times)| within(times)).map(|(address, _)| address).collect()
}

#[test]
#[cfg_attr(not(corpus), ignore = "it did not run: RIPOSTE_CORPUS names no corpus")]
fn the_guessers_of_a_real_log_are_found() {
    let Some(corpus) = corpus() else { return };
    let log = fs::read_to_string(corpus.join("logs/OpenSSH.log")).unwrap();
    let mut windows = StreamWindows::default();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for line in log.lines() {
        for finding in windows.observe(time_of(line), line, &Limits::default(), LOG_DETECTORS) {
            found.entry(finding.meta.id).or_default().insert(finding.address.to_string());
        }
    }
    let guessers = guessers(&log);
    println!("{} of the addresses guess", guessers.len());
    assert!(guessers.len() > 5, "{guessers:?}");
    assert_eq!(found.remove("ssh-brute-force").unwrap(), guessers);
    // The one login in it comes from an address that never failed.
    assert_eq!(found, BTreeMap::new());
}

#[test]
#[cfg_attr(not(corpus), ignore = "it did not run: RIPOSTE_CORPUS names no corpus")]
fn rules_of_sigmahq_run_as_they_are_and_find_what_the_engine_itself_finds() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("sigma");
    let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "yml"));
    let read = |file: PathBuf| RuleFile { text: fs::read_to_string(&file).unwrap(), file };
    // A rule whose placeholder nobody fills is refused: it would never match, or always.
    let (templates, files): (Vec<_>, Vec<_>) = files.map(read).partition(|file| file.text.contains("|expand:"));
    for template in templates {
        let errors = sigma::load(std::slice::from_ref(&template), &[]).err().unwrap_or_default();
        assert!(matches!(&errors[..], [one] if one.reason.contains("placeholder")), "{errors:#?}");
    }
    let rules = sigma::load(&files, &[]).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert!(rules.len() >= 56, "{} rules", rules.len());
    let index = Index::new(rules.iter().copied());
    let mut engine = rsigma_eval::Engine::new();
    for file in &files {
        let collection = rsigma_parser::parse_sigma_yaml(&file.text).unwrap();
        engine.add_collection(&collection).unwrap();
    }
    assert_eq!(engine.rule_count(), rules.len());
    let mut found = 0;
    for (name, record) in attacks(&corpus).into_iter().chain(labelled(&corpus)) {
        let Ok(Event::Call(call)) = Event::parse(&record.to_string()) else { panic!("{name}") };
        let mut fired: Vec<String> = Vec::new();
        for rule in index.reading(&Head::from(&*call)) {
            let claims = rule.judge(&call, &Facts::default()).unwrap();
            fired.extend(claims.iter().map(|_| rule.meta().title.to_owned()));
        }
        let results = engine.evaluate(&rsigma_eval::event::JsonEvent::borrow(&record));
        let mut wanted: Vec<String> = results.into_iter().map(|result| result.header.rule_title).collect();
        fired.sort();
        wanted.sort();
        assert_eq!(fired, wanted, "{name}: {record}");
        found += fired.len();
    }
    println!("{} rules, {found} findings", rules.len());
    assert!(found > 50, "{found}");
}
