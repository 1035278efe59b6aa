//! Records in the wrappings that people hold them in: what AWS's command line prints, what CloudWatch Logs, Firehose,
//! Kinesis, SQS and SNS deliver, rows of CloudTrail Lake, results of Splunk and Elastic.

use std::io::Read as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::MultiGzDecoder;
use riposte_records::format::{self, Refused};
use serde_json::{Map, Value};

/// The most that is unpacked from within one record, in bytes.
const MOST: u64 = 64 << 20;

/// What a value that is no record holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Opened {
    /// Each may be a record, or hold some.
    Parts(Vec<Value>),
    /// Lines of a log that are no records.
    Lines,
    /// It is known, and not read.
    Refused(Refused),
    /// It is not known.
    Unknown,
    /// It cannot be unpacked.
    Broken(String),
}

/// Fields whose text is the record itself, where the object is known by them alone.
const TEXTS: [&str; 9] =
    ["CloudTrailEvent", "eventData", "eventdata", "eventJson", "eventjson", "_raw", "raw_data", "@message", "Detail"];

/// Fields that hold a list of what may hold records.
const LISTS: [&str; 8] =
    ["Records", "Events", "events", "logEvents", "records", "Messages", "results", "QueryResultRows"];

/// Opens a value.
pub(crate) fn open(value: Value) -> Opened {
    match value {
        Value::Object(object) => of_object(object),
        Value::Array(members) => of_list(members),
        Value::String(text) => of_text(&text, Opened::Unknown),
        _ => Opened::Unknown,
    }
}

fn of_object(mut object: Map<String, Value>) -> Opened {
    if object.get("messageType").and_then(Value::as_str) == Some("CONTROL_MESSAGE") {
        return Opened::Lines;
    }
    if let Some(data) = object.get("awslogs").and_then(|logs| logs.get("data")).and_then(Value::as_str) {
        return of_packed(data);
    }
    for field in LISTS {
        if matches!(object.get(field), Some(Value::Array(_))) {
            return object.remove(field).map_or(Opened::Unknown, open_list);
        }
    }
    for field in TEXTS {
        match object.remove(field) {
            Some(Value::String(text)) => return of_text(&text, Opened::Unknown),
            Some(inner @ Value::Object(_)) => return Opened::Parts(vec![inner]),
            Some(other) => _ = object.insert(field.to_owned(), other),
            None => {}
        }
    }
    // What a log group holds, and what a search in it shows.
    let of_log = object.contains_key("timestamp") || object.contains_key("ingestionTime");
    if let Some(message) = object.get("message").and_then(Value::as_str)
        && (of_log || message.trim_start().starts_with('{'))
    {
        return of_text(message, Opened::Lines);
    }
    // SQS as its API and as Lambda spell it, SNS, and SNS through Lambda.
    let notice = object.get("Sns").and_then(|sns| sns.get("Message")).or_else(|| object.get("Message"));
    let body = object.get("body").or_else(|| object.get("Body")).or(notice);
    if let Some(body) = body.and_then(Value::as_str) {
        return of_text(body, Opened::Unknown);
    }
    let data = object.get("kinesis").and_then(|kinesis| kinesis.get("data"));
    if let Some(data) = data.or_else(|| object.get("data")).or_else(|| object.get("Data")).and_then(Value::as_str) {
        return of_packed(data);
    }
    if let Some(Value::String(text)) = object.get("event").and_then(|event| event.get("original")) {
        return of_text(text, Opened::Unknown);
    }
    for field in ["result", "_source", "hits", "detail", "event"] {
        match object.remove(field) {
            Some(inner @ Value::Object(_)) if holds(&inner) => return Opened::Parts(vec![inner]),
            Some(Value::Array(list)) if field == "hits" => return of_list(list),
            Some(Value::String(text)) if field == "event" && text.trim_start().starts_with('{') => {
                return of_text(&text, Opened::Unknown);
            }
            Some(other) => _ = object.insert(field.to_owned(), other),
            None => {}
        }
    }
    format::named(&object).map_or(Opened::Unknown, Opened::Refused)
}

/// Whether an object is a record, or has a field that may hold one.
fn holds(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    (has("eventName") && has("eventSource"))
        || ["hits", "_source", "message"].into_iter().any(has)
        || TEXTS.into_iter().any(has)
        || value.get("event").is_some_and(|event| event.get("original").is_some())
}

fn open_list(list: Value) -> Opened {
    match list {
        Value::Array(members) => of_list(members),
        other => open(other),
    }
}

/// A list of what may hold records; or one row, whose fields stand one by one.
fn of_list(members: Vec<Value>) -> Opened {
    let of_insights = |member: &Value| member.get("field").is_some() && member.get("value").is_some();
    if !members.is_empty() && members.iter().all(of_insights) {
        let field = |member: &Value| Some((member.get("field")?.as_str()?.to_owned(), member.get("value")?.clone()));
        return of_object(members.iter().filter_map(field).collect());
    }
    let single = |member: &Value| member.as_object().is_some_and(|object| object.len() == 1);
    let row: Map<String, Value> = members.iter().filter_map(Value::as_object).flat_map(Clone::clone).collect();
    if !members.is_empty()
        && members.iter().all(single)
        && (row.len() > 1 || TEXTS.iter().any(|t| row.contains_key(*t)))
    {
        return of_object(row);
    }
    Opened::Parts(members)
}

/// A text that holds JSON; `otherwise` where it does not look like any.
fn of_text(text: &str, otherwise: Opened) -> Opened {
    let text = text.trim();
    if text.starts_with("H4sI") {
        return of_packed(text);
    }
    if !text.starts_with(['{', '[', '"']) {
        return otherwise;
    }
    match serde_json::Deserializer::from_str(text).into_iter().collect::<Result<Vec<Value>, _>>() {
        // A text like `[INFO] started` is a line of a log.
        Err(_) if text.starts_with('[') => otherwise,
        Err(error) => Opened::Broken(format!("what it holds is not JSON: {error}")),
        Ok(values) => Opened::Parts(values),
    }
}

/// Base64 of JSON, packed with gzip or not.
fn of_packed(data: &str) -> Opened {
    let bytes = match BASE64_STANDARD.decode(data.trim()) {
        Ok(bytes) => bytes,
        Err(error) => return Opened::Broken(format!("its data is not base64: {error}")),
    };
    let unpacked = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        match MultiGzDecoder::new(bytes.as_slice()).take(MOST + 1).read_to_end(&mut unpacked) {
            Ok(count) if count as u64 > MOST => {
                return Opened::Broken(format!("its data is more than {MOST} bytes when unpacked"));
            }
            Ok(_) => unpacked,
            Err(error) => return Opened::Broken(format!("its data cannot be unpacked: {error}")),
        }
    } else {
        bytes
    };
    match String::from_utf8(unpacked) {
        Ok(text) => of_text(&text, Opened::Lines),
        Err(_) => Opened::Broken("its data is not UTF-8".to_owned()),
    }
}
