//! From a line to an [`Entry`], by the line's content: nobody has to say which format a log has, and a stream may mix
//! several.

mod access;
mod aws;
mod custom;
mod database;
mod json;

use std::borrow::Cow;

pub use custom::{Custom, CustomError};

use crate::entry::{Entry, Said, Text, What};
use crate::header::{Header, Splitter};
use crate::time::Civil;
use aws::Columns;

/// Reads the lines of one stream. It remembers what the lines before said of those after: the order of columns, the
/// year.
#[derive(Debug, Default)]
pub struct Reader {
    custom: Vec<Custom>,
    flow: Columns,
    distribution: Columns,
    splitter: Splitter,
    /// The latest time that was read, or that is known from elsewhere.
    near_ms: Option<i64>,
}

/// What a line says, its time not yet placed.
struct Found<'a> {
    time: Time,
    format: &'static str,
    what: What<'a>,
}

/// A time as a line has it.
#[derive(Debug, Clone, Copy)]
enum Time {
    None,
    Written(Civil),
    Ms(i64),
}

impl Time {
    fn of(stamp: Option<crate::time::Stamp>) -> Self {
        stamp.map_or(Self::None, |stamp| Self::Written(stamp.time))
    }
}

impl Reader {
    /// One that knows the formats of this program, and these of the user's, which are tried first.
    #[must_use]
    pub fn new(custom: Vec<Custom>) -> Self {
        Self { custom, ..Self::default() }
    }

    /// Says when the lines were written, about, where they have no year and nothing else tells: the day on which a file
    /// was last changed, for example.
    pub fn set_near(&mut self, near_ms: i64) {
        self.near_ms = Some(near_ms);
    }

    /// Reads a line. `known_ms` is a time that is known of it from elsewhere, such as that with which CloudWatch took
    /// it in; it stands in for one that the line does not say.
    pub fn read<'a>(&mut self, line: &'a [u8], known_ms: Option<i64>) -> Entry<'a> {
        let line = line.trim_ascii();
        let near = known_ms.or(self.near_ms);
        if let Some((custom, time, what)) =
            self.custom.iter().find_map(|custom| custom.read(line).map(|(time, what)| (custom, time, what)))
        {
            let told = time.and_then(|time| time.millis(near));
            let format = Cow::Owned(custom.name().to_owned());
            self.note(time.map_or(Time::None, Time::Written), told);
            return Entry { at_ms: told.or(known_ms), format, what };
        }
        let found = self.found(line);
        let told = match found.time {
            Time::None => None,
            Time::Written(time) => time.millis(near),
            Time::Ms(ms) => Some(ms),
        };
        self.note(found.time, told);
        Entry { at_ms: told.or(known_ms), format: Cow::Borrowed(found.format), what: found.what }
    }

    /// INVARIANT: only a time that says its year moves the year that others are read by, so that forged dates without
    /// one cannot walk it away.
    fn note(&mut self, time: Time, told: Option<i64>) {
        let whole = match time {
            Time::None => false,
            Time::Written(time) => time.has_year(),
            Time::Ms(_) => true,
        };
        if whole || self.near_ms.is_none() {
            self.near_ms = told.or(self.near_ms);
        }
    }

    fn found<'a>(&mut self, line: &'a [u8]) -> Found<'a> {
        let none = |why| Found { time: Time::None, format: "none", what: What::Passed(why) };
        match line.first() {
            None => return none("empty lines"),
            Some(b'{') => {
                if let Some(found) = json::read(line) {
                    return found;
                }
            }
            Some(b'#') => {
                if let Some(columns) = aws::distribution_header(line) {
                    self.distribution = columns;
                    return none("headers");
                }
                if line.starts_with(b"#Version:") {
                    return none("headers");
                }
            }
            Some(_) => {}
        }
        if let Some(columns) = aws::flow_header(line) {
            self.flow = columns;
            return none("headers");
        }
        aws::flow(line, &self.flow)
            .or_else(|| aws::balancer(line))
            .or_else(|| aws::distribution(line, &self.distribution))
            .or_else(|| access::read(line))
            .or_else(|| access::error(line))
            .or_else(|| audit(line))
            .or_else(|| database::read(line))
            .unwrap_or_else(|| self.other(line))
    }

    /// A line of a program or an application.
    fn other<'a>(&mut self, line: &'a [u8]) -> Found<'a> {
        let Header { stamp, host, component, level, message, .. } = self.splitter.split(line);
        let time = Time::of(stamp);
        if !host.is_empty() && !component.is_empty() {
            let program = program(component);
            let format = match program {
                b"sshd" | b"sshd-session" | b"sshd-auth" => "sshd",
                b"sudo" => "sudo",
                _ => "syslog",
            };
            let said = Said { host: text(host), program: text(program), message: text(message) };
            return Found { time, format, what: What::Program(said) };
        }
        if let Some(found) = json::read(message).filter(|_| message.starts_with(b"{")) {
            // A collector's header before a JSON object.
            let time = if matches!(found.time, Time::None) { time } else { found.time };
            return Found { time, ..found };
        }
        let (level, message) = lambda(message).unwrap_or((level, message));
        let level = Cow::Owned(String::from_utf8_lossy(level).to_ascii_lowercase());
        Found { time, format: "text", what: What::Text(Text { level, message: text(message) }) }
    }
}

/// `[ERROR]<tab>2023-12-10T06:55:46.000Z<tab>request-id<tab>message`, as a Lambda function's logger writes it.
fn lambda(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut parts = message.splitn(4, |b| *b == b'\t');
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let level = if crate::header::is_level(third) {
        third
    } else {
        first.strip_prefix(b"[").and_then(|l| l.strip_suffix(b"]")).unwrap_or(second)
    };
    crate::header::is_level(level).then(|| (level, parts.next().unwrap_or(third)))
}

/// The program's own name: not what wrote on its behalf (`sshd(pam_unix)`), not its folder.
fn program(component: &[u8]) -> &[u8] {
    let name = component.split(|b| matches!(b, b'(' | b' ')).next().unwrap_or(component);
    let name =
        memchr::memrchr(b'/', name).and_then(|at| name.get(at + 1..)).filter(|rest| !rest.is_empty()).unwrap_or(name);
    if name.is_empty() { component } else { name }
}

/// `type=SYSCALL msg=audit(1702191346.123:456): …`, behind a header of syslog or not.
fn audit(line: &[u8]) -> Option<Found<'_>> {
    let start = memchr::memmem::find(line.get(..line.len().min(160))?, b"type=")?;
    let line = line.get(start..)?;
    let open = memchr::memmem::find(line.get(..line.len().min(80))?, b"msg=audit(")? + "msg=audit(".len();
    let time = crate::time::stamp(line.get(open..)?.split(|b| *b == b':').next()?);
    let said = Said { host: Cow::Borrowed(""), program: Cow::Borrowed("auditd"), message: text(line) };
    Some(Found { time: Time::of(time), format: "auditd", what: What::Program(said) })
}

/// An address, in brackets or with a port or not; one of IPv4 in IPv6's clothes is undressed.
#[must_use]
pub fn address_of(word: &str) -> Option<std::net::IpAddr> {
    access::address(word.as_bytes())
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests;
