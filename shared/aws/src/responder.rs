//! One finding, from decision to notice. [`Responder::carry_on`] reads like the design's one line:
//! decide → record intent → act → verify → record outcome → notify.
//!
//! Each step that changes something is recorded before or after it such that a process that finds the
//! record knows what may have happened: `intended` before the change, the outcome after reading again,
//! `notified` after the topic has accepted the notice. Killed anywhere, the next delivery goes on.

mod act;
mod approved;
mod brakes;
mod echo;
mod resume;
mod shared;
mod timed;

use std::time::Duration;

use aws_sdk_sns::Client as SnsClient;
use riposte_core::action::Response;
use riposte_core::digest;
use riposte_core::event::is_young;
use riposte_core::finding::Finding;
use riposte_core::guardrail::{Decision, Effect, Verdict};
use riposte_core::incident::{Changed, Incident, NOTICE_SENT, Next, State, Step, Timed};
use riposte_core::outcome::Outcome;
use riposte_core::plan::Plan;
use riposte_core::text::plain;
use thiserror::Error;

use crate::actions::{Action, Actions, Planned};
use crate::api::Api;
use crate::by_hand::OPERATOR;
use crate::fault::{Fault, Kind};
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Held, Intended, Ledger, LedgerError, Opened};
use crate::metrics::{self, Metric};
use crate::notices;
use crate::reread;
use crate::settings::Loaded;

/// How long another invocation's lease is waited for before the event is given back to the queue.
const PATIENCE_MS: i64 = 10_000;

/// How long what a plan changes is waited for before it is planned anew.
const SHARED_PAUSE: Duration = Duration::from_millis(100);

/// How often one invocation plans anew because the resource changed under its hands.
const ROUNDS: u32 = 5;

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// Kept of an invocation's time for what must still be written.
const RESERVE_MS: i64 = 3_000;

/// What became of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// This invocation answered it, to this state.
    Now(String, State),
    /// It had been answered to the end before: a repeated delivery.
    Before(String),
    /// It is the echo of an undo of the incident with this id, and is not answered.
    Joined(String),
}

/// Why a finding could not be answered to the end now. The record says how far it came.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RespondError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A call to AWS that may pass later.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Another invocation holds the target.
    #[error("another invocation holds the target of incident `{id}`")]
    Busy {
        /// The incident.
        id: String,
    },
    /// The topic refused the notice.
    #[error("incident `{id}` is recorded and its notice was refused: {fault}")]
    Notice {
        /// The incident.
        id: String,
        /// The topic's words.
        fault: Fault,
    },
}

impl RespondError {
    /// Whether the same event may be answered later.
    #[must_use]
    pub fn worth_retrying(&self) -> bool {
        match self {
            Self::Ledger(error) => error.worth_retrying(),
            Self::Fault(fault) | Self::Notice { fault, .. } => fault.worth_retrying(),
            Self::Busy { .. } => true,
        }
    }
}

/// The way to the operator's event bus.
#[derive(Debug, Clone, Copy)]
pub struct Bus<'a> {
    /// Sends the events.
    pub api: &'a dyn Api,
    /// Where a bus is that is not named by its ARN.
    pub region: &'a str,
}

/// Answers findings.
#[derive(Debug)]
pub struct Responder<'a> {
    /// The function's name.
    pub function: &'a str,
    /// The account that the function acts in.
    pub account: &'a str,
    /// Settings and guardrails of this moment.
    pub loaded: &'a Loaded,
    /// The actions that the function has.
    pub actions: &'a Actions,
    /// The ledger.
    pub ledger: Ledger,
    /// For notices.
    pub sns: &'a SnsClient,
    /// For events of outcomes.
    pub bus: Option<Bus<'a>>,
    /// How many persons have approved what is done; whoever asks for it by hand is one.
    pub approvers: u32,
    /// Why the event that is answered is not to be acted on without asking, where that is known already.
    pub doubt: Option<String>,
}

impl Responder<'_> {
    /// Responds to one finding.
    ///
    /// # Errors
    /// Where it could not be answered to the end now; delivering the event again goes on.
    pub async fn respond(&self, finding: Finding, invocation: &Invocation) -> Result<Answered, RespondError> {
        metrics::count(self.function, Metric::Findings);
        let incident = Incident::open(finding, self.function, self.loaded.settings.mode, now_ms());
        let id = incident.id.clone();
        if let Some(id) = self.echo_of(&incident.finding).await? {
            return Ok(Answered::Joined(id));
        }
        let mut held = match self.open(incident, invocation).await? {
            Opened::Held(held) => *held,
            Opened::Done(incident) => return Ok(Answered::Before(incident.id)),
            Opened::Busy => return Err(RespondError::Busy { id }),
        };
        let lease = held.lease();
        match self.ledger.under(lease, &id, self.carry_on(&mut held, invocation)).await {
            Ok(()) => {
                tracing::info!(incident = id, outcome = %Outcome::of(&held.incident), "responded");
                Ok(Answered::Now(id, held.incident.state))
            }
            Err(error) => {
                // The retry need not wait for the lease to run out. If this fails too, it runs out.
                if let Err(release) = self.ledger.release(&held).await {
                    tracing::warn!(incident = id, error = %release, "the lease could not be given back");
                }
                Err(error)
            }
        }
    }

    /// Opens the incident, waiting a while for another invocation that holds the target.
    async fn open(&self, incident: Incident, invocation: &Invocation) -> Result<Opened, RespondError> {
        let until = now_ms() + PATIENCE_MS.min(invocation.left_ms(RESERVE_MS));
        let mut pause = Duration::from_millis(50);
        loop {
            let opened = self.ledger.open(incident.clone(), invocation).await;
            match opened {
                Ok(Opened::Busy) => {}
                // Two transactions met: DynamoDB lets one of them through.
                Err(LedgerError::Fault(fault)) if fault.code == "TransactionCanceledException" => {}
                other => return Ok(other?),
            }
            if now_ms() >= until {
                return Ok(Opened::Busy);
            }
            crate::clock::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(800));
        }
    }

    async fn carry_on(&self, held: &mut Held, invocation: &Invocation) -> Result<(), RespondError> {
        let mut rounds = 0;
        let until = now_ms() + PATIENCE_MS.min(invocation.left_ms(RESERVE_MS));
        loop {
            match held.incident.next() {
                // On the heap: what these do lies deep.
                Next::Decide => match Box::pin(self.decide(held, invocation)).await {
                    // Somebody changes what the plan would change: it is planned anew once that is done.
                    Err(RespondError::Busy { .. }) if now_ms() < until => crate::clock::sleep(SHARED_PAUSE).await,
                    decided => decided?,
                },
                Next::Resume if rounds < ROUNDS => Box::pin(self.resume(held, invocation)).await?,
                Next::Resume => return Err(Fault::conflict("resume", "the resource keeps changing").into()),
                Next::Notify => {
                    self.end_by_clock(held).await?;
                    self.notify(held).await?;
                }
                Next::Nothing => return Ok(()),
            }
            rounds += 1;
        }
    }

    /// Has the clock look at an incident that waits for a person when the time for that is over.
    async fn end_by_clock(&self, held: &Held) -> Result<(), LedgerError> {
        if held.incident.waits_until_ms().is_some() { self.ledger.set_timer(&held.incident).await } else { Ok(()) }
    }

    /// Plans, and looks again where the event is too young for an absence to be believed.
    async fn planned(&self, action: &dyn Action, finding: &Finding, response: &Response) -> Result<Planned, Fault> {
        let young = || is_young(finding.event_time.as_deref(), now_ms());
        let site = self.actions.site(&finding.scope).with_past(&self.ledger);
        let plan = || action.plan(&site, response);
        reread::until(Duration::from_millis(200), plan, |planned| !(young() && found_nothing(action, planned))).await
    }

    /// Reads the live state, plans, asks the guardrails, and acts where they let it.
    async fn decide(&self, held: &mut Held, invocation: &Invocation) -> Result<(), RespondError> {
        let incident = &mut held.incident;
        let scope = incident.finding.scope.clone();
        if scope.account != self.account {
            let text =
                format!("the event is of account {}; this function acts in {} alone", scope.account, self.account);
            incident.note(now_ms(), Step::Plan, text);
            return Ok(());
        }
        let Some(response) = incident.finding.response.clone() else {
            incident.note(now_ms(), Step::Plan, "no action is known for it");
            return Ok(());
        };
        let Some(action) = response.action.known().and_then(|id| self.actions.get(id)) else {
            incident.note(now_ms(), Step::Plan, format!("this function does not have the action {}", response.action));
            return Ok(());
        };
        match self.planned(action, &incident.finding, &response).await {
            Ok(Planned::Plan(plan)) if plan.changes.is_empty() => {
                let note = plan.note.clone().unwrap_or_else(|| "there is nothing left to do".to_owned());
                incident.plan = Some(*plan);
                gone(incident, &note);
                Ok(())
            }
            Ok(Planned::Plan(plan)) => self.rule(held, action, *plan, invocation).await,
            Ok(Planned::Gone(why)) => {
                gone(incident, &why);
                Ok(())
            }
            Ok(Planned::Impossible(why)) => {
                incident.note(now_ms(), Step::Plan, format!("no action was taken: {why}"));
                Ok(())
            }
            Err(fault) => fail_or_retry(self.function, incident, Step::Plan, fault),
        }
    }

    /// Asks the guardrails about a plan.
    async fn rule(
        &self,
        held: &mut Held,
        action: &dyn Action,
        plan: Plan,
        invocation: &Invocation,
    ) -> Result<(), RespondError> {
        let incident = &mut held.incident;
        incident.mode = self.loaded.guardrails.mode_for(plan.action.as_str(), &incident.finding);
        let calls: Vec<_> = plan.changes.iter().map(ToString::to_string).collect();
        let call = calls.join("; ");
        match self.decision(plan, &incident.finding) {
            Decision::Hold(plan, verdict) => {
                let text = format!("{verdict}: would call {}", plain(&call, 400));
                self.hold(incident, verdict, text);
                incident.plan = Some(plan);
                Ok(())
            }
            Decision::Act(approved, verdict) => {
                let before = incident.clone();
                incident.plan = Some(approved.get().clone());
                if let Some(doubt) = self.doubt(&incident.finding) {
                    self.ask(held, "doubtful-event", &doubt);
                    return Ok(());
                }
                incident.note(now_ms(), Step::Decision, verdict.to_string());
                // What it would have been without the person who approved it, `riposte report shadow` counts.
                let live = incident.verdict.as_ref().and_then(|before| before.live);
                incident.verdict = Some(Verdict { live: verdict.live.or(live), ..verdict });
                incident.advance(State::Intended);
                incident.timed = self.timed(incident);
                let (brakes, counters): (Vec<_>, Vec<_>) = self.counters(&incident.finding).into_iter().unzip();
                let shared = shared::lease(&held.incident, action, approved.get(), invocation);
                match self.ledger.intend(held, &counters, shared.as_ref()).await {
                    Ok(Intended::Full(counter)) => {
                        let plan = held.incident.plan.take();
                        held.incident = Incident { plan, ..before };
                        let Some(brake) = brakes.get(counter).copied() else { return Ok(()) };
                        self.brake(held, brake, invocation).await
                    }
                    Ok(Intended::Busy) => {
                        held.incident = before;
                        Err(RespondError::Busy { id: held.incident.id.clone() })
                    }
                    // Nothing may be done that is not written down first. A record that the ledger refuses
                    // is told without its plan, instead of failing in silence.
                    Err(LedgerError::Fault(fault)) if fault.kind == Kind::Refused => {
                        held.incident.plan = None;
                        fail_or_retry(self.function, &mut held.incident, Step::Decision, fault)
                    }
                    written => {
                        written?;
                        let live = approved.get().before.clone();
                        let id = held.incident.id.clone();
                        self.while_shared(shared, &id, self.apply(held, action, &approved, live)).await
                    }
                }
            }
        }
    }

    /// For how long the plan contains. What a person does by hand is that person's to end.
    fn timed(&self, incident: &Incident) -> Option<Timed> {
        let action = incident.plan.as_ref()?.action.known()?;
        let seconds = self.loaded.settings.contain_for.get(&action)?;
        (incident.function != OPERATOR).then(|| Timed::from(now_ms(), *seconds))
    }

    /// The guardrails let nothing be done, or not before a person approves: then the time for that begins.
    fn hold(&self, incident: &mut Incident, verdict: Verdict, text: String) {
        let now = now_ms();
        incident.note(now, Step::Decision, text);
        if verdict.effect == Effect::Ask {
            incident.advance(State::Asked);
            incident.approve_until_ms = Some(now + i64::from(self.loaded.settings.approval_hours) * HOUR_MS);
        } else {
            incident.advance(State::Observed);
        }
        incident.verdict = Some(verdict);
    }

    /// What the guardrails say to a plan.
    fn decision(&self, plan: Plan, finding: &Finding) -> Decision<Plan> {
        let guardrails = &self.loaded.guardrails;
        match self.approvers {
            0 => guardrails.decide(self.function, plan, finding),
            persons => guardrails.decide_by(self.function, plan, finding, persons),
        }
    }

    /// Notifies by the topic first, and puts an event on the bus whatever became of that: neither waits for the other.
    async fn notify(&self, held: &mut Held) -> Result<(), RespondError> {
        let sent = self.notice(held).await;
        match sent {
            Ok(said) => {
                if !on_the_bus(&held.incident) {
                    self.emit(&mut held.incident).await;
                }
                held.incident.notified = true;
                held.incident.note(now_ms(), Step::Notice, said);
                self.ledger.finish(held).await?;
                metrics::ended(self.function, Outcome::of(&held.incident));
                Ok(())
            }
            Err(RespondError::Notice { id, fault }) => {
                metrics::count(self.function, Metric::NoticeFailures);
                // The event comes again, and its notice is tried again. The bus has had its own by then.
                if !on_the_bus(&held.incident) && self.emit(&mut held.incident).await {
                    held.incident.note(now_ms(), Step::Notice, ON_THE_BUS);
                }
                // What was done must not be lost with the notice.
                self.ledger.write(held).await?;
                Err(RespondError::Notice { id, fault })
            }
            Err(error) => Err(error),
        }
    }

    /// Sends the notice, where one is due, and says what became of it.
    async fn notice(&self, held: &Held) -> Result<String, RespondError> {
        let incident = &held.incident;
        // A change is always notified.
        let failed = matches!(incident.state, State::Failed | State::Applied);
        let quiet = incident.changed == Changed::No && !failed;
        if quiet && incident.finding.severity < self.loaded.settings.notice_severity {
            return Ok("below the notification threshold: recorded only".to_owned());
        }
        if digest::may_wait(incident) && crate::digest::place(&self.ledger, incident).await? == digest::Placed::Held {
            return Ok("one of many like it: in the next digest of them".to_owned());
        }
        match notices::publish(self.sns, &self.loaded.settings, incident).await {
            Ok(message_id) => Ok(format!("{NOTICE_SENT} as {message_id}")),
            Err(fault) => Err(RespondError::Notice { id: incident.id.clone(), fault }),
        }
    }

    /// Puts an event of the outcome on the operator's bus, and says whether it is there. A bus that refuses it is
    /// counted, logged and recorded, and holds nothing up: it may be misspelled, and would be so for ever.
    async fn emit(&self, incident: &mut Incident) -> bool {
        let (Some(Bus { api, region }), Some(_)) = (self.bus, &self.loaded.settings.event_bus) else { return false };
        match notices::emit(api, region, &self.loaded.settings, incident).await {
            Ok(()) => true,
            Err(fault) => {
                metrics::count(self.function, Metric::NoticeFailures);
                tracing::error!(incident = incident.id, %fault, "the event bus refused the event of an outcome");
                incident.note(now_ms(), Step::Notice, format!("the event bus refused the event: {fault}"));
                false
            }
        }
    }
}

/// What the timeline says where the bus has the outcome and the topic has not.
const ON_THE_BUS: &str = "an event of it is on the event bus";

/// Whether the bus was given the outcome as it stands, by an earlier attempt.
fn on_the_bus(incident: &Incident) -> bool {
    let mut notices = incident.timeline.iter().rev().take_while(|entry| entry.step == Step::Notice);
    notices.any(|entry| entry.text == ON_THE_BUS)
}

/// Nothing is left to contain, as the live state says.
pub(crate) fn gone(incident: &mut Incident, why: &str) {
    incident.changed = Changed::No;
    incident.advance(State::Verified);
    incident.note(now_ms(), Step::Plan, format!("nothing left to contain: {why}"));
}

/// A fault that may pass leaves the incident where it is and brings the event again. Any other is the
/// incident's end: recorded, told, and not tried for ever.
fn fail_or_retry(function: &str, incident: &mut Incident, step: Step, fault: Fault) -> Result<(), RespondError> {
    if fault.worth_retrying() {
        return Err(fault.into());
    }
    metrics::count(function, Metric::ActionFailures);
    incident.advance(State::Failed);
    incident.note(now_ms(), step, format!("failed: {fault}"));
    Ok(())
}

/// Whether a plan rests on something not being there, which a reading that is too early shows too.
fn found_nothing(action: &dyn Action, planned: &Planned) -> bool {
    match planned {
        Planned::Gone(_) => true,
        Planned::Plan(plan) => plan.changes.is_empty() && action.rests_on_absence(plan),
        Planned::Impossible(_) => false,
    }
}

#[cfg(test)]
mod tests;
