//! The list of incidents, newest first, from the index by time.

use aws_sdk_dynamodb::types::AttributeValue;
use riposte_core::incident::Incident;

use super::{Ledger, LedgerError, item};
use crate::fault::Fault;

/// Incidents, and what could not be read of the others.
#[derive(Debug, Default)]
pub struct Listed {
    /// Newest first.
    pub incidents: Vec<Incident>,
    /// Items that cannot be read, each with why: shown, never left out in silence.
    pub unreadable: Vec<LedgerError>,
}

impl Ledger {
    /// The newest incidents, at most `limit`.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or refuses.
    pub async fn list(&self, limit: usize) -> Result<Listed, LedgerError> {
        let mut listed = Listed::default();
        let mut start = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("by-time")
                .key_condition_expression("#k = :k")
                .expression_attribute_names("#k", "kind")
                .expression_attribute_values(":k", AttributeValue::S(item::KIND.to_owned()))
                .scan_index_forward(false)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(Fault::of("dynamodb:Query (incidents)"))?;
            for fields in page.items() {
                match item::read_incident(fields, &self.keys) {
                    Ok((incident, _)) => listed.incidents.push(incident),
                    Err(error) => listed.unreadable.push(error),
                }
                if listed.incidents.len() >= limit {
                    return Ok(listed);
                }
            }
            start = page.last_evaluated_key().cloned();
            if start.is_none() {
                return Ok(listed);
            }
        }
    }
}
