//! The list of incidents, newest first, from the index by time.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use riposte_core::incident::{Incident, rfc3339};

use super::{Ledger, LedgerError, item};
use crate::fault::Fault;

/// Incidents, and what could not be read of the others.
#[derive(Debug, Default)]
pub struct Listed {
    /// Newest first.
    pub incidents: Vec<Incident>,
    /// Items that cannot be read, each with why: shown, never left out in silence.
    pub unreadable: Vec<LedgerError>,
    /// Whether there may be more than were asked for.
    pub more: bool,
}

/// Which incidents are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Opened at this time or later: milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// Opened before this time.
    pub until_ms: Option<i64>,
    /// Opened before this incident, as the list has them: the last one of the page before.
    pub after: Option<&'a Incident>,
}

impl Ledger {
    /// The newest incidents, at most `limit`.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or refuses.
    pub async fn list(&self, limit: usize) -> Result<Listed, LedgerError> {
        self.list_of(&Wanted::default(), limit, |_| true).await
    }

    /// The newest incidents of those that are wanted and kept, at most `limit`.
    ///
    /// # Errors
    /// As [`Ledger::list`].
    pub async fn list_of(
        &self,
        wanted: &Wanted<'_>,
        limit: usize,
        keep: impl Fn(&Incident) -> bool,
    ) -> Result<Listed, LedgerError> {
        let mut listed = Listed::default();
        let mut start = wanted.after.map(place);
        loop {
            let page = self
                .by_time(item::KIND, wanted.since_ms, wanted.until_ms)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(Fault::of("dynamodb:Query (incidents)"))?;
            for fields in page.items() {
                let read = match self.incident_of(fields).await {
                    Ok((incident, _)) => incident,
                    Err(error) => {
                        listed.unreadable.push(error);
                        continue;
                    }
                };
                if !keep(&read) {
                    continue;
                }
                if listed.incidents.len() >= limit {
                    listed.more = true;
                    return Ok(listed);
                }
                listed.incidents.push(read);
            }
            start = page.last_evaluated_key().cloned();
            if start.is_none() {
                return Ok(listed);
            }
        }
    }
}

/// In the year 9987, milliseconds since 1970: its text has the length of all others.
pub(super) const LAST_MS: i64 = 253_000_000_000_000;

/// Where an incident stands in the index.
fn place(incident: &Incident) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(item::incident_pk(&incident.id))),
        ("kind".to_owned(), AttributeValue::S(item::KIND.to_owned())),
        ("opened_at".to_owned(), AttributeValue::S(rfc3339(incident.opened_ms))),
    ])
}
