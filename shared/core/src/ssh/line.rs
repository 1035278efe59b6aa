//! One line of an OpenSSH server's log.
//!
//! Who attacks writes much of such a line: the user name may hold spaces, and the key id of a
//! certificate too, so `root from 198.51.100.7 port 22 ssh2` is a name that accuses somebody else. Three
//! rules keep that out:
//! - The line must be `sshd`'s: the first word that ends in a colon is the program's tag, and what another
//!   program quotes stands behind its own tag.
//! - The address is read from the **end** of the line, where `sshd` writes it behind the name.
//! - What may follow it (the fingerprint of a key) must be of the exact shape that `sshd` gives it; where
//!   two readings are possible, the line is not read.

use std::net::IpAddr;

/// What one line says about one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshEvent {
    /// Where the connection came from. An IPv4 address in IPv6 clothes (`::ffff:…`) is undressed.
    pub address: IpAddr,
    /// The user name that was tried. The other side chooses it: show it escaped.
    pub user: String,
    /// What tells one connection from another: the process id of the `sshd` that serves it, else the
    /// client's port.
    pub connection: Option<u32>,
    /// What happened.
    pub outcome: SshOutcome,
}

/// What happened to an attempt to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SshOutcome {
    /// A password or other secret was refused, so many times.
    Refused {
        /// More than one where syslog folded equal lines together.
        times: u32,
    },
    /// The connection tried to log in and did not: an unknown user, a key that is not accepted, an end
    /// before the login. `sshd` writes several such lines for one attempt, some of them beside refusals,
    /// and a client offers every key it has: one connection counts once, and only if it has no refusal.
    Tried,
    /// A login succeeded.
    Accepted,
}

/// Reads a line; `None` for lines of other programs and lines that say nothing of a login.
#[must_use]
pub fn parse_line(line: &str) -> Option<SshEvent> {
    let (pid, message) = sshd_message(line)?;
    let (message, times) = unfold(message);
    let (origin, outcome) = login(message, times)?;
    Some(SshEvent {
        address: origin.address,
        user: origin.user.to_owned(),
        connection: pid.or(origin.port.map(u32::from)),
        outcome,
    })
}

/// The process id and message of a line that `sshd` wrote, behind any syslog header.
fn sshd_message(line: &str) -> Option<(Option<u32>, &str)> {
    /// `<38>Dec 10 2024 06:55:46 host`: no header has more words.
    const HEADER_WORDS: usize = 6;
    let mut rest = line.trim();
    for _ in 0..=HEADER_WORDS {
        let (word, behind) = rest.split_once(' ').map(|(word, behind)| (word, behind.trim_start()))?;
        if let Some(tag) = word.strip_suffix(':') {
            let (program, pid) = match tag.strip_suffix(']').and_then(|tag| tag.split_once('[')) {
                Some((program, pid)) => (program, Some(pid.parse().ok()?)),
                None => (tag, None),
            };
            // Since 9.8 a connection is served by `sshd-session`, since 10.0 its login by `sshd-auth`.
            let of_sshd = matches!(program, "sshd" | "sshd-session" | "sshd-auth");
            return of_sshd.then_some((pid, behind));
        }
        rest = behind;
    }
    None
}

/// Takes syslog's `message repeated 5 times: [ … ]` apart: the message, and how often it stands for.
fn unfold(message: &str) -> (&str, u32) {
    let folded = || {
        let (times, rest) = message.strip_prefix("message repeated ")?.split_once(" times: [")?;
        Some((rest.strip_suffix(']')?.trim(), times.parse().ok()?))
    };
    folded().unwrap_or((message, 1))
}

/// Who tried from where, and how it went.
fn login(message: &str, times: u32) -> Option<(Origin<'_>, SshOutcome)> {
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let message = message.strip_suffix(" [preauth]").unwrap_or(message);
    if let Some(rest) = message.strip_prefix("Failed ") {
        let (method, rest) = rest.split_once(" for ")?;
        // Keys are not guessed, and `none` is how every client asks which methods there are.
        let outcome = match method {
            "publickey" | "hostbased" | "none" => SshOutcome::Tried,
            _ => SshOutcome::Refused { times },
        };
        return Some((Origin::of_attempt(rest)?, outcome));
    }
    if let Some(rest) = message.strip_prefix("Accepted ") {
        let (_method, rest) = rest.split_once(" for ")?;
        return Some((Origin::of_attempt(rest)?, SshOutcome::Accepted));
    }
    if let Some(rest) = message.strip_prefix("maximum authentication attempts exceeded for ") {
        return Some((Origin::of_attempt(rest)?, SshOutcome::Tried));
    }
    if let Some(rest) = message.strip_prefix("Invalid user ") {
        return Some((Origin::behind_from(rest)?, SshOutcome::Tried));
    }
    let ended = ["Connection closed by ", "Connection reset by ", "Disconnected from "];
    let rest = ended.iter().find_map(|prefix| message.strip_prefix(prefix))?;
    let rest = rest.strip_prefix("authenticating user ").or_else(|| rest.strip_prefix("invalid user "))?;
    Some((Origin::bare(rest)?, SshOutcome::Tried))
}

/// Who tried, and from where.
struct Origin<'a> {
    user: &'a str,
    address: IpAddr,
    port: Option<u16>,
}

impl<'a> Origin<'a> {
    /// `[invalid user ]NAME from ADDRESS port N ssh2`, with a key's fingerprint behind it or not.
    fn of_attempt(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix("invalid user ").unwrap_or(text);
        if let Some(text) = text.strip_suffix(" ssh2") {
            return Self::behind_from(text);
        }
        let (head, key) = text.rsplit_once(" ssh2: ")?;
        if is_fingerprint(key) {
            return Self::behind_from(head);
        }
        // A certificate: its id is free text and may hold a second ` ssh2: `. One place is unambiguous.
        let (head, _certificate) = text.split_once(" ssh2: ")?;
        let places = text.matches(" from ").count();
        if places == 1 { Self::behind_from(head) } else { None }
    }

    /// `NAME from ADDRESS[ port N]`.
    fn behind_from(text: &'a str) -> Option<Self> {
        let (user, place) = text.rsplit_once(" from ").or_else(|| Some(("", text.strip_prefix("from ")?)))?;
        let (address, port) = match place.split_once(" port ") {
            Some((address, port)) => (address, Some(port.parse().ok()?)),
            None => (place, None),
        };
        Some(Self { user, address: canonical(address)?, port })
    }

    /// `NAME ADDRESS port N`.
    fn bare(text: &'a str) -> Option<Self> {
        let (text, port) = text.rsplit_once(" port ")?;
        let (user, address) = text.rsplit_once(' ').unwrap_or(("", text));
        Some(Self { user, address: canonical(address)?, port: Some(port.parse().ok()?) })
    }
}

/// `ED25519 SHA256:…`: two words. Free text of a certificate never ends a line: its issuer does, in more
/// words than two.
fn is_fingerprint(key: &str) -> bool {
    key.split_once(' ').is_some_and(|(kind, print)| {
        let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        is_word(kind) && is_word(print)
    })
}

fn canonical(address: &str) -> Option<IpAddr> {
    address.parse().ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests;
