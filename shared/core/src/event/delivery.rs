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
    /// The SQS message; `None` for an event that came alone.
    pub message: Option<Message>,
    /// The event, or why it is none.
    pub event: Result<Event, ParseError>,
}

/// What SQS says of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id, by which a failure is reported.
    pub id: String,
    /// The handle of this delivery; empty where none came.
    pub receipt: String,
    /// How often it was delivered, this time included.
    pub receives: u32,
    /// Who sent it: a role's sessions are `AROA…:SESSION`.
    pub sender: String,
}

impl Message {
    fn of(record: &Value) -> Option<Self> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let attribute = |name: &str| text(record.get("attributes").and_then(|attributes| attributes.get(name)));
        Some(Self {
            id: record.get("messageId").and_then(Value::as_str)?.to_owned(),
            receipt: text(record.get("receiptHandle")),
            receives: attribute("ApproximateReceiveCount").parse().unwrap_or(1),
            sender: attribute("SenderId"),
        })
    }
}

impl Delivery {
    /// Reads an invocation's payload. Never fails as a whole: a payload that is no event is one item
    /// with its error.
    #[must_use]
    pub fn parse(payload: &str) -> Self {
        let single = |event| Self { kind: DeliveryKind::Single, items: vec![Item { message: None, event }] };
        if payload.trim().is_empty() {
            return single(Err(ParseError::Empty));
        }
        match crate::json::parse(payload) {
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
        let event = match record.get("body").and_then(Value::as_str) {
            Some(body) => Event::parse(body),
            None => Err(ParseError::NoBody),
        };
        Self { message: Message::of(record), event }
    }
}

/// The records of an SQS batch. Other services deliver `Records` too; theirs have no `aws:sqs`.
fn queue_records(value: &Value) -> Option<&Vec<Value>> {
    let records = value.get("Records")?.as_array()?;
    let of_sqs = |r: &Value| r.get("eventSource").and_then(Value::as_str) == Some("aws:sqs");
    (!records.is_empty() && records.iter().all(of_sqs)).then_some(records)
}
