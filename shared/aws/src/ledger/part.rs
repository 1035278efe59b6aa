//! One part of the list of incidents, and incidents counted: for pages, which read a bounded part and say so. Always
//! queried, never scanned.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use riposte_core::incident::{Incident, rfc3339};

use super::list::LAST_MS;
use super::memory::{Known, Recalled};
use super::{Ledger, LedgerError, item};
use crate::fault::Fault;

/// A tally reads no more than so many pages of the index, of a megabyte each.
const TALLY_PAGES: usize = 5;

/// Which part of the list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Opened at this time or later, in milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// Opened before this time.
    pub until_ms: Option<i64>,
    /// After this one.
    pub after: Option<Place>,
    /// At most so many items.
    pub limit: u16,
}

/// A place in the list: the key of the last item that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The item's `opened_at`.
    pub opened_at: String,
    /// The item's `pk`.
    pub pk: String,
}

/// What one part of the list holds.
#[derive(Debug, Default)]
pub struct Parted {
    /// Newest first. Those that are remembered are shared with who remembers them.
    pub incidents: Vec<Arc<Incident>>,
    /// Items that cannot be read, each with why.
    pub unreadable: Vec<LedgerError>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<Place>,
}

/// Incidents by detector.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By the detector's id.
    pub by_detector: BTreeMap<String, u64>,
    /// How many were counted.
    pub counted: u64,
    /// The `opened_at` of the oldest of them.
    pub oldest: Option<String>,
    /// Whether all that were asked for were counted.
    pub complete: bool,
}

impl Ledger {
    /// One part of the list: one query, and one call for what is not remembered where anything is.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or refuses: also a place that is none.
    pub async fn part(&self, part: &Part) -> Result<Parted, LedgerError> {
        let start = part.after.as_ref().map(|place| {
            let text = |value: &str| AttributeValue::S(value.to_owned());
            HashMap::from([
                ("pk".to_owned(), text(&place.pk)),
                ("kind".to_owned(), text(item::KIND)),
                ("opened_at".to_owned(), text(&place.opened_at)),
            ])
        });
        let query = self.by_time(item::KIND, part.since_ms, part.until_ms);
        let query = query.set_projection_expression(self.asked_of_a_page());
        let page = query.limit(i32::from(part.limit)).set_exclusive_start_key(start).send().await;
        let mut page = page.map_err(Fault::of("dynamodb:Query (incidents)"))?;
        let known = self.memory.as_ref().map(|memory| &*memory.incidents);
        let mut parted = Parted::default();
        for item in self.recalled(page.items.take().unwrap_or_default(), known).await? {
            match self.recalled_incident(item, known).await {
                Ok(incident) => parted.incidents.push(incident),
                Err(error) => parted.unreadable.push(error),
            }
        }
        parted.next = page.last_evaluated_key().and_then(|key| {
            let text = |name: &str| item::string(key, name).map(str::to_owned);
            Some(Place { opened_at: text("opened_at")?, pk: text("pk")? })
        });
        Ok(parted)
    }

    /// The incident of an item of a page, remembered where anything is.
    pub(super) async fn recalled_incident(
        &self,
        item: Recalled<Incident>,
        known: Option<&Known<Incident>>,
    ) -> Result<Arc<Incident>, LedgerError> {
        match item {
            Recalled::Known(incident) => Ok(incident),
            Recalled::Gone(error) => Err(error),
            Recalled::Read(fields) => {
                let read = self.incident_of(&fields).await.map(|(incident, _)| incident);
                self.keep(known, &fields, read)
            }
        }
    }

    /// Counts incidents since a time, the newest first and a few megabytes of them at most. What is counted is what the
    /// table says beside the signed record.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or refuses.
    pub async fn tally(&self, since_ms: i64) -> Result<Tally, LedgerError> {
        let mut tally = Tally::default();
        let mut start = None;
        for _ in 0..TALLY_PAGES {
            let query = self.by_time(item::KIND, Some(since_ms), None).projection_expression("pk, detector, opened_at");
            let page = query.set_exclusive_start_key(start).send().await;
            let page = page.map_err(Fault::of("dynamodb:Query (tally)"))?;
            for fields in page.items() {
                let detector = item::string(fields, "detector").unwrap_or("(unknown)").to_owned();
                *tally.by_detector.entry(detector).or_default() += 1;
                tally.counted += 1;
                tally.oldest = item::string(fields, "opened_at").map(str::to_owned).or(tally.oldest);
            }
            start = page.last_evaluated_key().cloned();
            if start.is_none() {
                tally.complete = true;
                break;
            }
        }
        Ok(tally)
    }

    /// A query of the index for items of a kind, newest first: from `since_ms` on, and before `until_ms`. The index sorts
    /// by the text of the time, which is of one length until the year 10000.
    pub(super) fn by_time(&self, kind: &str, since_ms: Option<i64>, until_ms: Option<i64>) -> QueryFluentBuilder {
        let since = rfc3339(since_ms.unwrap_or_default().max(0));
        let until = rfc3339(until_ms.map_or(LAST_MS, |until| until.saturating_sub(1).max(0)));
        self.client
            .query()
            .table_name(&self.table)
            .index_name("by-time")
            .key_condition_expression("#k = :k AND opened_at BETWEEN :since AND :until")
            .expression_attribute_names("#k", "kind")
            .expression_attribute_values(":k", AttributeValue::S(kind.to_owned()))
            .expression_attribute_values(":since", AttributeValue::S(since))
            .expression_attribute_values(":until", AttributeValue::S(until))
            .scan_index_forward(false)
    }
}
