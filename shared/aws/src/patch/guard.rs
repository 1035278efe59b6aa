//! The patching function: what a tick and a finding make it do.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use riposte_core::event::Event;
use riposte_core::text::plain;

use super::{Begin, PatchError, Patcher, Source};
use crate::api::Api;
use crate::clients::SdkConfig;
use crate::guard::{self, Base, Handler, ItemError};
use crate::invocation::Invocation;

/// Findings come by the hundred when Inspector learns of a vulnerability: the account is read anew for them once in so
/// many seconds, and at every tick.
const LOOK_SECONDS: i64 = 120;

/// A plan is made only where so much time is left, in milliseconds.
const PLAN_MS: i64 = 20_000;

/// The function.
#[derive(Debug)]
pub struct PatchGuard {
    pub(super) base: Base,
    pub(super) api: Arc<dyn Api>,
    pub(super) region: String,
    /// The silences that this process has alerted of.
    pub(super) told: Mutex<BTreeSet<String>>,
}

impl PatchGuard {
    /// The function in this region.
    #[must_use]
    pub fn new(base: Base, config: &SdkConfig, region: String) -> Self {
        Self { base, api: super::client(config), region, told: Mutex::default() }
    }

    /// The same on another way to AWS.
    #[cfg(test)]
    pub(crate) fn through(self, api: Arc<dyn Api>) -> Self {
        Self { api, ..self }
    }

    /// What is under way goes on; then the account is read, and what it needs is undertaken.
    async fn look(&self, is_tick: bool, invocation: &Invocation) -> Result<(), PatchError> {
        let loaded = self.base.loaded().await.map_err(|error| PatchError::Impossible(error.to_string()))?;
        let patcher = Patcher {
            function: self.base.spec.name,
            api: &*self.api,
            ledger: self.base.ledger(&loaded),
            sns: self.base.topic(),
            loaded: &loaded,
            account: &self.base.account,
            region: &self.region,
        };
        let settings = patcher.settings()?;
        if !is_tick
            && !patcher.ledger.once(&format!("patch-look/{}/{}", self.base.account, self.region), LOOK_SECONDS).await?
        {
            return Ok(());
        }
        if is_tick {
            log(&patcher.round(&settings, invocation).await?);
        }
        if invocation.left_ms(0) < PLAN_MS {
            tracing::info!("no time is left to plan: at the next tick");
            return Ok(());
        }
        let plan = patcher.plan(&settings, None).await?;
        for unread in &plan.unread {
            tracing::warn!(reason = plain(unread, 600), "what is not in the plan");
        }
        let remembered = patcher.remember_missing(&plan.missing).await;
        let mut begun = 0;
        for node in plan.nodes.iter().filter(|node| node.route.is_ours()) {
            match patcher.begin(node, &settings, None).await? {
                Begin::Run(run) => {
                    begun += 1;
                    tracing::info!(run, node = node.node, "under way");
                }
                Begin::Not(why) => tracing::info!(node = node.node, why = plain(&why, 300), "not begun"),
            }
        }
        if begun > 0 {
            log(&patcher.round(&settings, invocation).await?);
        }
        // What fails of the rest holds no patch up, nor anything else of it; the queue brings the tick again.
        let mut rest = vec![remembered];
        if let Some(source) = settings.groups.as_ref().filter(|_| is_tick) {
            rest.push(self.groups(&Source::of(source), &loaded, invocation).await);
        }
        rest.push(self.silent(&plan.silent, &loaded, invocation).await);
        if is_tick {
            rest.push(patcher.tell_left(&plan).await);
        }
        rest.into_iter().collect()
    }
}

fn log(round: &super::Round) {
    for (run, error) in &round.failed {
        tracing::error!(run, reason = plain(&error.to_string(), 600), "a run could not go on now");
    }
    for (run, why) in &round.stopped {
        tracing::warn!(run, why = plain(why, 300), "stopped, until a person has looked");
    }
    for run in &round.walked {
        let outcome = run.outcome.as_ref().map_or("under way", |outcome| outcome.kind.word());
        tracing::info!(run = run.id, node = run.plan.node, step = run.at.step(), outcome, "went on");
    }
}

impl Handler for PatchGuard {
    fn base(&self) -> &Base {
        &self.base
    }

    async fn event(&self, event: &Event, _source: guard::Source, invocation: &Invocation) -> Result<(), ItemError> {
        match event {
            Event::Tick(_) => {
                let looked = self.look(true, invocation).await;
                // Patching that cannot go on holds no notice back.
                self.base.send_digests().await?;
                Ok(looked?)
            }
            // What the event says is not taken over: Inspector itself is asked.
            Event::Unread(unread) if unread.source.as_deref() == Some("aws.inspector2") => {
                Ok(self.look(false, invocation).await?)
            }
            other => {
                guard::unread(&self.base, other);
                Ok(())
            }
        }
    }
}
