//! What comes out is what went in.

use std::io::{BufReader, Read};

use flate2::read::GzDecoder;
use riposte_records::pool::Work;
use riposte_records::split::{Batch, Splitter};
use serde_json::{Value, json};

use super::*;
use crate::hunt::Question;
use crate::judge::Sequence;

/// Records of all kinds: quiet, found, counted towards a burst, informational, none, broken.
fn records() -> String {
    let mut lines = Vec::new();
    for number in 0..40 {
        let (source, name, request) = match number % 5 {
            0 => ("sqs.amazonaws.com", "PurgeQueue", json!({"queueUrl": "https://sqs.us-east-1.amazonaws.com/1/q"})),
            1 => ("secretsmanager.amazonaws.com", "GetSecretValue", json!({"secretId": format!("secret-{number}")})),
            2 => ("ec2.amazonaws.com", "DescribeInstances", Value::Null),
            3 => ("sts.amazonaws.com", "AssumeRole", json!({"roleArn": "arn:aws:iam::111122223333:role/x"})),
            _ => ("iam.amazonaws.com", "CreateUser", json!({"userName": "eve"})),
        };
        let record = json!({
            "eventVersion": "1.11", "eventID": format!("e-{number}"), "eventName": name, "eventSource": source,
            "eventTime": "2026-03-02T08:41:37Z", "awsRegion": "us-east-1", "recipientAccountId": "111122223333",
            "sourceIPAddress": "203.0.113.17", "userAgent": "aws-cli/2 \u{1b}[31m", "requestParameters": request,
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/kim", "userName": "kim"},
        });
        lines.push(record.to_string());
    }
    lines.push("{\"digestS3Object\": 1}".to_owned());
    lines.push("{\"a\":}".to_owned());
    lines.join("\n")
}

fn reports() -> Vec<Report<Judged>> {
    let judge = Question::default().judge().unwrap();
    let mut splitter = Splitter::new();
    splitter.tail().extend_from_slice(records().as_bytes());
    splitter.read(true);
    let mut batch = Batch::default();
    splitter.hand_on(&mut batch);
    let given = judge.work(&mut <crate::judge::Judge as Work>::Memory::default(), &batch);
    let report = |batch, end, given| Report { input: 0, batch, name: "s3://b/one".into(), end, packed: 7, given };
    let broken = End { broken: Some("cut \u{9b}off".to_owned()), passed: None };
    vec![report(0, None, given), report(1, Some(broken), Judged::default())]
}

fn unpacked(packed: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text
}

/// What a reader is told, with the counted remarks as they are, and what the bursts among it come to.
fn told(text: &str) -> (Vec<String>, Vec<Finding>, Result<Done, ResultError>) {
    let (mut lines, mut bursts, mut sequence) = (Vec::new(), Vec::new(), Sequence::default());
    let done = read::<ResultError>(BufReader::new(text.as_bytes()), |given| {
        match given {
            Given::Remark(remark) => lines.push(format!("{remark:?}")),
            Given::Report(report) => lines.extend(shown(report, &mut bursts, &mut sequence)),
        }
        Ok(())
    });
    (lines, bursts, done)
}

fn shown(report: Report<Judged>, bursts: &mut Vec<Finding>, sequence: &mut Sequence) -> Vec<String> {
    let mut lines = vec![format!("{:?} {} {:?}", report.name, report.given.records, report.given.others)];
    lines.extend(report.given.notes.iter().map(|note| format!("{note:?}")));
    lines.extend(report.end.map(|end| format!("{:?}", end.broken)));
    for note in report.given.notes {
        if let What::Verdict(mut verdict) = note.what {
            bursts.extend(sequence.settle(&mut verdict));
        }
    }
    lines
}

#[test]
fn reports_come_out_as_they_went_in_and_bursts_with_them() {
    let mut results = Results::new(3, false);
    let (mut want, mut bursts, mut sequence) = (Vec::new(), Vec::new(), Sequence::default());
    for report in reports() {
        want.extend(shown(report, &mut bursts, &mut sequence));
    }
    for report in reports() {
        results.add(report).unwrap();
    }
    let (packed, done) = results.end(12).unwrap();
    let (lines, found, read) = told(&unpacked(&packed));
    assert_eq!(lines, want);
    assert_eq!(found, bursts);
    assert!(want.iter().any(|line| line.contains("sightings: [Sighting")), "nothing counts towards a burst: {want:?}");
    let want = Done { share: 3, objects: 1, broken: 1, records: 41, bytes: 14, milliseconds: 12, ..done.clone() };
    assert_eq!((read.unwrap(), done), (want.clone(), want));
}

#[test]
fn informational_findings_are_counted_where_that_is_asked_for() {
    let mut results = Results::new(0, true);
    for report in reports() {
        results.add(report).unwrap();
    }
    let text = unpacked(&results.end(0).unwrap().0);
    let remarks = text.lines().filter(|line| line.starts_with("{\"remark\"")).count();
    let single = text.lines().filter(|line| line.contains("\"severity\":\"informational\"")).count();
    assert!(remarks > 0 && remarks == single, "{text}");
}

#[test]
fn what_is_cut_off_or_of_another_version_is_no_result() {
    let mut results = Results::new(0, false);
    for report in reports() {
        results.add(report).unwrap();
    }
    let text = unpacked(&results.end(0).unwrap().0);
    let cut: String = text.lines().take(text.lines().count() - 1).map(|line| format!("{line}\n")).collect();
    assert!(matches!(told(&cut).2, Err(ResultError::Cut)));
    let within = text.get(..text.len() / 2).unwrap();
    assert!(matches!(told(within).2, Err(ResultError::Line { .. })), "{:?}", told(within).2);
    let other = text.replace("\"detector\":\"", "\"detector\":\"newer-");
    let error = told(&other).2.unwrap_err().to_string();
    assert!(error.starts_with("line 1: `newer-") && error.contains("this version"), "{error}");
    assert!(matches!(told("").2, Err(ResultError::Cut)));
}
