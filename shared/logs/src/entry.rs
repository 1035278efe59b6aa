//! What one line says, whatever its format.

use std::borrow::Cow;
use std::net::IpAddr;

use serde_json::Value;

/// A line that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// When it was written: milliseconds since 1970. `None` where the line does not say, or says no year and nothing
    /// else does.
    pub at_ms: Option<i64>,
    /// The format's name, for people.
    pub format: Cow<'static, str>,
    /// What it says.
    pub what: What<'a>,
}

/// The kinds of line.
#[derive(Debug, Clone, PartialEq)]
pub enum What<'a> {
    /// A program of a host said something: syslog, journald, auditd.
    Program(Said<'a>),
    /// A request to a web server, a load balancer, a firewall or a distribution.
    Request(Request<'a>),
    /// Packets of one connection, in one direction.
    Flow(Flow),
    /// A question to a name server.
    Query(Query<'a>),
    /// A record of the Kubernetes API server.
    Kubernetes(Box<Value>),
    /// A record of CloudTrail: for the detectors that read calls.
    CloudTrail,
    /// An application's line.
    Text(Text<'a>),
    /// A line that is no entry: a header, a control message, an empty line.
    Passed(&'static str),
}

/// What a program said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said<'a> {
    /// The host; empty where the line does not say.
    pub host: Cow<'a, str>,
    /// The program, without its process id.
    pub program: Cow<'a, str>,
    /// The message.
    pub message: Cow<'a, str>,
}

/// An application's line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text<'a> {
    /// Its level, in small letters; empty where it does not say.
    pub level: Cow<'a, str>,
    /// The message.
    pub message: Cow<'a, str>,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request<'a> {
    /// Who sent it, as far as the server saw: the peer of the connection.
    pub client: Option<IpAddr>,
    /// `GET`; empty where it does not say.
    pub method: Cow<'a, str>,
    /// The path and the query, as they were sent.
    pub target: Cow<'a, str>,
    /// The status that was answered; 0 where it does not say.
    pub status: u16,
    /// The user agent.
    pub agent: Cow<'a, str>,
    /// The referring page.
    pub referer: Cow<'a, str>,
    /// Whether it was refused by a rule, or by the server's configuration.
    pub refused: bool,
}

/// Packets of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// Where from.
    pub from: IpAddr,
    /// Where to.
    pub to: IpAddr,
    /// The port it came from; 0 where there is none.
    pub from_port: u16,
    /// The port it went to; 0 where there is none.
    pub to_port: u16,
    /// IANA's number: 6 is TCP.
    pub protocol: u8,
    /// How many packets.
    pub packets: u64,
    /// How many bytes.
    pub bytes: u64,
    /// Whether security groups and network ACLs let it through.
    pub accepted: bool,
}

/// A question to a name server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query<'a> {
    /// Who asked: an address or an instance.
    pub from: Cow<'a, str>,
    /// The name, without the full stop at its end.
    pub name: Cow<'a, str>,
    /// `A`, `TXT` ...
    pub kind: Cow<'a, str>,
    /// `NOERROR`, `NXDOMAIN` ...
    pub answer: Cow<'a, str>,
}

/// Whether an address is one of a private network, of the host itself, or of documentation and tests: nobody from
/// outside.
#[must_use]
pub fn is_internal(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => {
            let first = v6.segments().first().copied().unwrap_or_default();
            v6.is_loopback() || v6.is_unspecified() || (first & 0xfe00) == 0xfc00 || (first & 0xffc0) == 0xfe80
        }
    }
}
