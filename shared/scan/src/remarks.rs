//! Informational findings as counts: one for each detector, principal and day.
//!
//! They keep track of what happens every day, and one line for each would hide all others.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use riposte_core::finding::{Finding, Severity};
use serde::{Deserialize, Serialize};

/// What is counted together: day, detector, account, principal.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Remarks of the whole input, by what stands for their key: numbers that nobody outside can make the same.
#[derive(Debug, Default)]
pub struct Remarks {
    keys: [RandomState; 2],
    all: HashMap<[u64; 2], Remark>,
}

/// A finding that came so often.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// The first of them.
    pub finding: Finding,
    /// Where that was read.
    pub file: String,
    /// The line there.
    pub line: u64,
    /// How often.
    pub count: u64,
}

impl Remarks {
    /// Whether a finding is a remark: it only keeps track, and asks for nothing.
    #[must_use]
    pub fn is_one(finding: &Finding) -> bool {
        finding.severity == Severity::Informational && finding.response.is_none()
    }

    /// Counts one that stands for so many. Whether it is the first of its kind.
    pub fn add(&mut self, finding: Finding, file: &str, line: u64, count: u64) -> bool {
        let key = key(&finding);
        let number = self.keys.each_ref().map(|state| state.hash_one(key));
        match self.all.get_mut(&number) {
            Some(known) => {
                known.count += count;
                false
            }
            None => {
                self.all.insert(number, Remark { finding, file: file.to_owned(), line, count });
                true
            }
        }
    }

    /// All of them, day by day.
    pub fn take(&mut self) -> Vec<Remark> {
        let mut all: Vec<_> = std::mem::take(&mut self.all).into_values().collect();
        all.sort_by(|a, b| key(&a.finding).cmp(&key(&b.finding)));
        all
    }
}

fn key(finding: &Finding) -> Key<'_> {
    let day = finding.event_time.as_deref().and_then(|time| time.get(..10)).unwrap_or_default();
    let principal = finding.principal.principal_arn().unwrap_or_else(|| finding.principal.label());
    (day, &finding.detector, &finding.scope.account, principal)
}
