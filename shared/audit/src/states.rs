//! How resources stand to a check over several runs: what is new, still open, back again, or resolved.
//!
//! Only what failed at some time is kept. A run that could not assess a resource says nothing of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::finding::AuditFinding;
use crate::verdict::Status;

/// Resolved resources are kept for so long: what comes back later is new.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What became of a resource since the run before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It fails, and was not known to.
    New,
    /// It still fails.
    Open,
    /// It fails again.
    Reopened,
    /// It failed and does not any more, or is gone.
    Resolved,
}

impl Change {
    /// As it stands in a finding.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Reopened => "reopened",
            Self::Resolved => "resolved",
        }
    }

    /// Whether the resource turned bad.
    #[must_use]
    pub fn is_turn(self) -> bool {
        matches!(self, Self::New | Self::Reopened)
    }
}

/// What is known of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Whether it fails.
    pub failing: bool,
    /// Since when it is so.
    pub since: Timestamp,
    /// When it failed first.
    pub first: Timestamp,
    /// The look that found that it turned bad: a look that is repeated finds so again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl State {
    fn turned(&self) -> Change {
        if self.since == self.first { Change::New } else { Change::Reopened }
    }
}

/// The resources that one check failed at some time, by [`States::key`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct States(pub BTreeMap<String, State>);

impl States {
    /// The key of a finding's resource. Accounts have one ARN in all regions.
    #[must_use]
    pub fn key(finding: &AuditFinding) -> String {
        format!("{} {}", finding.region, finding.resource)
    }

    /// Notes what a run says of a resource. `look` names the run, where it may be repeated: one that was killed between
    /// this and what follows of it is told the same again.
    pub fn note(&mut self, key: &str, status: Status, look: Option<&str>, now: Timestamp) -> Option<Change> {
        match (status, self.0.get_mut(key)) {
            (Status::Fail, None) => {
                let state = State { failing: true, since: now, first: now, by: look.map(str::to_owned) };
                self.0.insert(key.to_owned(), state);
                Some(Change::New)
            }
            (Status::Fail, Some(state)) if state.failing => {
                let repeated = look.is_some() && state.by.as_deref() == look;
                Some(if repeated { state.turned() } else { Change::Open })
            }
            (Status::Fail, Some(state)) => {
                (state.failing, state.since) = (true, now);
                state.by = look.map(str::to_owned);
                Some(Change::Reopened)
            }
            (Status::Pass, Some(state)) if state.failing => {
                (state.failing, state.since) = (false, now);
                Some(Change::Resolved)
            }
            _ => None,
        }
    }

    /// Resolves what failed and is not there any more. Only for a run that saw everything.
    pub fn resolve_gone(&mut self, seen: &BTreeSet<String>, now: Timestamp) -> Vec<String> {
        let gone = self.0.iter_mut().filter(|(key, state)| state.failing && !seen.contains(*key));
        gone.map(|(key, state)| {
            (state.failing, state.since) = (false, now);
            key.clone()
        })
        .collect()
    }

    /// Forgets what was resolved long ago.
    pub fn prune(&mut self, now: Timestamp) {
        self.0.retain(|_, state| state.failing || now.duration_since(state.since) < KEPT);
    }
}

/// The states of all checks, by the check's id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllStates(pub BTreeMap<String, States>);

impl AllStates {
    /// Takes in a finding of an earlier run. One that says that it was resolved is remembered as such.
    pub fn remember(&mut self, finding: &AuditFinding, when: Timestamp) {
        let failing = finding.status == Status::Fail;
        if failing || finding.change == Some(Change::Resolved) {
            let state = State { failing, since: when, first: when, by: None };
            self.0.entry(finding.check.clone()).or_default().0.insert(States::key(finding), state);
        }
    }

    /// Notes a finding, and writes onto it what became of its resource.
    pub fn mark(&mut self, finding: &mut AuditFinding, now: Timestamp) {
        let states = self.0.entry(finding.check.clone()).or_default();
        finding.change = states.note(&States::key(finding), finding.status, None, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_resource_goes_from_new_to_open_to_resolved_to_reopened() {
        let (mut states, now) = (States::default(), at("2026-11-27T12:00:00Z"));
        let mut note = |status| states.note("eu-west-1 arn:x", status, None, now);
        assert_eq!(note(Status::Pass), None, "what never failed is not resolved");
        assert_eq!(note(Status::Fail), Some(Change::New));
        assert_eq!(note(Status::Fail), Some(Change::Open));
        assert_eq!(note(Status::NotAssessed), None, "what could not be assessed stays as it was");
        assert_eq!(note(Status::Fail), Some(Change::Open));
        assert_eq!(note(Status::Pass), Some(Change::Resolved));
        assert_eq!(note(Status::Pass), None);
        assert_eq!(note(Status::Fail), Some(Change::Reopened));
    }

    #[test]
    fn a_look_that_is_repeated_finds_the_same_turn_again() {
        let mut states = States::default();
        let (early, late) = (at("2026-11-27T12:00:00Z"), at("2026-11-27T12:01:00Z"));
        let mut note = |status, look, now| states.note("a", status, Some(look), now);
        assert_eq!(note(Status::Fail, "one", early), Some(Change::New));
        assert_eq!(note(Status::Fail, "one", late), Some(Change::New));
        assert_eq!(note(Status::Fail, "two", late), Some(Change::Open), "another look did not find the turn");
        assert_eq!(note(Status::Pass, "three", late), Some(Change::Resolved));
        assert_eq!(note(Status::Fail, "four", late), Some(Change::Reopened));
        assert_eq!(note(Status::Fail, "four", late), Some(Change::Reopened));
        assert_eq!(note(Status::Fail, "one", late), Some(Change::Open));
    }

    #[test]
    fn what_is_gone_is_resolved_once_and_forgotten_after_a_year() {
        let (mut states, now) = (States::default(), at("2026-11-27T12:00:00Z"));
        states.note("a", Status::Fail, None, now);
        states.note("b", Status::Fail, None, now);
        let seen = BTreeSet::from(["a".to_owned()]);
        assert_eq!(states.resolve_gone(&seen, now), ["b"]);
        assert_eq!(states.resolve_gone(&seen, now), Vec::<String>::new());
        states.prune(at("2027-06-01T00:00:00Z"));
        assert_eq!(states.0.len(), 2);
        states.prune(at("2028-06-01T00:00:00Z"));
        assert_eq!(states.0.keys().collect::<Vec<_>>(), ["a"]);
    }
}
