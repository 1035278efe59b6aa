//! What can be wrong with an event, told with its place.

use thiserror::Error;

/// Why a text is no event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The body has no characters but white space.
    #[error("the body is empty")]
    Empty,
    /// The body is not JSON.
    #[error("not JSON at line {line}, column {column}: {reason}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// The parser's own words, without the place.
        reason: String,
    },
    /// JSON, but no object.
    #[error("an event is a JSON object, this is {found}")]
    NotAnEvent {
        /// What it is instead.
        found: &'static str,
    },
    /// An object of no known shape.
    #[error(
        "neither an EventBridge envelope, nor a CloudTrail record, nor a log payload; its keys are {}",
        quoted(keys)
    )]
    UnknownShape {
        /// The first of its keys.
        keys: Vec<String>,
    },
    /// An EventBridge envelope with a fault.
    #[error("EventBridge event {}: {wrong}", quoted(id))]
    Envelope {
        /// The envelope's id.
        id: Option<String>,
        /// What is wrong with it.
        wrong: &'static str,
    },
    /// A CloudWatch Logs payload that cannot be unpacked.
    #[error("log payload: {step}: {reason}")]
    Logs {
        /// The step that failed: `base64`, `gzip` or `JSON`.
        step: &'static str,
        /// The decoder's words.
        reason: String,
    },
    /// A record of an SQS batch without a body.
    #[error("the SQS record has no `body`")]
    NoBody,
}

impl ParseError {
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let full = error.to_string();
        let reason = full.split(" at line ").next().unwrap_or_default().to_owned();
        Self::Json { line: error.line(), column: error.column(), reason }
    }
}

/// An event that cannot be placed in an account and a region. It is refused: to guess the region is to
/// act on somebody else's resource.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("event {} has no {missing}", quoted(event_id))]
pub struct ScopeError {
    /// The CloudTrail event id, where there is one.
    pub event_id: Option<String>,
    /// `account`, `region` or `event id`.
    pub missing: &'static str,
}

/// Names and ids from outside, in backticks and escaped.
fn quoted<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let list: Vec<_> = names.into_iter().map(|name| format!("`{}`", crate::text::plain(name, 80))).collect();
    if list.is_empty() { "(none)".to_owned() } else { list.join(", ") }
}
