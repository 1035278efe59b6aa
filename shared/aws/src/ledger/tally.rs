//! Bursts, counted where every invocation sees them: one item for each counter, holding the set of
//! what was counted. Adding to a set is atomic and counts a repeated delivery once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem, Update};
use riposte_core::detect::correlation::Mark;
use riposte_core::detect::{Correlated, Counter, Sighting};
use riposte_core::seal::short_hash;

use super::{Ledger, LedgerError, built_wrong, item};
use crate::fault::Fault;
use crate::invocation::now_ms;

/// A counter is kept so long after its window, in seconds: events may come late.
const LATE_SECONDS: i64 = 24 * 3600;

/// How many marks one window of a correlation keeps. A mark has about thirty bytes, an item of DynamoDB 400 KB.
const MARKS: u32 = 5_000;

/// So many full counters are remembered.
const MOST_FULL: usize = 20_000;

/// The counters that are known to be full: nothing is added to them any more, so that a storm that goes on writes nothing.
#[derive(Debug, Default)]
pub struct Full(HashSet<String>);

impl Full {
    fn note(&mut self, pk: String) {
        if self.0.len() >= MOST_FULL {
            self.0.clear();
        }
        self.0.insert(pk);
    }
}

impl Ledger {
    /// Adds all sightings of a delivery to their counters, in one call for a hundred counters, then reads the counters in
    /// as many, and returns what [`Ledger::count`] returns of each, in their order.
    ///
    /// All are added before any is read: of two deliveries that each bring a part of what is missing, the one that reads
    /// last sees the whole.
    ///
    /// # Errors
    /// Where DynamoDB does not answer. What was added by then counts, and adding it again changes nothing.
    pub async fn count_all(&self, sightings: &[&Sighting], full: &mut Full) -> Result<Vec<usize>, LedgerError> {
        let mut added: BTreeMap<String, (BTreeSet<String>, i64)> = BTreeMap::new();
        let mut read = BTreeSet::new();
        let now_s = now_ms() / 1000;
        for sighting in sightings {
            let pk = item_key(&sighting.counter);
            if !full.0.contains(&pk) {
                let (items, expires) = added.entry(pk.clone()).or_default();
                items.insert(text(sighting));
                *expires = (*expires).max(now_s + i64::from(sighting.burst.within_s) + LATE_SECONDS);
            }
            read.insert(pk);
            if sighting.correlated.is_some() {
                read.extend(sighting.beside().iter().map(item_key));
            }
        }
        let mut writes = Vec::new();
        for (pk, (items, expires)) in added {
            let update = Update::builder()
                .table_name(&self.table)
                .key("pk", AttributeValue::S(pk))
                .update_expression("ADD seen :item SET expires_at = :expires")
                .expression_attribute_values(":item", AttributeValue::Ss(items.into_iter().collect()))
                .expression_attribute_values(":expires", AttributeValue::N(expires.to_string()));
            writes.push(TransactWriteItem::builder().update(update.build().map_err(built_wrong)?).build());
        }
        self.change_all(&writes).await?;
        let sets: HashMap<String, Vec<String>> =
            self.items(&read).await?.iter().map(|(pk, fields)| (pk.clone(), set(fields))).collect();
        let seen = |counter: &Counter| sets.get(&item_key(counter)).map(Vec::as_slice).unwrap_or_default();
        let mut counts = Vec::with_capacity(sightings.len());
        for sighting in sightings {
            let own = seen(&sighting.counter);
            if own.len() >= usize::try_from(most(sighting)).unwrap_or(usize::MAX) {
                full.note(item_key(&sighting.counter));
            }
            counts.push(match &sighting.correlated {
                None => own.len(),
                Some(correlated) => {
                    let beside = sighting.beside();
                    held(correlated, own.iter().chain(beside.iter().flat_map(seen)))
                }
            });
        }
        Ok(counts)
    }

    /// Adds a sighting to its counter and returns how many different things were counted. A counter that
    /// is full stays as it is: what comes after belongs to the incident that it made.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn count(&self, sighting: &Sighting) -> Result<usize, LedgerError> {
        match &sighting.correlated {
            Some(correlated) => self.correlate(sighting, correlated).await,
            None => Ok(self.add(sighting).await?.len()),
        }
    }

    /// How many were counted where what was seen, in the sighting's window and in those beside it, is what is asked
    /// for; else none.
    async fn correlate(&self, sighting: &Sighting, correlated: &Correlated) -> Result<usize, LedgerError> {
        let mut seen = self.add(sighting).await?;
        for counter in sighting.beside() {
            seen.extend(self.seen(&counter).await?);
        }
        Ok(held(correlated, seen.iter()))
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
        Ok(answer.item().map(set).unwrap_or_default())
    }

    /// Adds a sighting to the set of its counter and returns the set. One that is full stays as it is.
    async fn add(&self, sighting: &Sighting) -> Result<Vec<String>, LedgerError> {
        let (item, full) = (text(sighting), most(sighting));
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
            Ok(answer) => Ok(answer.attributes().map(set).unwrap_or_default()),
            Err(fault) if fault.code == "ConditionalCheckFailedException" => self.seen(&sighting.counter).await,
            Err(fault) => Err(fault.into()),
        }
    }
}

/// What stands in the set for a sighting.
fn text(sighting: &Sighting) -> String {
    sighting.correlated.as_ref().map_or_else(|| short_hash(&[&sighting.item]), |correlated| correlated.mark.text())
}

/// How many a counter holds.
fn most(sighting: &Sighting) -> u32 {
    if sighting.correlated.is_some() { MARKS } else { sighting.burst.at_least.max(1) }
}

/// How many are there of what a correlation asks for, with the event at hand.
fn held<'a>(correlated: &Correlated, seen: impl Iterator<Item = &'a String>) -> usize {
    let Correlated { correlation, mark } = correlated;
    let mut marks: Vec<Mark> = seen.filter_map(|text| Mark::read(text)).collect();
    marks.push(mark.clone());
    correlation.holds(&marks, mark.at_s).unwrap_or_default()
}

/// What was added to a counter.
fn set(fields: &item::Fields) -> Vec<String> {
    fields.get("seen").and_then(|seen| seen.as_ss().ok()).cloned().unwrap_or_default()
}

fn item_key(counter: &Counter) -> String {
    format!("tally#{}", short_hash(&[&counter.key()]))
}
