//! When the clock looks at an incident: one item each, in the index by time under a kind of its function's own.
//!
//! A timer is only a hint. What is true stands in the incident, which is signed: whoever writes or deletes timers can
//! make the clock look in vain, or have a containment stand longer, and take none back.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use riposte_core::incident::{Incident, rfc3339};

use super::{Ledger, LedgerError, built_wrong, item};
use crate::actions::Permission;
use crate::fault::Fault;

/// What the clock reads in the table's index.
pub(crate) const PERMISSION: Permission = Permission::on(&["${Ledger.Arn}/index/by-time"], &["dynamodb:Query"]);

/// A timer is kept so long after its time, in seconds. Within this time the schedule must go on again.
const KEPT_S: i64 = 30 * 86_400;

/// So many are looked at in one go.
const MOST: usize = 1_000;

impl Ledger {
    /// The ids of those incidents of a function at which the clock is to look by now, the one that waits longest first.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or refuses.
    pub async fn due(&self, function: &str, now_ms: i64) -> Result<Vec<String>, LedgerError> {
        let mut ids = Vec::new();
        let mut start = None;
        while ids.len() < MOST {
            let page = self
                .by_time(&kind(function), None, Some(now_ms.saturating_add(1)))
                .scan_index_forward(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(Fault::of("dynamodb:Query (timers)"))?;
            let found = page.items().iter().filter_map(|fields| item::string(fields, "pk")?.strip_prefix(PREFIX));
            ids.extend(found.map(str::to_owned));
            start = page.last_evaluated_key().cloned();
            if start.is_none() {
                break;
            }
        }
        ids.truncate(MOST);
        Ok(ids)
    }

    /// Sets an incident's timer to where the incident says, or deletes it where there is nothing to look at any more.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn set_timer(&self, incident: &Incident) -> Result<(), LedgerError> {
        let Some(put) = self.timer(incident)? else { return self.forget_timer(&incident.id).await };
        let item = put.item().clone();
        let sent = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        sent.map_err(Fault::of("dynamodb:PutItem (timer)"))?;
        Ok(())
    }

    /// Deletes an incident's timer, where it is there.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn forget_timer(&self, id: &str) -> Result<(), LedgerError> {
        let delete = self.client.delete_item().table_name(&self.table).key("pk", AttributeValue::S(pk(id)));
        delete.send().await.map_err(Fault::of("dynamodb:DeleteItem (timer)"))?;
        Ok(())
    }

    /// The write of an incident's timer, to go with that of the incident; none where it needs none.
    pub(super) fn timer_write(&self, incident: &Incident) -> Result<Option<TransactWriteItem>, LedgerError> {
        Ok(self.timer(incident)?.map(|put| TransactWriteItem::builder().put(put).build()))
    }

    fn timer(&self, incident: &Incident) -> Result<Option<Put>, LedgerError> {
        let Some(until_ms) = incident.clock_ms() else { return Ok(None) };
        let expires = (until_ms / 1000).saturating_add(KEPT_S);
        let put = Put::builder()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(pk(&incident.id)))
            .item("kind", AttributeValue::S(kind(&incident.function)))
            .item("opened_at", AttributeValue::S(rfc3339(until_ms)))
            .item("expires_at", AttributeValue::N(expires.to_string()))
            .build();
        put.map(Some).map_err(built_wrong)
    }
}

const PREFIX: &str = "timer#";

fn pk(id: &str) -> String {
    format!("{PREFIX}{id}")
}

fn kind(function: &str) -> String {
    format!("timer-{function}")
}
