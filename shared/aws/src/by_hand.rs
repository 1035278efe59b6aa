//! An action that a person asks for: through the same guardrails, the same ledger and the same verification as what a
//! detector asks for.

use riposte_core::action::{ActionName, Malformed, Response};
use riposte_core::arn::account_of;
use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{BY_HAND, Confidence, Finding, Severity};
use riposte_core::guardrail::{Decision, Verdict};
use riposte_core::incident::{Incident, rfc3339};
use riposte_core::plan::Plan;
use thiserror::Error;

use crate::actions::Planned;
use crate::fault::Fault;
use crate::invocation::now_ms;
use crate::operator::Operator;
use crate::responder::{RespondError, Responder};

/// Who acts, in guardrails and in the record.
pub const OPERATOR: &str = "operator";

/// Why nothing was done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ByHandError {
    /// The target cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Who calls, and so in which account, is not known.
    #[error("AWS does not say who calls, and so not in which account to act: {0}")]
    Caller(Fault),
    /// The target is of another account.
    #[error("the target is of account {target}, and the credentials are of {account}")]
    OtherAccount {
        /// Whose the target is.
        target: String,
        /// Whose the credentials are.
        account: String,
    },
    /// There is nothing to do.
    #[error("nothing to contain: {0}")]
    Gone(String),
    /// There is no way to do it.
    #[error("it cannot be done: {0}")]
    Impossible(String),
    /// The action is not there.
    #[error("the action {0} is not known here")]
    Unknown(ActionName),
    /// A call failed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The responder could not end it.
    #[error(transparent)]
    Respond(#[from] RespondError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
}

/// What a person asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What to do, and to what.
    pub response: Response,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// Told apart from every other: it makes the incident's key.
    pub id: String,
}

/// What would be done, and what the guardrails say to it once a person has asked.
#[derive(Debug)]
pub struct Preview {
    /// The plan; without changes where there is nothing left to do.
    pub plan: Plan,
    /// Whether the guardrails let it be done.
    pub allowed: bool,
    /// The decision.
    pub verdict: Verdict,
}

impl Operator {
    /// What would be done; changes nothing and records nothing.
    ///
    /// # Errors
    /// Says why nothing can be done.
    pub async fn preview(&self, asked: &Asked) -> Result<Preview, ByHandError> {
        let finding = self.asked(asked).await?;
        let Some(action) = asked.response.action.known().and_then(|id| self.actions.get(id)) else {
            return Err(ByHandError::Unknown(asked.response.action.clone()));
        };
        let site = self.actions.site(&finding.scope).with_past(&self.ledger);
        match action.plan(&site, &asked.response).await? {
            Planned::Gone(why) => Err(ByHandError::Gone(why)),
            Planned::Impossible(why) => Err(ByHandError::Impossible(why)),
            Planned::Plan(plan) => Ok(match self.loaded.guardrails.decide_approved(OPERATOR, *plan, &finding) {
                Decision::Act(approved, verdict) => Preview { plan: approved.get().clone(), allowed: true, verdict },
                Decision::Hold(plan, verdict) => Preview { plan, allowed: false, verdict },
            }),
        }
    }

    /// Does it: planned anew, recorded, made, verified and told.
    ///
    /// # Errors
    /// Where it could not be carried to an end; the ledger says how far it came.
    pub async fn contain(&self, asked: &Asked) -> Result<Incident, ByHandError> {
        let finding = self.asked(asked).await?;
        let responder = Responder {
            function: OPERATOR,
            account: &finding.scope.account,
            loaded: &self.loaded,
            actions: &self.actions,
            ledger: self.ledger.clone(),
            sns: &self.sns,
            bus: Some(self.bus()),
            approvers: 1,
            doubt: None,
        };
        let id = Incident::id_of(&finding);
        responder.respond(finding.clone(), &Self::invocation(&asked.id)).await?;
        let found = self.ledger.get(&id).await?;
        let (incident, _) = found.ok_or_else(|| Fault::refused("ledger", format!("incident `{id}` is gone")))?;
        Ok(incident)
    }

    /// The finding that stands for what a person asks.
    async fn asked(&self, asked: &Asked) -> Result<Finding, ByHandError> {
        let caller = self.identity().await.map_err(ByHandError::Caller)?;
        let account = account_of(&caller).unwrap_or_default().to_owned();
        let target = asked.response.target()?;
        let resource = asked.response.resource()?;
        if let Some(target) = other_account(&resource.id, &account) {
            return Err(ByHandError::OtherAccount { target: target.to_owned(), account });
        }
        let why = asked.reason.clone().unwrap_or_else(|| "no reason was given".to_owned());
        Ok(Finding {
            detector: BY_HAND.to_owned(),
            title: "Containment by hand".to_owned(),
            severity: Severity::High,
            confidence: Confidence::High,
            technique: Vec::new(),
            scope: Scope { event_id: format!("{BY_HAND}-{}", asked.id), account, region: self.region.clone() },
            event_name: BY_HAND.to_owned(),
            event_source: None,
            error_code: None,
            event_time: Some(rfc3339(now_ms())),
            principal: Actor { arn: Some(caller), ..Actor::default() },
            target,
            why,
            response: Some(asked.response.clone()),
        })
    }
}

/// The account of a resource that is named by an ARN, where it is not this one.
fn other_account<'a>(resource: &'a str, account: &str) -> Option<&'a str> {
    resource.starts_with("arn:").then(|| account_of(resource)).flatten().filter(|other| *other != account)
}

#[cfg(test)]
mod tests;
