//! Formats that people hand to `detect`, known by their first bytes or their keys: how to read one, or its name and
//! what to do instead.

use std::fmt;

use serde_json::{Map, Value};

/// A format that is not read, with what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// With its article.
    name: &'static str,
    hint: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not read: {}", self.name, self.hint)
    }
}

/// How an input's bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As they are.
    Plain,
    Gzip,
    /// Whether the lower byte comes first.
    Utf16 {
        little: bool,
    },
    /// JSON strings that hold records, as `--query 'Events[].CloudTrailEvent'` writes.
    Strings,
    Refused(Refused),
}

const UNPACK: &str = "unpack it first; `-` reads what another program unpacks";
const EXPORT: &str = "write the records as JSON, one a line, or give the files of the trail's bucket";

/// How files begin that are no JSON.
const MAGIC: [(&[u8], &str, &str); 15] = [
    (b"PK\x03\x04", "a ZIP archive", UNPACK),
    (b"BZh", "a file packed with bzip2", UNPACK),
    (b"\xfd7zXZ\0", "a file packed with xz", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a file packed with zstd", UNPACK),
    (b"\x04\x22\x4d\x18", "a file packed with LZ4", UNPACK),
    (b"\xff\x06\0\0sNaPpY", "a file packed with Snappy", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"PAR1", "an Apache Parquet file (Security Lake, CloudTrail Lake, Athena)", EXPORT),
    (b"ORC", "an Apache ORC file", EXPORT),
    (b"Obj\x01", "an Apache Avro file", EXPORT),
    (b"SQLite format 3\0", "an SQLite database", EXPORT),
    (b"ElfFile\0", "a Windows event log", "`detect` reads CloudTrail's records"),
    (b"\xd4\xc3\xb2\xa1", "a capture of packets", "`detect` reads CloudTrail's records"),
    (b"%PDF", "a PDF", EXPORT),
    (b"\0\0\xfe\xff", "a text in UTF-32", "convert it to UTF-8"),
];

impl Reading {
    /// What the first bytes of a text say, whatever it holds.
    pub(crate) fn of_text(start: &[u8]) -> Self {
        let refused = |name, hint| Self::Refused(Refused { name, hint });
        if start.starts_with(&[0x1f, 0x8b]) {
            return Self::Gzip;
        }
        if let Some((_, name, hint)) = MAGIC.iter().find(|(magic, _, _)| start.starts_with(magic)) {
            return refused(name, hint);
        }
        if start.get(257..262) == Some(b"ustar") {
            return refused("a tar archive", UNPACK);
        }
        match start {
            [0xff, 0xfe, 0, 0, ..] => refused("a text in UTF-32", "convert it to UTF-8"),
            [0xff, 0xfe, ..] | [b'{' | b'[' | b'"', 0, ..] => Self::Utf16 { little: true },
            [0xfe, 0xff, ..] | [0, b'{' | b'[' | b'"', ..] => Self::Utf16 { little: false },
            _ => Self::Plain,
        }
    }

    /// What the first bytes of an input of records say.
    pub(crate) fn of_records(start: &[u8]) -> Self {
        match Self::of_text(start) {
            Self::Plain => {}
            other => return other,
        }
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        let inside = text.iter().position(|b| !matches!(b, b'[' | b' ' | b'\t' | b'\r' | b'\n'));
        if inside.and_then(|at| text.get(at..)).is_some_and(|rest| rest.starts_with(b"\"{\\")) {
            return Self::Strings;
        }
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        match text_format(&String::from_utf8_lossy(line)) {
            Some((name, hint)) => Self::Refused(Refused { name, hint }),
            None => Self::Plain,
        }
    }
}

/// The name of a text that is no JSON, from its first line.
fn text_format(line: &str) -> Option<(&'static str, &'static str)> {
    const JSON_OUTPUT: &str = "ask the AWS CLI for `--output json`";
    let line = line.trim_end();
    // What begins a record, or stands before one on its line.
    if line.is_empty() || line.contains(['{', '[']) {
        return None;
    }
    if line.starts_with("EVENTS\t") {
        return Some(("the text output of `aws cloudtrail lookup-events`", JSON_OUTPUT));
    }
    if line == "Events:"
        || line == "---"
        || line.starts_with("- AccessKeyId:")
        || line.starts_with("- CloudTrailEvent:")
    {
        return Some(("YAML", JSON_OUTPUT));
    }
    if line.starts_with("+-") || line.starts_with("--------") || line.starts_with("|  ") {
        return Some(("a table for people", JSON_OUTPUT));
    }
    if line.starts_with("<?xml") || line.starts_with("<!DOCTYPE") || line.starts_with("<html") {
        return Some(("XML or HTML", EXPORT));
    }
    if line.starts_with("version account-id interface-id") || line.starts_with("#Version:") {
        return Some(("a log of network traffic or of CloudFront", "`detect` reads CloudTrail's records"));
    }
    let (columns, lower) = (line.split([',', '\t']).count(), line.to_ascii_lowercase().replace([' ', '_', '"'], ""));
    let known = ["eventtime", "eventname", "eventid", "eventsource", "eventversion", "eventdata", "message", "_raw"];
    if columns > 1 && known.iter().any(|column| lower.contains(column)) {
        return Some(("CSV", "export the records as JSON; CSV holds only some of their fields, or quotes them anew"));
    }
    None
}

const TRAIL: &str = "give the files of the trail's bucket, or `s3://BUCKET/PREFIX`";
const OTHER_LOG: &str = "`detect` reads CloudTrail's records";

/// The name of an object that is no record and holds none, by its keys.
#[must_use]
pub fn named(object: &Map<String, Value>) -> Option<Refused> {
    let has = |keys: &[&str]| keys.iter().all(|key| object.contains_key(*key));
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let (name, hint) = if text("eventSource") == "aws:s3" || has(&["s3Bucket", "s3ObjectKey"]) {
        ("a notification of a new file, which holds no records,", TRAIL)
    } else if text("eventSource").starts_with("aws:") {
        ("an event that a service sends to a Lambda function", OTHER_LOG)
    } else if has(&["class_uid"]) || has(&["category_uid", "metadata"]) || has(&["api", "actor", "metadata"]) {
        ("an OCSF event (Security Lake) without `raw_data`", TRAIL)
    } else if has(&["ResultSet"]) || has(&["eventname", "eventsource"]) || has(&["useridentity"]) {
        ("a row of an Athena table", TRAIL)
    } else if has(&["eventName", "userIdentity.type"]) || has(&["userIdentity.arn"]) {
        ("a record with its fields laid flat", TRAIL)
    } else if has(&["preview", "result"]) || has(&["sourcetype"]) {
        ("a Splunk result without `_raw`", "search with `| table _raw` and export that")
    } else if has(&["@timestamp", "event"]) || has(&["@timestamp", "aws"]) {
        ("an Elastic document without `event.original`", "keep the original event in the pipeline, or read the trail")
    } else if has(&["schemaVersion", "service", "severity"]) {
        ("a GuardDuty finding", OTHER_LOG)
    } else if has(&["SchemaVersion", "ProductArn"]) || has(&["Findings"]) || has(&["findings"]) {
        ("a Security Hub finding", OTHER_LOG)
    } else if has(&["configurationItems"]) || has(&["configurationItem"]) || has(&["configuration", "resourceType"]) {
        ("a configuration item of AWS Config", OTHER_LOG)
    } else if has(&["kind", "auditID"]) {
        ("an audit log of Kubernetes", OTHER_LOG)
    } else if has(&["protoPayload"]) {
        ("an audit log of Google Cloud", OTHER_LOG)
    } else if has(&["operationName", "category"]) {
        ("an activity log of Azure", OTHER_LOG)
    } else if has(&["debugContext", "outcome"]) {
        ("a system log of Okta", OTHER_LOG)
    } else if has(&["httpRequest", "webaclId"]) {
        ("a log of AWS WAF", OTHER_LOG)
    } else if has(&["query_name", "query_timestamp"]) {
        ("a log of DNS queries", OTHER_LOG)
    } else if has(&["srcaddr"]) || has(&["interface_id"]) {
        ("a flow log", OTHER_LOG)
    } else if has(&["EventID", "Channel"]) || has(&["winlog"]) {
        ("a Windows event", OTHER_LOG)
    } else {
        return None;
    };
    Some(Refused { name, hint })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        for (start, want) in [
            (&b"\x1f\x8b\x08"[..], Reading::Gzip),
            (b"\xff\xfe{\0\"\0", Reading::Utf16 { little: true }),
            (b"{\0\"\0", Reading::Utf16 { little: true }),
            (b"\xfe\xff\0{", Reading::Utf16 { little: false }),
            (b"\0[\0{", Reading::Utf16 { little: false }),
            (b"[\n  \"{\\\"eventVersion", Reading::Strings),
            (b"[[ \"{\\n", Reading::Strings),
            (b"\xef\xbb\xbf{\"Records\":", Reading::Plain),
            (b"", Reading::Plain),
            (b"2026-05-04T10:00:00.000Z {\"eventVersion\":", Reading::Plain),
            (b"[\"text\"]", Reading::Plain),
            (b"hello, message", Reading::Refused(Refused { name: "CSV", hint: "" })),
            (b"User name,Event time,Event source\n", Reading::Refused(Refused { name: "CSV", hint: "" })),
            (b"PAR1\x15", Reading::Refused(Refused { name: "an Apache Parquet", hint: "" })),
            (b"EVENTS\tAKIA", Reading::Refused(Refused { name: "the text output", hint: "" })),
            (b"Events:\n- AccessKeyId", Reading::Refused(Refused { name: "YAML", hint: "" })),
        ] {
            match (Reading::of_records(start), want) {
                (Reading::Refused(found), Reading::Refused(want)) => {
                    assert!(found.name.starts_with(want.name), "{found:?}");
                }
                (found, want) => assert_eq!(found, want, "{}", String::from_utf8_lossy(start)),
            }
        }
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        tar[0] = b'x';
        assert!(matches!(Reading::of_records(&tar), Reading::Refused(_)));
    }

    #[test]
    fn objects_are_known_by_their_keys() {
        for (object, want) in [
            (json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}), Some("a notification")),
            (json!({"class_uid": 6003, "metadata": {}}), Some("an OCSF event")),
            (json!({"eventname": "x", "eventsource": "y"}), Some("a row of an Athena table")),
            (json!({"preview": false, "result": {"eventName": "x"}}), Some("a Splunk result")),
            (json!({"schemaVersion": "2.0", "service": {}, "severity": 5}), Some("a GuardDuty finding")),
            (json!({"hello": 1}), None),
        ] {
            let found = named(object.as_object().unwrap()).map(|refused| refused.name);
            assert_eq!(found.is_some(), want.is_some(), "{object}");
            assert!(found.unwrap_or_default().starts_with(want.unwrap_or_default()), "{object}: {found:?}");
        }
    }
}
