//! What Lambda hands to a function: an SQS batch of events, or one event alone.

use serde_json::Value;

use super::{Event, ParseError};

/// All events of one invocation, each parsed on its own: one bad item never costs the others.
#[derive(Debug)]
pub struct Delivery {
    /// How they came, which decides how a failure is reported.
    pub kind: DeliveryKind,
    /// In the order of the batch.
    pub items: Vec<Item>,
}

/// How events came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryKind {
    /// An SQS batch: failed items are named in the response and come again.
    Queue,
    /// One event: a failure is the invocation's failure.
    Single,
}

/// One item of a delivery.
#[derive(Debug)]
pub struct Item {
    /// The SQS message id; `None` for an event that came alone.
    pub message_id: Option<String>,
    /// The event, or why it is none.
    pub event: Result<Event, ParseError>,
}

impl Delivery {
    /// Reads an invocation's payload. Never fails as a whole: a payload that is no event is one item
    /// with its error.
    #[must_use]
    pub fn parse(payload: &str) -> Self {
        let single = |event| Self { kind: DeliveryKind::Single, items: vec![Item { message_id: None, event }] };
        if payload.trim().is_empty() {
            return single(Err(ParseError::Empty));
        }
        match serde_json::from_str::<Value>(payload) {
            Err(error) => single(Err(ParseError::json(&error))),
            Ok(value) => match queue_records(&value) {
                Some(records) => {
                    Self { kind: DeliveryKind::Queue, items: records.iter().map(Item::from_record).collect() }
                }
                None => single(Event::from_value(value)),
            },
        }
    }
}

impl Item {
    fn from_record(record: &Value) -> Self {
        let message_id = record.get("messageId").and_then(Value::as_str).map(str::to_owned);
        let event = match record.get("body").and_then(Value::as_str) {
            Some(body) => Event::parse(body),
            None => Err(ParseError::NoBody),
        };
        Self { message_id, event }
    }
}

/// The records of an SQS batch. Other services deliver `Records` too; theirs have no `aws:sqs`.
fn queue_records(value: &Value) -> Option<&Vec<Value>> {
    let records = value.get("Records")?.as_array()?;
    let of_sqs = |r: &Value| r.get("eventSource").and_then(Value::as_str) == Some("aws:sqs");
    (!records.is_empty() && records.iter().all(of_sqs)).then_some(records)
}
