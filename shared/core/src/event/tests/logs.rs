//! Log lines as a subscription pushes them.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::event::{Event, LogBatch, LogLine, ParseError};

fn packed(json: &[u8]) -> Value {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(json).unwrap();
    json!({ "awslogs": { "data": BASE64_STANDARD.encode(encoder.finish().unwrap()) } })
}

fn data(kind: &str) -> Value {
    json!({ "messageType": kind, "owner": "111122223333", "logGroup": "/var/log/secure", "logStream": "i-0abc",
            "subscriptionFilters": ["all"], "logEvents": [
                { "id": "1", "timestamp": 1_741_064_767_000_i64, "message": "first" },
                { "id": "2", "timestamp": 1_741_064_768_000_i64, "message": "second" } ] })
}

fn batch(value: Value) -> LogBatch {
    match Event::from_value(value) {
        Ok(Event::Logs(batch)) => batch,
        other => panic!("{other:?}"),
    }
}

fn wrong(value: Value) -> (&'static str, String) {
    match Event::from_value(value) {
        Err(ParseError::Logs { step, reason }) => (step, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lines_come_in_order() {
    let batch = batch(packed(data("DATA_MESSAGE").to_string().as_bytes()));
    assert_eq!(
        (batch.account.as_str(), batch.group.as_str(), batch.stream.as_str()),
        ("111122223333", "/var/log/secure", "i-0abc")
    );
    let line = |id: &str, at_ms, message: &str| LogLine { id: Some(id.to_owned()), at_ms, message: message.to_owned() };
    assert_eq!(batch.lines, [line("1", 1_741_064_767_000, "first"), line("2", 1_741_064_768_000, "second")]);
    assert!(!batch.control);
}

#[test]
fn a_probe_carries_no_lines() {
    let batch = batch(packed(data("CONTROL_MESSAGE").to_string().as_bytes()));
    assert!(batch.control && batch.lines.is_empty());
}

#[test]
fn the_step_that_fails_is_named() {
    assert_eq!(wrong(json!({ "awslogs": {} })), ("base64", "`awslogs.data` is not a string".to_owned()));
    assert_eq!(wrong(json!({ "awslogs": { "data": "%" } })).0, "base64");
    assert_eq!(wrong(json!({ "awslogs": { "data": "AAAA" } })).0, "gzip");
    assert_eq!(wrong(packed(b"{")).0, "JSON");
    let mut cut = packed(data("DATA_MESSAGE").to_string().as_bytes());
    let text = cut["awslogs"]["data"].as_str().unwrap();
    let (half, _) = text.split_at(text.len() / 8 * 4);
    cut["awslogs"]["data"] = json!(half);
    assert_eq!(wrong(cut).0, "gzip");
}

#[test]
fn a_small_payload_cannot_fill_the_memory() {
    let bomb = packed(&vec![b' '; 65 * 1024 * 1024]);
    assert!(bomb.to_string().len() < 1_000_000);
    assert_eq!(wrong(bomb), ("gzip", "more than 67108864 bytes when unpacked".to_owned()));
}
