//! Lines that are JSON objects: told apart by their keys.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::access::{address, request_line};
use super::{Found, Time, text};
use crate::entry::{Query, Request, Said, Text, What};
use crate::time::stamp;

/// Reads an object; `None` where the line is none.
pub(super) fn read(line: &[u8]) -> Option<Found<'_>> {
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(line) else { return None };
    // Where a field was too large CloudWatch keeps its beginning, and a pointer to the rest beside it. A line of pointers
    // alone says nothing.
    if !fields.is_empty() && fields.keys().all(|key| key.starts_with("@ptr.")) {
        return Some(Found { time: Time::None, format: "none", what: What::Passed("pointers to large objects") });
    }
    let has = |key: &str| fields.contains_key(key);
    let found = match () {
        () if has("eventVersion") && has("eventSource") && has("eventName") => {
            Found { time: time(&fields, &["eventTime"]), format: "CloudTrail", what: What::CloudTrail }
        }
        () if has("messageType") && has("logEvents") => {
            Found { time: Time::None, format: "none", what: What::Passed("control messages") }
        }
        () if has("auditID")
            && fields.get("apiVersion").and_then(Value::as_str).is_some_and(|v| v.starts_with("audit.k8s.io")) =>
        {
            let time = time(&fields, &["requestReceivedTimestamp", "stageTimestamp"]);
            Found { time, format: "Kubernetes audit", what: What::Kubernetes(Box::new(Value::Object(fields))) }
        }
        () if has("webaclId") && has("httpRequest") => firewall(&fields),
        () if has("query_name") && has("srcaddr") => resolver(&fields),
        () if has("MESSAGE") && (has("SYSLOG_IDENTIFIER") || has("_COMM") || has("__REALTIME_TIMESTAMP")) => {
            journal(&fields)
        }
        () => access(&fields).unwrap_or_else(|| application(&fields)),
    };
    Some(found)
}

fn string<'a>(fields: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| fields.get(*key)?.as_str())
}

fn owned(fields: &Map<String, Value>, keys: &[&str]) -> Cow<'static, str> {
    string(fields, keys).map_or(Cow::Borrowed(""), |text| Cow::Owned(text.to_owned()))
}

fn time(fields: &Map<String, Value>, keys: &[&str]) -> Time {
    let found = keys.iter().find_map(|key| match fields.get(*key)? {
        Value::String(text) => stamp(text.as_bytes()).map(|stamp| Time::Written(stamp.time)),
        // Seconds with a fraction, or milliseconds and finer.
        Value::Number(number) => stamp(number.to_string().as_bytes()).map(|stamp| Time::Written(stamp.time)),
        _ => None,
    });
    found.unwrap_or(Time::None)
}

fn journal(fields: &Map<String, Value>) -> Found<'static> {
    let message = match fields.get("MESSAGE") {
        // What is no UTF-8 is written as a list of bytes.
        Some(Value::Array(bytes)) => {
            let bytes: Vec<u8> = bytes.iter().filter_map(|b| b.as_u64().and_then(|b| u8::try_from(b).ok())).collect();
            Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => owned(fields, &["MESSAGE"]),
    };
    let said =
        Said { host: owned(fields, &["_HOSTNAME"]), program: owned(fields, &["SYSLOG_IDENTIFIER", "_COMM"]), message };
    let time = time(fields, &["__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP"]);
    Found { time, format: "journald", what: What::Program(said) }
}

fn resolver(fields: &Map<String, Value>) -> Found<'static> {
    let name = owned(fields, &["query_name"]);
    let from = match fields.get("srcids").and_then(|ids| ids.get("instance")).and_then(Value::as_str) {
        Some(instance) => Cow::Owned(instance.to_owned()),
        None => owned(fields, &["srcaddr"]),
    };
    let query = Query {
        from,
        name: Cow::Owned(name.trim_end_matches('.').to_ascii_lowercase()),
        kind: owned(fields, &["query_type"]),
        answer: owned(fields, &["rcode"]),
    };
    Found { time: time(fields, &["query_timestamp"]), format: "resolver queries", what: What::Query(query) }
}

fn firewall(fields: &Map<String, Value>) -> Found<'static> {
    let empty = Map::new();
    let request = fields.get("httpRequest").and_then(Value::as_object).unwrap_or(&empty);
    let mut target = owned(request, &["uri"]).into_owned();
    if let Some(query) = string(request, &["args"]).filter(|args| !args.is_empty()) {
        target.push('?');
        target.push_str(query);
    }
    let headers = request.get("headers").and_then(Value::as_array);
    let header = |name: &str| {
        let found = headers.into_iter().flatten().find(|header| {
            header.get("name").and_then(Value::as_str).is_some_and(|known| known.eq_ignore_ascii_case(name))
        });
        found
            .and_then(|header| header.get("value"))
            .and_then(Value::as_str)
            .map_or(Cow::Borrowed(""), |v| Cow::Owned(v.to_owned()))
    };
    let what = What::Request(Request {
        client: string(request, &["clientIp"]).and_then(|ip| address(ip.as_bytes())),
        method: owned(request, &["httpMethod"]),
        target: Cow::Owned(target),
        status: 0,
        agent: header("User-Agent"),
        referer: header("Referer"),
        refused: string(fields, &["action"]) == Some("BLOCK"),
    });
    Found { time: time(fields, &["timestamp"]), format: "WAF", what }
}

/// An access log in JSON: whatever names a client, a target and a status.
fn access(fields: &Map<String, Value>) -> Option<Found<'static>> {
    let status = ["status", "status_code", "statusCode", "response_code", "responseStatus", "http_status"]
        .iter()
        .find_map(|key| match fields.get(*key)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        })
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (100..600).contains(status))?;
    const PEER: [&str; 11] = [
        "remote_addr",
        "remote_ip",
        "client_ip",
        "clientIp",
        "client",
        "ip",
        "sourceIp",
        "source_ip",
        "remoteAddr",
        "remoteIp",
        "c_ip",
    ];
    let client = string(fields, &PEER).and_then(|ip| address(ip.as_bytes()))?;
    let line = string(fields, &["request", "requestLine"]).map(|line| request_line(line.as_bytes()));
    let target = match line {
        Some((_, target)) => Cow::Owned(text(target).into_owned()),
        None => owned(fields, &["request_uri", "uri", "path", "url", "resourcePath", "requestPath"]),
    };
    let method = match line {
        Some((method, _)) if !method.is_empty() => Cow::Owned(text(method).into_owned()),
        _ => owned(fields, &["request_method", "method", "httpMethod", "http_method"]),
    };
    if target.is_empty() {
        return None;
    }
    let what = What::Request(Request {
        client: Some(client),
        method,
        target,
        status,
        agent: owned(fields, &["http_user_agent", "user_agent", "userAgent", "agent"]),
        referer: owned(fields, &["http_referer", "referer", "referrer"]),
        refused: false,
    });
    Some(Found { time: time(fields, &TIMES), format: "access", what })
}

/// Where applications write their time.
const TIMES: [&str; 9] =
    ["timestamp", "time", "@timestamp", "ts", "time_local", "time_iso8601", "requestTime", "date", "eventTime"];

fn application(fields: &Map<String, Value>) -> Found<'static> {
    let level = string(fields, &["level", "levelname", "severity", "log.level", "lvl"]);
    // Numbers of levels, as pino and bunyan write them.
    let number = fields.get("level").and_then(Value::as_u64);
    let level = match (level, number) {
        (Some(level), _) => level.to_ascii_lowercase(),
        (None, Some(50..)) => "error".to_owned(),
        (None, Some(40..)) => "warn".to_owned(),
        (None, Some(_)) => "info".to_owned(),
        (None, None) => String::new(),
    };
    let message = string(fields, &["message", "msg", "log", "event", "text", "errorMessage"])
        .map_or_else(|| Value::Object(fields.clone()).to_string(), str::to_owned);
    let what = What::Text(Text { level: Cow::Owned(level), message: Cow::Owned(message) });
    Found { time: time(fields, &TIMES), format: "JSON", what }
}
