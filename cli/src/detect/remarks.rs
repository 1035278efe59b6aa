//! Informational findings as counts: one for each detector, principal and day.
//!
//! They keep track of what happens every day, and one line for each would hide all others.

use std::collections::BTreeMap;

use riposte_core::finding::{Finding, Severity};

/// What is counted together: day, detector, account, principal.
type Key = (String, String, String, String);

/// Remarks of the whole input.
#[derive(Debug, Default)]
pub(super) struct Remarks(BTreeMap<Key, Remark>);

/// A finding that came so often.
#[derive(Debug)]
pub(super) struct Remark {
    /// The first of them.
    pub(super) finding: Finding,
    /// Where it was read.
    pub(super) file: String,
    pub(super) line: u64,
    pub(super) count: u64,
}

impl Remarks {
    /// Whether a finding is a remark: it only keeps track, and asks for nothing.
    pub(super) fn is_one(finding: &Finding) -> bool {
        finding.severity == Severity::Informational && finding.response.is_none()
    }

    /// Counts one. Whether it is the first of its kind.
    pub(super) fn add(&mut self, finding: Finding, file: &str, line: u64) -> bool {
        let day = finding.event_time.as_deref().and_then(|time| time.get(..10)).unwrap_or_default();
        let principal = finding.principal.principal_arn().unwrap_or_else(|| finding.principal.label());
        let key = (day.to_owned(), finding.detector.clone(), finding.scope.account.clone(), principal.to_owned());
        match self.0.get_mut(&key) {
            Some(known) => {
                known.count += 1;
                false
            }
            None => {
                self.0.insert(key, Remark { finding, file: file.to_owned(), line, count: 1 });
                true
            }
        }
    }

    /// All of them, day by day.
    pub(super) fn take(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.0).into_values().collect()
    }
}
