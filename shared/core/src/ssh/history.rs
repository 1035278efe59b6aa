//! What one address did lately.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Limits, SshEvent, SshOutcome};

/// The most failures that are held for one address.
const MAX_HELD: usize = 1_000;

impl Limits {
    /// The highest limit that can be reached: no more failures are held for one address.
    pub const MAX_FAILURES: u32 = 1_000;

    /// An attack that does not end is found again after so many windows: an hour, by default.
    pub const REPEAT_WINDOWS: i64 = 6;
}

/// The failures of one address, and what was already found about it.
///
/// An *attack* is a run of failures without a pause as long as the window. It begins with its first
/// failure. Each detector fires once in it, and again after every [`Limits::REPEAT_WINDOWS`] windows of one
/// that does not end: what was only watched, in shadow mode or because an action failed, is put to the
/// guardrails again.
///
/// A login does not clear the failures: whoever holds one weak account could log in between guesses and
/// never be seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceHistory {
    /// When the attack began.
    #[serde(rename = "b")]
    began_ms: i64,
    /// The latest failures in order of time: as many as a detector may ask for, no more.
    #[serde(rename = "f")]
    failures: Vec<Failure>,
    /// All failures since the attack began.
    #[serde(rename = "n")]
    total: u32,
    /// The detectors that fired since the attack began, and when they did so last.
    #[serde(rename = "d", default, skip_serializing_if = "BTreeMap::is_empty")]
    fired: BTreeMap<String, i64>,
}

/// One failure: how long after the attack's begin, on which connection, and whether it is only a try
/// that a refusal on the same connection replaces. Written as a short array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Failure(i64, Option<u32>, #[serde(with = "bit")] bool);

impl SourceHistory {
    /// Notes a line. Lines may come a little out of order.
    pub(super) fn record(&mut self, line: &SshEvent, at_ms: i64, limits: &Limits) {
        self.forget_before(at_ms.saturating_sub(limits.window_ms));
        match line.outcome {
            SshOutcome::Refused { times } => {
                let replaced = self.remove_try(line.connection);
                self.total = self.total.saturating_add(times).saturating_sub(u32::from(replaced));
                let kept = usize::try_from(times).unwrap_or(usize::MAX).min(enough(limits));
                self.add(at_ms, line.connection, false, kept, limits);
            }
            SshOutcome::Tried => {
                let known = line.connection.is_some() && self.failures.iter().any(|f| f.1 == line.connection);
                if !known {
                    self.total = self.total.saturating_add(1);
                    self.add(at_ms, line.connection, true, 1, limits);
                }
            }
            // The keys that a client offered before the right one were no attack.
            SshOutcome::Accepted => {
                let replaced = self.remove_try(line.connection);
                self.total = self.total.saturating_sub(u32::from(replaced));
            }
        }
    }

    /// How many failures the window around `at_ms` holds: the one that ends with the latest failure
    /// within a window's length of it, so that lines in the wrong order count all the same.
    #[must_use]
    pub fn failures_around(&self, at_ms: i64, limits: &Limits) -> u32 {
        let reach = at_ms.saturating_add(limits.window_ms);
        let end = self.times().filter(|t| *t < reach).max().unwrap_or(at_ms).max(at_ms);
        self.failures_until(end, limits)
    }

    /// How many failures the window that ends at `at_ms` holds.
    #[must_use]
    pub fn failures_until(&self, at_ms: i64, limits: &Limits) -> u32 {
        let start = at_ms.saturating_sub(limits.window_ms);
        let within = self.times().filter(|t| (start..=at_ms).contains(t)).count();
        u32::try_from(within).unwrap_or(u32::MAX)
    }

    /// When the attack began: milliseconds since 1970.
    #[must_use]
    pub fn began_ms(&self) -> i64 {
        self.began_ms
    }

    /// All failures since the attack began, for the sentence.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.total
    }

    /// Notes that a detector fires at a line written at `at_ms`, and returns the time that names this
    /// attack, or this stretch of one that does not end; `None` where it fired lately. It depends on the
    /// lines alone, so that the same lines always make the same incident.
    pub fn fire(&mut self, detector: &str, at_ms: i64, limits: &Limits) -> Option<i64> {
        let pause = limits.window_ms.saturating_mul(Limits::REPEAT_WINDOWS);
        let named = match self.fired.get(detector) {
            None => self.began_ms,
            Some(last) if at_ms.saturating_sub(*last) >= pause => at_ms,
            Some(_) => return None,
        };
        self.fired.insert(detector.to_owned(), at_ms);
        Some(named)
    }

    /// The time of its latest failure; `None` where it has none.
    pub(super) fn latest_ms(&self) -> Option<i64> {
        self.times().max()
    }

    /// How many failures are held.
    pub(super) fn held(&self) -> usize {
        self.failures.len()
    }

    fn times(&self) -> impl Iterator<Item = i64> + '_ {
        self.failures.iter().map(|failure| self.began_ms.saturating_add(failure.0))
    }

    /// Drops failures that count no more. With the last of them the attack is over.
    fn forget_before(&mut self, start_ms: i64) {
        let start = start_ms.saturating_sub(self.began_ms);
        self.failures.retain(|failure| failure.0 >= start);
        if self.failures.is_empty() {
            *self = Self::default();
        }
    }

    fn add(&mut self, at_ms: i64, connection: Option<u32>, tried: bool, times: usize, limits: &Limits) {
        if self.failures.is_empty() {
            self.began_ms = at_ms;
        } else if at_ms < self.began_ms {
            let earlier = self.began_ms.saturating_sub(at_ms);
            self.failures.iter_mut().for_each(|failure| failure.0 = failure.0.saturating_add(earlier));
            self.began_ms = at_ms;
        }
        let failure = Failure(at_ms.saturating_sub(self.began_ms), connection, tried);
        let place = self.failures.partition_point(|f| f.0 <= failure.0);
        self.failures.splice(place..place, std::iter::repeat_n(failure, times));
        let surplus = self.failures.len().saturating_sub(enough(limits));
        self.failures.drain(..surplus);
    }

    fn remove_try(&mut self, connection: Option<u32>) -> bool {
        let place = self.failures.iter().position(|f| f.2 && f.1 == connection && connection.is_some());
        place.map(|index| self.failures.remove(index)).is_some()
    }
}

/// How many failures decide everything that a detector may ask.
fn enough(limits: &Limits) -> usize {
    let most = limits.failures.max(limits.failures_before_login);
    usize::try_from(most).map_or(MAX_HELD, |most| most.min(MAX_HELD))
}

/// A flag as `0` or `1`: a thousand sources must fit into one item.
mod bit {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(u8::from(*flag))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
        u8::deserialize(deserializer).map(|bit| bit != 0)
    }
}

#[cfg(test)]
mod tests;
