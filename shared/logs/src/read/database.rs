//! Error and audit logs of databases, as RDS and Aurora hand them on.

use std::borrow::Cow;

use super::{Found, Time, text};
use crate::entry::{Said, What};
use crate::header::all_digits;
use crate::time::stamp;

/// PostgreSQL's `TIME ZONE:ADDRESS(PORT):USER@DB:[PID]:LEVEL:  message`, MySQL's `TIME 12 [Note] [MY-…] [Server]
/// message`, MariaDB's audit plugin's `TIME,SERVER,USER,HOST,…`.
pub(super) fn read(line: &[u8]) -> Option<Found<'_>> {
    let time = stamp(line)?;
    let rest = line.get(time.len..)?;
    let said = |program: &'static str, message: Cow<'static, str>| {
        let said = Said { host: Cow::Borrowed(""), program: Cow::Borrowed(program), message };
        Some(Found { time: Time::Written(time.time), format: "database", what: What::Program(said) })
    };
    if let Some(rest) = rest.strip_prefix(b":") {
        // The client stands in its own field: it is given behind the message, where others write it.
        let port = memchr::memchr(b'(', rest)?;
        let address = rest.get(..port)?;
        let mut parts = rest.get(port..)?.splitn(4, |b| *b == b':');
        let (_port, who, pid, message) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if !(pid.starts_with(b"[") && pid.ends_with(b"]") && who.contains(&b'@')) {
            return None;
        }
        return said("postgres", Cow::Owned(format!("{} client={}", text(message).trim(), text(address))));
    }
    if let Some(rest) = rest.strip_prefix(b",") {
        let fields: Vec<&[u8]> = rest.splitn(8, |b| *b == b',').collect();
        let [_server, user, host, _connection, _query, operation, ..] = fields.as_slice() else { return None };
        if !operation.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') || operation.is_empty() {
            return None;
        }
        let message = format!("{} for user '{}'@'{}' {}", text(operation), text(user), text(host), text(rest));
        return said("mysql", Cow::Owned(message));
    }
    let rest = rest.strip_prefix(b" ")?;
    let number = rest.split(|b| *b == b' ').next()?;
    let behind = rest.get(number.len()..)?.trim_ascii_start();
    if !all_digits(number)
        || !(behind.starts_with(b"[Note]")
            || behind.starts_with(b"[Warning]")
            || behind.starts_with(b"[ERROR]")
            || behind.starts_with(b"[System]")
            || behind.starts_with(b"Connect"))
    {
        return None;
    }
    said("mysql", Cow::Owned(text(behind).into_owned()))
}
