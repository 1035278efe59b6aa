//! What is to be done about a finding, as data: the plan made from the live state, and each single change as the
//! API call that makes it.
//!
//! Plans are data, not closures, so that they can be shown before they run (shadow mode), written to
//! the ledger before the first change, resumed by another process after a crash, and undone weeks later.

mod change;
mod older;
mod snapshot;
mod stack;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::action::{ActionName, Response};

pub use change::{Change, Inverse};
pub use snapshot::{Delta, Snapshot};

/// What an action found when it read the live state, and what it would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "older::Form")]
pub struct Plan {
    /// Which action.
    pub action: ActionName,
    /// What the detector asked for.
    pub response: Response,
    /// What the resource is, in one word: what guardrails know as `resource.kind`.
    pub kind: String,
    /// The ARN of the resource that is changed: what guardrails match on.
    pub resource_arn: String,
    /// The resource's tags, for guardrails.
    pub tags: BTreeMap<String, String>,
    /// The id that AWS gave the resource, where its ARN is a name that can be given anew: an undo must not meet another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// Whether it interrupts something that the customer runs.
    pub disruptive: bool,
    /// Whether the undo restores all of the before-state.
    pub reversible: bool,
    /// The resource before the first change.
    pub before: Snapshot,
    /// The changes, in order. Empty: there is nothing left to do.
    pub changes: Vec<Change>,
    /// The changes that bring back the before-state, in the order in which they are made.
    pub undo: Vec<Inverse>,
    /// What a person should know about the plan, for example why it is empty.
    pub note: Option<String>,
}

impl Plan {
    /// A plan that changes nothing yet.
    #[must_use]
    pub fn of(response: Response, resource_arn: String, before: Snapshot) -> Self {
        let kind = response.resource().map(|resource| resource.kind.to_owned()).unwrap_or_default();
        Self {
            action: response.action.clone(),
            response,
            kind,
            resource_arn,
            tags: BTreeMap::new(),
            identity: None,
            disruptive: false,
            reversible: true,
            before,
            changes: Vec::new(),
            undo: Vec::new(),
            note: None,
        }
    }

    /// The same with the resource's tags.
    #[must_use]
    pub fn tagged(self, tags: BTreeMap<String, String>) -> Self {
        Self { tags, ..self }
    }

    /// The same with the id that AWS gave the resource.
    #[must_use]
    pub fn identified(self, identity: Option<String>) -> Self {
        Self { identity, ..self }
    }

    /// The same with a word to people.
    #[must_use]
    pub fn noted(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// The same with one more change, and the calls that take it back, in the order in which they are made.
    #[must_use]
    pub fn then(mut self, change: Change, inverses: impl IntoIterator<Item = Change>) -> Self {
        let of = self.changes.len();
        let inverses = inverses.into_iter().map(|change| Inverse { of, change });
        // What was done last is taken back first.
        self.undo = inverses.chain(std::mem::take(&mut self.undo)).collect();
        self.changes.push(change);
        self
    }

    /// What all changes together do to the resource.
    #[must_use]
    pub fn delta(&self) -> Delta {
        self.changes.iter().flat_map(|change| change.delta.clone()).collect()
    }

    /// The plan of those changes alone that `made` names, by their places in [`Plan::changes`].
    #[must_use]
    pub fn only(&self, made: &BTreeSet<usize>) -> Self {
        let place = |of: usize| made.iter().position(|n| *n == of);
        let undo = self
            .undo
            .iter()
            .filter_map(|inverse| Some(Inverse { of: place(inverse.of)?, change: inverse.change.clone() }));
        let changes = self.changes.iter().enumerate().filter(|(n, _)| made.contains(n)).map(|(_, change)| change);
        Self { changes: changes.cloned().collect(), undo: undo.collect(), ..self.clone() }
    }

    /// This plan, of which all changes were made, and `left`, which was planned on the state that they left. The
    /// before-state is the one from before the first change, and what is not theirs as `left` has read it.
    #[must_use]
    pub fn and_then(self, left: Self) -> Self {
        let mut before = left.before;
        before.take(&self.before.inverse(&self.delta()));
        let (made, mut changes) = (self.changes.len(), self.changes);
        changes.extend(left.changes);
        let later = left.undo.into_iter().map(|inverse| Inverse { of: inverse.of + made, ..inverse });
        let undo = later.chain(self.undo).collect();
        Self { before, changes, undo, note: left.note, tags: left.tags, ..self }
    }

    /// The resource as it must be afterwards: the before-state with all deltas, and nothing else.
    #[must_use]
    pub fn after(&self) -> Snapshot {
        let mut after = self.before.clone();
        self.changes.iter().for_each(|change| after.take(&change.delta));
        after
    }

    /// What a person approves: 16 hexadecimal digits of the action, the resource, the calls and what takes them back.
    /// A plan that changes anything else, or would be undone otherwise, has another.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut parts = vec![self.action.as_str().to_owned(), self.resource_arn.clone()];
        let undo = self.undo.iter().map(|inverse| &inverse.change);
        for change in self.changes.iter().chain(undo) {
            parts.extend([change.call.clone(), change.parameters.to_string(), change.delta.len().to_string()]);
            for (name, part) in &change.delta {
                parts.extend([name.clone(), part.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)]);
            }
        }
        crate::seal::short_hash(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// How many parts of the before-state stand as they were, as `seen` when reading again.
    #[must_use]
    pub fn kept(&self, seen: &Verification) -> usize {
        let delta = self.delta();
        let differs = |name: &String| seen.elsewhere.iter().any(|difference| difference.get(2..) == Some(name));
        self.before.0.keys().filter(|name| !delta.contains_key(*name) && !differs(name)).count()
    }

    /// Compares the live state with what must be.
    #[must_use]
    pub fn verify(&self, live: &Snapshot) -> Verification {
        let delta = self.delta();
        let wrong = delta.iter().filter(|(name, part)| live.0.get(*name) != part.as_ref());
        let remaining = wrong.map(|(name, _)| name.clone()).collect();
        let touched = |difference: &String| delta.keys().any(|name| difference.get(2..) == Some(name.as_str()));
        let elsewhere = self.after().differences(live).into_iter().filter(|d| !touched(d)).collect();
        Verification { remaining, elsewhere }
    }

    /// The stack that made the resource, as its tags say: CloudFormation's (and so CDK's) by name, else the tool
    /// that a tag names as its manager. What a stack made, the stack's next run makes again.
    #[must_use]
    pub fn stack(&self) -> Option<String> {
        stack::of(&self.tags)
    }
}

/// What reading again has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Parts that are not yet as planned. Empty: the offense is gone.
    pub remaining: Vec<String>,
    /// Other parts that differ from the before-state: not our doing, but worth telling.
    pub elsewhere: Vec<String>,
}

#[cfg(test)]
mod tests;
