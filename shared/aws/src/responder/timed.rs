//! The clock: what was contained for a time is taken back when the time is up, or contained for as long again where the
//! attack goes on; what waits for a person beyond the time for it is denied. People are told which.
//!
//! Every step is in the record before the timer moves: killed anywhere, the next tick goes on. A timer that is moved last
//! may be looked at twice, and then nothing is due.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use riposte_core::guardrail::Undo;
use riposte_core::incident::{Incident, Next, Step, Timed, rfc3339};
use riposte_core::settings::Mode;
use riposte_core::text::plain;

use super::{RespondError, Responder};
use crate::approval::{NOBODY, denied};
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Held, LedgerError, Wanted};
use crate::undo::{UndoError, Undoer, Wish};

/// No further incident is begun with less time left, in milliseconds.
const RESERVE_MS: i64 = 15_000;

/// So many incidents of a time are looked at for whether an attack goes on.
const MOST: usize = 5_000;

/// What the clock has seen of the incidents of late, from this time on: read once for all that is due.
type Seen = BTreeMap<i64, Vec<Incident>>;

impl Responder<'_> {
    /// Takes back or renews what was contained until now. Where Riposte may change nothing at this moment, it waits. What
    /// nobody approved in time is denied in every mode: nothing is changed by it.
    ///
    /// # Errors
    /// The first of what could not be done now; the next tick does it.
    pub async fn end_due(&self, invocation: &Invocation) -> Result<(), RespondError> {
        let mut seen = Seen::new();
        let mut first_error = None;
        for id in self.ledger.due(self.function, now_ms()).await? {
            if invocation.left_ms(RESERVE_MS) <= 0 {
                tracing::info!("more is due than fits into one invocation: the next tick goes on");
                break;
            }
            if let Err(error) = self.end(&id, &mut seen, invocation).await {
                tracing::error!(incident = id, reason = plain(&error.to_string(), 600), "its time is up and stays so");
                first_error = first_error.or(Some(error));
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    async fn end(&self, id: &str, seen: &mut Seen, invocation: &Invocation) -> Result<(), RespondError> {
        let Some((incident, _)) = self.ledger.get(id).await? else { return Ok(self.ledger.forget_timer(id).await?) };
        if incident.function != self.function {
            return Ok(self.ledger.forget_timer(id).await?);
        }
        let may_change = self.loaded.settings.mode == Mode::Live && !self.loaded.guardrails.are_broken();
        if !may_change && incident.timer_ms().is_some() {
            return Ok(());
        }
        let Some(mut held) = self.ledger.hold(&incident, invocation).await? else {
            tracing::info!(incident = id, "its target is held: the next tick looks again");
            return Ok(());
        };
        let lease = held.lease();
        let result = self.ledger.under(lease, id, self.end_held(&mut held, seen, invocation)).await;
        // It runs out by itself; what came of the work is the word that matters.
        if let Err(release) = self.ledger.release(&held).await {
            tracing::warn!(incident = id, error = %release, "the lease could not be given back");
        }
        if result? { Ok(self.ledger.set_timer(&held.incident).await?) } else { Ok(()) }
    }

    /// Whether the timer may move.
    async fn end_held(&self, held: &mut Held, seen: &mut Seen, invocation: &Invocation) -> Result<bool, RespondError> {
        if let Some(timed) = held.incident.timed.filter(|_| held.incident.is_due(now_ms())) {
            let action = held.incident.plan.as_ref().map(|plan| plan.action.as_str().to_owned()).unwrap_or_default();
            if self.loaded.guardrails.mode_for(&action, &held.incident.finding) != Mode::Live {
                return Ok(false);
            }
            match self.goes_on(&held.incident, timed, seen).await? {
                Some(other) => self.renew(held, timed, &other).await?,
                None => self.take_back(held, timed).await?,
            }
        }
        if held.incident.has_expired(now_ms()) {
            denied(&mut held.incident, None, NOBODY);
            self.conclude(held, invocation).await?;
        }
        // One that is not told yet: of this tick, or of one that was killed. What is intended still is the queue's.
        if held.incident.next() == Next::Notify {
            self.carry_on(held, invocation).await?;
        }
        Ok(true)
    }

    /// The latest incident of the attack that is contained, where it goes on.
    async fn goes_on(&self, incident: &Incident, timed: Timed, seen: &mut Seen) -> Result<Option<String>, LedgerError> {
        let since = timed.fresh_since_ms();
        let others = match seen.entry(since) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let wanted = Wanted { since_ms: Some(since), ..Wanted::default() };
                let listed = self.ledger.list_of(&wanted, MOST, |_| true).await?;
                if listed.more || !listed.unreadable.is_empty() {
                    tracing::warn!(
                        unreadable = listed.unreadable.len(),
                        more = listed.more,
                        "not all incidents were read"
                    );
                }
                place.insert(listed.incidents)
            }
        };
        Ok(others.iter().find(|other| incident.is_attacked_by(&other.finding)).map(|other| other.id.clone()))
    }

    async fn renew(&self, held: &mut Held, timed: Timed, other: &str) -> Result<(), RespondError> {
        let now = now_ms();
        let renewed = timed.renewed(now);
        held.incident.timed = Some(renewed);
        held.incident.notified = false;
        let until = rfc3339(renewed.until_ms);
        let text = format!("its time is up, and the attack goes on ({other}): contained again, until {until}");
        held.incident.note(now, Step::Decision, text);
        Ok(self.ledger.write(held).await?)
    }

    /// Takes back what was made. Where that cannot be done, it stays contained and a person is told why.
    async fn take_back(&self, held: &mut Held, timed: Timed) -> Result<(), RespondError> {
        let guardrails = &self.loaded.guardrails;
        let undoer = Undoer { ledger: &self.ledger, actions: self.actions, guardrails };
        let wish = Wish {
            accept_changes: false,
            reason: Some("its time is up, and the attack did not go on".to_owned()),
            by: Some(self.function.to_owned()),
        };
        let finding = held.incident.finding.clone();
        let decide = |undo: Undo| guardrails.decide(self.function, undo, &finding);
        let error = match undoer.restore(held, &wish, decide).await {
            Ok(()) => {
                held.incident.notified = false;
                return Ok(self.ledger.write(held).await?);
            }
            Err(UndoError::Ledger(error)) => return Err(error.into()),
            Err(UndoError::Fault(fault)) if fault.worth_retrying() => return Err(fault.into()),
            Err(error) => error,
        };
        held.incident.timed = Some(Timed { left: true, ..timed });
        held.incident.notified = false;
        let text = format!("its time is up, and it was not rolled back: {}", plain(&error.to_string(), 600));
        held.incident.note(now_ms(), Step::Undo, text);
        Ok(self.ledger.write(held).await?)
    }
}
