//! What another invocation, or an earlier round of this one, intended and did not finish.

use riposte_core::event::Scope;
use riposte_core::guardrail::Decision;
use riposte_core::incident::{Changed, Incident, Made, State, Step};
use riposte_core::plan::{Plan, Snapshot};

use super::{RespondError, Responder, fail_or_retry, gone};
use crate::actions::{Action, Planned};
use crate::fault::Fault;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Held, LedgerError};
use crate::metrics::{self, Metric};

impl Responder<'_> {
    /// The intent is written and no outcome: finds out what became of it and goes on. The before-state
    /// stays the one from before the first change.
    pub(super) async fn resume(&self, held: &mut Held, invocation: &Invocation) -> Result<(), RespondError> {
        let scope = held.incident.finding.scope.clone();
        let Some(recorded) = held.incident.plan.clone() else {
            return Err(LedgerError::Item {
                pk: held.incident.id.clone(),
                wrong: "intended without a plan".to_owned(),
            }
            .into());
        };
        let Some(action) = recorded.action.known().and_then(|id| self.actions.get(id)) else {
            return Err(Fault::refused("resume", format!("this function does not have {}", recorded.action)).into());
        };
        let shared = self.share_again(held, action, &recorded, invocation).await?;
        let id = held.incident.id.clone();
        self.while_shared(shared, &id, self.resume_shared(held, action, &scope, &recorded)).await
    }

    async fn resume_shared(
        &self,
        held: &mut Held,
        action: &dyn Action,
        scope: &Scope,
        recorded: &Plan,
    ) -> Result<(), RespondError> {
        match action.plan(&self.actions.site(scope).with_past(&self.ledger), &recorded.response).await {
            Ok(Planned::Plan(left)) => self.go_on(held, action, *left, recorded).await,
            // The resource itself: no change is claimed, and none could be undone.
            Ok(Planned::Gone(why)) => {
                gone(&mut held.incident, &why);
                Ok(self.ledger.write(held).await?)
            }
            Ok(Planned::Impossible(why)) => self.stuck(held, action, recorded, &why).await,
            Err(fault) => fail_or_retry(self.function, &mut held.incident, Step::Plan, fault),
        }
    }

    /// Goes on behind what was made with what was planned now.
    async fn go_on(
        &self,
        held: &mut Held,
        action: &dyn Action,
        left: Plan,
        recorded: &Plan,
    ) -> Result<(), RespondError> {
        if left.resource_arn == recorded.resource_arn {
            find_made(&mut held.incident, recorded, &left.before);
        }
        held.incident.keep_made();
        let nothing_made = held.incident.made.is_empty();
        match (left.changes.is_empty(), nothing_made) {
            (true, true) => {
                let note = left.note.clone().unwrap_or_else(|| "there is nothing left to do".to_owned());
                held.incident.plan = Some(left);
                gone(&mut held.incident, &note);
                Ok(self.ledger.write(held).await?)
            }
            (true, false) => self.verify(held, action).await,
            (false, true) => {
                let live = left.before.clone();
                self.again(held, action, left, recorded, live).await
            }
            (false, false) if left.resource_arn != recorded.resource_arn => {
                let why = format!("what is left would change another resource, {}", left.resource_arn);
                fail_or_retry(self.function, &mut held.incident, Step::Plan, Fault::refused("resume", why))?;
                Ok(self.ledger.write(held).await?)
            }
            (false, false) => {
                let live = left.before.clone();
                let made = held.incident.plan.clone().unwrap_or_else(|| recorded.clone());
                self.again(held, action, made.and_then(left), recorded, live).await
            }
        }
    }

    /// There is no way to act any more: the changes were made before the interruption, or never will be.
    async fn stuck(&self, held: &mut Held, action: &dyn Action, plan: &Plan, why: &str) -> Result<(), RespondError> {
        let scope = held.incident.finding.scope.clone();
        match action.read(&self.actions.site(&scope), plan).await {
            Ok(live) if plan.verify(&live).remaining.is_empty() => {
                find_made(&mut held.incident, plan, &live);
                self.verify(held, action).await
            }
            Ok(live) => {
                find_made(&mut held.incident, plan, &live);
                let fault = Fault::refused("resume", format!("it was not done before an interruption, and now: {why}"));
                fail_or_retry(self.function, &mut held.incident, Step::Action, fault)?;
                Ok(self.ledger.write(held).await?)
            }
            Err(fault) => fail_or_retry(self.function, &mut held.incident, Step::Verify, fault),
        }
    }

    /// Something was intended and not made. The guardrails are asked anew: the kill switch may have
    /// been thrown since.
    async fn again(
        &self,
        held: &mut Held,
        action: &dyn Action,
        plan: Plan,
        recorded: &Plan,
        live: Snapshot,
    ) -> Result<(), RespondError> {
        let unchanged = plan == *recorded;
        match self.decision(plan, &held.incident.finding) {
            Decision::Act(approved, verdict) => {
                held.incident.note(now_ms(), Step::Decision, format!("{verdict}, planned anew"));
                held.incident.verdict = Some(verdict);
                held.incident.plan = Some(approved.get().clone());
                if !unchanged {
                    // The resource moved on, so the newer reading is the state to keep and to restore, but for what
                    // was changed already.
                    self.ledger.write(held).await?;
                }
                self.apply(held, action, &approved, live).await
            }
            Decision::Hold(plan, verdict) => {
                let text = format!("{verdict}, planned anew");
                if held.incident.made.is_empty() {
                    held.incident.plan = Some(plan);
                    self.hold(&mut held.incident, verdict, text);
                } else {
                    // What was made stands, and can be undone.
                    let (made, all) = (held.incident.made.len(), plan.changes.len());
                    held.incident.plan = Some(plan);
                    held.incident.verdict = Some(verdict);
                    held.incident.advance(State::Failed);
                    held.incident.note(
                        now_ms(),
                        Step::Decision,
                        format!("partly done: {made} of {all} changes; {text}"),
                    );
                    metrics::count(self.function, Metric::ActionFailures);
                }
                Ok(self.ledger.write(held).await?)
            }
        }
    }
}

/// Notes those of the recorded changes that the live state shows and the record does not: made before an
/// interruption, or by somebody else since.
fn find_made(incident: &mut Incident, recorded: &Plan, live: &Snapshot) {
    let mut found = Vec::new();
    for (n, change) in recorded.changes.iter().enumerate() {
        let known = incident.made.iter().any(|made| made.n == n);
        if !known && !recorded.before.holds(&change.delta) && live.holds(&change.delta) {
            found.push(Made { n, request_id: None });
        }
    }
    if found.is_empty() {
        return;
    }
    if incident.changed == Changed::No {
        incident.changed = Changed::Unknown;
    }
    let text = "found done: before an interruption, or by somebody else since";
    incident.note(now_ms(), Step::Action, format!("{}: {text}", recorded.action));
    incident.made.extend(found);
}
