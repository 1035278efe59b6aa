//! What happened: typed events out of whatever Lambda delivers.
//!
//! Parsing is tolerant in what it reads and strict in what it concludes: unknown fields are kept,
//! missing ones are `None`, a failed call is never taken for a successful one, and what cannot be
//! understood is an error that names the place, never silence.

mod api_call;
mod delivery;
mod error;
mod logs;
mod other;
mod skim;
mod threat;

pub use api_call::{Actor, ApiCall, Scope, is_denial, is_network_activity, is_success, says_failure, without_date};
pub use delivery::{Delivery, DeliveryKind, Item, Message};
pub use error::{ParseError, ScopeError};
pub use logs::{LogBatch, LogLine};
pub use other::OtherRecord;
pub(crate) use skim::{Part, number_of};
pub use skim::{Read, Reader, SkimmedCall};
pub use threat::Threat;

use serde_json::{Map, Value};

/// One event, of a kind that some detector may read.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An AWS API call, console sign-in or service event that CloudTrail recorded.
    Call(Box<ApiCall>),
    /// What GuardDuty found.
    Threat(Box<Threat>),
    /// A schedule's tick.
    Tick(Tick),
    /// Log lines that a subscription pushed.
    Logs(LogBatch),
    /// What CloudTrail writes besides calls.
    Other(OtherRecord),
    /// A well-formed event of a kind that nothing here reads yet. Not an error.
    Unread(Unread),
}

/// A schedule's tick, as EventBridge sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The envelope's id.
    pub id: Option<String>,
    /// When it was sent, RFC 3339.
    pub time: Option<String>,
    /// The account it was sent in.
    pub account: Option<String>,
    /// The region it was sent in.
    pub region: Option<String>,
}

/// An event that is well-formed and not for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The envelope's id.
    pub id: Option<String>,
    /// The envelope's `source`, for example `aws.health`.
    pub source: Option<String>,
    /// The envelope's `detail-type`.
    pub detail_type: Option<String>,
}

impl Event {
    /// Reads one event from JSON text: an EventBridge envelope, a CloudTrail record or a finding of GuardDuty without one,
    /// or a CloudWatch Logs subscription payload.
    ///
    /// # Errors
    /// Says what is wrong and where: an empty text, text that is not JSON (line and column), JSON that
    /// is no event, or a log payload that cannot be unpacked.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.trim().is_empty() {
            return Err(ParseError::Empty);
        }
        if let Some(Read::Call(call)) = Reader::default().read(text) {
            return Ok(Self::Call(Box::new(call.call())));
        }
        Self::from_value(crate::json::parse(text).map_err(|e| ParseError::json(&e))?)
    }

    /// Reads one event from parsed JSON. See [`Event::parse`].
    ///
    /// # Errors
    /// As [`Event::parse`].
    pub fn from_value(value: Value) -> Result<Self, ParseError> {
        let Value::Object(mut object) = value else {
            return Err(ParseError::NotAnEvent { found: kind_of(&value) });
        };
        if let Some(data) = object.get("awslogs") {
            return LogBatch::unpack(data).map(Event::Logs);
        }
        if object.contains_key("detail-type") {
            return Self::from_envelope(object);
        }
        if let Some(threat) = Threat::of(&object) {
            return Ok(Event::Threat(Box::new(threat)));
        }
        if let Some(other) = OtherRecord::of(&object) {
            return Ok(Event::Other(other));
        }
        // The notifications of S3, DynamoDB and others have such fields too; their sources begin `aws:`.
        let of_notice = object.get("eventSource").and_then(Value::as_str).is_some_and(|s| s.starts_with("aws:"));
        if object.contains_key("eventName") && object.contains_key("eventSource") && !of_notice {
            return Ok(Event::Call(Box::new(ApiCall::new(std::mem::take(&mut object), None, None))));
        }
        Err(ParseError::UnknownShape { keys: object.keys().take(8).cloned().collect() })
    }

    fn from_envelope(mut envelope: Map<String, Value>) -> Result<Self, ParseError> {
        let take = |key: &str| envelope.get(key).and_then(Value::as_str).map(str::to_owned);
        let (id, source, detail_type) = (take("id"), take("source"), take("detail-type"));
        let (account, region, time) = (take("account"), take("region"), take("time"));
        match detail_type.as_deref() {
            Some(kind) if kind.ends_with("via CloudTrail") => match envelope.remove("detail") {
                Some(Value::Object(record)) => match OtherRecord::of(&record) {
                    Some(other) => Ok(Event::Other(other)),
                    None if record.contains_key("eventName") => {
                        Ok(Event::Call(Box::new(ApiCall::new(record, account, region))))
                    }
                    None => Err(ParseError::Envelope { id, wrong: "`detail` has no `eventName`" }),
                },
                _ => Err(ParseError::Envelope { id, wrong: "`detail` is not an object" }),
            },
            Some(GUARDDUTY) => {
                let threat = envelope.get("detail").and_then(Value::as_object).and_then(Threat::of);
                let threat = threat.ok_or(ParseError::Envelope { id, wrong: "`detail` is no finding of GuardDuty" })?;
                Ok(Event::Threat(Box::new(threat)))
            }
            Some("Scheduled Event") => Ok(Event::Tick(Tick { id, time, account, region })),
            Some(_) => Ok(Event::Unread(Unread { id, source, detail_type })),
            None => Err(ParseError::Envelope { id, wrong: "`detail-type` is not a string" }),
        }
    }
}

/// The `detail-type` of GuardDuty's findings.
const GUARDDUTY: &str = "GuardDuty Finding";

/// How old an event must be before what it names and cannot be found is believed to be gone. A user or a
/// policy that was just made may not be seen yet.
const SETTLED_MS: i64 = 60_000;

/// Whether an event of this time (RFC 3339) is so young at `now_ms` that AWS may not show yet what it
/// names. One that does not say when it happened is not.
#[must_use]
pub fn is_young(event_time: Option<&str>, now_ms: i64) -> bool {
    age_ms(event_time, now_ms).is_some_and(|age| age < SETTLED_MS)
}

/// How old an event of this time (RFC 3339) is at `now_ms`, in milliseconds; `None` where it does not say.
#[must_use]
pub fn age_ms(event_time: Option<&str>, now_ms: i64) -> Option<i64> {
    let happened = event_time.and_then(|time| time.parse::<jiff::Timestamp>().ok())?;
    Some(now_ms.saturating_sub(happened.as_millisecond()))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
