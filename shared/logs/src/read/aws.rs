//! Logs that AWS writes in columns: VPC flow logs, load balancers, CloudFront.

use std::borrow::Cow;

use super::access::{address, quoted, request_line};
use super::{Found, Time, text};
use crate::entry::{Flow, Request, What};
use crate::time::stamp;

/// In which order columns stand, by name; empty is the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns(Vec<String>);

/// The default format of flow logs, version 2.
const FLOW: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

impl Columns {
    fn names(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        Some(Self(line.split_ascii_whitespace().map(|name| name.trim_matches(['$', '{', '}']).to_owned()).collect()))
    }
}

/// The line of names that begins a file of flow logs in a bucket.
pub(super) fn flow_header(line: &[u8]) -> Option<Columns> {
    let has = |name: &[u8]| memchr::memmem::find(line, name).is_some();
    if line.first()?.is_ascii_digit() || !(has(b"srcaddr") && has(b"dstaddr")) {
        return None;
    }
    let columns = Columns::names(line)?;
    let plain = columns
        .0
        .iter()
        .all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_')));
    plain.then_some(columns)
}

/// A record of a flow log.
pub(super) fn flow<'a>(line: &'a [u8], columns: &Columns) -> Option<Found<'a>> {
    let count = if columns.0.is_empty() { FLOW.len() } else { columns.0.len() };
    // Most lines are none: look before anything is gathered.
    if columns.0.is_empty() && !matches!(line, [b'2'..=b'9', b' ', ..] | [b'1', b'0'..=b'9', b' ', ..]) {
        return None;
    }
    let words: Vec<&str> = std::str::from_utf8(line).ok()?.split_ascii_whitespace().collect();
    if words.len() != count {
        return None;
    }
    let at = |name: &str| {
        let index = if columns.0.is_empty() {
            FLOW.iter().position(|known| *known == name)
        } else {
            columns.0.iter().position(|known| known == name || known.replace('_', "-") == name)
        };
        index.and_then(|index| words.get(index).copied()).filter(|word| *word != "-")
    };
    let seconds = |name: &str| {
        at(name).and_then(|word| word.parse::<i64>().ok()).filter(|s| (1_000_000_000..10_000_000_000).contains(s))
    };
    let start = seconds("start").or_else(|| seconds("end"));
    let time = start.and_then(|s| s.checked_mul(1000)).map_or(Time::None, Time::Ms);
    if matches!(at("log-status"), Some("NODATA" | "SKIPDATA")) {
        return Some(Found { time, format: "flow log", what: What::Passed("flow records without data") });
    }
    // Behind a gateway or a balancer the packet's own addresses say who spoke.
    let from = at("pkt-srcaddr").or_else(|| at("srcaddr"))?.parse().ok()?;
    let to = at("pkt-dstaddr").or_else(|| at("dstaddr"))?.parse().ok()?;
    let number = |name: &str| at(name).and_then(|word| word.parse().ok()).unwrap_or_default();
    let port = |name: &str| u16::try_from(number(name)).unwrap_or_default();
    let accepted = match at("action") {
        Some("REJECT") => false,
        Some("ACCEPT") | None => true,
        Some(_) => return None,
    };
    let flow = Flow {
        from,
        to,
        from_port: port("srcport"),
        to_port: port("dstport"),
        protocol: u8::try_from(number("protocol")).unwrap_or_default(),
        packets: number("packets"),
        bytes: number("bytes"),
        accepted,
    };
    Some(Found { time, format: "flow log", what: What::Flow(flow) })
}

/// `https 2023-12-10T06:55:46.000000Z app/name/id CLIENT:PORT TARGET:PORT … "GET https://… HTTP/1.1" "AGENT" …`.
pub(super) fn balancer(line: &[u8]) -> Option<Found<'_>> {
    let mut words = line.split(|b| *b == b' ');
    if !matches!(words.next()?, b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss") {
        return None;
    }
    let time = stamp(words.next()?)?;
    let _name = words.next()?;
    let client = address(words.next()?)?;
    let mut words = words.skip(4);
    let status = std::str::from_utf8(words.next()?).ok()?;
    let (request, rest) = quoted(line.get(memchr::memchr(b'"', line)?..)?)?;
    let agent =
        memchr::memchr(b'"', rest).and_then(|at| rest.get(at..)).and_then(quoted).map_or(&b""[..], |(agent, _)| agent);
    let (method, target) = request_line(request);
    let what = What::Request(Request {
        client: Some(client),
        method: text(method),
        target: text(path_of(target)),
        status: status.parse().unwrap_or_default(),
        agent: text(agent),
        referer: Cow::Borrowed(""),
        refused: memchr::memmem::find(rest, b"\"waf,").is_some(),
    });
    Some(Found { time: Time::Written(time.time), format: "load balancer", what })
}

/// Without the scheme and the host.
fn path_of(target: &[u8]) -> &[u8] {
    let path = memchr::memmem::find(target, b"://").and_then(|at| {
        let rest = target.get(at + 3..)?;
        rest.get(memchr::memchr(b'/', rest)?..)
    });
    path.unwrap_or(target)
}

/// `#Fields: date time x-edge-location …`
pub(super) fn distribution_header(line: &[u8]) -> Option<Columns> {
    Columns::names(line.strip_prefix(b"#Fields:")?)
}

/// CloudFront's columns where no header was seen.
const DISTRIBUTION: [&str; 24] = [
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(Referer)",
    "cs(User-Agent)",
    "cs-uri-query",
    "cs(Cookie)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
];

/// A line of a CloudFront log: columns with tabs between.
pub(super) fn distribution<'a>(line: &'a [u8], columns: &Columns) -> Option<Found<'a>> {
    let tab = memchr::memchr(b'\t', line)?;
    if columns.0.is_empty() && tab != 10 {
        return None;
    }
    let words: Vec<&[u8]> = line.split(|b| *b == b'\t').collect();
    let at = |name: &str| {
        let index = if columns.0.is_empty() {
            DISTRIBUTION.iter().position(|known| *known == name)
        } else {
            columns.0.iter().position(|known| known == name)
        };
        index.and_then(|index| words.get(index).copied()).filter(|word| *word != b"-")
    };
    let whole = [at("date")?, b" ", at("time")?].concat();
    let time = stamp(&whole)?;
    let client = address(at("c-ip")?)?;
    let mut target = text(at("cs-uri-stem")?).into_owned();
    if let Some(query) = at("cs-uri-query") {
        target.push('?');
        target.push_str(&text(query));
    }
    let shown = |name: &str| at(name).map_or(Cow::Borrowed(""), text);
    let what = What::Request(Request {
        client: Some(client),
        method: shown("cs-method"),
        target: Cow::Owned(target),
        status: shown("sc-status").parse().unwrap_or_default(),
        agent: shown("cs(User-Agent)"),
        referer: shown("cs(Referer)"),
        refused: false,
    });
    Some(Found { time: Time::Written(time.time), format: "CloudFront", what })
}
