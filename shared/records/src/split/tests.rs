//! Every shape, whole and broken, in one piece and in many.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Batch, LARGEST, Piece, Splitter};

/// What a stream gives: its records' texts, and of what is broken the place and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Got {
    Record { text: String, offset: u64, line: u64 },
    Broken { why: String, offset: u64, line: u64 },
}

/// Splits a stream that arrives in chunks of these lengths, over and over, and hands every piece on at once.
fn split_in(stream: &[u8], lengths: &[usize]) -> Vec<Got> {
    let mut splitter = Splitter::new();
    let mut batch = Batch::default();
    let mut got = Vec::new();
    let mut rest = stream;
    for length in lengths.iter().cycle() {
        let (now, later) = rest.split_at((*length).min(rest.len()));
        splitter.tail().extend_from_slice(now);
        rest = later;
        splitter.read(rest.is_empty());
        if splitter.ready() > 0 || rest.is_empty() {
            splitter.hand_on(&mut batch);
            assert_eq!(batch.first, got.len() as u64 + 1);
            got.extend(batch.pieces.iter().map(|piece| seen(&batch, piece, stream)));
        }
        splitter.forget();
        if rest.is_empty() {
            return got;
        }
    }
    panic!("`lengths` is empty");
}

fn seen(batch: &Batch, piece: &Piece, stream: &[u8]) -> Got {
    match piece {
        Piece::Record { place, range } => {
            let text = &batch.bytes[range.clone()];
            let offset = place.offset as usize;
            assert_eq!(&stream[offset..offset + text.len()], text, "the place is wrong");
            assert_eq!(place.offset, batch.offset + range.start as u64);
            let line = stream[..offset].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            assert_eq!(place.line, line, "the line is wrong");
            Got::Record { text: String::from_utf8_lossy(text).into_owned(), offset: place.offset, line }
        }
        Piece::Broken { place, why } => Got::Broken { why: why.clone(), offset: place.offset, line: place.line },
    }
}

/// Splits a stream in one piece and makes sure that chunks of every length give the same.
fn split(stream: &[u8]) -> Vec<Got> {
    let whole = split_in(stream, &[stream.len().max(1)]);
    for length in 1..stream.len().min(200) {
        assert_eq!(split_in(stream, &[length]), whole, "in chunks of {length}");
    }
    whole
}

/// The records alone, where nothing is broken.
fn records(stream: &[u8]) -> Vec<Value> {
    let record = |got| match got {
        Got::Record { text, .. } => serde_json::from_str(&text).unwrap(),
        Got::Broken { .. } => panic!("{got:?}"),
    };
    split(stream).into_iter().map(record).collect()
}

/// The first keys of the records that are read, and the reasons for what is not, with lines.
fn told(stream: &[u8]) -> Vec<String> {
    let word = |got| match got {
        Got::Record { text, .. } => text,
        Got::Broken { why, line, .. } => format!("line {line}: {why}"),
    };
    split(stream).into_iter().map(word).collect()
}

/// Three records with all that could lead a splitter astray.
fn samples() -> Vec<Value> {
    vec![
        json!({"eventVersion": "1.08", "eventName": "A", "policy": "{\"Statement\":[{\"a\\\\\":1}]}", "list": [[], [{}]]}),
        json!({"eventVersion": "1.08", "end": "back\\", "text": "]}\"{[,\n:", "Records": "no list", "empty": {}}),
        json!({"x": "\\\"Records\\\":[", "inner": {"Records": [{"deep": 1}]}, "n": [1, -2.5e3, null, true, "é\u{1F600}"]}),
    ]
}

#[test]
fn all_shapes_give_the_same_records() {
    let all = samples();
    let list = Value::from(all.clone());
    let lines: Vec<_> = all.iter().map(Value::to_string).collect();
    let pretty: Vec<_> = all.iter().map(|record| serde_json::to_string_pretty(record).unwrap()).collect();
    for (shape, text) in [
        ("records", json!({"Records": list}).to_string()),
        ("records, pretty", serde_json::to_string_pretty(&json!({"Records": list})).unwrap()),
        ("records among other keys", format!("{{\"a\": {{\"b\": [1]}} , \"Records\" : {list},\"z\":[{{}}]}}")),
        ("records twice", format!("{{\"Records\":[{}],\"Records\":[{},{}]}}", lines[0], lines[1], lines[2])),
        ("an array", list.to_string()),
        ("an array, pretty", serde_json::to_string_pretty(&list).unwrap()),
        ("lines", lines.join("\n")),
        ("lines with an end", lines.join("\n") + "\n"),
        ("lines of Windows", lines.join("\r\n") + "\r\n"),
        ("empty lines between", lines.join("\n\n \n")),
        ("concatenated", lines.concat()),
        ("concatenated, pretty", pretty.concat()),
        ("pretty, one after the other", pretty.join("\n")),
        ("lines, then pretty", format!("{}\n{}\n{}", lines[0], pretty[1], lines[2])),
        ("all of it", format!("{}\n[{}]\n{{\"Records\":[{}]}}", lines[0], lines[1], lines[2])),
        ("with a mark", format!("\u{feff}{}", lines.join("\n"))),
    ] {
        assert_eq!(records(text.as_bytes()), all, "{shape}: {text}");
    }
}

#[test]
fn nothing_is_no_fault() {
    for empty in ["", " \n\t ", "\u{feff}", "[]", "{\"Records\":[]}", "{\"Records\": [ ] }\n[\n]\n"] {
        assert_eq!(split(empty.as_bytes()), [], "{empty:?}");
    }
}

#[test]
fn an_object_without_records_is_one_piece() {
    for text in ["{}", "{\"things\":[{}]}", "{\"Records\":{\"a\":[]}}", "{\"x\\\"Records\":[1]}"] {
        assert_eq!(told(text.as_bytes()), [text]);
    }
}

#[test]
fn a_time_may_stand_before_a_record_on_its_line() {
    let text = "2026-05-04T10:00:00.000Z {\"a\":1}\n2026-05-04T10:00:01Z my-stream {\"b\":2}\n1777888800000 {\"c\":3}\n\
                <134>1 host {\"d\":4}\nMay  4 10:00:00 host app: {\"e\":5}\n{\"f\":6}\n";
    let want: Vec<_> =
        ["a", "b", "c", "d", "e", "f"].iter().zip(1..).map(|(k, v)| format!("{{\"{k}\":{v}}}")).collect();
    assert_eq!(told(text.as_bytes()), want);
    assert_eq!(told(b"started at {\"a\":1}\n"), ["line 1: text that is no record", "{\"a\":1}"]);
    assert_eq!(
        told(b"2026-05-04\n{\"a\":1}\n2026-05-04"),
        ["line 1: text that is no record", "{\"a\":1}", "line 3: text that is no record"]
    );
    let long = format!("2026-05-04 {} {{\"a\":1}}", "x".repeat(400));
    assert_eq!(told(long.as_bytes()), ["line 1: text that is no record", "{\"a\":1}"]);
}

#[test]
fn every_key_of_records_opens_a_list_of_them() {
    for key in ["Records", "Events", "events", "logEvents", "records", "Messages", "results", "QueryResultRows"] {
        let text = format!("{{\"x\":[1], \"{key}\" : [{{\"a\":1}},[{{\"b\":2}}]], \"y\":{{}}}}{{\"c\":3}}");
        assert_eq!(told(text.as_bytes()), ["{\"a\":1}", "[{\"b\":2}]", "{\"c\":3}"], "{key}");
        let other = format!("{{\"not{key}\":[{{\"a\":1}}]}}");
        assert_eq!(told(other.as_bytes()), [other.as_str()], "{key}");
    }
}

#[test]
fn what_is_no_object_in_a_list_is_told() {
    let text = "[{\"a\":1}, null, {\"b\":2}, 3, \"{\", [4], {\"c\":5}]";
    assert_eq!(
        told(text.as_bytes()),
        [
            "{\"a\":1}",
            "line 1: text that is no record",
            "{\"b\":2}",
            "line 1: text that is no record",
            "[4]",
            "{\"c\":5}"
        ]
    );
}

#[test]
fn a_broken_line_costs_itself_alone() {
    for (line, why) in [
        ("{\"b\":\"x}", "a string is not closed at the end of its line"),
        ("{\"b\":{\"c\":1}", "the record is not closed at the end of its line"),
        ("{\"b\":{\"c\":1},", "the record is not closed at the end of its line"),
        ("{\"b\":[", "the record is not closed at the end of its line"),
    ] {
        let stream = format!("{{\"a\":1}}\n{line}\n{{\"c\":3}}\n{{\"d\":4}}\n");
        let lost = format!("line 2: {why}; skipped {} bytes to the next record", line.len() + 1);
        assert_eq!(told(stream.as_bytes()), ["{\"a\":1}", &lost, "{\"c\":3}", "{\"d\":4}"], "{line}");
    }
    for (line, rest) in
        [("no json", None), ("it's \"no json", None), ("}]", None), ("INFO {\"b\":2}", Some("{\"b\":2}"))]
    {
        let stream = format!("{{\"a\":1}}\n{line}\n{{\"c\":3}}\n");
        let mut want = vec!["{\"a\":1}", "line 2: text that is no record"];
        want.extend(rest);
        want.push("{\"c\":3}");
        assert_eq!(told(stream.as_bytes()), want, "{line}");
    }
}

#[test]
fn the_first_line_may_be_broken_too() {
    for line in ["{\"b\":\"x}", "{\"b\":{\"c\":1}", "{\"b\":{\"c\":1},", "{\"b\":["] {
        let stream = format!("{line}\n{{\"c\":3}}\n{{\"d\":4}}\n");
        let got = told(stream.as_bytes());
        assert_eq!(got[1..], ["{\"c\":3}", "{\"d\":4}"], "{line}: {got:?}");
        assert!(got[0].starts_with("line 1: "), "{got:?}");
    }
}

#[test]
fn a_broken_record_of_a_list_costs_itself_alone() {
    for broken in ["{\"v\":1,\"b\":{\"c\":1}", "{\"v\":1,\"b\":\"x}", "{\"v\":1,\"b\":[1,2}", "{\"v\":1,\"b\":x\"}"] {
        for (open, close) in [("[", "]"), ("{\"Records\":[", "]}"), ("{\"Records\":[", "]}\n")] {
            let stream = format!("{open}{{\"v\":1}},{broken},{{\"v\":3}},{{\"v\":4}}{close}");
            let got = told(stream.as_bytes());
            let read = |text: &str| got.iter().filter(|got| *got == text).count();
            assert_eq!((read("{\"v\":1}"), read("{\"v\":3}"), read("{\"v\":4}")), (1, 1, 1), "{stream}: {got:?}");
        }
    }
}

#[test]
fn a_bracket_too_many_costs_nothing() {
    let got = told(b"[{\"a\":1}},{\"b\":2}]\n{\"c\":3}}\n{\"d\":4}");
    let fault = "text that is no record";
    assert_eq!(
        got,
        ["{\"a\":1}", &format!("line 1: {fault}"), "{\"b\":2}", "{\"c\":3}", &format!("line 2: {fault}"), "{\"d\":4}"]
    );
}

#[test]
fn what_ends_early_is_told() {
    assert_eq!(
        told(b"{\"Records\":[{\"a\":1},{\"a\":{\"b\""),
        ["{\"a\":1}", "line 1: the text ends within the record; skipped 9 bytes to the end"]
    );
    assert_eq!(told(b"{\"Records\":[{\"a\":1},"), ["{\"a\":1}", "line 1: the text ends within the list of records"]);
    assert_eq!(told(b"{\"Records\":[{\"a\":1}]"), ["{\"a\":1}", "line 1: the text ends within the list of records"]);
    assert_eq!(
        told(b"{\"a\":1}\n{\"a\":"),
        ["{\"a\":1}", "line 2: the text ends within the record; skipped 5 bytes to the end"]
    );
}

#[test]
fn text_of_another_kind_is_told_once() {
    assert_eq!(told(b"<html>\n<p class=\"x\">Hello\n</p>"), ["line 1: text that is no record"]);
    assert_eq!(told("# Title\n\nIt's text.\n".repeat(5_000).as_bytes()), ["line 1: text that is no record"]);
}

/// In an array on one line, a missing quote would swallow all that follows.
#[test]
fn a_missing_quote_does_not_cost_a_long_line() {
    let good = json!({"eventVersion": "1.08", "text": "x".repeat(900), "policy": "{\"a\":\"b\"}"}).to_string();
    let bad = good.replace("1.08\"", "1.08");
    let mut all = vec![good.clone(); 300];
    all[100] = bad;
    let stream = format!("[{}]", all.join(","));
    let got = split_in(stream.as_bytes(), &[5_000]);
    let read = got.iter().filter(|got| matches!(got, Got::Record { text, .. } if *text == good)).count();
    assert_eq!(read, 299);
    assert_eq!(got.len(), 300, "{:?}", got.iter().filter(|got| matches!(got, Got::Broken { .. })).collect::<Vec<_>>());
}

#[test]
fn a_record_beyond_measure_is_skipped_without_keeping_it() {
    let mut splitter = Splitter::new();
    splitter.tail().extend_from_slice(b"{\"v\":1}\n{\"v\":\"");
    splitter.read(false);
    let mut batch = Batch::default();
    splitter.hand_on(&mut batch);
    assert_eq!(batch.pieces.len(), 1);
    for _ in 0..40 {
        splitter.tail().extend_from_slice("x".repeat(1 << 20).as_bytes());
        splitter.read(false);
        splitter.forget();
        assert!(splitter.bytes.len() <= LARGEST + (2 << 20), "{} bytes are kept", splitter.bytes.len());
    }
    splitter.tail().extend_from_slice(b"\"}\n{\"v\":3}\n");
    splitter.read(true);
    splitter.hand_on(&mut batch);
    let [Piece::Broken { place, why }, Piece::Record { place: third, .. }] = &batch.pieces[..] else {
        panic!("{:?}", batch.pieces);
    };
    assert!(why.starts_with("the record is larger than 16 MiB; skipped 41943"), "{why}");
    assert_eq!((place.line, third.line), (2, 3));
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![".{0,12}", "[\\[\\]{}\",:\\\\\n a]{0,12}", Just("Records".to_owned())];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(text.clone(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// An object that is no wrapper of others.
fn record() -> impl Strategy<Value = Value> {
    proptest::collection::btree_map("[a-z\\\\\"{}]{0,8}", value(), 0..5).prop_map(|map| map.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn splitting_gives_back_what_was_joined(
        all in proptest::collection::vec(record(), 0..6),
        shape in 0_usize..6,
        lengths in proptest::collection::vec(1_usize..300, 1..6),
    ) {
        let list = Value::from(all.clone());
        let join = |with: &str, text: &dyn Fn(&Value) -> String| all.iter().map(text).collect::<Vec<_>>().join(with);
        let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
        let stream = match shape {
            0 => list.to_string(),
            1 => pretty(&list),
            2 => json!({"A": [1, {"b": "]"}], "Records": list, "z": null}).to_string(),
            3 => pretty(&json!({"Records": list})),
            4 => join("\n", &Value::to_string),
            _ => join("", &pretty),
        };
        let got: Vec<Value> = split_in(stream.as_bytes(), &lengths)
            .into_iter()
            .map(|got| match got {
                Got::Record { text, .. } => serde_json::from_str(&text).unwrap(),
                Got::Broken { .. } => panic!("{got:?} of {stream}"),
            })
            .collect();
        prop_assert_eq!(got, all);
    }

    /// Whatever comes, it ends, nothing panics, and the chunks do not matter.
    #[test]
    fn garbage_is_survived(
        stream in proptest::collection::vec(prop::sample::select(b"{}[]\",:\\\n aR\xff1".to_vec()), 0..300),
        lengths in proptest::collection::vec(1_usize..70, 1..6),
    ) {
        prop_assert_eq!(split_in(&stream, &lengths), split_in(&stream, &[stream.len().max(1)]));
    }
}
