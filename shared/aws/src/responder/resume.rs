//! What another invocation, or an earlier round of this one, intended and did not finish.

use riposte_core::guardrail::Decision;
use riposte_core::incident::{Changed, Step};
use riposte_core::plan::Plan;

use super::{RespondError, Responder, fail_or_retry, gone, hold};
use crate::actions::{Action, Planned};
use crate::fault::Fault;
use crate::invocation::now_ms;
use crate::ledger::{Held, LedgerError};

impl Responder<'_> {
    /// The intent is written and no outcome: finds out what became of it and goes on. The before-state
    /// stays the one from before the first change.
    pub(super) async fn resume(&self, held: &mut Held) -> Result<(), RespondError> {
        let scope = held.incident.finding.scope.clone();
        let Some(recorded) = held.incident.plan.clone() else {
            return Err(LedgerError::Item {
                pk: held.incident.id.clone(),
                wrong: "intended without a plan".to_owned(),
            }
            .into());
        };
        let Some(action) = self.actions.get(recorded.action) else {
            return Err(Fault::refused("resume", format!("this function does not have {}", recorded.action)).into());
        };
        match action.plan(&scope, &recorded.response).await {
            Ok(Planned::Plan(left)) if !left.changes.is_empty() => self.again(held, action, *left, recorded).await,
            Ok(Planned::Plan(_)) => {
                if held.incident.changed == Changed::No {
                    held.incident.changed = Changed::Unknown;
                    let text = "found done: before an interruption, or by somebody else since";
                    held.incident.note(now_ms(), Step::Action, format!("{}: {text}", recorded.action));
                }
                self.verify(held, action).await
            }
            // The resource itself: no change is claimed, and none could be undone.
            Ok(Planned::Gone(why)) => {
                gone(&mut held.incident, &why);
                Ok(self.ledger.write(held).await?)
            }
            Ok(Planned::Impossible(why)) => self.stuck(held, action, &recorded, &why).await,
            Err(fault) => fail_or_retry(self.function, &mut held.incident, Step::Plan, fault),
        }
    }

    /// There is no way to act any more: the change was made before the interruption, or never will be.
    async fn stuck(&self, held: &mut Held, action: &dyn Action, plan: &Plan, why: &str) -> Result<(), RespondError> {
        let scope = held.incident.finding.scope.clone();
        match action.read(&scope, plan).await {
            Ok(live) if plan.verify(&live).remaining.is_empty() => {
                held.incident.changed = Changed::Unknown;
                self.verify(held, action).await
            }
            Ok(_) => {
                let fault = Fault::refused("resume", format!("it was not done before an interruption, and now: {why}"));
                fail_or_retry(self.function, &mut held.incident, Step::Action, fault)?;
                Ok(self.ledger.write(held).await?)
            }
            Err(fault) => fail_or_retry(self.function, &mut held.incident, Step::Verify, fault),
        }
    }

    /// The change was intended and not made. The guardrails are asked anew: the kill switch may have
    /// been thrown since.
    async fn again(
        &self,
        held: &mut Held,
        action: &dyn Action,
        left: Plan,
        recorded: Plan,
    ) -> Result<(), RespondError> {
        let unchanged = left.before == recorded.before;
        match self.loaded.guardrails.decide(self.function, left, &held.incident.finding) {
            Decision::Act(approved, verdict) => {
                held.incident.note(now_ms(), Step::Decision, format!("{verdict}, planned anew"));
                held.incident.verdict = Some(verdict);
                if !unchanged {
                    // The resource moved on before anything was done to it, so the newer reading is the
                    // state to keep and to restore.
                    held.incident.plan = Some(approved.get().clone());
                    self.ledger.write(held).await?;
                }
                self.apply(held, action, &approved).await
            }
            Decision::Hold(_, verdict) => {
                let text = format!("{verdict}, planned anew");
                hold(&mut held.incident, verdict, text);
                Ok(self.ledger.write(held).await?)
            }
        }
    }
}
