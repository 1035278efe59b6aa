//! The change itself, and the reading that proves it.

use std::time::Duration;

use riposte_core::guardrail::Approved;
use riposte_core::incident::{Changed, Incident, State, Step};
use riposte_core::plan::{Plan, Snapshot, Verification};

use super::{RespondError, Responder, fail_or_retry, gone};
use crate::actions::Action;
use crate::fault::Kind;
use crate::invocation::now_ms;
use crate::ledger::Held;
use crate::metrics::{self, Metric};
use crate::reread;

impl Responder<'_> {
    pub(super) async fn apply(
        &self,
        held: &mut Held,
        action: &dyn Action,
        plan: &Approved<Plan>,
    ) -> Result<(), RespondError> {
        let scope = held.incident.finding.scope.clone();
        match action.apply(&scope, plan).await {
            Ok(()) => {
                let calls: Vec<_> = plan.get().changes.iter().map(|change| change.call().to_string()).collect();
                held.incident.note(now_ms(), Step::Action, format!("{} by {}", plan.get().action, calls.join("; ")));
                held.incident.changed = Changed::Yes;
            }
            // Some part went meanwhile (AWS then makes none of the call's changes), or an answer was lost and
            // the SDK asked again for what was done: plan anew at once, which tells what is left.
            Err(fault) if fault.kind == Kind::Gone => {
                held.incident.note(now_ms(), Step::Action, format!("{}: gone meanwhile ({fault})", plan.get().action));
                held.incident.changed = Changed::Unknown;
                return Ok(());
            }
            Err(fault) => {
                fail_or_retry(self.function, &mut held.incident, Step::Action, fault)?;
                return Ok(self.ledger.write(held).await?);
            }
        }
        self.verify(held, action).await
    }

    /// Reads the resource again and records what is true.
    pub(super) async fn verify(&self, held: &mut Held, action: &dyn Action) -> Result<(), RespondError> {
        let scope = held.incident.finding.scope.clone();
        let Some(plan) = held.incident.plan.clone() else { return Ok(()) };
        let read = || action.read(&scope, &plan);
        let confirmed = |live: &Snapshot| plan.verify(live).remaining.is_empty();
        let incident = &mut held.incident;
        match reread::until(Duration::from_millis(100), read, confirmed).await {
            Ok(live) => self.record(incident, &plan, plan.verify(&live)),
            Err(fault) if fault.kind == Kind::Gone => gone(incident, &format!("the resource is gone ({fault})")),
            Err(fault) if fault.worth_retrying() => return Err(fault.into()),
            // The change was made: that it cannot be read again does not unmake it.
            Err(fault) => self.unconfirmed(incident, &fault.to_string()),
        }
        Ok(self.ledger.write(held).await?)
    }

    /// What the last reading has shown.
    fn record(&self, incident: &mut Incident, plan: &Plan, seen: Verification) {
        if seen.remaining.is_empty() {
            incident.advance(State::Verified);
            incident.note(now_ms(), Step::Verify, verified_text(plan, &seen));
            if incident.changed != Changed::No {
                metrics::count(self.function, Metric::Contained);
            }
        } else {
            let remaining = seen.remaining.join(", ");
            self.unconfirmed(incident, &format!("still there after {} readings: {remaining}", reread::READINGS));
        }
        incident.verification = Some(seen);
    }

    fn unconfirmed(&self, incident: &mut Incident, why: &str) {
        incident.advance(State::Applied);
        incident.note(now_ms(), Step::Verify, format!("not confirmed: {why}"));
        metrics::count(self.function, Metric::ActionFailures);
    }
}

fn verified_text(plan: &Plan, seen: &Verification) -> String {
    let (changed, kept) = (plan.delta.len(), plan.kept(seen));
    let mut text = format!("read again: {changed} part(s) as planned, {kept} other part(s) as before");
    if !seen.elsewhere.is_empty() {
        text.push_str("; changed meanwhile by somebody else: ");
        text.push_str(&seen.elsewhere.join(", "));
    }
    text
}
