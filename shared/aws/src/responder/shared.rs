//! What several requests change together, known only once it is planned: the network ACL in front of a host. It is leased
//! while it is changed, so that two changes of it come one after the other, and those of others wait for neither.

use riposte_core::incident::Incident;
use riposte_core::plan::Plan;

use super::{PATIENCE_MS, RESERVE_MS, RespondError, Responder, SHARED_PAUSE};
use crate::actions::Action;
use crate::clock;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Held, Lease};

/// The lease on what a plan changes beside the incident's target.
pub(super) fn lease(incident: &Incident, action: &dyn Action, plan: &Plan, invocation: &Invocation) -> Option<Lease> {
    let scope = &incident.finding.scope;
    let resource = action.shared(plan)?.key();
    // The target's own lease is held already.
    (resource != incident.finding.lease_key()).then(|| Lease::on(&scope.account, &scope.region, &resource, invocation))
}

impl Responder<'_> {
    /// Does `work` while the lease is kept, where there is one.
    pub(super) async fn while_shared<T>(
        &self,
        shared: Option<Lease>,
        id: &str,
        work: impl Future<Output = Result<T, RespondError>>,
    ) -> Result<T, RespondError> {
        match shared {
            // On the heap: the rounds of an incident lie deep in one another.
            Some(lease) => Box::pin(self.ledger.under(lease, id, work)).await,
            None => Box::pin(work).await,
        }
    }

    /// Takes the lease that an interrupted incident needs to go on, waiting a while for whoever holds it.
    pub(super) async fn share_again(
        &self,
        held: &mut Held,
        action: &dyn Action,
        plan: &Plan,
        invocation: &Invocation,
    ) -> Result<Option<Lease>, RespondError> {
        let Some(lease) = lease(&held.incident, action, plan, invocation) else { return Ok(None) };
        let until = now_ms() + PATIENCE_MS.min(invocation.left_ms(RESERVE_MS));
        while !self.ledger.share(held, &lease).await? {
            if now_ms() >= until {
                return Err(RespondError::Busy { id: held.incident.id.clone() });
            }
            clock::sleep(SHARED_PAUSE).await;
        }
        Ok(Some(lease))
    }
}
