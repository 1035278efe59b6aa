//! The state that an action reads and compares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Named parts of the state, and what each is to become: `None` for one that goes.
pub type Delta = BTreeMap<String, Option<Value>>;

/// The state of the target that an action reads and compares: a map from a part's name (a policy's ARN, a rule
/// in a few words…) to that part, whole. A name must stand for the same part after an undo: an id that AWS gives
/// anew is no name. Two snapshots are equal when nothing differs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Snapshot(pub BTreeMap<String, Value>);

impl Snapshot {
    /// What differs from `self` to `later`: `+ name` for what came, `- name` for what went, `~ name`
    /// for what changed.
    #[must_use]
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let mut out = Vec::new();
        for (name, part) in &self.0 {
            match later.0.get(name) {
                None => out.push(format!("- {name}")),
                Some(now) if now != part => out.push(format!("~ {name}")),
                Some(_) => {}
            }
        }
        out.extend(later.0.keys().filter(|name| !self.0.contains_key(*name)).map(|name| format!("+ {name}")));
        out
    }

    /// The same without parts that are `null`: in a delta, which JSON keeps, they could not be told from parts that
    /// are not there.
    #[must_use]
    pub fn without_nulls(mut self) -> Self {
        self.0.retain(|_, part| !part.is_null());
        self
    }

    /// Whether every part of a delta is here as it is to become.
    #[must_use]
    pub fn holds(&self, delta: &Delta) -> bool {
        delta.iter().all(|(name, part)| self.0.get(name) == part.as_ref())
    }

    /// Takes a delta over.
    pub fn take(&mut self, delta: &Delta) {
        for (name, part) in delta {
            match part {
                Some(part) => self.0.insert(name.clone(), part.clone()),
                None => self.0.remove(name),
            };
        }
    }

    /// The delta that brings the parts named in `delta` back to what they are here.
    #[must_use]
    pub fn inverse(&self, delta: &Delta) -> Delta {
        delta.keys().map(|name| (name.clone(), self.0.get(name).cloned())).collect()
    }
}
