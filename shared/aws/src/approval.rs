//! A person's word on an incident: approved, denied, or marked as right or wrong.
//!
//! An approval is for one plan. The state is read again before it is shown and again before it is carried out; where the
//! plan would now be another, nothing is done and the new one is shown.

use riposte_core::approval::{Approval, Denial, Judgment, Mark, person, persons};
use riposte_core::arn::account_of;
use riposte_core::guardrail::{Decision, Effect, Verdict};
use riposte_core::incident::{Changed, Incident, State, Step};
use riposte_core::outcome::Outcome;
use riposte_core::plan::Plan;
use thiserror::Error;

use crate::actions::Planned;
use crate::by_hand::OPERATOR;
use crate::fault::Fault;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Held, LedgerError};
use crate::operator::Operator;
use crate::responder::{RespondError, Responder, gone};

/// Why a person's word was not taken. Nothing was changed unless the text says so.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ApprovalError {
    /// There is no such incident.
    #[error("there is no incident `{0}`")]
    Unknown(String),
    /// Its outcome leaves nothing to approve or to deny.
    #[error("the outcome of incident `{id}` is {outcome}: there is nothing to {verb}")]
    Nothing {
        /// The incident.
        id: String,
        /// What became of it.
        outcome: Outcome,
        /// What was asked for.
        verb: &'static str,
    },
    /// The time for an approval is over. The incident is denied now.
    #[error("incident `{0}` was to be approved earlier, and is denied now; `riposte contain` acts all the same")]
    Expired(String),
    /// No action is known for the finding.
    #[error("no action is known for incident `{0}`: there is nothing to approve")]
    NoAction(String),
    /// It is of another account.
    #[error("the incident is of account {incident}, and the credentials are of {account}")]
    OtherAccount {
        /// Where it happened.
        incident: String,
        /// Whose the credentials are.
        account: String,
    },
    /// The offense is gone.
    #[error("there is nothing left to contain: {0}")]
    Gone(String),
    /// The offense was gone, and is there again.
    #[error("there is something to contain in incident `{0}` again: look at it anew")]
    Left(String),
    /// There is no way to do it.
    #[error("it cannot be done: {0}")]
    Impossible(String),
    /// The plan is another than the one that was approved.
    #[error("the plan is another by now ({now} and not {approved}): look at it anew; nothing was changed")]
    Changed {
        /// The plan that was approved.
        approved: String,
        /// What would be done now.
        now: String,
    },
    /// Guardrails forbid it whoever approves.
    #[error("the guardrails forbid it: {0}")]
    Forbidden(Verdict),
    /// A function works on the target.
    #[error("the target is being changed by Riposte right now; try again in a minute")]
    Busy,
    /// A call failed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// It could not be carried to an end; the ledger says how far it came.
    #[error(transparent)]
    Respond(#[from] RespondError),
}

/// What would be done if it were approved now.
#[derive(Debug)]
pub struct Proposed {
    /// The incident as it stands.
    pub incident: Incident,
    /// The plan, made from what is there now.
    pub plan: Plan,
    /// What an approval is for.
    pub hash: String,
    /// Whether it is another plan than the one that people were asked about.
    pub differs: bool,
    /// How many persons must approve; `None` where guardrails forbid it whoever does.
    pub needed: Option<u32>,
    /// How many have approved this plan already.
    pub given: usize,
    /// What the guardrails say to it once those have approved, and whoever calls.
    pub verdict: Verdict,
}

/// What came of an approval.
#[derive(Debug)]
pub enum Approved {
    /// It was carried on, to this record.
    Done(Box<Incident>),
    /// It is recorded, and so many persons in all must approve.
    Waiting {
        /// How many have.
        given: usize,
        /// How many must.
        needed: u32,
        /// Whether the person had approved this plan before: it counts once.
        again: bool,
    },
}

/// A person's yes.
#[derive(Debug, Clone)]
pub struct Yes {
    /// The plan that the person saw.
    pub plan: String,
    /// Why.
    pub reason: Option<String>,
}

impl Operator {
    /// What an approval of an incident would do now. Changes nothing.
    ///
    /// # Errors
    /// Says why there is nothing to approve.
    pub async fn proposed(&self, id: &str) -> Result<Proposed, ApprovalError> {
        let caller = self.identity().await?;
        let (incident, _) = self.ledger.get(id).await?.ok_or_else(|| ApprovalError::Unknown(id.to_owned()))?;
        let incident = self.in_time(incident).await?;
        let plan = self.planned_now(&incident, &caller).await?;
        let hash = plan.hash();
        let given = persons(&of_plan(&incident, &hash));
        let differs = incident.plan.as_ref().is_some_and(|asked| asked.hash() != hash);
        let with = count(&with(&incident, &hash, &caller, None));
        let decision = self.loaded.guardrails.decide_by(OPERATOR, plan, &incident.finding, with);
        let (plan, needed, verdict) = match decision {
            Decision::Act(approved, verdict) => (approved.get().clone(), Some(with), verdict),
            Decision::Hold(plan, verdict) => (plan, verdict.approvers, verdict),
        };
        Ok(Proposed { incident, plan, hash, differs, needed, given, verdict })
    }

    /// Approves: records who and why, and carries the plan out once enough persons have.
    ///
    /// # Errors
    /// Says why nothing was done, or how far it came.
    pub async fn approve(&self, id: &str, yes: &Yes, unique: &str) -> Result<Approved, ApprovalError> {
        let caller = self.identity().await?;
        let invocation = Self::invocation(unique);
        let (incident, _) = self.ledger.get(id).await?.ok_or_else(|| ApprovalError::Unknown(id.to_owned()))?;
        self.in_time(incident).await?;
        let mut held = self.hold(id, &invocation).await?;
        let lease = held.lease();
        let work = self.approve_under_lease(&mut held, yes, &caller, &invocation);
        let result = self.ledger.under(lease, id, work).await;
        self.done_with(&held, &result).await;
        Ok(match result? {
            Some(waiting) => waiting,
            None => Approved::Done(Box::new(held.incident)),
        })
    }

    /// `Some`: more persons must approve.
    async fn approve_under_lease(
        &self,
        held: &mut Held,
        yes: &Yes,
        caller: &str,
        invocation: &Invocation,
    ) -> Result<Option<Approved>, ApprovalError> {
        // An earlier attempt was cut short: it is carried on, whatever would be planned now.
        if held.incident.state == State::Intended && !held.incident.approvals.is_empty() {
            let persons = count(&held.incident.approvals);
            let plan = held.incident.plan.clone().ok_or_else(|| ApprovalError::NoAction(held.incident.id.clone()))?;
            let account = held.incident.finding.scope.account.clone();
            self.responder(&account, persons).carry_out(held, plan, invocation).await?;
            return Ok(None);
        }
        still_open(&held.incident)?;
        let plan = self.planned_now(&held.incident, caller).await?;
        let now = plan.hash();
        if now != yes.plan {
            return Err(ApprovalError::Changed { approved: yes.plan.clone(), now });
        }
        let approvals = with(&held.incident, &now, caller, yes.reason.as_deref());
        let given = count(&approvals);
        let decision = self.loaded.guardrails.decide_by(OPERATOR, plan.clone(), &held.incident.finding, given);
        if let Decision::Hold(_, verdict) = &decision
            && verdict.effect != Effect::Ask
        {
            return Err(ApprovalError::Forbidden(verdict.clone()));
        }
        let again = of_plan(&held.incident, &now).iter().any(|one| person(&one.by) == person(caller));
        held.incident.approvals = approvals;
        let why = yes.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        held.incident.note(now_ms(), Step::Approval, format!("plan {now} approved by {caller}{why}"));
        if let Decision::Hold(_, Verdict { approvers: Some(needed), .. }) = decision {
            self.ledger.finish(held).await?;
            return Ok(Some(Approved::Waiting { given: persons(&held.incident.approvals), needed, again }));
        }
        let account = held.incident.finding.scope.account.clone();
        self.responder(&account, given).carry_out(held, plan, invocation).await?;
        Ok(None)
    }

    /// Closes an incident of which nothing is left to contain: as one that needed no action. Nothing is changed.
    ///
    /// # Errors
    /// Says why not; [`ApprovalError::Left`] where something is left after all.
    pub async fn settle(&self, id: &str, unique: &str) -> Result<Incident, ApprovalError> {
        let caller = self.identity().await?;
        let invocation = Self::invocation(unique);
        let mut held = self.hold(id, &invocation).await?;
        let lease = held.lease();
        let result = self.ledger.under(lease, id, self.settle_under_lease(&mut held, &caller, &invocation)).await;
        self.done_with(&held, &result).await;
        result.map(|()| held.incident)
    }

    async fn settle_under_lease(
        &self,
        held: &mut Held,
        caller: &str,
        invocation: &Invocation,
    ) -> Result<(), ApprovalError> {
        still_open(&held.incident)?;
        let why = match self.planned_now(&held.incident, caller).await {
            Err(ApprovalError::Gone(why)) => why,
            Err(error) => return Err(error),
            Ok(_) => return Err(ApprovalError::Left(held.incident.id.clone())),
        };
        held.incident.note(now_ms(), Step::Approval, format!("looked at by {caller}"));
        gone(&mut held.incident, &why);
        let account = held.incident.finding.scope.account.clone();
        Ok(self.responder(&account, 0).conclude(held, invocation).await?)
    }

    /// Says no to what people are asked about.
    ///
    /// # Errors
    /// Says why it was not recorded.
    pub async fn deny(&self, id: &str, reason: &str, unique: &str) -> Result<Incident, ApprovalError> {
        let caller = self.identity().await?;
        let invocation = Self::invocation(unique);
        let mut held = self.hold(id, &invocation).await?;
        let lease = held.lease();
        let result = self.ledger.under(lease, id, self.deny_under_lease(&mut held, reason, caller, &invocation)).await;
        self.done_with(&held, &result).await;
        result.map(|()| held.incident)
    }

    async fn deny_under_lease(
        &self,
        held: &mut Held,
        reason: &str,
        caller: String,
        invocation: &Invocation,
    ) -> Result<(), ApprovalError> {
        if held.incident.state != State::Asked {
            return Err(nothing(&held.incident, "deny"));
        }
        denied(&mut held.incident, Some(caller), reason);
        let account = held.incident.finding.scope.account.clone();
        Ok(self.responder(&account, 0).conclude(held, invocation).await?)
    }

    /// Records whether a finding was right.
    ///
    /// # Errors
    /// Says why it was not recorded.
    pub async fn mark(
        &self,
        id: &str,
        judgment: Judgment,
        note: Option<String>,
        unique: &str,
    ) -> Result<Incident, ApprovalError> {
        let by = self.caller().await;
        let mut held = self.hold(id, &Self::invocation(unique)).await?;
        let now = now_ms();
        let who = by.as_deref().unwrap_or("an operator");
        let why = note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
        held.incident.note(now, Step::Mark, format!("{} by {who}{why}", judgment.as_str()));
        held.incident.mark = Some(Mark { judgment, note, by, at_ms: now });
        let finished = self.ledger.finish(&mut held).await;
        self.done_with(&held, &finished).await;
        finished?;
        Ok(held.incident)
    }

    async fn hold(&self, id: &str, invocation: &Invocation) -> Result<Held, ApprovalError> {
        let (incident, _) = self.ledger.get(id).await?.ok_or_else(|| ApprovalError::Unknown(id.to_owned()))?;
        self.ledger.hold(&incident, invocation).await?.ok_or(ApprovalError::Busy)
    }

    /// Gives the lease back where the work did not.
    async fn done_with<T, E>(&self, held: &Held, result: &Result<T, E>) {
        if result.is_err()
            && let Err(release) = self.ledger.release(held).await
        {
            // It runs out by itself. Why the work failed is the word that matters.
            tracing::warn!(error = %release, "the lease could not be given back");
        }
    }

    /// The incident, if it can be approved still. What nobody approved in time is denied, from now on.
    async fn in_time(&self, incident: Incident) -> Result<Incident, ApprovalError> {
        match still_open(&incident) {
            Ok(()) => Ok(incident),
            Err(ApprovalError::Expired(_)) => Err(self.expire(incident).await),
            Err(error) => Err(error),
        }
    }

    async fn expire(&self, incident: Incident) -> ApprovalError {
        let id = incident.id.clone();
        let invocation = Self::invocation(&format!("expire-{id}"));
        let written = async {
            let Some(mut held) = self.ledger.hold(&incident, &invocation).await? else { return Ok(()) };
            let account = held.incident.finding.scope.account.clone();
            if held.incident.state == State::Asked {
                denied(&mut held.incident, None, NOBODY);
            }
            Ok::<_, ApprovalError>(self.responder(&account, 0).conclude(&mut held, &invocation).await?)
        };
        match written.await {
            Ok(()) => ApprovalError::Expired(id),
            Err(error) => error,
        }
    }

    /// The plan, from what is there now.
    async fn planned_now(&self, incident: &Incident, caller: &str) -> Result<Plan, ApprovalError> {
        let scope = &incident.finding.scope;
        let account = account_of(caller).unwrap_or_default();
        if account != scope.account {
            return Err(ApprovalError::OtherAccount { incident: scope.account.clone(), account: account.to_owned() });
        }
        let none = || ApprovalError::NoAction(incident.id.clone());
        let response = incident.finding.response.as_ref().ok_or_else(none)?;
        let action = response.action.known().and_then(|id| self.actions.get(id)).ok_or_else(none)?;
        match action.plan(&self.actions.site(scope).with_past(&self.ledger), response).await? {
            Planned::Gone(why) => Err(ApprovalError::Gone(why)),
            Planned::Impossible(why) => Err(ApprovalError::Impossible(why)),
            Planned::Plan(plan) if plan.changes.is_empty() => {
                Err(ApprovalError::Gone(plan.note.unwrap_or_else(|| "everything is as it should be".to_owned())))
            }
            Planned::Plan(plan) => Ok(*plan),
        }
    }

    fn responder<'a>(&'a self, account: &'a str, approvers: u32) -> Responder<'a> {
        Responder {
            function: OPERATOR,
            account,
            loaded: &self.loaded,
            actions: &self.actions,
            ledger: self.ledger.clone(),
            sns: &self.sns,
            bus: Some(self.bus()),
            approvers,
            doubt: None,
        }
    }
}

fn still_open(incident: &Incident) -> Result<(), ApprovalError> {
    let resumed = incident.state == State::Intended && !incident.approvals.is_empty();
    let open = matches!(incident.state, State::Asked | State::Observed) && incident.changed == Changed::No;
    if !open && !resumed {
        return Err(nothing(incident, "approve"));
    }
    if incident.finding.response.is_none() {
        return Err(ApprovalError::NoAction(incident.id.clone()));
    }
    if incident.has_expired(now_ms()) {
        return Err(ApprovalError::Expired(incident.id.clone()));
    }
    Ok(())
}

fn nothing(incident: &Incident, verb: &'static str) -> ApprovalError {
    ApprovalError::Nothing { id: incident.id.clone(), outcome: Outcome::of(incident), verb }
}

/// Why the wait for an approval ended.
pub(crate) const NOBODY: &str = "nobody approved in time";

/// Somebody said no, or nobody said yes in time.
pub(crate) fn denied(incident: &mut Incident, by: Option<String>, reason: &str) {
    let now = now_ms();
    incident.advance(State::Denied);
    let who = by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
    incident.note(now, Step::Approval, format!("denied{who}: {reason}"));
    incident.denial = Some(Denial { by, reason: reason.to_owned(), at_ms: now });
}

/// The approvals of one plan. Those of another count no more.
fn of_plan(incident: &Incident, plan: &str) -> Vec<Approval> {
    incident.approvals.iter().filter(|approval| approval.plan == plan).cloned().collect()
}

/// The approvals of one plan, with the caller's.
fn with(incident: &Incident, plan: &str, caller: &str, reason: Option<&str>) -> Vec<Approval> {
    let mut approvals = of_plan(incident, plan);
    approvals.retain(|approval| person(&approval.by) != person(caller));
    let reason = reason.map(str::to_owned);
    approvals.push(Approval { by: caller.to_owned(), reason, at_ms: now_ms(), plan: plan.to_owned() });
    approvals
}

fn count(approvals: &[Approval]) -> u32 {
    u32::try_from(persons(approvals)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
