//! Whether an event tells of a call that Riposte itself made.

use riposte_core::finding::Finding;
use riposte_core::incident::Incident;

use super::{RespondError, Responder};

impl Responder<'_> {
    /// The incident whose change or undo this event tells of, by the mark that stands in the caller's user agent. The
    /// mark was in the call itself, so that no record of it can be missing, whenever the caller was killed. It is
    /// believed where the incident bears it out: see [`Incident::caused`].
    pub(super) async fn echo_of(&self, finding: &Finding) -> Result<Option<String>, RespondError> {
        let agent = finding.principal.user_agent.as_deref().unwrap_or_default();
        let Some(id) = self.ledger.marked(agent) else { return Ok(None) };
        let Some((incident, _)) = self.ledger.get(&id).await? else { return Ok(None) };
        let own_roles = &self.loaded.settings.own_roles;
        Ok(Incident::caused(&incident, finding, own_roles).then_some(id))
    }
}
