//! What waits for a person, however much was opened since: the items that carry [`UNTIL`], and they alone, stand in the
//! index `waiting`.
//!
//! An item is written as a whole whenever its record changes, so that it leaves the index in the same write by which it
//! ceases to wait. The index is a hint like a timer: what is true stands in the record, which is read and verified.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use riposte_core::incident::{Incident, State, rfc3339};
use riposte_patch::run::Run;

use super::item::{self, Fields};
use super::list::LAST_MS;
use super::memory::Known;
use super::part::Parted;
use super::{Ledger, LedgerError, patches};
use crate::fault::Fault;

/// Until when an answer is taken; the range key of the index.
const UNTIL: &str = "waits_until";

/// Marks an item whose record waits for a person until then; without an end, `None`, it waits for as long as it takes.
pub(super) fn until(fields: &mut Fields, until_ms: Option<i64>) {
    fields.insert(UNTIL.to_owned(), AttributeValue::S(rfc3339(until_ms.unwrap_or(LAST_MS))));
}

impl Ledger {
    /// Incidents that wait for an approval which can still be given, that whose time ends first first; at most `limit`.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or refuses.
    pub async fn waiting(&self, now_ms: i64, limit: u16) -> Result<Parted, LedgerError> {
        let own = Known::default();
        let known = self.memory.as_ref().map_or(&own, |memory| &*memory.incidents);
        let mut parted = Parted::default();
        for item in self.recalled(self.stamps_of(item::KIND, now_ms, limit).await?, Some(known)).await? {
            match self.recalled_incident(item, Some(known)).await {
                Ok(incident) if incident.state == State::Asked => parted.incidents.push(incident),
                // Answered since the index was written.
                Ok(_) => {}
                Err(error) => parted.unreadable.push(error),
            }
        }
        Ok(parted)
    }

    /// Runs of patching that wait for an approval, at most `limit`; and those that cannot be read.
    ///
    /// # Errors
    /// As [`Ledger::waiting`].
    pub async fn waiting_patches(
        &self,
        now_ms: i64,
        limit: u16,
    ) -> Result<(Vec<Arc<Run>>, Vec<LedgerError>), LedgerError> {
        let own = Known::default();
        let known = self.memory.as_ref().map_or(&own, |memory| &*memory.runs);
        let (mut runs, mut unreadable) = (Vec::new(), Vec::new());
        for item in self.recalled(self.stamps_of(patches::KIND, now_ms, limit).await?, Some(known)).await? {
            match self.run_of(item, Some(known)) {
                Ok(run) if run.asked => runs.push(run),
                Ok(_) => {}
                Err(error) => unreadable.push(error),
            }
        }
        Ok((runs, unreadable))
    }

    /// The stamps of what waits, of a kind: one query of the index.
    async fn stamps_of(&self, kind: &str, now_ms: i64, limit: u16) -> Result<Vec<Fields>, LedgerError> {
        let query = self.client.query().table_name(&self.table).index_name("waiting");
        let query = query.key_condition_expression("#k = :k AND waits_until >= :now");
        let query = query.expression_attribute_names("#k", "kind");
        let query = query.expression_attribute_values(":k", AttributeValue::S(kind.to_owned()));
        let query = query.expression_attribute_values(":now", AttributeValue::S(rfc3339(now_ms.clamp(0, LAST_MS))));
        let page = query.limit(i32::from(limit)).send().await.map_err(Fault::of("dynamodb:Query (waiting)"))?;
        Ok(page.items.unwrap_or_default())
    }
}

/// Whether an incident waits, and until when.
pub(super) fn of(incident: &Incident) -> Option<Option<i64>> {
    (incident.state == State::Asked).then_some(incident.approve_until_ms)
}
