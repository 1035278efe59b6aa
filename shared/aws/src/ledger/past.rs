//! The history of behavior: one item for each record, holding the set of its marks. Adding to a set is atomic, and
//! adding the same twice is adding it once. An item's key is a hash, so that the records of one busy principal lie
//! apart from each other.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use riposte_core::detect::behavior::{Key, Mark, Past};
use riposte_core::seal::short_hash;

use super::{Ledger, LedgerError, built_wrong, item};
use crate::fault::Fault;
use crate::invocation::now_ms;

/// What the keys of all records begin with.
const PREFIX: &str = "past#";

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Whose.
    pub key: Key,
    /// Its marks; none where there is no such record.
    pub past: Past,
    /// When it will be forgotten, in seconds since 1970.
    pub expires_s: i64,
}

impl Ledger {
    /// Reads records, a hundred in a call.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn pasts(&self, keys: &[Key]) -> Result<Vec<Kept>, LedgerError> {
        let by_pk: BTreeMap<String, &Key> = keys.iter().map(|key| (past_pk(key), key)).collect();
        let items = self.items(&by_pk.keys().cloned().collect()).await?;
        let kept = by_pk.into_iter().map(|(pk, key)| {
            let (past, expires_s) = items.get(&pk).map(|fields| read(key, fields)).unwrap_or_default();
            Kept { key: key.clone(), past, expires_s }
        });
        Ok(kept.collect())
    }

    /// Adds marks to their records, a hundred records in a call, and keeps these records alive too.
    ///
    /// # Errors
    /// Where DynamoDB does not answer; then nothing of the call was added.
    pub async fn remember(&self, marks: &[Mark], alive: &[Key]) -> Result<(), LedgerError> {
        let mut records: BTreeMap<&Key, Vec<String>> = alive.iter().map(|key| (key, Vec::new())).collect();
        for mark in marks {
            records.entry(&mark.key).or_default().push(text(mark));
        }
        let mut writes = Vec::new();
        for (key, mut texts) in records {
            texts.sort();
            texts.dedup();
            let expires = (now_ms() / 1000).saturating_add(key.record.kept_s());
            let adds = if texts.is_empty() { "" } else { "ADD marks :marks " };
            let mut update = Update::builder()
                .table_name(&self.table)
                .key("pk", AttributeValue::S(past_pk(key)))
                .update_expression(format!("{adds}SET expires_at = :expires, #r = :record"))
                .expression_attribute_names("#r", "record")
                .expression_attribute_values(":record", AttributeValue::S(key.to_string()))
                .expression_attribute_values(":expires", AttributeValue::N(expires.to_string()));
            if !texts.is_empty() {
                update = update.expression_attribute_values(":marks", AttributeValue::Ss(texts));
            }
            writes.push(TransactWriteItem::builder().update(update.build().map_err(built_wrong)?).build());
        }
        self.change_all(&writes).await
    }

    /// All records, for a person who wants to see them: reads the whole table.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or refuses.
    pub async fn all_pasts(&self) -> Result<Vec<Kept>, LedgerError> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.table)
                .filter_expression("begins_with(pk, :past)")
                .expression_attribute_values(":past", AttributeValue::S(PREFIX.to_owned()))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(Fault::of("dynamodb:Scan (pasts)"))?;
            for fields in page.items() {
                // A record of another version's kind is nobody's here.
                let Some(key) = item::string(fields, "record").and_then(Key::read) else { continue };
                let (past, expires_s) = read(&key, fields);
                found.push(Kept { key, past, expires_s });
            }
            start = page.last_evaluated_key().cloned();
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// Forgets a record.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn forget_past(&self, key: &Key) -> Result<(), LedgerError> {
        let sent = self.client.delete_item().table_name(&self.table).key("pk", AttributeValue::S(past_pk(key))).send();
        sent.await.map_err(Fault::of("dynamodb:DeleteItem (past)"))?;
        Ok(())
    }
}

fn past_pk(key: &Key) -> String {
    format!("{PREFIX}{}", short_hash(&[&key.to_string()]))
}

fn text(mark: &Mark) -> String {
    format!("{}|{}", mark.number, mark.item)
}

fn read(key: &Key, fields: &item::Fields) -> (Past, i64) {
    let mut past = Past::default();
    let marks = fields.get("marks").and_then(|marks| marks.as_ss().ok());
    for (number, item) in marks.into_iter().flatten().filter_map(|text| text.split_once('|')) {
        if let Ok(number) = number.parse() {
            past.add(item, number, key.record.most());
        }
    }
    let expires = fields.get("expires_at").and_then(|value| value.as_n().ok()).and_then(|n| n.parse().ok());
    (past, expires.unwrap_or_default())
}
