//! What each source address of a log stream did lately, kept from one invocation to the next.
//!
//! The whole is one item of the ledger, which may hold 400 KB, so it is bounded: so many addresses, and
//! so many failures of all of them together. Where it is full, an address goes that has been quiet the
//! longest; one that is near a limit goes only after all that are not. So nobody who has many addresses
//! can flush out the one that guesses by touching a thousand others once.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Limits, SourceHistory, parse_line};
use crate::detect::{LogClaim, LogDetector, Meta};

/// The most addresses that are remembered.
const MAX_SOURCES: usize = 1_000;
/// The most failures that are remembered, of all addresses together.
const MAX_FAILURES: usize = 6_000;

/// The recent past of one log stream, by source address.
///
/// Its state depends only on the lines and their order, never on a clock: reading the same lines from
/// the same state gives the same findings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamWindows {
    sources: BTreeMap<IpAddr, SourceHistory>,
}

/// What a detector claims of one source address.
#[derive(Debug)]
pub struct LogFinding {
    /// What the catalogue says of the detector.
    pub meta: &'static Meta,
    /// The address.
    pub address: IpAddr,
    /// The claim.
    pub claim: LogClaim,
}

impl StreamWindows {
    /// Takes in one line, written at `at_ms` (milliseconds since 1970), and asks the detectors.
    pub fn observe(
        &mut self,
        at_ms: i64,
        message: &str,
        limits: &Limits,
        detectors: &[&dyn LogDetector],
    ) -> Vec<LogFinding> {
        let Some(line) = parse_line(message) else { return Vec::new() };
        let address = line.address;
        let mut history = self.sources.remove(&address).unwrap_or_default();
        history.record(&line, at_ms, limits);
        let findings = detectors
            .iter()
            .filter_map(|detector| {
                let claim = detector.judge(&line, at_ms, &mut history, limits)?;
                Some(LogFinding { meta: detector.meta(), address, claim })
            })
            .collect();
        if history.held() > 0 {
            self.sources.insert(address, history);
            self.make_room(address, at_ms, limits);
        }
        findings
    }

    /// How many addresses are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether no address is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Forgets addresses, never `current`, until the bounds hold.
    fn make_room(&mut self, current: IpAddr, at_ms: i64, limits: &Limits) {
        if !self.is_full() {
            return;
        }
        let start = at_ms.saturating_sub(limits.window_ms);
        self.sources.retain(|_, history| history.latest_ms().is_some_and(|latest| latest >= start));
        let half = limits.failures.min(limits.failures_before_login).div_ceil(2);
        let near = usize::try_from(half).unwrap_or(usize::MAX);
        while self.is_full() {
            let others = self.sources.iter().filter(|(address, _)| **address != current);
            let quietest = others.min_by_key(|(_, history)| (history.held() >= near, history.latest_ms()));
            let Some(address) = quietest.map(|(address, _)| *address) else { return };
            self.sources.remove(&address);
        }
    }

    fn is_full(&self) -> bool {
        let failures = || self.sources.values().map(SourceHistory::held).sum::<usize>();
        self.sources.len() > MAX_SOURCES || failures() > MAX_FAILURES
    }
}

#[cfg(test)]
mod tests;
