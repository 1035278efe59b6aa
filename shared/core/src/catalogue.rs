//! Which function runs which detectors: the one list that event patterns, IAM permissions and pages
//! are generated from.

use crate::action::ActionId;
use crate::audited;
use crate::detect::behavior::{BEHAVIORS, sequences};
use crate::detect::threats::{self, THREATS, ThreatDetector};
use crate::detect::{
    self, Chapter, Detector, Domain, EventName, LOG_DETECTORS, LOOKED, LogDetector, Meta, SIGNATURES, detectors,
};

/// One Lambda function of the product.
#[derive(Debug, Clone, Copy)]
pub struct FunctionSpec {
    /// Its crate, binary and name.
    pub name: &'static str,
    /// What it does, in one line.
    pub purpose: &'static str,
    /// The chapters of the catalogue whose detectors it runs.
    pub chapters: &'static [&'static Chapter],
    /// Its detectors over behavior. Who has them runs the sequences too.
    pub behaviors: &'static [Meta],
    /// Its detectors over lines of any format.
    pub signatures: &'static [Meta],
    /// What it finds by looking at the account by itself.
    pub looks: &'static [Meta],
    /// Its detectors over log lines of OpenSSH.
    pub log_detectors: &'static [&'static dyn LogDetector],
    /// Its detectors over findings of GuardDuty.
    pub threats: &'static [&'static ThreatDetector],
    /// API calls that it reads beside those of its detectors.
    pub triggers: &'static [EventName],
    /// What else reaches it.
    pub inputs: &'static [Input],
    /// Its limits, where it needs others than the rest.
    pub limits: Option<Limits>,
    /// The template's condition under which calls are delivered to it; always where there is none.
    pub condition: Option<&'static str>,
    /// Policies of AWS's own that its role has beside its actions' permissions, by their paths and names.
    pub managed_policies: &'static [&'static str],
}

/// What Lambda gives a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long an invocation may last.
    pub seconds: u32,
    /// Its memory, in MiB.
    pub memory_mb: u32,
}

/// A way into a function beside the events of its detectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A clock's tick.
    Schedule {
        /// The template's parameter that holds the rate, as an EventBridge schedule expression.
        parameter: &'static str,
        /// What the tick makes it do: a sentence without its full stop.
        what: &'static str,
    },
    /// Findings of Inspector.
    Inspector,
    /// Findings of GuardDuty.
    GuardDuty,
    /// Log lines that subscriptions push to the function itself.
    Subscription,
}

/// The functions, in the order of the template.
pub static FUNCTIONS: &[&FunctionSpec] = &[
    &INGRESS_GUARD,
    &IDENTITY_GUARD,
    &DATA_GUARD,
    &TRAIL_GUARD,
    &COMPUTE_GUARD,
    &BEHAVIOR_WATCH,
    &LOG_WATCH,
    &PATCHER,
    &ACCOUNT_AUDITOR,
];

/// What ends containments that are for a time, and the wait for a person.
const CLOCK: Input = Input::Schedule {
    parameter: "ContainmentRate",
    what: "Rolls back what was contained for a time, or renews it, and denies what nobody approved in time",
};

/// Networks opened to the world → closed again.
pub static INGRESS_GUARD: FunctionSpec = FunctionSpec {
    name: "ingress-guard",
    purpose: "networks opened to the world are closed again",
    chapters: &[&detect::NETWORK],
    behaviors: &[],
    signatures: &[],
    looks: &[],
    log_detectors: &[],
    threats: &[],
    triggers: &[],
    inputs: &[CLOCK],
    limits: None,
    condition: None,
    managed_policies: &[],
};

/// Grants and credentials that persist access → taken back.
pub static IDENTITY_GUARD: FunctionSpec = FunctionSpec {
    name: "identity-guard",
    purpose: "grants and credentials that persist access are revoked",
    chapters: &[&detect::IDENTITY],
    behaviors: &[],
    signatures: &[],
    looks: &[],
    log_detectors: &[],
    threats: &[&threats::CREDENTIALS],
    // The first call of nearly every tool, by which it is known.
    triggers: &[EventName { source: "sts.amazonaws.com", name: "GetCallerIdentity" }],
    inputs: &[CLOCK, Input::GuardDuty],
    limits: None,
    condition: None,
    managed_policies: &[],
};

/// Data made public, shared, encrypted for ransom or deleted.
pub static DATA_GUARD: FunctionSpec = FunctionSpec {
    name: "data-guard",
    purpose: "data made public, shared externally, held to ransom or destroyed is closed, unshared and restored",
    chapters: &[&detect::DATA],
    behaviors: &[],
    signatures: &[],
    looks: &[],
    log_detectors: &[],
    threats: &[],
    triggers: &[],
    inputs: &[CLOCK],
    limits: None,
    condition: None,
    managed_policies: &[],
};

/// Traces wiped, and the account's own settings.
pub static TRAIL_GUARD: FunctionSpec = FunctionSpec {
    name: "trail-guard",
    purpose: "logging and alarms that are switched off are switched on again, and attacks on Riposte itself are alerted",
    chapters: &[&detect::TRACES, &detect::ACCOUNT],
    behaviors: &[],
    signatures: &[],
    looks: &[],
    log_detectors: &[],
    threats: &[],
    triggers: &[],
    inputs: &[CLOCK],
    limits: None,
    condition: None,
    managed_policies: &[],
};

/// Code run where it should not be, and rules of the user's that name no chapter.
pub static COMPUTE_GUARD: FunctionSpec = FunctionSpec {
    name: "compute-guard",
    purpose: "code that runs where it should not, and functions that are opened to everyone, are alerted and closed",
    chapters: &[&detect::COMPUTE],
    behaviors: &[],
    signatures: &[],
    looks: &[],
    log_detectors: &[],
    threats: &[&threats::INSTANCE, &threats::OTHER],
    triggers: &[],
    inputs: &[CLOCK, Input::GuardDuty],
    limits: None,
    condition: None,
    managed_policies: &[],
};

/// Every call, compared with what is usual.
pub static BEHAVIOR_WATCH: FunctionSpec = FunctionSpec {
    name: "behavior-watch",
    purpose: "what principals do is compared with what they always did, and what is unusual is alerted",
    chapters: &[],
    behaviors: BEHAVIORS,
    signatures: &[],
    looks: &[],
    log_detectors: &[],
    threats: &[],
    triggers: &[],
    inputs: &[],
    limits: None,
    condition: None,
    managed_policies: &[],
};

/// Log streams → detectors → the source behind the lines contained.
pub static LOG_WATCH: FunctionSpec = FunctionSpec {
    name: "log-watch",
    purpose: "log streams are evaluated line by line, and the source behind the lines is denied",
    chapters: &[],
    behaviors: &[],
    signatures: SIGNATURES,
    looks: &[],
    log_detectors: LOG_DETECTORS,
    threats: &[],
    triggers: &[EventName { source: "logs.amazonaws.com", name: "CreateLogStream" }],
    inputs: &[
        Input::Schedule { parameter: "PullRate", what: "Has log-watch pull its log groups" },
        Input::Subscription,
    ],
    limits: None,
    // Every new stream of a busy account would be too many.
    condition: Some("HasLogGroups"),
    managed_policies: &[],
};

/// Resources that changed → their controls checked again; and all of them by the clock.
pub static ACCOUNT_AUDITOR: FunctionSpec = FunctionSpec {
    name: "account-auditor",
    purpose: "the account's resources are checked by the clock and as they change, and what turned bad is alerted",
    chapters: &[],
    behaviors: &[],
    signatures: &[],
    looks: &[],
    log_detectors: &[],
    threats: &[],
    triggers: audited::TRIGGERS,
    inputs: &[Input::Schedule { parameter: "AuditRate", what: "Has account-auditor check the whole account" }],
    // Every service in every region, one page after the other.
    limits: Some(Limits { seconds: 900, memory_mb: 1024 }),
    condition: Some("AuditsChanges"),
    // Reading alone: what they leave out is not assessed.
    managed_policies: &["SecurityAudit", "job-function/ViewOnlyAccess"],
};

/// What needs a patch → patched, verified.
pub static PATCHER: FunctionSpec = FunctionSpec {
    name: "patcher",
    purpose: "machines that need patches are patched in their windows or at once, and what came of it is verified",
    chapters: &[],
    behaviors: &[],
    signatures: &[],
    looks: LOOKED,
    log_detectors: &[],
    threats: &[],
    triggers: &[],
    inputs: &[Input::Schedule { parameter: "PatchRate", what: "Has patcher go on and look anew" }, Input::Inspector],
    limits: None,
    condition: None,
    managed_policies: &[],
};

impl FunctionSpec {
    /// Whether it runs the detectors of a chapter.
    #[must_use]
    pub fn runs(&self, domain: Domain) -> bool {
        self.chapters.iter().any(|chapter| chapter.domain == domain)
            || self.behaviors.iter().chain(self.signatures).any(|meta| meta.domain == domain)
            || self.log_detectors.iter().any(|detector| detector.meta().domain == domain)
    }

    /// Its detectors over API calls, those of the catalogue.
    #[must_use]
    pub fn call_detectors(&self) -> Vec<&'static dyn Detector> {
        self.chapters.iter().flat_map(|chapter| chapter.detectors()).collect()
    }

    /// Its detectors of sequences.
    #[must_use]
    pub fn sequences(&self) -> &'static [&'static dyn Detector] {
        if self.behaviors.is_empty() { &[] } else { sequences() }
    }

    /// The catalogue's entries of all its detectors.
    pub fn metas(&self) -> impl Iterator<Item = &'static Meta> + '_ {
        let of_calls = self.chapters.iter().flat_map(|chapter| chapter.detectors()).map(Detector::meta);
        let of_lines = self.log_detectors.iter().map(|detector| detector.meta());
        let of_sequences = self.sequences().iter().map(|detector| detector.meta());
        let of_threats = self.threats.iter().map(|detector| &detector.meta);
        let of_calls = of_calls.chain(self.behaviors).chain(of_sequences);
        of_calls.chain(of_lines).chain(self.signatures).chain(self.looks).chain(of_threats)
    }

    /// Those of its actions that the clock can take back.
    #[must_use]
    pub fn timed_actions(&self) -> Vec<ActionId> {
        self.actions().into_iter().filter(|action| action.can_be_timed()).collect()
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
    FUNCTIONS.iter().copied().find(|function| function.runs(domain))
}

/// The function that runs a detector: that of its chapter, unless it is found by another's looks.
#[must_use]
pub fn runner_of(meta: &Meta) -> Option<&'static FunctionSpec> {
    let looks = FUNCTIONS.iter().copied().find(|function| function.looks.iter().any(|look| look.id == meta.id));
    looks.or_else(|| function_of(meta.domain))
}

/// Every detector of the catalogue.
pub fn all_metas() -> impl Iterator<Item = &'static Meta> {
    let of_lines = LOG_DETECTORS.iter().map(|d| d.meta()).chain(SIGNATURES);
    let of_sequences = sequences().iter().map(|d| d.meta());
    let of_threats = THREATS.iter().map(|d| &d.meta);
    let of_calls = detectors().iter().map(|d| d.meta()).chain(BEHAVIORS).chain(of_sequences);
    of_calls.chain(of_lines).chain(LOOKED).chain(of_threats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detector_is_run_by_the_function_that_looks_for_it() {
        let of = |id: &str| all_metas().find(|meta| meta.id == id).and_then(runner_of).map(|function| function.name);
        assert_eq!((of("ssm-agent-silent"), of("ssm-node-deregistered")), (Some("patcher"), Some("trail-guard")));
    }

    #[test]
    fn every_chapter_is_run_by_exactly_one_function() {
        for domain in Domain::ALL {
            let homes: Vec<_> = FUNCTIONS.iter().filter(|f| f.runs(domain)).map(|f| f.name).collect();
            assert_eq!(homes.len(), 1, "{} is run by {homes:?}", domain.as_str());
        }
    }

    #[test]
    fn whatever_can_be_timed_has_a_clock() {
        for function in FUNCTIONS {
            let clock = function.inputs.iter().any(|input| matches!(input, Input::Schedule { .. }));
            assert!(clock || function.timed_actions().is_empty(), "{} has no schedule", function.name);
        }
        for action in ActionId::timed() {
            assert!(FUNCTIONS.iter().any(|f| f.timed_actions().contains(&action)), "nobody would take {action} back");
        }
    }
}
