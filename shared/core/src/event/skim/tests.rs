//! A skim and a full parse must never disagree, or events would be passed over.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::detect;
use crate::event::{Event, Read, Reader};

/// What is asked of a head.
fn told(head: detect::Head<'_>) -> (String, Option<String>, [bool; 5]) {
    let detect::Head { name, source, failed, denied, by_root, network_activity, by_tool } = head;
    (name.to_owned(), source.map(str::to_owned), [failed, denied, by_root, network_activity, by_tool])
}

/// A call that was read before another one.
const OTHER: &str = r#"{"detail-type":"AWS API Call via CloudTrail","account":"1","region":"r","detail":{"eventName":"Other",
"eventSource":"other","userIdentity":{"type":"Root"},"requestParameters":{"other":1},"responseElements":{"other":1},
"resources":[1],"errorCode":"Other","a.dot":1,"userAgent":"other","eventID":"other"}}"#;

/// Whatever a skim says of a text, the parser says too.
pub(crate) fn check(text: &str) {
    let parsed = serde_json::from_str::<Value>(text);
    let mut reader = Reader::default();
    let Some(read) = reader.read(text) else { return };
    let parsed = parsed.unwrap_or_else(|error| panic!("{text}: was skimmed, and is broken: {error}"));
    match (read, Event::from_value(parsed)) {
        (Read::Call(skimmed), Ok(Event::Call(whole))) => {
            // In the memory of one that says otherwise in every part, and was asked for it.
            let mut place = None;
            if let Some(Read::Call(other)) = Reader::default().read(OTHER) {
                let other = other.call_in(&mut place);
                assert!(other.request("other").is_some() && other.record().is_object());
            }
            let call = skimmed.call_in(&mut place);
            assert_eq!(*call, skimmed.call(), "{text}");
            let head = || skimmed.head(detect::is_known_tool);
            assert_eq!(told(head()), told(detect::Head::from(&*whole)), "{text}");
            assert_eq!(told(head()), told(detect::Head::from(call)), "{text}");
            assert_eq!(call.actor(), whole.actor(), "{text}");
            assert_eq!(call.scope(), whole.scope(), "{text}");
            assert_eq!(
                (call.by_service(), call.failed(), call.error_code()),
                (whole.by_service(), whole.failed(), whole.error_code())
            );
            for (key, value) in whole.record().as_object().unwrap() {
                assert_eq!(call.member(key), Some(value), "{key} of {text}");
            }
            assert_eq!(call.member("missing"), None);
            assert_eq!(*call, *whole);
        }
        (Read::Other(skimmed), Ok(Event::Other(whole))) => assert_eq!(skimmed, whole, "{text}"),
        (Read::Event, Ok(Event::Tick(_) | Event::Unread(_))) => {}
        (skimmed, whole) => panic!("{text}: {skimmed:?}, but {whole:?}"),
    }
}

fn odd() -> impl Strategy<Value = Value> {
    let texts = [
        "Root",
        "IAMUser",
        "ConsoleLogin",
        "Failure",
        "AccessDenied",
        "Client.UnauthorizedOperation",
        "a\"b",
        "",
        "200",
        "Success",
        "AwsVpceEvent",
        "NetworkActivity",
        "Insight",
        "AwsAggregatedEvent",
        "aws:s3",
        "Pacu/1",
    ];
    prop_oneof![
        prop::sample::select(texts.to_vec()).prop_map(Value::from),
        Just(Value::Null),
        Just(json!(1)),
        Just(json!(200)),
        Just(json!([])),
        Just(json!({"type": "Root"})),
        Just(json!({"type": "Root", "invokedBy": "x.amazonaws.com"})),
        Just(json!({"type": "R\u{6f}\"ot", "sessionContext": {"sessionIssuer": {"arn": "x", "userName": ""}}})),
        Just(json!({"ConsoleLogin": "Failure"})),
        Just(json!({"ConsoleLogin": "Success"})),
    ]
}

fn record() -> impl Strategy<Value = Value> {
    let keys = prop::sample::select(vec![
        "eventName",
        "eventSource",
        "eventType",
        "eventCategory",
        "errorCode",
        "errorMessage",
        "userIdentity",
        "userAgent",
        "responseElements",
        "recipientAccountId",
        "insightDetails",
        "digestS3Object",
        "a.b",
    ]);
    proptest::collection::btree_map(keys, odd(), 0..8).prop_map(|map| {
        let mut record: Map<_, _> = map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        record.entry("eventName").or_insert_with(|| json!("ConsoleLogin"));
        Value::Object(record)
    })
}

/// Texts that are nearly JSON: each byte of a record changed, dropped or doubled somewhere.
fn mutated(text: &str, changes: &[(u16, u8, u8)]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (place, kind, byte) in changes {
        let signs = br#""\{}[],:0-1.eEu dntrf$"#;
        let sign = signs[usize::from(*byte) % signs.len()];
        let at = usize::from(*place) % bytes.len();
        match kind % 3 {
            0 => bytes[at] = sign,
            1 => bytes.insert(at, sign),
            _ => _ = bytes.remove(at),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn fixtures() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ordinary");
    let mut texts: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .flat_map(|file| {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    texts.sort();
    texts
}

proptest! {
    #[test]
    fn a_skim_says_what_the_parser_says(record in record(), kind in odd()) {
        check(&record.to_string());
        check(&serde_json::to_string_pretty(&record).unwrap());
        let envelope = json!({"detail-type": "AWS API Call via CloudTrail", "account": "1", "detail": record});
        check(&envelope.to_string());
        check(&json!({"detail-type": kind, "detail": record}).to_string());
    }

    #[test]
    fn a_broken_record_is_never_taken_for_a_whole_one(
        record in record(),
        changes in prop::collection::vec(any::<(u16, u8, u8)>(), 1..4),
    ) {
        check(&mutated(&record.to_string(), &changes));
        check(&mutated(&serde_json::to_string_pretty(&record).unwrap(), &changes));
    }

    #[test]
    fn a_broken_fixture_is_never_taken_for_a_whole_one(
        number in any::<prop::sample::Index>(),
        changes in prop::collection::vec(any::<(u16, u8, u8)>(), 0..4),
    ) {
        thread_local! {
            static FIXTURES: Vec<String> = fixtures();
        }
        FIXTURES.with(|fixtures| check(&mutated(&fixtures[number.index(fixtures.len())], &changes)));
    }
}

#[test]
fn every_ordinary_record_is_skimmed() {
    for text in fixtures() {
        assert!(Reader::default().read(&text).is_some(), "{text}");
        check(&text);
    }
}

#[test]
fn what_the_parser_reads_otherwise_is_left_to_it() {
    let deep = format!("{{\"eventName\":\"a\",\"eventSource\":\"b\",\"x\":{}{}}}", "[".repeat(127), "]".repeat(127));
    for value in [
        "1e999",
        "1e1",
        "\"\\ud800\"",
        "\"\\ud83d\\ude00\"",
        "{\"\\u0061\":1}",
        "{\"$serde_json::private::RawValue\":\"[\"}",
        "01",
        "-",
        "1.",
        "tru",
        "nul",
        "\"\t\"",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "'a'",
        "1 2",
        &format!("1{}", "0".repeat(400)),
    ] {
        let text = format!("{{\"eventName\":\"a\",\"eventSource\":\"b\",\"x\":{value}}}");
        assert!(Reader::default().read(&text).is_none(), "{text}");
    }
    assert!(Reader::default().read(&deep).is_none());
    for text in ["", " ", "[]", "1", "{}x", "{} {}", "{", "{\"eventName\":\"a\",\"eventSource\":\"b\""] {
        assert!(Reader::default().read(text).is_none(), "{text}");
    }
}

#[test]
fn of_a_key_that_stands_twice_the_last_value_counts() {
    check(
        r#"{"eventName":"A","eventName":"B","eventSource":null,"errorCode":"x","errorCode":null,"q":1,"q":{"a":1,"a":2}}"#,
    );
    let text = r#"{"eventName":"A","eventName":"B","eventSource":null,"errorCode":"x","errorCode":null}"#;
    let mut reader = Reader::default();
    let Some(Read::Call(call)) = reader.read(text) else { panic!("no call") };
    assert_eq!(told(call.head(|_| true)), ("B".to_owned(), None, [false, false, false, false, false]));
}
