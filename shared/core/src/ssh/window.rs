//! What each source address of a log stream did lately, kept from one invocation to the next.
//!
//! The whole is one item of the ledger, which may hold 400 KB, so it is bounded: so many addresses, and
//! so many failures of all of them together. Where it is full, an address goes that has been quiet the
//! longest; one that is near a limit goes only after all that are not. So nobody who has many addresses
//! can flush out the one that guesses by touching a thousand others once.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamWindows {
    sources: BTreeMap<IpAddr, SourceHistory>,
    /// The failures that all of them hold, so that no line pays for adding them up.
    failures: usize,
}

impl Serialize for StreamWindows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.sources.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StreamWindows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sources = BTreeMap::<IpAddr, SourceHistory>::deserialize(deserializer)?;
        let failures = sources.values().map(SourceHistory::held).sum();
        Ok(Self { sources, failures })
    }
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
        self.failures -= history.held();
        history.record(&line, at_ms, limits);
        let findings = detectors
            .iter()
            .filter_map(|detector| {
                let claim = detector.judge(&line, at_ms, &mut history, limits)?;
                Some(LogFinding { meta: detector.meta(), address, claim })
            })
            .collect();
        if history.held() > 0 {
            self.failures += history.held();
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

    /// Where the bounds do not hold, forgets addresses, never `current`. Many go at once, so that not every line pays for
    /// the search: a quarter of what there may be, and of those that are near a limit an eighth, for they matter.
    fn make_room(&mut self, current: IpAddr, at_ms: i64, limits: &Limits) {
        if self.fits(MAX_SOURCES, MAX_FAILURES) {
            return;
        }
        let start = at_ms.saturating_sub(limits.window_ms);
        self.sources.retain(|_, history| history.latest_ms().is_some_and(|latest| latest >= start));
        self.failures = self.sources.values().map(SourceHistory::held).sum();
        if self.fits(MAX_SOURCES, MAX_FAILURES) {
            return;
        }
        let half = limits.failures.min(limits.failures_before_login).div_ceil(2);
        let near = usize::try_from(half).unwrap_or(usize::MAX);
        let others = self.sources.iter().filter(|(address, _)| **address != current);
        let mut order: Vec<(bool, Option<i64>, IpAddr)> =
            others.map(|(address, history)| (history.held() >= near, history.latest_ms(), *address)).collect();
        order.sort_unstable();
        for (is_near, _, address) in order {
            let share = if is_near { 8 } else { 4 };
            if self.fits(MAX_SOURCES - MAX_SOURCES / share, MAX_FAILURES - MAX_FAILURES / share) {
                return;
            }
            self.failures -= self.sources.remove(&address).map_or(0, |history| history.held());
        }
    }

    fn fits(&self, sources: usize, failures: usize) -> bool {
        self.sources.len() <= sources && self.failures <= failures
    }
}

#[cfg(test)]
mod tests;
