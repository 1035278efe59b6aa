//! Actions counted in the same call that writes down that one is intended, so that no action is taken uncounted.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};

use super::{Held, Lease, Ledger, LedgerError, built_wrong, failed_conditions, retry_conflict};
use crate::fault::Fault;
use crate::invocation::now_ms;

/// A counter, and how far it may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// What is counted, and when: a counter of another hour is another counter.
    pub key: String,
    /// The highest count.
    pub limit: u32,
    /// How long it is kept, in seconds.
    pub seconds: i64,
}

/// What came of writing an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intended {
    /// It is written, and counted.
    Yes,
    /// It is not: this counter, by its place in the list, is full.
    Full(usize),
    /// It is not: somebody holds what the plan changes.
    Busy,
}

impl Ledger {
    /// Writes what is known so far, which is that a change is intended, counts it, and leases what it changes beside the
    /// incident's own target.
    ///
    /// # Errors
    /// As [`Ledger::write`].
    pub async fn intend(
        &self,
        held: &mut Held,
        counters: &[Counter],
        shared: Option<&Lease>,
    ) -> Result<Intended, LedgerError> {
        let put = self.put_next(held).await?;
        let mut writes = vec![TransactWriteItem::builder().put(put).build()];
        for counter in counters {
            let expires = (now_ms() / 1000).saturating_add(counter.seconds);
            let update = Update::builder()
                .table_name(&self.table)
                .key("pk", AttributeValue::S(format!("count#{}", counter.key)))
                .update_expression("ADD actions :one SET expires_at = :expires")
                .condition_expression("attribute_not_exists(actions) OR actions < :limit")
                .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
                .expression_attribute_values(":limit", AttributeValue::N(counter.limit.to_string()))
                .expression_attribute_values(":expires", AttributeValue::N(expires.to_string()))
                .build()
                .map_err(built_wrong)?;
            writes.push(TransactWriteItem::builder().update(update).build());
        }
        // The clock knows of it whatever becomes of this process.
        writes.extend(self.timer_write(&held.incident)?);
        let lease = shared.map(|lease| self.put_lease(lease)).transpose()?;
        // Where the lease stands in the list.
        let leased = writes.len();
        writes.extend(lease);
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = sent else {
            held.version += 1;
            held.shared = shared.cloned();
            return Ok(Intended::Yes);
        };
        match failed_conditions(&error).iter().position(|failed| *failed) {
            Some(0) => {
                self.was_written(held).await?;
                held.shared = shared.cloned();
                Ok(Intended::Yes)
            }
            Some(busy) if busy >= leased => Ok(Intended::Busy),
            Some(full) => Ok(Intended::Full(full - 1)),
            None => Err(retry_conflict(Fault::of("dynamodb:TransactWriteItems (intend)")(error)).into()),
        }
    }
}
