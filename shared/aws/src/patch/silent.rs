//! Agents that fell silent on running machines: recorded and alerted, once for each silence.

use std::sync::PoisonError;

use riposte_core::detect::SILENT_AGENT;
use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{Finding, Target};
use riposte_core::incident::rfc3339;
use riposte_core::seal::short_hash;
use riposte_patch::plan::Silent;

use super::{PatchError, PatchGuard};
use crate::guard;
use crate::invocation::{Invocation, now_ms};
use crate::settings::Loaded;

/// So many machines are alerted one by one. More that fall silent at once are one fault, most often of the network.
const ONE_BY_ONE: usize = 10;

impl PatchGuard {
    /// Alerts of these.
    pub(super) async fn silent(
        &self,
        all: &[Silent],
        loaded: &Loaded,
        invocation: &Invocation,
    ) -> Result<(), PatchError> {
        if all.len() > ONE_BY_ONE {
            let earliest = all.iter().map(|one| one.since_ms).min().unwrap_or_default();
            let day: String = rfc3339(earliest).chars().take("2026-01-02".len()).collect();
            let why = format!(
                "the agents of {} running machines no longer answer Systems Manager, the first since {}: {} and others",
                all.len(),
                rfc3339(earliest),
                all.iter().take(3).map(|one| one.node.as_str()).collect::<Vec<_>>().join(", "),
            );
            return self.alert("many", &day, earliest, why, loaded, invocation).await;
        }
        for one in all {
            let since = rfc3339(one.since_ms);
            let why = format!(
                "the machine {} runs, and its agent has not answered Systems Manager since {since}: stopped, removed, or cut off the network",
                one.name.as_deref().unwrap_or(&one.node),
            );
            self.alert(&one.node, &since, one.since_ms, why, loaded, invocation).await?;
        }
        Ok(())
    }

    /// One alert, for a node or for many; the same `key` of the same silence is one.
    #[allow(clippy::too_many_arguments, reason = "what is said, and where it is written")]
    async fn alert(
        &self,
        key: &str,
        silence: &str,
        since_ms: i64,
        why: String,
        loaded: &Loaded,
        invocation: &Invocation,
    ) -> Result<(), PatchError> {
        let (account, region) = (&self.base.account, &self.region);
        let event_id = format!("silent-{}", short_hash(&[account, region, key, silence]));
        // The same is one incident however often; this process need not say it again either.
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).contains(&event_id) {
            return Ok(());
        }
        let target = Target::Resource { service: "ssm".to_owned(), id: key.to_owned() };
        let finding = Finding {
            detector: SILENT_AGENT.id.to_owned(),
            title: SILENT_AGENT.title.to_owned(),
            severity: SILENT_AGENT.severity,
            confidence: SILENT_AGENT.confidence,
            technique: SILENT_AGENT.technique.iter().map(|id| (*id).to_owned()).collect(),
            scope: Scope { event_id: event_id.clone(), account: account.clone(), region: region.clone() },
            event_name: "agent-silent".to_owned(),
            event_time: Some(rfc3339(since_ms)),
            event_source: None,
            error_code: None,
            principal: Actor::default(),
            target,
            why,
            response: None,
        };
        let tuned = self.base.tuned(loaded, finding);
        if let Some(finding) = tuned.filter(|finding| !self.base.excluded(loaded, finding, now_ms())) {
            let answered = self.base.responder(loaded).respond(finding, invocation).await;
            guard::log(&answered.map_err(|error| PatchError::Respond(Box::new(error)))?);
        }
        // Only now: where the alert could not be recorded, the next tick tries again.
        self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(event_id);
        Ok(())
    }
}
