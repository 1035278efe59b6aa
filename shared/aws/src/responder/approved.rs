//! What a person has approved, carried out: from the same intent to the same verification and notice as any other.

use riposte_core::action::ActionId;
use riposte_core::incident::State;
use riposte_core::plan::Plan;

use super::{RespondError, Responder};
use crate::fault::Fault;
use crate::invocation::Invocation;
use crate::ledger::Held;

impl Responder<'_> {
    /// Carries an incident on with the plan that was approved, or from where an earlier attempt stopped.
    pub(crate) async fn carry_out(
        &self,
        held: &mut Held,
        plan: Plan,
        invocation: &Invocation,
    ) -> Result<(), RespondError> {
        held.incident.notified = false;
        if held.incident.state != State::Intended {
            let known: Option<ActionId> = plan.action.known();
            let action = known.and_then(|id| self.actions.get(id));
            let unknown = || Fault::refused("approve", format!("the action {} is not known here", plan.action));
            let action = action.ok_or_else(unknown)?;
            self.rule(held, action, plan, invocation).await?;
        }
        self.carry_on(held, invocation).await
    }

    /// Writes the outcome of what a person decided, and notifies of it.
    pub(crate) async fn conclude(&self, held: &mut Held, invocation: &Invocation) -> Result<(), RespondError> {
        held.incident.notified = false;
        self.ledger.write(held).await?;
        self.carry_on(held, invocation).await
    }
}
