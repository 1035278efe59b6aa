//! Detectors: each decides, alone and purely, whether an event is bad.
//!
//! A detector is named for the bad thing, stands in a file of its own, and carries the prose that
//! becomes its page. The catalogue is a slice written by hand, [`DETECTORS`]: what is not in it does
//! not run, and its invariants (ids, prose, fixtures that fire and that do not) are tests.
//!
//! Some verdicts need what only AWS knows, such as the document of a managed policy. A detector then
//! asks ([`Detector::questions`]), the shell looks it up, and the same pure code judges with the
//! answers ([`Detector::judge`]).

mod access_key_for_another;
mod admin_inline_policy;
mod admin_policy_attached;
mod fields;
mod open_admin_port;
mod open_all_ports;
mod open_ingress;
mod ssh_brute_force;
mod ssh_login_after_failures;

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use crate::event::{ApiCall, Scope};
use crate::finding::{Confidence, Finding, Severity, Target};
use crate::net::IngressRule;
use crate::plan::{ActionId, Response};
use crate::ssh::{Limits, SourceHistory, SshEvent};

/// Detectors over API calls.
pub const DETECTORS: &[&dyn Detector] = &[
    &open_admin_port::OpenAdminPort,
    &open_all_ports::OpenAllPorts,
    &admin_policy_attached::AdminPolicyAttached,
    &admin_inline_policy::AdminInlinePolicy,
    &access_key_for_another::AccessKeyForAnother,
];

/// Detectors over log lines.
pub const LOG_DETECTORS: &[&dyn LogDetector] =
    &[&ssh_brute_force::SshBruteForce, &ssh_login_after_failures::SshLoginAfterFailures];

/// What the catalogue says of a detector.
#[derive(Debug)]
pub struct Meta {
    /// Kebab-case, named for the bad thing.
    pub id: &'static str,
    /// A few words for people.
    pub title: &'static str,
    /// How bad, if true.
    pub severity: Severity,
    /// How sure, unless a claim says less.
    pub confidence: Confidence,
    /// ATT&CK technique ids.
    pub technique: &'static [&'static str],
    /// The API calls that it reads; empty for detectors over log lines.
    pub events: &'static [EventName],
    /// Whether failed calls matter to it too. Where no detector of a function needs them, the
    /// EventBridge rule leaves them out.
    pub needs_failed_calls: bool,
    /// The IAM permissions that its questions need.
    pub reads: &'static [&'static str],
    /// The actions that it may ask for.
    pub actions: &'static [ActionId],
    /// Markdown: `## What it does`, `## Why is this bad?`, `## False positives`, `## References`.
    pub prose: &'static str,
}

/// One API call by its service and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventName {
    /// For example `ec2.amazonaws.com`.
    pub source: &'static str,
    /// For example `AuthorizeSecurityGroupIngress`.
    pub name: &'static str,
}

/// A detector over API calls.
pub trait Detector: Sync {
    /// What the catalogue says of it.
    fn meta(&self) -> &'static Meta;

    /// What has to be asked of AWS before [`Detector::judge`] can tell. Most detectors ask nothing.
    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        let _ = call;
        Vec::new()
    }

    /// The verdict: one claim for each target. Only called for the events of its [`Meta::events`].
    ///
    /// # Errors
    /// Where the event cannot be judged, for example a policy document that is not JSON.
    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError>;
}

/// A detector over log lines, judged per source address.
pub trait LogDetector: Sync {
    /// What the catalogue says of it.
    fn meta(&self) -> &'static Meta;

    /// Judges one line against what its source did before. `history` already counts the line; a
    /// detector notes there that it has fired, so that one attack makes one finding.
    fn judge(&self, line: &SshEvent, at_ms: i64, history: &mut SourceHistory, limits: &Limits) -> Option<LogClaim>;
}

impl fmt::Debug for dyn Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta().id)
    }
}

impl fmt::Debug for dyn LogDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta().id)
    }
}

/// Something that only AWS can answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// The default version's document of a customer-managed policy.
    ManagedPolicy {
        /// Its ARN.
        arn: String,
    },
    /// These rules of a security group as they are now, ingress only.
    IngressRules {
        /// `sg-…`
        group_id: String,
        /// `sgr-…`
        rule_ids: Vec<String>,
    },
}

/// AWS's answer to a [`Question`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A policy document, plain or URL-encoded.
    Document(String),
    /// Ingress rules.
    Rules(Vec<IngressRule>),
    /// It no longer exists.
    Gone,
}

/// The answers that the shell has found.
#[derive(Debug, Clone, Default)]
pub struct Facts(pub BTreeMap<Question, Answer>);

/// What a detector claims of one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What it is about.
    pub target: Target,
    /// One sentence, with the values that decided it.
    pub why: String,
    /// Where the detector is less sure than its [`Meta::confidence`].
    pub confidence: Option<Confidence>,
    /// What would stop it.
    pub response: Option<Response>,
}

/// What a log detector claims of a source address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogClaim {
    /// One sentence, with the values that decided it.
    pub why: String,
    /// When the attack began: milliseconds since 1970. Part of the incident's key, so it must be the
    /// same however often the lines are read.
    pub began_ms: i64,
}

/// Why a detector could not judge an event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DetectError {
    /// A field that the event must have is missing or of the wrong shape.
    #[error("event {event_id}: `{field}` {wrong}")]
    Field {
        /// The event's id.
        event_id: String,
        /// The field's path.
        field: String,
        /// What is wrong with it.
        wrong: String,
    },
    /// A policy document that cannot be read.
    #[error("policy `{policy}`: {wrong}")]
    Policy {
        /// Its name or ARN.
        policy: String,
        /// What is wrong with it.
        wrong: String,
    },
    /// A question was not answered: the shell could not look it up.
    #[error("`{what}` could not be looked up")]
    Unanswered {
        /// What was asked.
        what: String,
    },
}

/// What a run of detectors over one event gave.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings, in the catalogue's order.
    pub findings: Vec<Finding>,
    /// Detectors that could not judge, with why. The others ran all the same.
    pub failures: Vec<(&'static str, DetectError)>,
}

/// The detectors among `all` that read this call. A failed call changed nothing, so only those that
/// say they need failed calls see one.
pub fn reading<'a>(
    all: &'a [&'static dyn Detector],
    call: &'a ApiCall,
) -> impl Iterator<Item = &'static dyn Detector> + 'a {
    let failed = call.failed();
    all.iter().copied().filter(move |detector| {
        let meta = detector.meta();
        (!failed || meta.needs_failed_calls)
            && meta.events.iter().any(|e| e.name == call.event_name() && call.event_source() == Some(e.source))
    })
}

/// Runs detectors over one event.
#[must_use]
pub fn run(detectors: &[&'static dyn Detector], call: &ApiCall, scope: &Scope, facts: &Facts) -> Report {
    let mut report = Report::default();
    for detector in reading(detectors, call) {
        let meta = detector.meta();
        match detector.judge(call, facts) {
            Ok(claims) => report.findings.extend(claims.into_iter().map(|c| finding(meta, c, call, scope))),
            Err(error) => report.failures.push((meta.id, error)),
        }
    }
    report
}

fn finding(meta: &Meta, claim: Claim, call: &ApiCall, scope: &Scope) -> Finding {
    Finding {
        detector: meta.id.to_owned(),
        title: meta.title.to_owned(),
        severity: meta.severity,
        confidence: claim.confidence.unwrap_or(meta.confidence),
        technique: meta.technique.iter().map(|&t| t.to_owned()).collect(),
        scope: scope.clone(),
        event_name: call.event_name().to_owned(),
        event_time: call.event_time().map(str::to_owned),
        principal: call.actor(),
        target: claim.target,
        why: claim.why,
        response: claim.response,
    }
}

#[cfg(test)]
mod tests;
