//! Which function runs which detectors: the one list that event patterns, IAM permissions and pages
//! are generated from.

use crate::detect::{DETECTORS, Detector, EventName, LOG_DETECTORS, LogDetector, Meta};
use crate::plan::ActionId;

/// One Lambda function of the product.
#[derive(Debug, Clone, Copy)]
pub struct FunctionSpec {
    /// Its crate, binary and name.
    pub name: &'static str,
    /// What it does, in one line.
    pub purpose: &'static str,
    /// The ids of its detectors.
    pub detectors: &'static [&'static str],
    /// API calls that it reads beside those of its detectors.
    pub triggers: &'static [EventName],
}

/// The functions, in the order of the template.
pub const FUNCTIONS: &[FunctionSpec] = &[INGRESS_GUARD, IDENTITY_GUARD, LOG_WATCH];

/// Networks opened to the world → closed again.
pub const INGRESS_GUARD: FunctionSpec = FunctionSpec {
    name: "ingress-guard",
    purpose: "networks opened to the world are closed again",
    detectors: &["open-admin-port", "open-all-ports"],
    triggers: &[],
};

/// Grants and credentials that persist access → taken back.
pub const IDENTITY_GUARD: FunctionSpec = FunctionSpec {
    name: "identity-guard",
    purpose: "grants and credentials that persist access are taken back",
    detectors: &["admin-policy-attached", "admin-inline-policy", "access-key-for-another"],
    triggers: &[],
};

/// Log streams → detectors → the source behind the lines contained.
pub const LOG_WATCH: FunctionSpec = FunctionSpec {
    name: "log-watch",
    purpose: "log streams are judged line by line, and the source behind the lines is denied",
    detectors: &["ssh-brute-force", "ssh-login-after-failures"],
    triggers: &[EventName { source: "logs.amazonaws.com", name: "CreateLogStream" }],
};

impl FunctionSpec {
    /// Its detectors over API calls.
    #[must_use]
    pub fn call_detectors(&self) -> Vec<&'static dyn Detector> {
        DETECTORS.iter().copied().filter(|d| self.detectors.contains(&d.meta().id)).collect()
    }

    /// Its detectors over log lines.
    #[must_use]
    pub fn log_detectors(&self) -> Vec<&'static dyn LogDetector> {
        LOG_DETECTORS.iter().copied().filter(|d| self.detectors.contains(&d.meta().id)).collect()
    }

    /// The catalogue's entries of all its detectors.
    pub fn metas(&self) -> impl Iterator<Item = &'static Meta> + '_ {
        all_metas().filter(|m| self.detectors.contains(&m.id))
    }

    /// The API calls that must reach it, each once, by service and name.
    #[must_use]
    pub fn events(&self) -> Vec<EventName> {
        let mut events: Vec<_> = self.metas().flat_map(|m| m.events).chain(self.triggers).copied().collect();
        events.sort_unstable();
        events.dedup();
        events
    }

    /// Whether one of its detectors needs failed calls.
    #[must_use]
    pub fn needs_failed_calls(&self) -> bool {
        self.metas().any(|m| m.needs_failed_calls)
    }

    /// The actions that its detectors may ask for, each once, in a fixed order.
    #[must_use]
    pub fn actions(&self) -> Vec<ActionId> {
        ActionId::ALL.into_iter().filter(|a| self.metas().any(|m| m.actions.contains(a))).collect()
    }
}

/// Every detector of the catalogue.
pub fn all_metas() -> impl Iterator<Item = &'static Meta> {
    DETECTORS.iter().map(|d| d.meta()).chain(LOG_DETECTORS.iter().map(|d| d.meta()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_detector_runs_in_exactly_one_function() {
        for meta in all_metas() {
            let homes: Vec<_> = FUNCTIONS.iter().filter(|f| f.detectors.contains(&meta.id)).map(|f| f.name).collect();
            assert_eq!(homes.len(), 1, "{} runs in {homes:?}", meta.id);
        }
        let known: Vec<_> = all_metas().map(|m| m.id).collect();
        for id in FUNCTIONS.iter().flat_map(|f| f.detectors) {
            assert!(known.contains(id), "`{id}` is not in the catalogue");
        }
    }
}
