//! A person's undo of an incident: the before-state restored, read again, and recorded.

use std::time::Duration;

use riposte_core::event::Scope;
use riposte_core::guardrail::{Decision, Guardrails, Undo};
use riposte_core::incident::{Incident, State, Step};
use riposte_core::plan::{Plan, Snapshot};
use thiserror::Error;

use crate::actions::{Action, Actions};
use crate::fault::Fault;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Held, Ledger, LedgerError};
use crate::reread;

/// Who undoes, in guardrails.
const OPERATOR: &str = "operator";

/// Why an incident was not undone. Nothing was changed unless the text says so.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UndoError {
    /// There is no such incident.
    #[error("there is no incident `{0}`")]
    Unknown(String),
    /// It changed nothing, or was undone before.
    #[error("incident `{id}` is {state}: there is nothing to undo")]
    Nothing {
        /// The incident.
        id: String,
        /// How far it came.
        state: State,
    },
    /// The resource is no longer as Riposte left it.
    #[error("`{resource}` has changed since: {}; look at it, then use --accept-changes to restore what was taken all the same", changes.join(", "))]
    Changed {
        /// Its ARN.
        resource: String,
        /// What differs.
        changes: Vec<String>,
    },
    /// A guardrail forbids it.
    #[error("the guardrails forbid it: {0}")]
    Forbidden(String),
    /// A function is answering an incident on the same target.
    #[error("the target is being changed by Riposte right now; try again in a minute")]
    Busy,
    /// The calls went through and reading again shows something else.
    #[error("the undo calls were made, and reading again shows that these differ from before: {}", .0.join(", "))]
    NotConfirmed(Vec<String>),
    /// A call failed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Undoes incidents.
#[derive(Debug)]
pub struct Undoer<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// All actions of the catalogue.
    pub actions: &'a Actions,
    /// The guardrails of this moment.
    pub guardrails: &'a Guardrails,
}

impl Undoer<'_> {
    /// Undoes an incident. With `accept_changes`, what was taken is restored although the resource has
    /// changed otherwise since.
    ///
    /// # Errors
    /// Says why not, and what is changed if anything is.
    pub async fn undo(&self, id: &str, accept_changes: bool, invocation: &Invocation) -> Result<Incident, UndoError> {
        let (incident, _) = self.ledger.get(id).await?.ok_or_else(|| UndoError::Unknown(id.to_owned()))?;
        let Some(mut held) = self.ledger.hold(&incident, invocation).await? else { return Err(UndoError::Busy) };
        let result = self.under_lease(&mut held, accept_changes).await;
        if result.is_err()
            && let Err(release) = self.ledger.release(&held).await
        {
            // It runs out by itself. Why the undo failed is the word that matters.
            tracing::warn!(incident = id, error = %release, "the lease could not be given back");
        }
        result.map(|()| held.incident)
    }

    async fn under_lease(&self, held: &mut Held, accept_changes: bool) -> Result<(), UndoError> {
        let incident = &held.incident;
        let (id, scope) = (incident.id.clone(), incident.finding.scope.clone());
        let plan = match &incident.plan {
            Some(plan) if incident.can_be_undone() => plan.clone(),
            _ => return Err(UndoError::Nothing { id, state: incident.state }),
        };
        let action = self.action(&plan)?;
        let live = action.read(&scope, &plan).await?;
        let changes = changed_since(&plan, &live);
        if !changes.is_empty() && !accept_changes {
            return Err(UndoError::Changed { resource: plan.resource_arn, changes });
        }
        let (wanted, proposal) = (expected(&plan, &live), Undo(plan.clone()));
        let approved = match self.guardrails.decide_approved(OPERATOR, proposal, &incident.finding) {
            Decision::Act(approved, _) => approved,
            Decision::Hold(_, verdict) => return Err(UndoError::Forbidden(verdict.to_string())),
        };
        held.incident.note(now_ms(), Step::Undo, "intended by an operator");
        self.ledger.write(held).await?;
        let mut made = Vec::new();
        let result = action.undo(&scope, &approved, &mut made).await;
        // Also of an undo that failed half way: the events of what it did must join the incident.
        for request_id in &made {
            self.ledger.note_caused(request_id, &id).await?;
        }
        result?;
        confirm(action, &scope, &plan, &wanted).await?;
        held.incident.advance(State::Undone);
        held.incident.note(now_ms(), Step::Undo, "read again: the before-state is restored");
        Ok(self.ledger.finish(held).await?)
    }

    fn action(&self, plan: &Plan) -> Result<&dyn Action, UndoError> {
        let known = self.actions.get(plan.action);
        Ok(known.ok_or_else(|| Fault::refused("undo", format!("the action {} is not known here", plan.action)))?)
    }
}

/// Reads until the resource is as wanted.
async fn confirm(action: &dyn Action, scope: &Scope, plan: &Plan, wanted: &Snapshot) -> Result<(), UndoError> {
    let read = || action.read(scope, plan);
    let now = reread::until(Duration::from_millis(100), read, |now: &Snapshot| now.same_parts(wanted)).await?;
    if now.same_parts(wanted) { Ok(()) } else { Err(UndoError::NotConfirmed(wanted.differences(&now))) }
}

/// What differs between how Riposte left the resource and how it is now. Parts that are as they were
/// before the incident do not count: an interrupted undo has restored them.
fn changed_since(plan: &Plan, live: &Snapshot) -> Vec<String> {
    let after = plan.after();
    let differs = |name: &String| {
        let now = live.0.get(name);
        now != after.0.get(name) && now != plan.before.0.get(name) && !now.is_some_and(|part| was_before(plan, part))
    };
    let mut names: Vec<_> = after.0.keys().chain(live.0.keys()).filter(|name| differs(name)).cloned().collect();
    names.sort();
    names.dedup();
    names
}

/// Whether a part is one of those that were taken, under whatever name: a rule authorised again has a
/// new id.
fn was_before(plan: &Plan, part: &serde_json::Value) -> bool {
    plan.delta.keys().any(|name| plan.before.0.get(name) == Some(part))
}

/// How the resource must be after the undo: as it is now, with what was taken put back.
fn expected(plan: &Plan, live: &Snapshot) -> Snapshot {
    let mut parts = live.0.clone();
    parts.retain(|_, part| !was_before(plan, part));
    for name in plan.delta.keys() {
        match plan.before.0.get(name) {
            Some(part) => parts.insert(name.clone(), part.clone()),
            None => parts.remove(name),
        };
    }
    Snapshot(parts)
}

#[cfg(test)]
mod tests;
