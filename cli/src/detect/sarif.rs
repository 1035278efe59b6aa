//! Findings as SARIF 2.1.0: one document, as code-scanning tools take it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use riposte_core::finding::{Finding, Severity};
use serde_json::{Value, json};

use super::output::inert;

/// The detectors that found something, by id: what the document says of them at its end.
#[derive(Debug, Default)]
pub(super) struct Rules(BTreeMap<String, Value>);

/// How the document begins.
pub(super) fn begin(out: &mut impl Write) -> io::Result<()> {
    out.write_all(
        b"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"results\":[\n",
    )
}

/// One finding.
pub(super) fn result(
    out: &mut impl Write,
    rules: &mut Rules,
    finding: &Finding,
    place: (&str, u64),
    count: u64,
) -> io::Result<()> {
    let (file, line) = place;
    let level = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "note",
    };
    let first = rules.0.is_empty();
    rules.0.entry(finding.detector.clone()).or_insert_with(|| {
        json!({
            "id": finding.detector,
            "shortDescription": { "text": finding.title },
            "defaultConfiguration": { "level": level },
            "properties": { "tags": finding.technique, "severity": finding.severity },
        })
    });
    let scope = &finding.scope;
    let result = json!({
        "ruleId": finding.detector,
        "level": level,
        "message": { "text": finding.why },
        "locations": [location(file, line)],
        "occurrenceCount": count,
        "partialFingerprints": { "finding/v1": format!("{}/{}/{}", scope.event_id, finding.detector, finding.target.key()) },
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "eventId": scope.event_id,
            "eventTime": finding.event_time,
            "eventName": finding.event_name,
            "account": scope.account,
            "region": scope.region,
            "principal": finding.principal.label(),
            "target": finding.target.key(),
        },
    });
    let comma = if first { "" } else { ",\n" };
    write!(out, "{comma}{}", inert(result.to_string()))
}

/// Where the record stands; standard input has no place.
fn location(file: &str, line: u64) -> Value {
    if file == "-" {
        return json!({ "message": { "text": format!("standard input, line {line}") } });
    }
    let uri: String = file.bytes().fold(String::new(), |mut uri, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte.into()),
            other => uri.push_str(&format!("%{other:02X}")),
        }
        uri
    });
    json!({ "physicalLocation": { "artifactLocation": { "uri": uri }, "region": { "startLine": line.max(1) } } })
}

/// How it ends.
pub(super) fn end(out: &mut impl Write, rules: &Rules) -> io::Result<()> {
    let rules: Vec<_> = rules.0.values().collect();
    let driver = json!({ "name": "Riposte", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
    writeln!(out, "\n],\"tool\":{{\"driver\":{}}}}}]}}", inert(driver.to_string()))
}
