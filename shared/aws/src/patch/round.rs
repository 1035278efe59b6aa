//! What is undertaken, and one round over all that is under way.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use riposte_core::incident::rfc3339;
use riposte_patch::plan::{NodePlan, Route};
use riposte_patch::rollout::{Turn, turns};
use riposte_patch::run::{Kind, Run};
use riposte_patch::settings::Settings;
use riposte_patch::step::{Said, Seen};

use super::{PatchError, Patcher};
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Begun, Lease};

const HOUR_MS: i64 = 3_600_000;

/// A window is waited for from so long before it opens on.
const AHEAD_MS: i64 = 24 * HOUR_MS;

/// What ended before anything was installed may be begun again after that.
const AGAIN_MS: i64 = HOUR_MS;

/// So many runs are looked at, the newest ones.
const RUNS: usize = 20_000;

/// What came of beginning a node's patching.
#[derive(Debug, Clone, PartialEq)]
pub enum Begin {
    /// It is under way, as the run with this id.
    Run(String),
    /// It is not begun, and why.
    Not(String),
}

/// What a round came to.
#[derive(Debug, Default)]
pub struct Round {
    /// The runs that went on, as they stand now.
    pub walked: Vec<Run>,
    /// Those that wait for their turn, and why.
    pub waiting: BTreeMap<String, String>,
    /// Those that are stopped until a person has looked, and why.
    pub stopped: BTreeMap<String, String>,
    /// Whether another round is under way, and nothing was done.
    pub busy: bool,
    /// Runs that could not go on now, each with why.
    pub failed: Vec<(String, PatchError)>,
}

impl Patcher<'_> {
    /// Undertakes a node of the plan. `by` is the person who asks for it, and so approves.
    ///
    /// The same undertaking is begun once. One that ended before anything was installed is begun again after an hour,
    /// or where a person asks; one that was only planned, where the guardrails now say something else.
    ///
    /// # Errors
    /// Where the ledger cannot be reached.
    pub async fn begin(&self, node: &NodePlan, settings: &Settings, by: Option<&str>) -> Result<Begin, PatchError> {
        let now = now_ms();
        let Some(mut run) = Run::of(node, settings, self.account, self.region, now) else {
            return Ok(Begin::Not(node.route.to_string()));
        };
        if let (Route::Window { opens_ms, .. }, None) = (&node.route, by)
            && *opens_ms > now + AHEAD_MS
        {
            return Ok(Begin::Not(format!("it is begun a day before {}", rfc3339(*opens_ms))));
        }
        if let Some(by) = by {
            run.approve(by, now);
        }
        match self.ledger.begin_patch(&run, None).await? {
            Begun::New => Ok(Begin::Run(run.id)),
            Begun::Taken => Ok(Begin::Not("another run has the node".to_owned())),
            Begun::There(there) if !there.is_done() => Ok(Begin::Run(there.id)),
            Begun::There(there) => self.again(run, &there, by).await,
        }
    }

    async fn again(&self, run: Run, there: &Run, by: Option<&str>) -> Result<Begin, PatchError> {
        let ended = there.outcome.as_ref().map(|outcome| (outcome.kind, outcome.at_ms));
        let Some((kind, at)) = ended else { return Ok(Begin::Run(there.id.clone())) };
        let by_person = by.is_some();
        if kind == Kind::Planned && !by_person && matches!(self.decide(&run)?, Seen::Decided(Said::Observe, _)) {
            return Ok(Begin::Not("it is planned; the guardrails let nothing be done".to_owned()));
        }
        let untouched = there.installed_ms.is_none() && kind != Kind::Nothing;
        let early = kind != Kind::Planned && now_ms() < at + AGAIN_MS;
        if !by_person && (!untouched || early) {
            return Ok(Begin::Not(format!("it is {kind} since {} ({})", rfc3339(at), there.id)));
        }
        let Some((_, version)) = self.ledger.patch(&run.id).await? else {
            return Err(PatchError::Unknown(run.id));
        };
        Ok(match self.ledger.begin_patch(&run, Some(version)).await? {
            Begun::New => Begin::Run(run.id),
            Begun::There(there) => Begin::Run(there.id),
            Begun::Taken => Begin::Not("another run has the node".to_owned()),
        })
    }

    /// Takes every run whose turn it is as far as it goes before the invocation's end.
    ///
    /// # Errors
    /// Where the ledger cannot be reached. A run that fails costs no other.
    pub async fn round(&self, settings: &Settings, invocation: &Invocation) -> Result<Round, PatchError> {
        let lease = Lease::on(self.account, self.region, "patch-board", invocation);
        if !self.ledger.take_lease(&lease).await? {
            return Ok(Round { busy: true, ..Round::default() });
        }
        let done = self.ledger.under(lease.clone(), "patch-board", self.board(settings, invocation)).await;
        if let Err(error) = self.ledger.give_lease(&lease).await {
            tracing::warn!(%error, "the board's lease could not be given back; it ends by itself");
        }
        done
    }

    async fn board(&self, settings: &Settings, invocation: &Invocation) -> Result<Round, PatchError> {
        let mut round = Round::default();
        let (runs, unreadable) = self.ledger.patches(RUNS).await?;
        for error in unreadable {
            tracing::error!(%error, "a run cannot be read");
        }
        let ours: Vec<Run> =
            runs.into_iter().filter(|run| run.account == self.account && run.region == self.region).collect();
        let now = now_ms();
        let turns = turns(&settings.rings, &ours, now);
        let mut going = Vec::new();
        for run in &ours {
            let waits = run.wait_ms.is_some_and(|until| until > now);
            match turns.get(&run.id) {
                Some(Turn::Later(why)) => drop(round.waiting.insert(run.id.clone(), why.clone())),
                Some(Turn::Stopped(why)) => drop(round.stopped.insert(run.id.clone(), why.clone())),
                Some(Turn::Now) => going.push(run.id.clone()),
                None if run.is_done() && run.notified => {}
                None if waits && !run.is_done() => {
                    drop(
                        round.waiting.insert(run.id.clone(), format!("until {}", rfc3339(run.wait_ms.unwrap_or(now)))),
                    );
                }
                None => going.push(run.id.clone()),
            }
        }
        let parts: Vec<Invocation> = (0..going.len()).map(|number| invocation.part(number)).collect();
        let walks = going.iter().zip(&parts).map(|(id, part)| self.walk(id, part));
        for (id, walked) in going.iter().zip(join_all(walks).await) {
            match walked {
                Ok(Some(run)) => round.walked.push(run),
                Ok(None) => drop(round.waiting.insert(id.clone(), "somebody else works on its node".to_owned())),
                Err(error) => round.failed.push((id.clone(), error)),
            }
        }
        Ok(round)
    }

    /// A person lets a run go on: one that asks, or one that stopped its ring.
    ///
    /// # Errors
    /// Where there is no such run, or it waits for nobody.
    pub async fn approve(&self, id: &str, by: &str) -> Result<Run, PatchError> {
        let (mut run, version) = self.run(id).await?;
        let stops = run.outcome.as_ref().is_some_and(|outcome| outcome.kind.is_failure());
        match (run.asked, stops && run.released_by.is_none()) {
            (true, _) => run.approve(by, now_ms()),
            (false, true) => run.release(by, now_ms()),
            (false, false) => return Err(PatchError::Impossible(format!("the run `{}` waits for nobody", run.id))),
        }
        self.ledger.write_patch(&run, version).await?;
        Ok(run)
    }

    /// A person has a run brought back.
    ///
    /// # Errors
    /// Where there is no such run, or no way back.
    pub async fn roll_back(&self, id: &str, by: &str) -> Result<Run, PatchError> {
        let (mut run, version) = self.run(id).await?;
        run.roll_back(by, now_ms()).map_err(PatchError::Impossible)?;
        match self.ledger.begin_patch(&run, Some(version)).await? {
            Begun::New => Ok(run),
            Begun::Taken => Err(PatchError::Impossible("another run has the node".to_owned())),
            Begun::There(_) => Err(crate::ledger::LedgerError::Overtaken { id: run.id }.into()),
        }
    }
}
