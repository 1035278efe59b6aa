//! What must hold whatever the order, the number of deliveries, and where the history is kept.

use std::collections::BTreeSet;

use super::super::{Baseline, Key, Mark, Past, Record, Reorder};
use super::{Call, DAY, HOUR, History, NoAtlas, START, Watch, call, observe};

/// A day with some of everything.
fn day() -> Vec<Call> {
    let mut calls: Vec<Call> = (0..50)
        .map(|number| {
            call(START + number * 60, "secretsmanager", "GetSecretValue")
                .with("/requestParameters/secretId", format!("s{number}"))
                .id(number)
        })
        .collect();
    calls.push(call(START + 90, "ec2", "DescribeInstances").with("/awsRegion", "sa-east-1").id("r"));
    calls.push(call(START + 95, "ec2", "DescribeInstances").with("/awsRegion", "ap-east-1").id("q"));
    calls.sort_by_key(|call| call.api_call().event_time().unwrap().to_owned());
    calls
}

fn names(watch: &mut Watch, calls: &[Call]) -> Vec<String> {
    calls.iter().flat_map(|call| watch.judge(call)).filter_map(|judged| judged.once).collect()
}

#[test]
fn what_comes_again_changes_no_verdict() {
    let (mut once, mut twice) = (Watch::learned(), Watch::learned());
    let calls = day();
    let doubled: Vec<Call> = calls.iter().flat_map(|call| [call.clone(), call.clone()]).collect();
    let found = names(&mut once, &calls);
    assert!(found.len() >= 3, "{found:?}");
    assert_eq!(found, names(&mut twice, &doubled));
    assert_eq!(names(&mut twice, &calls), Vec::<String>::new(), "and a day later nothing");
    let texts = [once, twice].map(|watch| Baseline { history: watch.history }.text());
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn what_comes_out_of_order_is_found_once_and_is_the_same() {
    let calls = day();
    let wanted: BTreeSet<_> = names(&mut Watch::learned(), &calls).into_iter().collect();
    for step in [7, 11, 29] {
        let shuffled: Vec<Call> = (0..calls.len()).map(|at| calls[at * step % calls.len()].clone()).collect();
        let found = names(&mut Watch::learned(), &shuffled);
        let unique: BTreeSet<_> = found.iter().cloned().collect();
        assert_eq!(found.len(), unique.len(), "nothing is found twice");
        assert_eq!(unique, wanted, "step {step}");
    }
}

#[test]
fn a_buffer_restores_the_order_and_takes_doubles_out() {
    let calls = day();
    let observed = |call: &Call| {
        let call = call.api_call();
        observe(&call, &call.scope().unwrap(), &NoAtlas).unwrap()
    };
    let mut buffer = Reorder::holding(100);
    for at in (0..calls.len()).rev() {
        assert!(buffer.push(observed(&calls[at]), at).is_none());
        assert!(buffer.push(observed(&calls[at]), at).is_none());
    }
    assert_eq!((buffer.twice(), buffer.late()), (u64::try_from(calls.len()).unwrap(), 0));
    let out: Vec<i64> = std::iter::from_fn(|| buffer.pop()).map(|(observed, _)| observed.at_s).collect();
    assert!(out.is_sorted() && out.len() == calls.len());
    // One that holds too few gives out the oldest, and counts what comes after it.
    let mut small = Reorder::holding(2);
    let order = [5, 6, 7, 0];
    let given: Vec<i64> =
        order.iter().filter_map(|at| small.push(observed(&calls[*at]), ())).map(|(o, ())| o.at_s).collect();
    assert_eq!(given.len(), 2);
    assert_eq!(small.late(), 1);
}

#[test]
fn a_baseline_is_the_same_after_it_was_written_and_read() {
    let watch = Watch::learned();
    let text = Baseline { history: watch.history.clone() }.text();
    let read = Baseline::read(&text, History::MOST).unwrap();
    assert_eq!(read.text(), text);
    let mut again = Watch { history: read.history, ..Watch::default() };
    let mut watch = watch;
    assert_eq!(names(&mut again, &day()), names(&mut watch, &day()));
}

#[test]
fn a_baseline_that_is_none_is_refused_with_its_line() {
    for (text, line, word) in [
        ("", 1, "empty"),
        ("hello", 1, "no baseline"),
        ("{\"riposte-baseline\":9}", 1, "form is 9"),
        ("{\"riposte-baseline\":1}\n{\"key\":\"x\",\"marks\":[]}", 2, "names no record"),
        ("{\"riposte-baseline\":1}\n\n{\"key\":", 3, "EOF"),
        ("{\"riposte-baseline\":1}\n{\"key\":\"regions/1/0/x\",\"marks\":[[1,2]]}", 2, "invalid type"),
    ] {
        let error = Baseline::read(text, 10).unwrap_err();
        assert!(error.line == line && error.wrong.contains(word), "{text}: {error}");
    }
}

#[test]
fn a_history_is_bounded_and_counts_what_it_forgets() {
    let mut history = History::holding(100);
    let mark = |record, at: i64, whose: &str| Mark {
        key: Key { record, account: "1".to_owned(), at, whose: whose.to_owned() },
        item: "x".to_owned(),
        number: START,
    };
    history.note(&mark(Record::Regions, 0, "kept"));
    for hour in 0..1_000 {
        history.note(&mark(Record::Count, hour, "burst"));
    }
    assert_eq!((history.len(), history.evicted()), (100, 901));
    let kept = Key { record: Record::Regions, account: "1".to_owned(), at: 0, whose: "kept".to_owned() };
    assert!(history.past(&kept).is_some(), "what was learned outlives what passes");
}

#[test]
fn a_key_is_read_as_it_was_written() {
    let key = Key {
        record: Record::Rate,
        account: "111122223333".to_owned(),
        at: -3,
        whose: "a/b arn:aws:iam::1:role/x".to_owned(),
    };
    assert_eq!(Key::read(&key.to_string()), Some(key));
    for text in ["", "regions", "regions/1/x/y", "nothing/1/0/y", "regions/1/0"] {
        assert_eq!(Key::read(text), None, "{text}");
    }
}

#[test]
fn clocks_that_go_back_break_nothing() {
    let mut watch = Watch::learned();
    for at_s in [START + DAY, START - 400 * DAY, 0, -5, START] {
        watch.see(&call(at_s, "ec2", "DescribeInstances").id(at_s));
    }
    // An event from before all others cannot make a past look longer than the account's.
    assert!(watch.see(&call(START + HOUR, "ec2", "DescribeInstances").id("x")).is_empty());
    let mut past = Past::default();
    assert!(past.add("a", i64::MIN, 10) && past.add("a", i64::MAX, 10) && past.knows("a"));
}
