//! Repeated notices: of those that nobody has to act on, the first of a kind come alone, and what follows within the hour
//! comes together, a quarter of an hour later. None is lost: what is held is written down until it was sent.
//!
//! A kind is a detector, a principal, an outcome, and where it was. What was changed, what failed, what asks a person and
//! what is high or critical never waits.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::finding::Severity;
use crate::incident::Incident;
use crate::notice::{Notice, limited, subject_of};
use crate::outcome::Outcome;
use crate::seal::short_hash;
use crate::text::plain;

/// So many notices of a kind come alone within the window.
const ALONE: usize = 3;

/// The window, in milliseconds.
const WINDOW_MS: i64 = 3_600_000;

/// So long the first that is held waits for others, in milliseconds.
const WAITS_MS: i64 = 900_000;

/// So many are held at most; further ones come alone.
const MOST: usize = 2_000;

/// So many incidents stand in a digest by themselves; the others are counted.
pub const SHOWN: usize = 200;

/// The notices of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeats {
    /// When the window began, in milliseconds since 1970.
    began_ms: i64,
    /// The incidents in it of which people were notified one by one.
    alone: Vec<String>,
    /// Those that wait.
    held: Vec<String>,
    /// When the first of them came, in milliseconds since 1970.
    held_since_ms: i64,
}

/// How an incident is notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// By a notice of its own.
    Alone,
    /// In the next digest of its kind.
    Held,
}

impl Repeats {
    /// How an incident is notified. Asked again, it says the same.
    pub fn place(&mut self, id: &str, now_ms: i64) -> Placed {
        let is = |other: &String| other == id;
        if self.held.iter().any(is) {
            return Placed::Held;
        }
        if self.alone.iter().any(is) {
            return Placed::Alone;
        }
        if now_ms.saturating_sub(self.began_ms) > WINDOW_MS && self.held.is_empty() {
            *self = Self { began_ms: now_ms, ..Self::default() };
        }
        if self.alone.len() < ALONE || self.held.len() >= MOST {
            self.alone.push(id.to_owned());
            return Placed::Alone;
        }
        if self.held.is_empty() {
            self.held_since_ms = now_ms;
        }
        self.held.push(id.to_owned());
        Placed::Held
    }

    /// Those that wait, where it is time to send them; else none.
    #[must_use]
    pub fn due(&self, now_ms: i64) -> &[String] {
        if now_ms.saturating_sub(self.held_since_ms) >= WAITS_MS { &self.held } else { &[] }
    }

    /// Takes out those that were sent; whatever came meanwhile stays.
    pub fn sent(&mut self, ids: &[String], now_ms: i64) {
        self.held.retain(|id| !ids.contains(id));
        self.held_since_ms = now_ms;
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

/// Whether an incident's notice may wait for others: nothing was changed, nothing failed, nobody is asked, and nobody has
/// to be woken.
#[must_use]
pub fn may_wait(incident: &Incident) -> bool {
    matches!(Outcome::of(incident), Outcome::Observed | Outcome::NoActionNeeded)
        && incident.finding.severity < Severity::High
}

/// The kind of an incident: the same for those that repeat each other.
#[must_use]
pub fn kind(incident: &Incident) -> String {
    let finding = &incident.finding;
    let scope = &finding.scope;
    let who = finding.principal.principal_arn().unwrap_or_else(|| finding.principal.label());
    short_hash(&[&finding.detector, who, Outcome::of(incident).as_str(), &scope.account, &scope.region])
}

/// The notice of incidents of one kind. `all` is how many there are, where not all of them are given.
#[must_use]
pub fn notice(incidents: &[Incident], all: usize) -> Option<Notice> {
    let first = incidents.first()?;
    let finding = &first.finding;
    let headline = Outcome::of(first).headline();
    let where_ = format!("{} {}", finding.scope.account, finding.scope.region);
    let subject = format!("[Riposte] {all} more {headline} {}: {} in {where_}", finding.severity, finding.detector);
    let mut body = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(body, "{name:<10} {}", plain(value, 600));
    };
    line("What", &format!("{} ({} more incidents like those that you were notified of)", finding.title, all));
    line("Who", finding.principal.label());
    line("Where", &format!("account {}, region {}", finding.scope.account, finding.scope.region));
    line("Detector", &format!("{} (severity {})", finding.detector, finding.severity));
    line("Outcome", &headline);
    line("Show", "riposte show INCIDENT");
    let _ = writeln!(body);
    for incident in incidents.iter().take(SHOWN) {
        let when = incident.finding.event_time.as_deref().unwrap_or("(unknown)");
        let _ = writeln!(
            body,
            "{}  {}  {}",
            incident.id,
            plain(when, 40),
            plain(&incident.finding.target.to_string(), 200)
        );
    }
    let more = all.saturating_sub(incidents.len().min(SHOWN));
    if more > 0 {
        let _ = writeln!(body, "and {more} more: riposte incidents --detector {}", plain(&finding.detector, 80));
    }
    Some(Notice { subject: subject_of(&subject), body: limited(body) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn the_first_three_come_alone_and_each_of_the_others_is_sent_once() {
        let mut repeats = Repeats::default();
        let placed: Vec<_> = (0..10).map(|n| repeats.place(&format!("inc-{n}"), 10 * 3_600_000 + n)).collect();
        assert_eq!(placed[..3], [Placed::Alone; 3]);
        assert_eq!(placed[3..], [Placed::Held; 7]);
        // A delivery that comes again changes nothing.
        let before = repeats.clone();
        assert_eq!(repeats.place("inc-1", 10 * 3_600_000 + 20), Placed::Alone);
        assert_eq!(repeats.place("inc-7", 10 * 3_600_000 + 20), Placed::Held);
        assert_eq!(repeats, before);

        let now = 10 * 3_600_000 + 3;
        assert!(repeats.due(now + 14 * MINUTE).is_empty());
        let due = repeats.due(now + 15 * MINUTE).to_vec();
        assert_eq!(due.len(), 7);
        // One more comes while they are sent.
        assert_eq!(repeats.place("inc-late", now + 15 * MINUTE), Placed::Held);
        repeats.sent(&due, now + 15 * MINUTE);
        assert!(!repeats.is_empty() && repeats.due(now + 16 * MINUTE).is_empty());
        assert_eq!(repeats.due(now + 30 * MINUTE), ["inc-late"]);
    }

    #[test]
    fn the_next_hour_begins_anew_but_forgets_none_that_waits() {
        let mut repeats = Repeats::default();
        let at = 100 * 3_600_000;
        for n in 0..4 {
            repeats.place(&format!("inc-{n}"), at);
        }
        assert_eq!(repeats.place("inc-next", at + 2 * 3_600_000), Placed::Held);
        let due = repeats.due(at + 2 * 3_600_000).to_vec();
        assert_eq!(due, ["inc-3", "inc-next"]);
        repeats.sent(&due, at + 2 * 3_600_000);
        assert_eq!(repeats.place("inc-anew", at + 4 * 3_600_000), Placed::Alone);
    }

    #[test]
    fn what_does_not_fit_comes_alone() {
        let mut repeats = Repeats::default();
        for n in 0..ALONE + MOST {
            repeats.place(&n.to_string(), 5 * 3_600_000);
        }
        assert_eq!(repeats.place("one more", 5 * 3_600_000), Placed::Alone);
    }
}
