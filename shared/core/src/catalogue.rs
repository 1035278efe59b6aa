//! Which function runs which detectors: the one list that event patterns, IAM permissions and pages
//! are generated from.

use crate::detect::{Detector, Domain, EventName, LOG_DETECTORS, LogDetector, Meta, detectors};
use crate::plan::ActionId;

/// One Lambda function of the product.
#[derive(Debug, Clone, Copy)]
pub struct FunctionSpec {
    /// Its crate, binary and name.
    pub name: &'static str,
    /// What it does, in one line.
    pub purpose: &'static str,
    /// The chapters of the catalogue whose detectors it runs.
    pub domains: &'static [Domain],
    /// API calls that it reads beside those of its detectors.
    pub triggers: &'static [EventName],
}

/// The functions, in the order of the template.
pub const FUNCTIONS: &[FunctionSpec] =
    &[INGRESS_GUARD, IDENTITY_GUARD, DATA_GUARD, TRAIL_GUARD, COMPUTE_GUARD, LOG_WATCH];

/// Networks opened to the world → closed again.
pub const INGRESS_GUARD: FunctionSpec = FunctionSpec {
    name: "ingress-guard",
    purpose: "networks opened to the world are closed again",
    domains: &[Domain::Network],
    triggers: &[],
};

/// Grants and credentials that persist access → taken back.
pub const IDENTITY_GUARD: FunctionSpec = FunctionSpec {
    name: "identity-guard",
    purpose: "grants and credentials that persist access are taken back",
    domains: &[Domain::Identity],
    triggers: &[],
};

/// Data made public, shared, encrypted for ransom or deleted.
pub const DATA_GUARD: FunctionSpec = FunctionSpec {
    name: "data-guard",
    purpose: "data made public, shared abroad, held to ransom or destroyed is told",
    domains: &[Domain::Data],
    triggers: &[],
};

/// Traces wiped, and the account's own settings.
pub const TRAIL_GUARD: FunctionSpec = FunctionSpec {
    name: "trail-guard",
    purpose: "recording and alarms that are switched off are told, Riposte's own included",
    domains: &[Domain::Traces, Domain::Account],
    triggers: &[],
};

/// Code run where it should not be, and rules of the user's that name no chapter.
pub const COMPUTE_GUARD: FunctionSpec = FunctionSpec {
    name: "compute-guard",
    purpose: "machines and functions that run somebody else's code are told",
    domains: &[Domain::Compute],
    triggers: &[],
};

/// Log streams → detectors → the source behind the lines contained.
pub const LOG_WATCH: FunctionSpec = FunctionSpec {
    name: "log-watch",
    purpose: "log streams are judged line by line, and the source behind the lines is denied",
    domains: &[Domain::Hosts],
    triggers: &[EventName { source: "logs.amazonaws.com", name: "CreateLogStream" }],
};

impl FunctionSpec {
    /// Its detectors over API calls, those of the catalogue.
    #[must_use]
    pub fn call_detectors(&self) -> Vec<&'static dyn Detector> {
        detectors().iter().copied().filter(|d| self.domains.contains(&d.meta().domain)).collect()
    }

    /// Its detectors over log lines.
    #[must_use]
    pub fn log_detectors(&self) -> Vec<&'static dyn LogDetector> {
        LOG_DETECTORS.iter().copied().filter(|d| self.domains.contains(&d.meta().domain)).collect()
    }

    /// The catalogue's entries of all its detectors.
    pub fn metas(&self) -> impl Iterator<Item = &'static Meta> + '_ {
        all_metas().filter(|m| self.domains.contains(&m.domain))
    }

    /// The actions that its detectors may ask for, each once, in a fixed order.
    #[must_use]
    pub fn actions(&self) -> Vec<ActionId> {
        ActionId::ALL.into_iter().filter(|a| self.metas().any(|m| m.actions.contains(a))).collect()
    }
}

/// The function that runs the detectors of a chapter.
#[must_use]
pub fn function_of(domain: Domain) -> Option<&'static FunctionSpec> {
    FUNCTIONS.iter().find(|function| function.domains.contains(&domain))
}

/// Every detector of the catalogue.
pub fn all_metas() -> impl Iterator<Item = &'static Meta> {
    detectors().iter().map(|d| d.meta()).chain(LOG_DETECTORS.iter().map(|d| d.meta()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chapter_is_run_by_exactly_one_function() {
        for domain in Domain::ALL {
            let homes: Vec<_> = FUNCTIONS.iter().filter(|f| f.domains.contains(&domain)).map(|f| f.name).collect();
            assert_eq!(homes.len(), 1, "{} is run by {homes:?}", domain.as_str());
        }
    }
}
