//! Attacks that lines show.

mod database;
mod dns;
mod host;
mod kubernetes;
mod network;
mod secret;
mod web;

use std::net::IpAddr;

use riposte_core::detect::{LOG_DETECTORS, LogDetector, Meta};
use riposte_core::ssh::{Limits, StreamWindows};
use riposte_core::text::plain;

pub use riposte_core::detect::SIGNATURES;
pub use secret::mask;

use crate::entry::{Entry, What};
use crate::windows::{Many, Reached, Windows};

/// What a line shows.
#[derive(Debug, Clone)]
pub struct Sign {
    /// What the catalogue says of its detector.
    pub meta: &'static Meta,
    /// Whom it accuses, or what it is about: an address, a user, a host, a pod.
    pub subject: String,
    /// The address that stands behind it, where the line names one that the other side did not write itself.
    pub address: Option<IpAddr>,
    /// One sentence, with the values that decided it. Secrets in it are masked.
    pub why: String,
    /// When it began: milliseconds since 1970; `None` where the lines have no time.
    pub began_ms: Option<i64>,
}

/// Scans entries, with what was seen before.
///
/// Lines without a time take that of the line before.
#[derive(Debug)]
pub struct Scanner {
    /// What was counted.
    pub windows: Windows,
    ssh: StreamWindows,
    limits: Limits,
    detectors: &'static [&'static dyn LogDetector],
    last_ms: i64,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { detectors: LOG_DETECTORS, ..Self::with(Windows::default()) }
    }
}

impl Scanner {
    /// One that goes on from these windows and leaves OpenSSH's own lines to others.
    #[must_use]
    pub fn with(windows: Windows) -> Self {
        Self { windows, ssh: StreamWindows::default(), limits: Limits::default(), detectors: &[], last_ms: 0 }
    }

    /// The same, counting so many things at once at most.
    #[must_use]
    pub fn holding(mut self, most: usize) -> Self {
        self.windows = Windows::holding(most);
        self
    }

    /// Scans an entry; `line` is the text it was read from.
    pub fn scan(&mut self, entry: &Entry<'_>, line: &[u8]) -> Vec<Sign> {
        let at_ms = entry.at_ms.unwrap_or(self.last_ms);
        self.last_ms = at_ms;
        let mut signs = Signs { windows: &mut self.windows, at_ms, timed: entry.at_ms.is_some(), found: Vec::new() };
        match &entry.what {
            What::Program(said) => host::scan(said, &mut signs),
            What::Request(request) => web::scan(request, &mut signs),
            What::Flow(flow) => network::scan(flow, &mut signs),
            What::Query(query) => dns::scan(query, &mut signs),
            What::Kubernetes(record) => kubernetes::scan(record, &mut signs),
            What::Text(text) => {
                web::lookup(&text.message, &mut signs);
                database::scan(&text.message, &mut signs);
            }
            What::CloudTrail | What::Passed(_) => return signs.found,
        }
        secret::scan(line, &mut signs);
        let mut found = signs.found;
        if entry.format == "sshd" && !self.detectors.is_empty() {
            let text = String::from_utf8_lossy(line);
            for claimed in self.ssh.observe(at_ms, &text, &self.limits, self.detectors) {
                found.push(Sign {
                    meta: claimed.meta,
                    subject: claimed.address.to_string(),
                    address: Some(claimed.address),
                    why: claimed.claim.why,
                    began_ms: Some(claimed.claim.began_ms),
                });
            }
        }
        found
    }
}

/// Where detectors put what they find.
struct Signs<'w> {
    windows: &'w mut Windows,
    at_ms: i64,
    timed: bool,
    found: Vec<Sign>,
}

impl Signs<'_> {
    /// One line is enough. The same subject is found once an hour.
    fn one(&mut self, id: &'static str, subject: &str, address: Option<IpAddr>, why: String) {
        const ONCE: Many = Many { count: 1, within_ms: 600_000 };
        let reached = self.windows.count(&format!("{id} {}", plain(subject, 200)), self.at_ms, ONCE);
        self.many(id, subject, address, reached, |_| why);
    }

    /// Many lines were.
    fn many(
        &mut self,
        id: &'static str,
        subject: &str,
        address: Option<IpAddr>,
        reached: Option<Reached>,
        why: impl FnOnce(u64) -> String,
    ) {
        let Some(reached) = reached else { return };
        let Some(meta) = SIGNATURES.iter().find(|meta| meta.id == id) else { return };
        let why = mask(&plain(&why(reached.total), 600)).into_owned();
        let began_ms = self.timed.then_some(reached.began_ms);
        self.found.push(Sign { meta, subject: mask(&plain(subject, 200)).into_owned(), address, why, began_ms });
    }
}

#[cfg(test)]
mod tests;
