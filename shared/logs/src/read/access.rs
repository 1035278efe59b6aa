//! Access and error logs of web servers: nginx, Apache, and what writes like them.

use std::borrow::Cow;
use std::net::IpAddr;

use super::{Found, Time, text};
use crate::entry::{Request, What};
use crate::time::stamp;

/// `CLIENT - USER [TIME] "METHOD TARGET PROTOCOL" STATUS BYTES "REFERER" "AGENT" …`: the common and the combined
/// format, with a virtual host before it and more behind it or not.
pub(super) fn read(line: &[u8]) -> Option<Found<'_>> {
    let open = memchr::memchr(b'[', line.get(..line.len().min(512))?)?;
    let time = stamp(line.get(open + 1..)?)?;
    let behind = line.get(open + 1 + time.len..)?.strip_prefix(b"]")?.trim_ascii_start();
    let (request, rest) = quoted(behind)?;
    let mut words = rest.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let status = number(words.next()?)?;
    let head = line.get(..open)?;
    let (referer, agent, last) = trailer(rest);
    let client = client(head)?;
    let (method, target) = request_line(request);
    let what = What::Request(Request {
        // What a proxy wrote behind the agent is what it says the client was; the peer is what the server saw. A list
        // stands from the client to the last proxy.
        client: Some(last.filter(|_| crate::entry::is_internal(client)).unwrap_or(client)),
        method: text(method),
        target: text(target),
        status,
        agent: text(agent),
        referer: text(referer),
        refused: false,
    });
    Some(Found { time: Time::Written(time.time), format: "access", what })
}

/// Who sent it: the first address before the time, behind a virtual host's name or not. Of a list of forwarders the
/// last that is not a private address: what stands before it was the client's to write.
fn client(head: &[u8]) -> Option<IpAddr> {
    for word in head.split(|b| *b == b' ').filter(|word| !word.is_empty()) {
        if let Some(address) = address(word) {
            return Some(address);
        }
        if word == b"-" {
            break;
        }
    }
    forwarded(head)
}

/// The client in a list of `X-Forwarded-For`. Only what the last proxies appended is not the client's own invention.
fn forwarded(list: &[u8]) -> Option<IpAddr> {
    let all: Vec<IpAddr> = list.split(|b| matches!(b, b',' | b' ' | b'"')).filter_map(address).collect();
    all.iter().rev().find(|address| !crate::entry::is_internal(**address)).or(all.first()).copied()
}

/// An address, in brackets or with a port or not; IPv4 in IPv6's clothes is undressed.
pub(super) fn address(word: &[u8]) -> Option<IpAddr> {
    let word = std::str::from_utf8(word).ok()?.trim_matches(',');
    let bare = word.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(word, |(inside, _)| inside);
    let found: Option<IpAddr> = bare.parse().ok();
    let found = found.or_else(|| {
        let (address, port) = bare.rsplit_once(':')?;
        port.parse::<u16>().ok()?;
        address.parse::<std::net::Ipv4Addr>().ok().map(IpAddr::V4)
    });
    found.map(|address| address.to_canonical())
}

/// The referer, the agent, and the client that a forwarder names in a further quoted field.
fn trailer(rest: &[u8]) -> (&[u8], &[u8], Option<IpAddr>) {
    let mut fields = Vec::with_capacity(3);
    let mut rest = rest;
    while let Some(open) = memchr::memchr(b'"', rest) {
        let Some((inside, behind)) = rest.get(open..).and_then(quoted) else { break };
        fields.push(inside);
        rest = behind;
        if fields.len() == 3 {
            break;
        }
    }
    let at = |index: usize| fields.get(index).copied().filter(|field| *field != b"-").unwrap_or_default();
    (at(0), at(1), forwarded(at(2)))
}

/// What stands in quotes at the beginning, with escaped quotes inside or not, and what follows.
pub(super) fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"\"")?;
    let mut escaped = false;
    for (index, byte) in inside.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((inside.get(..index)?, inside.get(index + 1..)?)),
            _ => {}
        }
    }
    None
}

/// The method and the target of `GET /path HTTP/1.1`. Targets with spaces are kept whole; what is no request at all is
/// a target without a method.
pub(super) fn request_line(request: &[u8]) -> (&[u8], &[u8]) {
    let method = request.iter().position(|b| *b == b' ').unwrap_or_default();
    let (name, rest) = request.split_at_checked(method).unwrap_or((b"", request));
    if name.is_empty() || !name.iter().all(u8::is_ascii_uppercase) {
        return (b"", request);
    }
    let rest = rest.trim_ascii_start();
    let end = memchr::memmem::rfind(rest, b" HTTP/").unwrap_or(rest.len());
    (name, rest.get(..end).unwrap_or(rest))
}

fn number(word: &[u8]) -> Option<u16> {
    let word = std::str::from_utf8(word).ok()?;
    if word == "-" { Some(0) } else { word.parse().ok() }
}

/// Apache's `[TIME] [module:level] [pid 1:tid 2] [client ADDRESS:PORT] message` and nginx's
/// `TIME [level] 1#2: *3 message, client: ADDRESS, server: …, request: "…"`.
pub(super) fn error(line: &[u8]) -> Option<Found<'_>> {
    let (time, message) = if let Some(rest) = line.strip_prefix(b"[") {
        let time = stamp(rest)?;
        (time, rest.get(time.len..)?.strip_prefix(b"]")?)
    } else {
        let time = stamp(line)?;
        (time, line.get(time.len..)?)
    };
    let reach = message.get(..message.len().min(4096))?;
    let (client, request, said) = if let Some(at) = memchr::memmem::find(reach, b"[client ") {
        let inside = message.get(at + b"[client ".len()..)?;
        let end = memchr::memchr(b']', inside)?;
        (address(inside.get(..end)?)?, &b""[..], inside.get(end + 1..)?)
    } else {
        let at = memchr::memmem::find(reach, b", client: ")?;
        let word = message.get(at + b", client: ".len()..)?;
        let end = word.iter().position(|b| matches!(b, b',' | b' ')).unwrap_or(word.len());
        let request = memchr::memmem::find(word, b"request: ").and_then(|at| word.get(at + 9..)).and_then(quoted);
        (address(word.get(..end)?)?, request.map_or(&b""[..], |(inside, _)| inside), message.get(..at)?)
    };
    let has = |what: &[u8]| memchr::memmem::find(said, what).is_some();
    let refused = [
        &b"forbidden"[..],
        b"denied",
        b"does not exist",
        b"not found",
        b"No such file",
        b"Invalid URI",
        b"Invalid method",
    ]
    .iter()
    .any(|what| has(what));
    let (method, target) = request_line(request);
    // Apache names the file that was asked for at the end of its message.
    let target: Cow<'_, str> = if target.is_empty() { text(said.trim_ascii()) } else { text(target) };
    let what =
        What::Request(Request { client: Some(client), method: text(method), target, refused, ..Request::default() });
    Some(Found { time: Time::Written(time.time), format: "web error", what })
}
