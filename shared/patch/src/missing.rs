//! Since when updates have been missing on a node, without a break: what no answer of AWS's tells.
//!
//! A scan says what is missing at its own time. A deadline that counted from it would move on with every scan, and never
//! come; so what was missing before is remembered from plan to plan, until it is installed.

use std::collections::BTreeMap;

use riposte_core::finding::Severity;
use serde::{Deserialize, Serialize};

use crate::compliance::Compliance;

/// Since when a node has been without updates, by how bad that is: milliseconds since 1970, `None` where none is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// Critical ones.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    critical: Option<i64>,
    /// Those of security.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    security: Option<i64>,
    /// Any.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    any: Option<i64>,
}

/// What is remembered of all nodes that are without updates.
pub type Remembered = BTreeMap<String, Since>;

impl Since {
    /// What is known after a scan.
    fn after(old: Self, state: &Compliance) -> Self {
        let since = |open: bool, old: Option<i64>| {
            let earlier = |scanned: i64| old.map_or(scanned, |old| old.min(scanned));
            state.ended_ms.filter(|_| open).map(earlier)
        };
        Self {
            critical: since(state.critical > 0, old.critical),
            security: since(state.security > 0, old.security),
            any: since(state.needs(), old.any),
        }
    }

    /// Since when updates that are as bad as that have been missing.
    pub(crate) fn of(self, severity: Severity) -> Option<i64> {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.security,
            Severity::Medium | Severity::Low | Severity::Informational => self.any,
        }
    }
}

/// What is remembered after a look at the nodes' patch states; a node that lacks nothing is forgotten.
#[must_use]
pub(crate) fn remember(old: &Remembered, states: &BTreeMap<String, Compliance>) -> Remembered {
    let after = |(node, state): (&String, &Compliance)| {
        let since = Since::after(old.get(node).copied().unwrap_or_default(), state);
        (since != Since::default()).then(|| (node.clone(), since))
    };
    states.iter().filter_map(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_counts_from_the_first_scan_that_showed_it_until_it_is_installed() {
        let state = |missing, critical, ended| Compliance {
            missing,
            critical,
            security: critical,
            ended_ms: Some(ended),
            ..Compliance::default()
        };
        let look = |old: &Remembered, state: Compliance| remember(old, &[("i-1".to_owned(), state)].into());
        let first = look(&Remembered::new(), state(2, 0, 1_000));
        let second = look(&first, state(3, 1, 2_000));
        let third = look(&second, state(1, 1, 3_000));
        assert_eq!((third["i-1"].of(Severity::Low), third["i-1"].of(Severity::Critical)), (Some(1_000), Some(2_000)));
        // Installed, and missing anew.
        let whole = look(&third, state(0, 0, 4_000));
        assert_eq!(whole, Remembered::new());
        assert_eq!(look(&whole, state(1, 0, 5_000))["i-1"].of(Severity::Low), Some(5_000));
        let text = serde_json::to_string(&third).unwrap();
        assert_eq!(serde_json::from_str::<Remembered>(&text).unwrap(), third);
    }
}
