//! Plans that are larger than an item may be: they stand in items of their own, beside the incident.
//!
//! Whoever attacks chooses how many rules a group has and what their descriptions say, and DynamoDB refuses an item of more
//! than 400 KB. Such an item is named after its content, so that it is never changed, and is written before the incident that
//! names it: whoever reads the incident finds the plan that was signed with it. What a death in between leaves behind is an
//! item that nothing names.

use std::borrow::Cow;
use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use riposte_core::incident::Incident;
use riposte_core::seal::short_hash;

use super::pieces::pieces;
use super::{Ledger, LedgerError, item};
use crate::fault::Fault;

/// A plan of more bytes than this stands apart. Beside it an item holds the record, which has up to 256 KB of an event.
const MOST: usize = 120_000;

/// So many bytes of it stand in one item.
const EACH: usize = 300_000;

/// How many items hold the plan, and what they are named after.
const COUNT: &str = "plan_items";
const HASH: &str = "plan_hash";

fn pk(id: &str, hash: &str, n: usize) -> String {
    format!("plan#{id}#{hash}#{n}")
}

impl Ledger {
    /// The fields of an incident's item. A plan that is too large for it is written by itself first.
    pub(super) async fn fields(&self, incident: &Incident, version: u64) -> Result<item::Fields, LedgerError> {
        let mut fields = item::incident(incident, version, &self.keys)?;
        let large = item::string(&fields, item::PLAN).filter(|plan| plan.len() > MOST).map(str::to_owned);
        let Some(plan) = large else { return Ok(fields) };
        let hash = short_hash(&[&plan]);
        let pieces = pieces(&plan, EACH);
        for (n, piece) in pieces.iter().enumerate() {
            let put = self
                .client
                .put_item()
                .table_name(&self.table)
                .item("pk", AttributeValue::S(pk(&incident.id, &hash, n)))
                .item(item::PLAN, AttributeValue::S((*piece).to_owned()));
            put.send().await.map_err(Fault::of("dynamodb:PutItem (plan)"))?;
        }
        fields.remove(item::PLAN);
        fields.insert(COUNT.to_owned(), AttributeValue::N(pieces.len().to_string()));
        fields.insert(HASH.to_owned(), AttributeValue::S(hash));
        Ok(fields)
    }

    /// An incident from its item, with a plan that stands apart.
    pub(super) async fn incident_of(&self, fields: &item::Fields) -> Result<(Incident, u64), LedgerError> {
        item::read_incident(&*self.whole(fields).await?, &self.keys)
    }

    /// An incident's item with its plan in it.
    pub(super) async fn whole<'a>(&self, fields: &'a item::Fields) -> Result<Cow<'a, item::Fields>, LedgerError> {
        let count = fields.get(COUNT).and_then(|count| count.as_n().ok()).and_then(|n| n.parse::<usize>().ok());
        let (Some(count), Some(hash)) = (count, item::string(fields, HASH)) else {
            return Ok(Cow::Borrowed(fields));
        };
        let own = item::string(fields, "pk").unwrap_or_default();
        let wrong = |wrong: &str| LedgerError::Item { pk: own.to_owned(), wrong: wrong.to_owned() };
        // Far more than any plan has: whoever writes the table could have us read for ever.
        if count > 100 {
            return Err(wrong("its plan stands in too many items"));
        }
        let id = own.strip_prefix(item::PREFIX).unwrap_or_default();
        let pks: Vec<_> = (0..count).map(|n| pk(id, hash, n)).collect();
        let items = self.items(&pks.iter().cloned().collect::<BTreeSet<_>>()).await?;
        let mut plan = String::new();
        for pk in &pks {
            let piece = items.get(pk).and_then(|fields| item::string(fields, item::PLAN));
            plan.push_str(piece.ok_or_else(|| wrong("a part of its plan is gone"))?);
        }
        let mut whole = fields.clone();
        whole.insert(item::PLAN.to_owned(), AttributeValue::S(plan));
        Ok(Cow::Owned(whole))
    }
}
