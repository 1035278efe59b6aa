//! What a detector claims, or why it cannot.

use thiserror::Error;

use crate::action::Response;
use crate::finding::{Confidence, Severity, Target};

/// What a detector claims of one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What it is about.
    pub target: Target,
    /// One sentence, with the values that decided it.
    pub why: String,
    /// Where the detector is less sure than its [`Meta::confidence`].
    pub confidence: Option<Confidence>,
    /// Where it is less severe than the detector's [`super::Meta::severity`].
    pub severity: Option<Severity>,
    /// What would stop it.
    pub response: Option<Response>,
    /// For a detector that waits for a [`super::Burst`]: what this event adds to the count.
    pub counted: Option<String>,
    /// For a detector that correlates: which events it counts together.
    pub group: Option<String>,
}

impl Claim {
    /// A claim of a target, and why: no response, the detector's own confidence.
    #[must_use]
    pub fn of(target: Target, why: String) -> Self {
        Self { target, why, confidence: None, severity: None, response: None, counted: None, group: None }
    }

    /// The same with what would stop it: the claim is then about what that changes.
    #[must_use]
    pub fn asking(self, response: Option<impl Into<Response>>) -> Self {
        let Some(response) = response.map(Into::into) else { return self };
        // A request that a detector has just made can be read; without its target it could not be recorded.
        match response.target() {
            Ok(target) => Self { target, response: Some(response), ..self },
            Err(_) => self,
        }
    }
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
    /// A Sigma rule that cannot be compiled.
    #[error("rule `{rule}`: {wrong}")]
    Rule {
        /// Its id.
        rule: String,
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
