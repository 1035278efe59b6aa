//! What the detectors of policies that lead up share: each names the kind of power that it reports.

use super::written_policy::{self, Power};
use crate::detect::{Claim, DetectError, Detector, Facts, Meta, Question};
use crate::event::ApiCall;
use crate::iam::Escalation;

/// A policy in force whose holder can become more than it is.
pub(super) struct EscalationDetector {
    pub(super) meta: Meta,
    /// The ways up of the kind of power that it reports; `None` for the other kinds.
    pub(super) ways: fn(&Power) -> Option<&[Escalation]>,
    /// Whether the policy is taken from its holder. Many pipelines hold the lesser kinds for good reasons: they are
    /// reported alone.
    pub(super) answered: bool,
}

impl Detector for EscalationDetector {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        written_policy::questions(call)
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let claim = written_policy::judge(call, facts, self.ways)?;
        let response = |claim: &Claim| claim.response.clone().filter(|_| self.answered);
        Ok(claim.map(|claim| Claim { response: response(&claim), ..claim }).into_iter().collect())
    }
}
