//! Bursts, counted where every invocation sees them: one item for each counter, holding the set of
//! what was counted. Adding to a set is atomic and counts a repeated delivery once.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use riposte_core::detect::Sighting;
use riposte_core::seal::short_hash;

use super::{Ledger, LedgerError};
use crate::fault::Fault;
use crate::invocation::now_ms;

/// A counter is kept so long after its window, in seconds: events may come late.
const LATE_SECONDS: i64 = 24 * 3600;

impl Ledger {
    /// Adds a sighting to its counter and returns how many different things were counted. A counter that
    /// is full stays as it is: what comes after belongs to the incident that it made.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn count(&self, sighting: &Sighting) -> Result<usize, LedgerError> {
        let full = sighting.burst.at_least.max(1);
        let expires = now_ms() / 1000 + i64::from(sighting.burst.within_s) + LATE_SECONDS;
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(format!("tally#{}", short_hash(&[&sighting.counter.key()]))))
            .update_expression("ADD seen :item SET expires_at = :expires")
            .condition_expression("attribute_not_exists(seen) OR size(seen) < :full OR contains(seen, :one)")
            .expression_attribute_values(":item", AttributeValue::Ss(vec![short_hash(&[&sighting.item])]))
            .expression_attribute_values(":one", AttributeValue::S(short_hash(&[&sighting.item])))
            .expression_attribute_values(":expires", AttributeValue::N(expires.to_string()))
            .expression_attribute_values(":full", AttributeValue::N(full.to_string()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match sent.map_err(Fault::of("dynamodb:UpdateItem (tally)")) {
            Ok(answer) => {
                let seen = answer.attributes().and_then(|fields| fields.get("seen")).and_then(|seen| seen.as_ss().ok());
                Ok(seen.map_or(0, Vec::len))
            }
            Err(fault) if fault.code == "ConditionalCheckFailedException" => {
                Ok(usize::try_from(full).unwrap_or(usize::MAX))
            }
            Err(fault) => Err(fault.into()),
        }
    }
}
