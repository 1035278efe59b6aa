//! The patching function: what a tick and a finding make it do.

use std::sync::Arc;

use riposte_core::action::{ActionId, Response};
use riposte_core::event::{Actor, Event, Scope};
use riposte_core::finding::{Confidence, Finding, Severity};
use riposte_core::incident::rfc3339;
use riposte_core::seal::short_hash;
use riposte_core::text::plain;

use super::{Begin, PatchError, Patcher, Source};
use crate::actions::Planned;
use crate::api::Api;
use crate::clients::SdkConfig;
use crate::guard::{self, Base, Handler, ItemError};
use crate::invocation::{Invocation, now_ms};
use crate::settings::Loaded;

/// Findings come by the hundred when Inspector learns of a vulnerability: the account is read anew for them once in so
/// many seconds, and at every tick.
const LOOK_SECONDS: i64 = 120;

/// A plan is made only where so much time is left, in milliseconds.
const PLAN_MS: i64 = 20_000;

/// The function.
#[derive(Debug)]
pub struct PatchGuard {
    base: Base,
    api: Arc<dyn Api>,
    region: String,
}

impl PatchGuard {
    /// The function in this region.
    #[must_use]
    pub fn new(base: Base, config: &SdkConfig, region: String) -> Self {
        Self { base, api: super::client(config), region }
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
        if is_tick && let Some(source) = &settings.groups {
            self.groups(&Source::of(source), &loaded, invocation).await?;
        }
        Ok(())
    }

    /// Brings declared security groups to what is declared. The same declaration against the same state is one incident:
    /// what a person has undone is not done again.
    async fn groups(&self, source: &Source, loaded: &Loaded, invocation: &Invocation) -> Result<(), PatchError> {
        let text = source.read(&*self.api, &self.region).await?;
        let declared =
            riposte_patch::groups::parse(&text).map_err(|error| PatchError::Impossible(error.to_string()))?;
        let scope = Scope { event_id: String::new(), account: self.base.account.clone(), region: self.region.clone() };
        for request in declared {
            let response = Response::from(request);
            let Some(action) = self.base.actions.get(ActionId::ApplySecurityGroup) else { return Ok(()) };
            let plan = match action.plan(&self.base.actions.site(&scope), &response).await? {
                Planned::Plan(plan) if plan.changes.is_empty() => continue,
                Planned::Plan(plan) => plan,
                Planned::Gone(why) | Planned::Impossible(why) => {
                    tracing::warn!(why = plain(&why, 300), "a declared group is left out");
                    continue;
                }
            };
            let key = serde_json::to_string(&(&response, &plan.before)).unwrap_or_default();
            let event_id = format!("declared-{}", short_hash(&[&key]));
            let target = response.target().map_err(|error| PatchError::Impossible(error.to_string()))?;
            let finding = Finding {
                detector: "declared-groups".to_owned(),
                title: "A security group is not as it is declared".to_owned(),
                severity: Severity::Medium,
                confidence: Confidence::High,
                technique: Vec::new(),
                scope: Scope { event_id, ..scope.clone() },
                event_name: "declaration".to_owned(),
                event_time: Some(rfc3339(now_ms())),
                event_source: None,
                error_code: None,
                principal: Actor::default(),
                target,
                why: format!("{} rule(s) differ from the declaration", plan.changes.len()),
                response: Some(response),
            };
            let answered = self.base.responder(loaded).respond(finding, invocation).await;
            guard::log(&answered.map_err(|error| PatchError::Respond(Box::new(error)))?);
        }
        Ok(())
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
        tracing::info!(run = run.id, node = run.node, step = run.at.step(), outcome, "went on");
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
