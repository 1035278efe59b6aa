//! A person's undo of an incident: the before-state restored, read again, and recorded.

use std::time::Duration;

use riposte_core::action::Response;
use riposte_core::guardrail::{Approved, Decision, Guardrails, Undo};
use riposte_core::incident::{Incident, State, Step, Undoing};
use riposte_core::outcome::Outcome;
use riposte_core::plan::{Delta, Plan, Snapshot};
use riposte_core::text::plain;
use thiserror::Error;

use crate::actions::{Action, Actions, Site, identity_now};
use crate::api::permissions_of;
use crate::by_hand::OPERATOR;
use crate::drive;
use crate::fault::Fault;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Held, Ledger, LedgerError};
use crate::reread;

/// Why an incident was not undone. Nothing was changed unless the text says so.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UndoError {
    /// There is no such incident.
    #[error("there is no incident `{0}`")]
    Unknown(String),
    /// It changed nothing, or was undone before.
    #[error("the outcome of incident `{id}` is {outcome}: there is nothing to undo")]
    Nothing {
        /// The incident.
        id: String,
        /// What became of it.
        outcome: Outcome,
    },
    /// The resource is no longer as Riposte left it.
    #[error("`{resource}` has changed since: {}; look at it, then use --accept-changes to restore what was taken all the same", changes.join(", "))]
    Changed {
        /// Its ARN.
        resource: String,
        /// What differs.
        changes: Vec<String>,
    },
    /// The resource was deleted, and another has its name.
    #[error(
        "`{resource}` was deleted and made again since: what was taken from the former one is not given to this one"
    )]
    Replaced {
        /// Its ARN.
        resource: String,
    },
    /// The plan is not one that its own action could have made for the finding.
    #[error("incident `{id}` disagrees with itself: {wrong}; nothing was changed. Look at who wrote it.")]
    Disagrees {
        /// The incident.
        id: String,
        /// Where.
        wrong: String,
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

/// What a person says with the undo.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Restore what was taken although the resource has changed otherwise since.
    pub accept_changes: bool,
    /// Why.
    pub reason: Option<String>,
    /// Who: the ARN of the caller, where AWS has told it.
    pub by: Option<String>,
}

impl Undoer<'_> {
    /// Undoes an incident: takes back exactly what was made, the last first.
    ///
    /// # Errors
    /// Says why not, and what is changed if anything is.
    pub async fn undo(&self, id: &str, wish: &Wish, invocation: &Invocation) -> Result<Incident, UndoError> {
        let (incident, _) = self.ledger.get(id).await?.ok_or_else(|| UndoError::Unknown(id.to_owned()))?;
        let Some(mut held) = self.ledger.hold(&incident, invocation).await? else { return Err(UndoError::Busy) };
        let lease = held.lease();
        let result = self.ledger.under(lease, id, self.under_lease(&mut held, wish)).await;
        if result.is_err()
            && let Err(release) = self.ledger.release(&held).await
        {
            // It runs out by itself. Why the undo failed is the word that matters.
            tracing::warn!(incident = id, error = %release, "the lease could not be given back");
        }
        result.map(|()| held.incident)
    }

    async fn under_lease(&self, held: &mut Held, wish: &Wish) -> Result<(), UndoError> {
        let finding = held.incident.finding.clone();
        self.restore(held, wish, |undo| self.guardrails.decide_approved(OPERATOR, undo, &finding)).await?;
        Ok(self.ledger.finish(held).await?)
    }

    /// Takes back what was made, where `decide` lets it. The record is written before the first call, and left to be
    /// written after the last.
    pub(crate) async fn restore(
        &self,
        held: &mut Held,
        wish: &Wish,
        decide: impl FnOnce(Undo) -> Decision<Undo> + Send,
    ) -> Result<(), UndoError> {
        let incident = &held.incident;
        let scope = incident.finding.scope.clone();
        let plan = match incident.made_plan() {
            Some(plan) if incident.can_be_undone() => plan,
            _ => return Err(UndoError::Nothing { id: incident.id.clone(), outcome: Outcome::of(incident) }),
        };
        let action = self.action(&plan)?;
        if let Some(wrong) = disagreement(incident, &plan, action) {
            return Err(UndoError::Disagrees { id: incident.id.clone(), wrong });
        }
        let site = self.actions.site(&scope);
        if plan.identity.is_some()
            && let Some(now) = identity_now(&site, &plan.resource_arn).await?
            && plan.identity.as_ref() != Some(&now)
        {
            return Err(UndoError::Replaced { resource: plan.resource_arn });
        }
        let live = action.read(&site, &plan).await?;
        let changes = changed_since(&plan, &live);
        if !changes.is_empty() && !wish.accept_changes {
            return Err(UndoError::Changed { resource: plan.resource_arn, changes });
        }
        let approved = match decide(Undo(plan.clone())) {
            Decision::Act(approved, _) => approved,
            Decision::Hold(_, verdict) => return Err(UndoError::Forbidden(verdict.to_string())),
        };
        // Before the first call: its event must find the undo in the record, whatever becomes of this process.
        held.incident.undoing = Some(Undoing { by: wish.by.clone(), reason: wish.reason.clone(), at_ms: now_ms() });
        held.incident.note(now_ms(), Step::Undo, intent(wish));
        self.ledger.write(held).await?;
        let wanted = self.take_back(held, action, &approved, live).await?;
        confirm(action, &site, &approved.get().0, &wanted).await?;
        held.incident.advance(State::Undone);
        held.incident.note(now_ms(), Step::Undo, "read again: the before-state is restored");
        Ok(())
    }

    /// Makes the undo changes that are still needed, and returns what the resource must be then.
    async fn take_back(
        &self,
        held: &Held,
        action: &dyn Action,
        approved: &Approved<Undo>,
        mut live: Snapshot,
    ) -> Result<Snapshot, UndoError> {
        let (id, scope) = (&held.incident.id, &held.incident.finding.scope);
        let (plan, site, mark) = (&approved.get().0, self.actions.site(scope), self.ledger.mark(id));
        let after = plan.after();
        for inverse in plan.undo.iter().map(|inverse| &inverse.change) {
            let Some(needed) = drive::needed_back(action, inverse, &after, &live)? else { continue };
            drive::send(action, &site, &needed, &mark).await?;
            live.take(&inverse.delta);
        }
        Ok(live)
    }

    fn action(&self, plan: &Plan) -> Result<&dyn Action, UndoError> {
        let known = plan.action.known().and_then(|id| self.actions.get(id));
        Ok(known.ok_or_else(|| Fault::refused("undo", format!("the action {} is not known here", plan.action)))?)
    }
}

/// Where a plan is not one for the finding that is shown with it: another response, or an undo call that is none of its
/// action's. A person has looked at the finding, and runs the plan.
fn disagreement(incident: &Incident, plan: &Plan, action: &dyn Action) -> Option<String> {
    let same = |asked: &Response| {
        let resources = (asked.resource(), plan.response.resource());
        asked.action == plan.action && matches!(resources, (Ok(asked), Ok(planned)) if asked == planned)
    };
    if !incident.finding.response.as_ref().is_some_and(same) {
        return Some("its plan responds to something else than its finding".to_owned());
    }
    let meta = action.meta();
    let may: Vec<_> = meta.permissions.iter().chain(meta.undo_permissions).flat_map(|some| some.calls).collect();
    let calls = plan.undo.iter().map(|inverse| &inverse.change.call);
    let foreign = |call: &&String| !permissions_of(call).iter().all(|needed| may.iter().any(|held| **held == needed));
    let call = calls.into_iter().find(foreign)?;
    Some(format!("{} does not belong to the undo of {}", plain(call, 80), meta.id))
}

fn intent(wish: &Wish) -> String {
    let by = wish.by.as_deref().unwrap_or("an operator");
    let reason = wish.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("intended by {by}{reason}")
}

/// Reads until those parts that were taken back are as wanted.
async fn confirm(action: &dyn Action, site: &Site<'_>, plan: &Plan, wanted: &Snapshot) -> Result<(), UndoError> {
    let delta: Delta = plan.undo.iter().flat_map(|inverse| inverse.change.delta.clone()).collect();
    let differ = |now: &Snapshot| -> Vec<String> {
        delta.keys().filter(|name| now.0.get(*name) != wanted.0.get(*name)).cloned().collect()
    };
    let read = || action.read(site, plan);
    let now = reread::until(Duration::from_millis(100), read, |now: &Snapshot| differ(now).is_empty()).await?;
    match differ(&now) {
        names if names.is_empty() => Ok(()),
        names => Err(UndoError::NotConfirmed(names)),
    }
}

/// What differs between how Riposte left the resource and how it is now. Parts that are as they were
/// before the incident do not count: an interrupted undo has restored them.
fn changed_since(plan: &Plan, live: &Snapshot) -> Vec<String> {
    let mut restored = plan.before.clone();
    plan.undo.iter().for_each(|inverse| restored.take(&inverse.change.delta));
    let after = plan.after();
    let differs = |name: &String| {
        let now = live.0.get(name);
        now != after.0.get(name) && now != plan.before.0.get(name) && now != restored.0.get(name)
    };
    let mut names: Vec<_> = after.0.keys().chain(live.0.keys()).filter(|name| differs(name)).cloned().collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests;
