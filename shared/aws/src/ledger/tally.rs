//! Bursts, counted where every invocation sees them: one item for each counter, holding the set of
//! what was counted. Adding to a set is atomic and counts a repeated delivery once.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use riposte_core::detect::correlation::Mark;
use riposte_core::detect::{Correlated, Counter, Sighting};
use riposte_core::seal::short_hash;

use super::{Ledger, LedgerError};
use crate::fault::Fault;
use crate::invocation::now_ms;

/// A counter is kept so long after its window, in seconds: events may come late.
const LATE_SECONDS: i64 = 24 * 3600;

/// How many marks one window of a correlation keeps. A mark has about thirty bytes, an item of DynamoDB 400 KB.
const MARKS: u32 = 5_000;

impl Ledger {
    /// Adds a sighting to its counter and returns how many different things were counted. A counter that
    /// is full stays as it is: what comes after belongs to the incident that it made.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn count(&self, sighting: &Sighting) -> Result<usize, LedgerError> {
        match &sighting.correlated {
            Some(correlated) => self.correlate(sighting, correlated).await,
            None => {
                let item = short_hash(&[&sighting.item]);
                Ok(self.add(sighting, item, sighting.burst.at_least.max(1)).await?.len())
            }
        }
    }

    /// How many were counted where what was seen, in the sighting's window and in those beside it, is what is asked
    /// for; else none.
    async fn correlate(&self, sighting: &Sighting, correlated: &Correlated) -> Result<usize, LedgerError> {
        let Correlated { correlation, mark } = correlated;
        let mut seen = self.add(sighting, mark.text(), MARKS).await?;
        for counter in sighting.beside() {
            seen.extend(self.seen(&counter).await?);
        }
        let mut marks: Vec<Mark> = seen.iter().filter_map(|text| Mark::read(text)).collect();
        marks.push(mark.clone());
        Ok(correlation.holds(&marks, mark.at_s).unwrap_or_default())
    }

    /// What was added to a counter.
    async fn seen(&self, counter: &Counter) -> Result<Vec<String>, LedgerError> {
        let sent = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(item_key(counter)))
            .consistent_read(true)
            .send()
            .await;
        let answer = sent.map_err(Fault::of("dynamodb:GetItem (tally)"))?;
        let set = answer.item().and_then(|fields| fields.get("seen")).and_then(|seen| seen.as_ss().ok());
        Ok(set.cloned().unwrap_or_default())
    }

    /// Adds an item to the set of a sighting's counter and returns the set. One that holds `full` items stays as it
    /// is.
    async fn add(&self, sighting: &Sighting, item: String, full: u32) -> Result<Vec<String>, LedgerError> {
        let expires = now_ms() / 1000 + i64::from(sighting.burst.within_s) + LATE_SECONDS;
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(item_key(&sighting.counter)))
            .update_expression("ADD seen :item SET expires_at = :expires")
            .condition_expression("attribute_not_exists(seen) OR size(seen) < :full OR contains(seen, :one)")
            .expression_attribute_values(":item", AttributeValue::Ss(vec![item.clone()]))
            .expression_attribute_values(":one", AttributeValue::S(item))
            .expression_attribute_values(":expires", AttributeValue::N(expires.to_string()))
            .expression_attribute_values(":full", AttributeValue::N(full.to_string()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match sent.map_err(Fault::of("dynamodb:UpdateItem (tally)")) {
            Ok(answer) => {
                let seen = answer.attributes().and_then(|fields| fields.get("seen")).and_then(|seen| seen.as_ss().ok());
                Ok(seen.cloned().unwrap_or_default())
            }
            Err(fault) if fault.code == "ConditionalCheckFailedException" => self.seen(&sighting.counter).await,
            Err(fault) => Err(fault.into()),
        }
    }
}

fn item_key(counter: &Counter) -> String {
    format!("tally#{}", short_hash(&[&counter.key()]))
}
