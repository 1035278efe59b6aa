//! Many items at once: a hundred are read in one call, and a hundred changed in one transaction.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, TransactWriteItem};

use super::{Ledger, LedgerError, built_wrong, item, retry_conflict};
use crate::clock;
use crate::fault::{Fault, Kind};

/// DynamoDB reads so many items in one call ...
const READ_AT_ONCE: usize = 100;
/// ... and writes so many in one transaction.
const WRITTEN_AT_ONCE: usize = 100;
/// Two deliveries that add to the same item at the same moment meet; one of them tries again so often.
const TRIES: u32 = 4;

impl Ledger {
    /// The items with these keys, those that are there.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or the table does not keep up.
    pub(super) async fn items(&self, pks: &BTreeSet<String>) -> Result<HashMap<String, item::Fields>, LedgerError> {
        let mut items = HashMap::new();
        let all: Vec<&String> = pks.iter().collect();
        for chunk in all.chunks(READ_AT_ONCE) {
            let mut asked: Vec<_> = chunk.iter().map(|pk| pk_of(pk)).collect();
            let mut pause = Duration::from_millis(50);
            while !asked.is_empty() {
                let keys = KeysAndAttributes::builder().set_keys(Some(asked)).consistent_read(true);
                let keys = keys.build().map_err(built_wrong)?;
                let sent = self.client.batch_get_item().request_items(&self.table, keys).send().await;
                let answer = sent.map_err(Fault::of("dynamodb:BatchGetItem"))?;
                for fields in answer.responses().and_then(|tables| tables.get(&self.table)).into_iter().flatten() {
                    if let Some(pk) = item::string(fields, "pk") {
                        items.insert(pk.to_owned(), fields.clone());
                    }
                }
                // A table under load answers in part.
                let left = answer.unprocessed_keys().and_then(|tables| tables.get(&self.table));
                asked = left.map(|left| left.keys().to_vec()).unwrap_or_default();
                if !asked.is_empty() {
                    if pause > Duration::from_secs(2) {
                        let why = "the table does not keep up";
                        return Err(
                            Fault { kind: Kind::Transient, ..Fault::refused("dynamodb:BatchGetItem", why) }.into()
                        );
                    }
                    clock::sleep(pause).await;
                    pause *= 2;
                }
            }
        }
        Ok(items)
    }

    /// Makes changes that may be made twice, each to another item.
    ///
    /// # Errors
    /// Where DynamoDB does not answer; then nothing of the hundred was changed.
    pub(super) async fn change_all(&self, writes: &[TransactWriteItem]) -> Result<(), LedgerError> {
        for chunk in writes.chunks(WRITTEN_AT_ONCE) {
            self.change_together(chunk.to_vec()).await?;
        }
        Ok(())
    }

    async fn change_together(&self, writes: Vec<TransactWriteItem>) -> Result<(), LedgerError> {
        let mut pause = Duration::from_millis(40);
        for _ in 1..TRIES {
            let sent = self.client.transact_write_items().set_transact_items(Some(writes.clone())).send().await;
            let Err(error) = sent else { return Ok(()) };
            let fault = retry_conflict(Fault::of("dynamodb:TransactWriteItems (sets)")(error));
            if fault.code != "TransactionCanceledException" {
                return Err(fault.into());
            }
            clock::sleep(pause).await;
            pause *= 2;
        }
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        sent.map_err(|error| retry_conflict(Fault::of("dynamodb:TransactWriteItems (sets)")(error)))?;
        Ok(())
    }
}

fn pk_of(pk: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), AttributeValue::S(pk.to_owned()))])
}
