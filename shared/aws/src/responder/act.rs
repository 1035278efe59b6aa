//! The changes themselves, and the reading that proves them.

use std::time::Duration;

use riposte_core::guardrail::Approved;
use riposte_core::incident::{Changed, Incident, Made, State, Step};
use riposte_core::plan::{Change, Plan, Snapshot, Verification};
use riposte_core::text::counted;

use super::{RespondError, Responder, fail_or_retry, gone};
use crate::actions::{Action, Site};
use crate::drive;
use crate::fault::{Fault, Kind};
use crate::invocation::now_ms;
use crate::ledger::Held;
use crate::metrics::{self, Metric};
use crate::reread;

/// How long a change that may fail is tried while the rest waits for it, in milliseconds.
const BESIDE_MS: i64 = 20_000;

/// What one change came to.
enum Sent {
    Made,
    /// What it would change is no longer there: plan anew.
    Overtaken,
}

impl Responder<'_> {
    /// Makes those of the plan's changes that are not made yet, on a resource that stands as `live`.
    pub(super) async fn apply(
        &self,
        held: &mut Held,
        action: &dyn Action,
        plan: &Approved<Plan>,
        mut live: Snapshot,
    ) -> Result<(), RespondError> {
        let plan = plan.get();
        for (n, change) in plan.changes.iter().enumerate() {
            if held.incident.made.iter().any(|made| made.n == n) {
                continue;
            }
            match self.make(held, action, n, change, &mut live).await {
                Ok(Sent::Made) if n + 1 < plan.changes.len() => self.ledger.write(held).await?,
                Ok(Sent::Made) => {}
                Ok(Sent::Overtaken) => return Ok(()),
                Err(fault) if action.may_fail(change) && can_wait_no_longer(&held.incident, &fault) => {
                    let text = format!("not done, and the rest is: {fault}");
                    held.incident.note(now_ms(), Step::Action, text);
                    let parts: Vec<_> = change.delta.keys().cloned().collect();
                    held.incident.give_up(n, &parts);
                }
                Err(fault) => return self.stopped(held, plan, fault).await,
            }
        }
        let calls: Vec<_> = held.incident.made_plan().map(|plan| plan.changes).unwrap_or_default();
        let calls: Vec<_> = calls.iter().map(ToString::to_string).collect();
        held.incident.note(now_ms(), Step::Action, format!("{} by {}", plan.action, calls.join("; ")));
        self.verify(held, action).await
    }

    /// Makes one change, unless the resource stands as it would be.
    async fn make(
        &self,
        held: &mut Held,
        action: &dyn Action,
        n: usize,
        change: &Change,
        live: &mut Snapshot,
    ) -> Result<Sent, Fault> {
        let scope = held.incident.finding.scope.clone();
        let site = self.actions.site(&scope);
        if action.rechecks() && !self.stands(held, action, &site, change, live).await? {
            held.incident.note(now_ms(), Step::Action, "changed by somebody else in the very moment: planned anew");
            held.incident.keep_made();
            return Ok(Sent::Overtaken);
        }
        let Some(needed) = drive::needed(action, change, live) else { return Ok(Sent::Made) };
        match drive::send(action, &site, &needed, &self.ledger.mark(&held.incident.id)).await {
            Ok(answer) => {
                held.incident.made.push(Made { n, request_id: Some(answer.request_id) });
                held.incident.changed = Changed::Yes;
                live.take(&change.delta);
                self.give_up(&mut held.incident, n, &action.untaken(change, &answer.body));
                Ok(Sent::Made)
            }
            // Some part went meanwhile: AWS then makes none of the call's changes. Planning anew tells what is left.
            Err(fault) if fault.kind == Kind::Gone => {
                held.incident.note(now_ms(), Step::Action, format!("{}: gone meanwhile ({fault})", action.meta().id));
                if !fault.repeated {
                    // Somebody else was faster, and nothing of it was ours. After a lost answer it may have been: then
                    // the change stays in the plan, and is found made.
                    held.incident.keep_made();
                }
                Ok(Sent::Overtaken)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Whether the parts that a change touches stand as they were planned on; `live` becomes what was read.
    async fn stands(
        &self,
        held: &Held,
        action: &dyn Action,
        site: &Site<'_>,
        change: &Change,
        live: &mut Snapshot,
    ) -> Result<bool, Fault> {
        let Some(plan) = &held.incident.plan else { return Ok(false) };
        let now = action.read(site, plan).await?;
        let stands = change.delta.keys().all(|name| now.0.get(name) == live.0.get(name));
        *live = now;
        Ok(stands)
    }

    /// Takes out of the record what a call, as its answer says, did not find: none of it was ours.
    fn give_up(&self, incident: &mut Incident, n: usize, untaken: &[String]) {
        if untaken.is_empty() {
            return;
        }
        incident.note(now_ms(), Step::Action, format!("somebody else was faster: {}", untaken.join(", ")));
        incident.give_up(n, untaken);
    }

    /// A change was refused. What was made before it is kept in the record, and can be undone.
    async fn stopped(&self, held: &mut Held, plan: &Plan, fault: Fault) -> Result<(), RespondError> {
        let made = held.incident.made.len();
        if made > 0 {
            let text = format!("partly done: {made} of {} changes", plan.changes.len());
            held.incident.note(now_ms(), Step::Action, text);
        }
        if fault.worth_retrying() {
            if made > 0 {
                self.ledger.write(held).await?;
            }
            return Err(fault.into());
        }
        fail_or_retry(self.function, &mut held.incident, Step::Action, fault)?;
        Ok(self.ledger.write(held).await?)
    }

    /// Reads the resource again and records what is true.
    pub(super) async fn verify(&self, held: &mut Held, action: &dyn Action) -> Result<(), RespondError> {
        let scope = held.incident.finding.scope.clone();
        let site = self.actions.site(&scope);
        let Some(plan) = held.incident.plan.clone() else { return Ok(()) };
        let read = || action.read(&site, &plan);
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
        } else {
            let remaining = seen.remaining.join(", ");
            self.unconfirmed(incident, &format!("still there after {} readings: {remaining}", reread::READINGS));
        }
        incident.verification = Some(seen);
    }

    fn unconfirmed(&self, incident: &mut Incident, why: &str) {
        incident.advance(State::Applied);
        incident.note(now_ms(), Step::Verify, format!("verification failed: {why}"));
        metrics::count(self.function, Metric::ActionFailures);
    }
}

/// Whether the rest goes on without a change that failed: it was refused, or there was time enough for what may pass.
fn can_wait_no_longer(incident: &Incident, fault: &Fault) -> bool {
    // From the first decision on, or the approval: what is planned anew in between begins no new time.
    let decided = incident.timeline.iter().find(|entry| entry.step == Step::Decision).map(|entry| entry.at_ms);
    let approved = incident.approvals.iter().map(|approval| approval.at_ms).max();
    let begun = decided.max(approved).unwrap_or_default();
    !fault.worth_retrying() || now_ms().saturating_sub(begun) > BESIDE_MS
}

fn verified_text(plan: &Plan, seen: &Verification) -> String {
    let (changed, kept) = (plan.delta().len(), plan.kept(seen));
    let mut text =
        format!("read again: {} as planned, {} as before", counted(changed, "part"), counted(kept, "other part"));
    if !seen.elsewhere.is_empty() {
        text.push_str("; changed meanwhile by somebody else: ");
        text.push_str(&seen.elsewhere.join(", "));
    }
    text
}
