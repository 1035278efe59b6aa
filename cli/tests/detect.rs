//! `riposte detect` as people run it: every shape of input, whole and broken, and what comes out.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{Ran, broken_gzip, gzip, lines, open_port, ordinary, riposte, stopped, truncated_gzip};
use serde_json::{Value, json};

/// Only these, so that the tests mean the same whatever else the catalogue learns.
const ONLY: [&str; 5] = ["detect", "--only", "trail-stopped", "--only", "open-admin-port"];

fn detect(more: &[&str]) -> Ran {
    riposte(&[&ONLY, more].concat()).run(b"")
}

/// Every shape that CloudTrail's records come in.
fn shapes(records: &[Value]) -> Vec<(&'static str, String)> {
    let envelope = |record: &Value| {
        json!({
            "version": "0", "id": "e", "detail-type": "AWS API Call via CloudTrail", "source": "aws.x",
            "account": "111122223333", "region": "eu-west-1", "resources": [], "detail": record,
        })
    };
    let envelopes: Vec<_> = records.iter().map(envelope).collect();
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    vec![
        ("records", json!({"Records": records}).to_string()),
        ("records, pretty", pretty(&json!({"Records": records}))),
        ("records after others", format!(" \n{{\"owner\": [1], \"Records\": {}}}", json!(records))),
        ("a list", json!(records).to_string()),
        ("lines", lines(records)),
        ("lines with a mark", format!("\u{feff}{}", lines(records))),
        ("pretty objects", records.iter().map(pretty).collect()),
        ("envelopes in lines", lines(&envelopes)),
        ("envelopes in a list", json!(envelopes).to_string()),
        ("envelopes in records", json!({"Records": envelopes}).to_string()),
        ("one envelope after the other", envelopes.iter().map(pretty).collect::<Vec<_>>().join("\n")),
    ]
}

fn samples() -> Vec<Value> {
    vec![ordinary(1), stopped("ev-2", "trail/a"), ordinary(3), open_port("ev-4", "sg-1"), stopped("ev-5", "trail/\"{b")]
}

#[test]
fn every_shape_plain_and_packed_gives_the_same_findings() {
    let folder = tempfile::tempdir().unwrap();
    // The name says nothing, and is the same for all.
    let file = folder.path().join("input.csv");
    let mut first = None;
    for (shape, text) in shapes(&samples()) {
        let halves = text.as_bytes().split_at(text.len() / 2);
        let parts = [gzip(halves.0), gzip(halves.1)].concat();
        for (packed, bytes) in
            [("plain", text.clone().into_bytes()), ("packed", gzip(text.as_bytes())), ("parts", parts)]
        {
            fs::write(&file, bytes).unwrap();
            let ran = detect(&[file.to_str().unwrap()]);
            assert_eq!(
                (ran.code, ran.findings()),
                (0, ["ev-2 trail-stopped", "ev-4 open-admin-port", "ev-5 trail-stopped"].map(str::to_owned).to_vec()),
                "{shape}, {packed}: {}",
                ran.err
            );
            assert!(ran.err.contains("1 file, 5 records, 3 findings, 0 unreadable"), "{}", ran.err);
            assert_eq!(first.get_or_insert_with(|| ran.out.clone()), &ran.out, "{shape}, {packed}");
        }
    }
}

#[test]
fn a_finding_has_its_keys_in_their_order() {
    let ran = riposte(&[&ONLY, &["-"][..]].concat()).run(open_port("ev-1", "sg-7").to_string().as_bytes());
    let keys: Vec<_> =
        ran.out.trim_start_matches("{\"").split(",\"").map(|part| part.split("\":").next().unwrap()).collect();
    let of_technique = |key: &&str| !key.starts_with('T');
    assert_eq!(
        keys.into_iter().filter(of_technique).collect::<Vec<_>>(),
        [
            "event_id",
            "event_time",
            "event_name",
            "account",
            "region",
            "detector",
            "title",
            "severity",
            "confidence",
            "technique",
            "principal",
            "target",
            "why",
            "actions",
            "file",
            "schema_version",
            "event_source",
            "error_code",
            "source_ip",
            "user_agent",
            "access_key",
            "function"
        ]
    );
    let line: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&line["event_time"], &line["account"], &line["region"], &line["target"], &line["actions"], &line["file"]),
        (
            &json!("2026-02-03T04:05:06Z"),
            &json!("111122223333"),
            &json!("eu-west-1"),
            &json!("security-group/sg-7"),
            &json!(["revoke-ingress"]),
            &json!("-")
        )
    );
}

#[test]
fn what_a_record_does_not_say_is_null() {
    let record = json!({"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com", "requestParameters": {"name": "t"}});
    let ran = riposte(&ONLY).run(record.to_string().as_bytes());
    let line: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!([&line["event_id"], &line["event_time"], &line["account"], &line["region"]], [&Value::Null; 4]);
    assert_eq!(ran.code, 0);
}

#[test]
fn folders_are_read_in_order_and_standard_input_where_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("b/deep")).unwrap();
    for (name, id) in [("c.json", "ev-4"), ("b/deep/x", "ev-3"), ("b/1.json.gz", "ev-2"), ("a.json", "ev-1")] {
        fs::write(at(name), gzip(stopped(id, "t").to_string().as_bytes())).unwrap();
    }
    fs::write(at("b/2.empty"), "").unwrap();
    let root = folder.path().to_str().unwrap();
    let ran = riposte(&[&ONLY[..], &["--jobs", "3", root, "-", at("a.json").to_str().unwrap()]].concat())
        .run(stopped("ev-9", "t").to_string().as_bytes());
    let ids: Vec<_> = ran.findings().iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(ids, ["ev-1", "ev-2", "ev-3", "ev-4", "ev-9", "ev-1"]);
    assert!(ran.err.contains("7 files, 6 records"), "{}", ran.err);
    let last: Value = serde_json::from_str(ran.out.lines().nth(2).unwrap()).unwrap();
    assert_eq!(last["file"], at("b/deep/x").to_str().unwrap());
}

#[test]
fn the_order_is_that_of_the_input_whatever_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let record = |n: usize| if n.is_multiple_of(7) { stopped(&format!("ev-{n}"), "t") } else { ordinary(n) };
    // Some files of several batches, some of one, some broken in the middle.
    for (file, count) in [3_000, 5, 0, 2_500, 40, 1, 1, 900].into_iter().enumerate() {
        let mut text = lines(&(0..count).map(|n| record(file * 10_000 + n)).collect::<Vec<_>>());
        if count == 900 {
            text = text.replace("\"ordinary-70450\"", "\"ordinary");
        }
        let bytes = if file % 2 == 0 { gzip(text.as_bytes()) } else { text.into_bytes() };
        fs::write(folder.path().join(format!("{file}")), bytes).unwrap();
    }
    let root = folder.path().to_str().unwrap();
    let one = detect(&["--jobs", "1", root]);
    assert!(one.findings().len() > 900 && one.code == 3, "{}", one.err);
    for jobs in ["2", "4", "9"] {
        let many = detect(&["--jobs", jobs, root]);
        assert_eq!(one.out, many.out, "{jobs} threads");
        assert_eq!((one.code, one.faults()), (many.code, many.faults()), "{jobs} threads");
    }
}

#[test]
fn what_cannot_be_read_is_named_with_its_place_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let file = path.to_str().unwrap();
    let good = |n: usize| stopped(&format!("ev-{n}"), "t").to_string();
    let at = |line: usize, byte: usize| format!("riposte: {file}: record {line} (line {line}, byte {byte}): ");
    let start = good(1).len() + 1;
    for (bad, why) in [
        ("{\"eventName\":\"x}", "a string is not closed at the end of its line; skipped 17 bytes to the next record"),
        ("{\"eventName\":{}", "the record is not closed at the end of its line; skipped 16 bytes to the next record"),
        ("{\"eventName\":}", "not JSON near its byte 13: expected value"),
        (
            "{\"eventName\":\"\u{1b}[2J\"}",
            "not JSON near its byte 13: control character (\\u0000-\\u001F) found while parsing a string",
        ),
        (
            "{\"hello\":1}",
            "no event: neither an EventBridge envelope, nor a CloudTrail record, nor a log payload; its keys are `hello`",
        ),
        ("hello", "text that is no record"),
    ] {
        fs::write(&path, format!("{}\n{bad}\n{}\n", good(1), good(3))).unwrap();
        let ran = detect(&[file]);
        assert_eq!(ran.findings(), ["ev-1 trail-stopped", "ev-3 trail-stopped"], "{bad}: {}", ran.err);
        assert_eq!((ran.code, ran.faults()), (3, vec![at(2, start) + why]), "{bad}");
        assert!(ran.err.contains("1 file, 2 records, 2 findings, 1 unreadable"), "{}", ran.err);
    }
    fs::write(&path, [good(1).as_bytes(), b"\n{\"eventName\":\"\xff\"}\n", good(3).as_bytes()].concat()).unwrap();
    let ran = detect(&[file]);
    assert_eq!((ran.findings().len(), ran.faults()), (2, vec![at(2, start) + "not UTF-8 at its byte 14"]));
}

#[test]
fn nobody_hides_an_event_by_a_value_that_no_parser_holds() {
    for agent in [r#""a\ud800b""#, r#""\udc00""#, r#""\ud800\ud800""#, "1e999", "[-1e400]"] {
        let text = stopped("ev-1", "t").to_string().replace("\"aws-cli/2.17.0\"", agent);
        for text in [text.clone(), format!("{{\"Records\":[{text}]}}")] {
            let ran = riposte(&ONLY).run(text.as_bytes());
            assert_eq!((ran.code, ran.findings()), (0, vec!["ev-1 trail-stopped".to_owned()]), "{text}: {}", ran.err);
        }
    }
}

#[test]
fn many_faults_of_a_file_are_counted() {
    let text = format!("{}\n{}", "{\"a\":}\n".repeat(50), stopped("ev-1", "t"));
    let ran = riposte(&ONLY).run(text.as_bytes());
    assert_eq!((ran.code, ran.findings().len(), ran.faults().len()), (3, 1, 21));
    assert_eq!(ran.faults()[20], "riposte: -: 30 more records cannot be read");
    assert!(ran.err.contains("50 unreadable"), "{}", ran.err);
}

#[test]
fn what_a_broken_archive_still_gives_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gz");
    let records: Vec<_> = (0..400).map(|n| stopped(&format!("ev-{n}"), &format!("{:x}", n * n * 7919))).collect();
    let text = lines(&records);
    for (kind, bytes) in [("cut off", truncated_gzip(text.as_bytes())), ("damaged", broken_gzip(text.as_bytes()))] {
        fs::write(&path, bytes).unwrap();
        let ran = detect(&[path.to_str().unwrap()]);
        let found = ran.findings().len();
        assert!(found > 50 && (kind == "damaged" || found < 400), "{kind}: {found} of 400");
        assert!(ran.faults().iter().any(|fault| fault.contains("log.gz: cannot be read: ")), "{kind}: {}", ran.err);
        assert_eq!(ran.code, 3, "{kind}");
    }
    fs::write(&path, [gzip(text.as_bytes()), b"and then some".to_vec()].concat()).unwrap();
    let ran = detect(&[path.to_str().unwrap()]);
    assert_eq!((ran.findings().len(), ran.code), (400, 3), "{}", ran.err);
}

#[test]
fn a_missing_path_is_named_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (here, gone) = (folder.path().join("here"), folder.path().join("gone"));
    fs::write(&here, stopped("ev-1", "t").to_string()).unwrap();
    let ran = detect(&[gone.to_str().unwrap(), here.to_str().unwrap()]);
    assert_eq!((ran.code, ran.findings().len()), (3, 1));
    assert!(ran.faults()[0].contains("gone: cannot be read: No such file"), "{}", ran.err);
}

#[test]
fn what_is_no_call_is_counted_and_no_fault() {
    let others = [
        json!({"awsAccountId": "111122223333", "digestS3Object": "AWSLogs/…/x.json.gz", "logFiles": []}),
        json!({"eventType": "AwsCloudTrailInsight", "insightDetails": {"state": "Start"}, "eventID": "i"}),
        json!({"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}),
        json!({"detail-type": "AWS Health Event", "source": "aws.health", "detail": {"id": "x"}}),
    ];
    let ran = riposte(&ONLY).run(lines(&others).as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    for line in
        ["1  passed over: digest files", "1  passed over: Insights events", "2  passed over: EventBridge events"]
    {
        assert!(ran.err.contains(line), "{}", ran.err);
    }
}

/// The wrappings that people hold records in, with `ev-1` and `ev-2` in each.
fn wrappings() -> Vec<(&'static str, Vec<u8>)> {
    let records = [stopped("ev-1", "trail/é"), stopped("ev-2", "b")];
    let texts: Vec<String> = records.iter().map(ToString::to_string).collect();
    let each = |wrap: &dyn Fn(&str) -> Value| -> Vec<Value> { texts.iter().map(|text| wrap(text)).collect() };
    let data_message = json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g", "logStream": "s",
        "subscriptionFilters": ["f"],
        "logEvents": each(&|text| json!({"id": "1", "timestamp": 1_777_888_800_000_u64, "message": text}))});
    let packed = BASE64_STANDARD.encode(gzip(data_message.to_string().as_bytes()));
    let control = json!({"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "timestamp": 1_432_826_855_000_u64, "message": "CWL CONTROL MESSAGE"}]});
    let utf16 = |little: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(texts.join("\n").encode_utf16().collect::<Vec<_>>());
        units.flat_map(|unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let whole = |value: Value| value.to_string().into_bytes();
    vec![
        (
            "lookup-events",
            whole(json!({"Events": each(&|t| json!({"EventId": "e", "CloudTrailEvent": t})), "NextToken": "n"})),
        ),
        ("lookup-events, queried", serde_json::to_vec_pretty(&texts).unwrap()),
        ("lookup-events, queried deeper", serde_json::to_vec(&each(&|t| json!([t]))).unwrap()),
        ("lookup-events, as text", texts.join("\t").into_bytes()),
        ("a subscription", whole(data_message.clone())),
        ("a subscription's beginning", format!("{control}{data_message}").into_bytes()),
        ("a subscription of Lambda", whole(json!({"awslogs": {"data": packed}}))),
        ("Firehose", whole(json!({"records": [{"recordId": "1", "data": packed}]}))),
        ("Firehose in S3, packed twice", gzip(&gzip(data_message.to_string().as_bytes()))),
        (
            "Firehose to HTTP",
            whole(json!({"requestId": "r", "timestamp": 1, "records":
            each(&|t| json!({"data": BASE64_STANDARD.encode(t)}))})),
        ),
        ("Kinesis", whole(json!({"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": packed}}]}))),
        (
            "filter-log-events",
            whole(json!({"events": each(&|t| json!({"logStreamName": "s", "timestamp": 1, "message": t}))})),
        ),
        (
            "Logs Insights",
            whole(json!({"results": each(&|t| json!([{"field": "@timestamp", "value": "x"},
            {"field": "@message", "value": t}])), "status": "Complete"})),
        ),
        (
            "an export of a log group",
            texts.iter().map(|t| format!("2026-05-04T10:00:00.000Z {t}\n")).collect::<String>().into_bytes(),
        ),
        (
            "logs tail",
            texts.iter().map(|t| format!("2026-05-04T10:00:00.123000+00:00 s {t}\n")).collect::<String>().into_bytes(),
        ),
        (
            "SQS to Lambda",
            whole(json!({"Records": each(&|t| json!({"messageId": "m", "eventSource": "aws:sqs", "body": t}))})),
        ),
        (
            "SQS with envelopes",
            whole(json!({"Records": records.iter().map(|r| json!({"messageId": "m", "eventSource": "aws:sqs",
            "body": json!({"detail-type": "AWS API Call via CloudTrail", "detail": r}).to_string()})).collect::<Vec<_>>()})),
        ),
        ("receive-message", whole(json!({"Messages": each(&|t| json!({"MessageId": "m", "Body": t}))}))),
        (
            "SQS with lists of envelopes",
            whole(json!({"Records": [{"eventSource": "aws:sqs", "body":
            json!(records.iter().map(|r| json!({"detail-type": "AWS API Call via CloudTrail", "detail": r})).collect::<Vec<_>>()).to_string()}]})),
        ),
        ("SNS", whole(json!({"Records": each(&|t| json!({"EventSource": "aws:sns", "Sns": {"Message": t}}))}))),
        (
            "SNS in SQS",
            whole(
                json!({"Messages": each(&|t| json!({"Body": json!({"Type": "Notification", "Message": t}).to_string()}))}),
            ),
        ),
        ("rows of CloudTrail Lake", lines(&each(&|t| json!({"eventData": t}))).into_bytes()),
        (
            "get-query-results",
            whole(
                json!({"QueryStatus": "FINISHED", "QueryResultRows": each(&|t| json!([{"eventTime": "x"}, {"eventJson": t}]))}),
            ),
        ),
        ("Splunk", lines(&each(&|t| json!({"preview": false, "result": {"_raw": t}}))).into_bytes()),
        ("Splunk's API", whole(json!({"results": each(&|t| json!({"_raw": t, "_time": "x"}))}))),
        (
            "Splunk's collector",
            lines(&records.iter().map(|r| json!({"event": r, "sourcetype": "aws:cloudtrail"})).collect::<Vec<_>>())
                .into_bytes(),
        ),
        (
            "Elastic",
            whole(
                json!({"hits": {"total": 2, "hits": each(&|t| json!({"_source": {"@timestamp": "x", "event": {"original": t}}}))}}),
            ),
        ),
        ("Logstash", lines(&each(&|t| json!({"@version": "1", "message": t}))).into_bytes()),
        (
            "OCSF with the original",
            lines(&each(&|t| json!({"class_uid": 6003, "metadata": {}, "raw_data": t}))).into_bytes(),
        ),
        ("put-events", whole(json!({"records": each(&|t| json!({"DetailType": "x", "Detail": t}))}))),
        ("UTF-16, little end first", utf16(true)),
        ("UTF-16, big end first", utf16(false)),
        ("UTF-16 without a mark", utf16(true)[2..].to_vec()),
    ]
}

#[test]
fn records_are_found_in_what_people_hold_them_in() {
    for (wrapping, bytes) in wrappings() {
        for (packed, bytes) in [("plain", bytes.clone()), ("packed", gzip(&bytes))] {
            let ran = riposte(&ONLY).run(&bytes);
            let want = ["ev-1 trail-stopped", "ev-2 trail-stopped"].map(str::to_owned).to_vec();
            assert_eq!((ran.code, ran.findings()), (0, want), "{wrapping}, {packed}: {}", ran.err);
        }
    }
}

#[test]
fn what_cannot_be_read_is_refused_by_its_name_with_a_hint() {
    for (input, said) in [
        (
            &b"PAR1\x15\x04\x15"[..],
            "an Apache Parquet file (Security Lake, CloudTrail Lake, Athena) is not read: write the records",
        ),
        (b"PK\x03\x04\x14\0\0\0", "a ZIP archive is not read: unpack it first"),
        (b"\x28\xb5\x2f\xfd\x04\x58", "a file packed with zstd is not read"),
        (b"User name,Event time,Event source\nroot,x,y\n", "CSV is not read"),
        (b"timestamp,message\n1,\"{\"\"eventName\"\":\"\"x\"\"}\"\n", "CSV is not read"),
        (b"EVENTS\tAKIA\tx\n", "the text output of `aws cloudtrail lookup-events` is not read: ask the AWS CLI"),
        (b"Events:\n- EventId: x\n", "YAML is not read"),
        (
            br#"{"eventname":"x","eventsource":"y","useridentity":"{type=Root}"}"#,
            "a row of an Athena table is not read",
        ),
        (br#"{"ResultSet":{"Rows":[{"Data":[{"VarCharValue":"x"}]}]}}"#, "a row of an Athena table is not read"),
        (
            br#"{"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"}}}"#,
            "an OCSF event (Security Lake) without",
        ),
        (
            br#"{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{}}]}"#,
            "a notification of a new file",
        ),
        (br#"{"preview":false,"result":{"eventName":"x"}}"#, "a Splunk result without `_raw` is not read: search with"),
        (br#"{"schemaVersion":"2.0","service":{},"severity":5}"#, "a GuardDuty finding is not read"),
        (br#"{"CloudTrailEvent":"{\"eventName\":"}"#, "what it holds is not JSON"),
        (br#"{"awslogs":{"data":"%%"}}"#, "its data is not base64"),
        (br#"{"awslogs":{"data":"H4sIAAAA"}}"#, "its data cannot be unpacked"),
    ] {
        let ran = riposte(&ONLY).run(input);
        let shown = String::from_utf8_lossy(input).into_owned();
        assert_eq!((ran.code, ran.out.as_str(), ran.faults().len()), (3, "", 1), "{shown}: {}", ran.err);
        assert!(ran.err.contains(said), "{shown}: {}", ran.err);
    }
}

#[test]
fn what_cloudtrail_writes_besides_calls_is_passed_over_in_every_wrapping() {
    let others = [
        json!({"eventType": "AwsCloudTrailInsight", "eventCategory": "Insight", "insightDetails": {"eventName": "x"}}),
        json!({"eventType": "AwsAggregatedEvent", "eventCategory": "Aggregated", "eventSource": "s3.amazonaws.com"}),
        json!({"eventCategory": "ConfigurationItem", "eventData": {"resourceType": "AWS::EC2::Instance"}}),
    ];
    for other in &others {
        let text = other.to_string();
        for wrapped in [
            other.clone(),
            json!({"Records": [other]}),
            json!({"detail-type": "AWS Insight via CloudTrail", "detail": other}),
            json!({"Records": [{"eventSource": "aws:sqs", "body": text}]}),
            json!({"Events": [{"CloudTrailEvent": text}]}),
            json!({"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "timestamp": 1, "message": text}]}),
            json!({"result": {"_raw": text}}),
        ] {
            let ran = riposte(&ONLY).run(wrapped.to_string().as_bytes());
            assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{wrapped}: {}", ran.err);
            assert!(ran.err.contains("1  passed over: "), "{wrapped}: {}", ran.err);
        }
    }
    let lines = json!({"messageType": "DATA_MESSAGE", "logEvents": [
        {"id": "1", "timestamp": 1, "message": "[INFO] started"}, {"id": "2", "timestamp": 2, "message": "done"}]});
    let ran = riposte(&ONLY).run(lines.to_string().as_bytes());
    assert!(ran.code == 0 && ran.err.contains("2  passed over: log lines that hold no record"), "{}", ran.err);
}

#[test]
fn nothing_that_an_attacker_writes_steers_the_terminal() {
    let evil = "a\u{1b}[2J\u{9b}31m\r\n\u{202e}b\u{7}";
    let mut record = stopped("ev-1", evil);
    record["userIdentity"] = json!({"type": "IAMUser", "arn": format!("arn:aws:iam::111122223333:user/{evil}")});
    record["awsRegion"] = json!(evil);
    let broken = format!("{{\"{}\":1}}\n", evil.replace('\u{1b}', "\\u001b").replace("\r\n", "").replace('\u{7}', ""));
    for format in ["jsonl", "table"] {
        let ran = riposte(&[&ONLY[..], &["--format", format]].concat()).run(format!("{record}\n{broken}").as_bytes());
        let safe = |text: &str| text.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}'));
        assert!(ran.out.contains("ev-1") || ran.out.contains("trail-stopped"), "{}", ran.out);
        assert!(safe(&ran.out) && safe(&ran.err), "{format}: {:?} {:?}", ran.out, ran.err);
        assert!(ran.err.contains("its keys are `a\\u{1b}[2J"), "{}", ran.err);
        if format == "jsonl" {
            let line: Value = serde_json::from_str(&ran.out).unwrap();
            assert_eq!(line["region"], evil, "a program must read what was written");
        }
    }
}

#[test]
fn the_table_has_a_head_a_row_for_equal_findings_and_totals() {
    let mut records = samples();
    records.extend([stopped("ev-6", "trail/a"), stopped("ev-7", "trail/a")]);
    let ran = riposte(&[&ONLY[..], &["--format", "table"]].concat()).run(lines(&records).as_bytes());
    let rows: Vec<_> = ran.out.lines().collect();
    assert_eq!(rows.len(), 5, "{}", ran.out);
    assert!(rows[0].starts_with("TIME ") && rows[0].ends_with(" WHY"));
    let column = rows[0].find("DETECTOR").unwrap();
    let at = |row: &str| row.get(column..).unwrap().split(' ').next().unwrap().to_owned();
    assert_eq!((at(rows[1]), at(rows[2])), ("trail-stopped".to_owned(), "open-admin-port".to_owned()));
    assert!(rows[1].contains("user/mallory") && rows[1].contains("3 times until 2026-02-03 04:05: "), "{}", rows[1]);
    assert_eq!(rows[4], "5 high");
}

#[test]
fn a_table_leaves_out_what_only_keeps_track_unless_it_is_asked_for() {
    let record = stopped("ev-1", "trail/a");
    let all = ["detect", "--only", "trail-stopped", "--only", "trail-changed", "--format", "table"];
    let ran = riposte(&all).run(record.to_string().as_bytes());
    assert!(!ran.out.contains("trail-changed"), "{}", ran.out);
    assert!(ran.out.ends_with("1 high, 1 informational (--informational shows those)\n"), "{}", ran.out);
    let ran = riposte(&[&all[..], &["--informational"]].concat()).run(record.to_string().as_bytes());
    assert!(ran.out.contains("trail-changed"), "{}", ran.out);
}

#[test]
fn a_refused_call_is_found_as_refused_and_not_as_made_too() {
    let mut record = stopped("ev-1", "x");
    record["eventSource"] = json!("ec2.amazonaws.com");
    record["eventName"] = json!("GetPasswordData");
    record["requestParameters"] = json!({"instanceId": "i-0123456789abcdef0"});
    record["errorCode"] = json!("Client.UnauthorizedOperation");
    let both = ["detect", "--only", "windows-password-read", "--only", "windows-password-read-refused", "-"];
    let ran = riposte(&both).run(record.to_string().as_bytes());
    assert_eq!(ran.findings(), ["ev-1 windows-password-read-refused"], "{}", ran.out);
    let line: Value = serde_json::from_str(&ran.out).unwrap();
    let seen = [&line["error_code"], &line["source_ip"], &line["access_key"], &line["event_source"]];
    assert_eq!(seen, ["Client.UnauthorizedOperation", "203.0.113.66", "AKIAEXAMPLEMALLORY00", "ec2.amazonaws.com"]);
}

#[test]
fn the_summary_counts_by_detector_the_worst_first() {
    let records = [stopped("1", "a"), open_port("2", "sg-1"), stopped("3", "b"), ordinary(4)];
    let ran = riposte(&["detect", "--only", "trail-stopped", "--only", "open-admin-port", "--only", "open-all-ports"])
        .run(lines(&records).as_bytes());
    let rows: Vec<Vec<_>> = ran.err.lines().map(|line| line.split_whitespace().take(3).collect()).collect();
    assert_eq!(rows[..2], [vec!["2", "high", "trail-stopped"], vec!["1", "high", "open-admin-port"]], "{}", ran.err);
    assert!(ran.err.contains("1 file, 4 records, 3 findings, 0 unreadable; "), "{}", ran.err);
    assert!(ran.err.trim_end().ends_with(" records/s"), "{}", ran.err);
}

#[test]
fn the_least_severity_leaves_detectors_out() {
    let text = lines(&samples());
    let all = riposte(&["detect", "--min-severity", "high", "--only", "open-admin-port"]).run(text.as_bytes());
    let critical = riposte(&["detect", "--min-severity", "critical", "--only", "open-admin-port"]).run(text.as_bytes());
    assert_eq!((all.findings().len(), critical.findings().len(), critical.code), (1, 0, 0));
}

#[test]
fn what_is_opened_to_an_account_of_the_same_owner_is_no_finding() {
    let shared = |with: &str| {
        let mut record = ordinary(1);
        record["eventID"] = json!(format!("to-{with}"));
        record["eventSource"] = json!("ec2.amazonaws.com");
        record["eventName"] = json!("ModifySnapshotAttribute");
        record["requestParameters"] = json!({"snapshotId": "snap-1", "createVolumePermission":
            {"add": {"items": [{"userId": with}]}}, "attributeType": "CREATE_VOLUME_PERMISSION"});
        record
    };
    let text = lines(&[shared("444455556666"), shared("777788889999")]);
    let detect = |more: &[&str]| {
        let only = ["detect", "--only", "snapshot-shared-externally"];
        riposte(&[&only, more].concat()).run(text.as_bytes()).findings()
    };
    let (ours, theirs) = ("to-444455556666 snapshot-shared-externally", "to-777788889999 snapshot-shared-externally");
    assert_eq!(detect(&[]), [ours, theirs]);
    assert_eq!(detect(&["--trusted-accounts", "222233334444, 444455556666"]), [theirs]);
    assert!(detect(&["--trusted-accounts", "444455556666", "--trusted-accounts", "777788889999"]).is_empty());
}

#[test]
fn a_question_to_aws_is_counted_and_a_detector_that_cannot_judge_is_named() {
    let mut asks = open_port("ev-1", "sg-1");
    asks["eventName"] = json!("ModifySecurityGroupRules");
    asks["requestParameters"] = json!({"ModifySecurityGroupRulesRequest": {"GroupId": "sg-1", "SecurityGroupRule": {
        "SecurityGroupRuleId": "sgr-1",
        "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "0.0.0.0/0"}, "tag": 1}}});
    let mut odd = open_port("ev-2", "sg-1");
    odd["requestParameters"] = json!({"ipPermissions": {}});
    let ran = riposte(&ONLY).run(lines(&[asks, odd, stopped("ev-3", "t")]).as_bytes());
    assert_eq!((ran.code, ran.findings()), (0, vec!["ev-3 trail-stopped".to_owned()]), "{}", ran.err);
    assert!(ran.err.contains("1  need a look-up in AWS by open-admin-port"), "{}", ran.err);
    assert!(ran.err.contains("`open-admin-port` cannot evaluate it: event ev-2: "), "{}", ran.err);
    assert!(ran.err.contains("1  could not be evaluated by open-admin-port"), "{}", ran.err);
}

#[test]
fn rules_of_ones_own_run_beside_the_catalogue_or_alone_and_broken_ones_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let rule = folder.path().join("things-made.yml");
    let text = "title: Thing made\nlogsource:\n    product: aws\ndetection:\n    s:\n        eventName: CreateThing\n    condition: s\nlevel: low\n";
    fs::write(&rule, text).unwrap();
    let rules = folder.path().to_str().unwrap();
    let input = lines(&samples());
    let both = riposte(&["detect", "--rules", rules, "--only", "things-made", "--only", "trail-stopped"])
        .run(input.as_bytes());
    assert_eq!(
        both.findings(),
        ["ordinary-1 things-made", "ev-2 trail-stopped", "ordinary-3 things-made", "ev-5 trail-stopped"]
    );
    let alone = riposte(&["detect", "--rules", rules, "--rules-alone"]).run(input.as_bytes());
    assert_eq!(alone.findings(), ["ordinary-1 things-made", "ordinary-3 things-made"]);
    fs::write(&rule, text.replace("condition: s", "condition: nothing")).unwrap();
    let broken = riposte(&["detect", "--rules", rules]).run(input.as_bytes());
    assert_eq!((broken.code, broken.out.as_str()), (2, ""));
    assert!(broken.err.contains("things-made.yml:7: "), "{}", broken.err);
}

#[test]
fn a_burst_is_counted_in_the_order_of_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let rule = folder.path().join("many-things.yml");
    fs::write(
        &rule,
        "title: Many things made\nlogsource:\n    product: aws\ndetection:\n    s:\n        eventName: CreateThing\n    condition: s\n\
         riposte:\n    burst:\n        distinct: requestParameters.n\n        what: things\n        at-least: 300\n        within-seconds: 600\n",
    )
    .unwrap();
    let input = folder.path().join("input");
    fs::create_dir(&input).unwrap();
    for file in 0..10 {
        // The same things come in the first and the second file.
        let first = if file == 1 { 0 } else { file * 40 };
        fs::write(input.join(format!("{file}")), lines(&(first..first + 40).map(ordinary).collect::<Vec<_>>()))
            .unwrap();
    }
    for jobs in ["1", "4"] {
        let arguments =
            ["detect", "--rules", rule.to_str().unwrap(), "--rules-alone", "--jobs", jobs, input.to_str().unwrap()];
        let ran = riposte(&arguments).run(b"");
        assert_eq!(ran.findings(), ["ordinary-339 many-things"], "{jobs}: {}", ran.err);
        assert!(ran.out.contains("300 different things within 10 min"), "{}", ran.out);
    }
}

#[test]
fn wrong_usage_is_told_apart() {
    for (arguments, said) in [
        (&["detect", "--only", "trail-stoped", "-"][..], "no detector `trail-stoped`; did you mean `trail-stopped`"),
        (&["detect", "--only", "ssh-brute-force", "-"], "`ssh-brute-force` does not read CloudTrail events"),
        (&["detect", "--min-severity", "worst", "-"], "must be `informational`"),
        (&["detect", "--trusted-accounts", "444455556666,prod", "-"], "must be account numbers of twelve digits"),
        (&["detect", "--format", "xml", "-"], "invalid value 'xml'"),
        (&["detect", "--jobs", "0", "-"], "invalid value '0'"),
        (&["detect", "--rules-alone", "-"], "--rules <DIR>"),
        (&["detect", "--rules", "/nowhere/at/all", "-"], "/nowhere/at/all: No such file"),
        (&["explain", "trail-stoped"], "no detector `trail-stoped`; did you mean `trail-stopped`"),
    ] {
        let ran = riposte(arguments).run(b"");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn csv_is_safe_to_open_in_a_spreadsheet() {
    let mut record = stopped("ev-1", "=cmd|' /C calc'!A0");
    record["userIdentity"] = json!({"type": "IAMUser", "userName": "@SUM(1)", "arn": "=1+1,\"x\"\r\n=2"});
    let ran = riposte(&[&ONLY[..], &["--format", "csv"]].concat()).run(record.to_string().as_bytes());
    let lines: Vec<_> = ran.out.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 2, "{}", ran.out);
    assert!(lines[0].starts_with("\"event_time\",\"severity\""), "{}", lines[0]);
    assert!(lines[1].contains(",\"'=1+1,\"\"x\"\"\\u{d}\\u{a}=2\","), "{}", lines[1]);
    let empty = riposte(&[&ONLY[..], &["--format", "csv"]].concat()).run(b"");
    assert_eq!(empty.out.lines().count(), 1, "a table without rows has its head");
}

#[test]
fn ocsf_is_one_detection_finding_a_line() {
    let text = lines(&samples());
    let ran = riposte(&[&ONLY[..], &["--format", "ocsf"]].concat()).run(text.as_bytes());
    let all: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all.len(), 3);
    for one in &all {
        assert_eq!(
            (&one["class_uid"], &one["type_uid"], &one["severity_id"]),
            (&json!(2004), &json!(200_401), &json!(4))
        );
        assert_eq!(
            (&one["time"], &one["cloud"]["account"]["uid"]),
            (&json!(1_770_091_506_000_u64), &json!("111122223333"))
        );
        assert_eq!(one["evidences"][0]["src_endpoint"]["ip"], "203.0.113.66");
    }
    let uids: std::collections::BTreeSet<_> = all.iter().map(|one| one["finding_info"]["uid"].to_string()).collect();
    assert_eq!(uids.len(), 3);
}

#[test]
fn sarif_is_one_document_with_and_without_findings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my trail.json");
    fs::write(&path, lines(&samples())).unwrap();
    let sarif = |arguments: &[&str], input: &[u8]| -> Value {
        let ran = riposte(&[&ONLY[..], &["--format", "sarif"], arguments].concat()).run(input);
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
    };
    let document = sarif(&[path.to_str().unwrap()], b"");
    let run = &document["runs"][0];
    assert_eq!((&document["version"], run["results"].as_array().unwrap().len()), (&json!("2.1.0"), 3));
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 2);
    let place = &run["results"][1]["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], 4);
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("/my%20trail.json"), "{place}");
    let empty = sarif(&["-"], b"");
    assert_eq!(
        (&empty["runs"][0]["results"], &empty["runs"][0]["tool"]["driver"]["name"]),
        (&json!([]), &json!("Riposte"))
    );
}

#[test]
fn records_are_chosen_by_time_principal_and_condition() {
    let mut late = stopped("ev-2", "t");
    late["eventTime"] = json!("2026-02-04T00:00:00Z");
    late["userIdentity"]["arn"] = json!("arn:aws:iam::111122223333:user/eve");
    let text = lines(&[stopped("ev-1", "t"), late]);
    let ids = |options: &[&str]| {
        let ran = riposte(&[&ONLY[..], options].concat()).run(text.as_bytes());
        assert_eq!(ran.code, 0, "{options:?}: {}", ran.err);
        ran.findings().iter().map(|line| line.chars().take(4).collect::<String>()).collect::<Vec<_>>()
    };
    for (options, want) in [
        (&["--since", "2026-02-04"][..], vec!["ev-2"]),
        (&["--until", "2026-02-04"], vec!["ev-1"]),
        (&["--since", "2026-02-03T04:05:06Z", "--until", "2026-02-03T04:05:07Z"], vec!["ev-1"]),
        (&["--principal", "*/eve"], vec!["ev-2"]),
        (&["--principal", "*/eve", "--principal", "*mallory"], vec!["ev-1", "ev-2"]),
        (&["--where", "sourceIPAddress=203.0.113.0/24", "--where", "userIdentity.arn!=*eve"], vec!["ev-1"]),
        (&["--where", "errorCode"], vec![]),
    ] {
        assert_eq!(ids(options), want, "{options:?}");
    }
    let ran = riposte(&[&ONLY[..], &["--where", "errorCode"]].concat()).run(text.as_bytes());
    assert!(ran.err.contains("2  passed over: records that the options leave out"), "{}", ran.err);
}

#[test]
fn informational_findings_are_counts_for_each_principal_and_day() {
    let folder = tempfile::tempdir().unwrap();
    let rule = folder.path().join("noted.yml");
    let text = "title: Thing made\nlogsource:\n    product: aws\ndetection:\n    s:\n        eventName: CreateThing\n    condition: s\nlevel: informational\n";
    fs::write(&rule, text).unwrap();
    let mut records: Vec<_> = (0..50).map(ordinary).collect();
    records[49]["eventTime"] = json!("2026-02-04T00:00:00Z");
    records[48]["userIdentity"]["arn"] = json!("arn:aws:iam::111122223333:user/eve");
    let arguments = ["detect", "--rules", rule.to_str().unwrap(), "--rules-alone"];
    let ran = riposte(&arguments).run(lines(&records).as_bytes());
    let counts: Vec<_> =
        ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["count"].clone()).collect();
    assert_eq!(counts, [json!(1), json!(48), json!(1)], "{}", ran.out);
    assert!(ran.err.contains("3 findings") && ran.err.contains("50  informational findings"), "{}", ran.err);
    let each = riposte(&[&arguments[..], &["--each"]].concat()).run(lines(&records).as_bytes());
    assert_eq!(each.findings().len(), 50);
}

#[test]
fn a_correlation_is_counted_in_the_order_of_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let rule = folder.path().join("both.yml");
    let one = |name: &str, source: &str, call: &str| {
        format!(
            "title: {name}\nname: {name}\nlogsource:\n    product: aws\ndetection:\n    s:\n        eventSource: {source}\n        eventName: {call}\n    condition: s\n---\n"
        )
    };
    let text = one("opened", "ec2.amazonaws.com", "AuthorizeSecurityGroupIngress")
        + &one("stopped", "cloudtrail.amazonaws.com", "StopLogging")
        + "title: Opened, then stopped\nname: opened-then-stopped\ncorrelation:\n    type: temporal_ordered\n    rules: [opened, stopped]\n    group-by: [userIdentity.arn]\n    timespan: 10m\nlevel: high\n";
    fs::write(&rule, text).unwrap();
    let mut later = stopped("ev-2", "t");
    later["eventTime"] = json!("2026-02-03T04:14:00Z");
    let arguments = ["detect", "--rules", rule.to_str().unwrap(), "--rules-alone"];
    let ran = riposte(&arguments).run(lines(&[open_port("ev-1", "sg-1"), later.clone()]).as_bytes());
    assert_eq!((ran.code, ran.findings()), (0, vec!["ev-2 opened-then-stopped".to_owned()]), "{}", ran.err);
    assert!(ran.out.contains("userIdentity.arn=arn:aws:iam::111122223333:user/mallory"), "{}", ran.out);
    later["eventTime"] = json!("2026-02-03T04:20:00Z");
    let late = riposte(&arguments).run(lines(&[open_port("ev-1", "sg-1"), later]).as_bytes());
    assert_eq!(late.out, "");
}

#[test]
fn what_an_exclusion_leaves_out_is_counted_and_a_wide_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exclusions.yml");
    let text = lines(&[stopped("ev-1", "main"), stopped("ev-2", "test"), open_port("ev-3", "sg-1")]);
    let run = |exclusions: &str| {
        fs::write(&file, exclusions).unwrap();
        riposte(&[&ONLY[..], &["--exclusions", file.to_str().unwrap()]].concat()).run(text.as_bytes())
    };
    let ran = run(
        "test:\n    detectors: ['trail-*']\n    target: '*test'\n    reason: a trail for tests\n    expires: '2199-01-01'\n",
    );
    assert_eq!((ran.code, ran.findings().len()), (0, 2), "{}", ran.err);
    assert!(ran.err.contains("1  left out by the exclusion `test` until 2199-01-01: a trail for tests"), "{}", ran.err);
    let over = run("old:\n    detectors: ['*']\n    principal: '*mallory'\n    reason: r\n    expires: '2020-01-01'\n");
    assert!(over.findings().len() == 3 && over.err.contains("`old`, which has expired"), "{}", over.err);
    let wide = run("all:\n    detectors: ['*']\n    reason: r\n    expires: '2199-01-01'\n");
    assert!(wide.code == 2 && wide.err.contains("exclusion `all`: "), "{}", wide.err);
}

#[test]
fn a_profile_says_how_often_on_whom_and_what_would_silence_it() {
    let mut records: Vec<_> = (0..10).map(|n| stopped(&format!("ev-{n}"), "t")).collect();
    records[9]["eventTime"] = json!("2026-02-04T00:00:00Z");
    records[9]["userIdentity"]["arn"] = json!("arn:aws:iam::111122223333:user/eve");
    let ran = riposte(&[&ONLY[..], &["--profile"]].concat()).run(lines(&records).as_bytes());
    let line: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&line["detector"], &line["findings"], &line["per_day"]),
        (&json!("trail-stopped"), &json!(10), &json!(5.0))
    );
    assert_eq!(
        line["exclusions"][0],
        json!({"detectors": ["trail-stopped"], "principal": "arn:aws:iam::111122223333:user/mallory", "silences": 9})
    );
    let table = riposte(&[&ONLY[..], &["--profile", "--format", "table"]].concat()).run(lines(&records).as_bytes());
    assert!(table.out.contains("5.0 a day  high") && table.out.contains("would leave out 9 of 10"), "{}", table.out);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let text = lines(&(0..20_000).map(|n| stopped(&format!("ev-{n}"), "t")).collect::<Vec<_>>());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, text).unwrap();
    let mut child = riposte(&[&ONLY[..], &[path.to_str().unwrap()]].concat()).spawn(Stdio::null());
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("ev-0"));
    assert!(child.wait().unwrap().success());
}

#[test]
fn findings_of_a_slow_pipe_are_shown_at_once() {
    use std::io::Write;
    let mut child = riposte(&ONLY).spawn(Stdio::piped());
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for number in 0..3 {
        // A record is complete with its last bracket, not with the line that follows.
        write!(input, "{}", stopped(&format!("ev-{number}"), "t")).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.contains(&format!("ev-{number}")), "{line}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_catalogue_is_listed_and_explained_without_an_account() {
    let text = riposte(&["detectors"]).run(b"");
    let json = riposte(&["detectors", "--json"]).run(b"");
    assert_eq!((text.code, json.code), (0, 0));
    let all: Vec<Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all.len() + 1, text.out.lines().count(), "a head, and a row for each");
    let one = all.iter().find(|entry| entry["id"] == "open-admin-port").unwrap();
    assert_eq!(one["actions"], json!(["revoke-ingress"]));
    assert_eq!((&one["function"], &one["severity"]), (&json!("ingress-guard"), &json!("high")));
    let page = riposte(&["explain", "open-admin-port"]).run(b"");
    assert!(page.code == 0 && page.out.contains("# open-admin-port"), "{}", page.out);
}

#[test]
fn what_detect_refuses_hunt_refuses_too() {
    for (options, said) in [
        (&["--since", "2026-05-04", "--until", "2026-05-03"][..], "--since is not before --until"),
        (&["--where", "sourceIPAddress=10.0.0.0/99"], "no range of addresses"),
        (&["--principal", ""], "--principal"),
        (&["--trusted-accounts", "4444"], "account numbers of twelve digits"),
        (&["--min-severity", "loud"], "--min-severity"),
        (&["--only", "open-admin-prt"], "open-admin-port"),
    ] {
        for (verb, place) in [("detect", "-"), ("hunt", "s3://bucket/prefix")] {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_riposte"));
            // Nobody listens there: what is typed wrong is said before anybody is asked.
            let environment = [
                ("AWS_REGION", "eu-west-1"),
                ("AWS_ACCESS_KEY_ID", "111122223333"),
                ("AWS_SECRET_ACCESS_KEY", "x"),
                ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ];
            let ran = command.env_clear().envs(environment).arg(verb).args(options).arg(place).output().unwrap();
            let err = String::from_utf8_lossy(&ran.stderr);
            assert_eq!(ran.status.code(), Some(2), "{verb} {options:?}: {err}");
            assert!(err.contains(said), "{verb} {options:?}: {err}");
        }
    }
}

#[test]
fn what_can_match_nothing_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let (file, empty) = (folder.path().join("trail.json"), folder.path().join("rules"));
    fs::write(&file, json!({ "Records": samples() }).to_string()).unwrap();
    fs::create_dir(&empty).unwrap();
    let (file, empty) = (file.to_str().unwrap(), empty.to_str().unwrap());
    for (options, said) in [
        (&["--since", "2026-05-04", "--until", "2026-05-03"][..], "--since is not before --until"),
        (&["--where", "sourceIPAddress=10.0.0.0/99"], "no range of addresses"),
        (&["--where", "eventName==StopLogging"], "one `=`"),
        (&["--principal", ""], "--principal"),
        (&["--rules", empty], "there is no rule"),
        (&["--rules", "/nope"], "/nope: "),
    ] {
        let ran = detect(&[options, &[file]].concat());
        assert_eq!(ran.code, 2, "{options:?}: {}", ran.err);
        assert!(ran.err.contains(said) && !ran.err.contains(":1: "), "{options:?}: {}", ran.err);
    }
}
