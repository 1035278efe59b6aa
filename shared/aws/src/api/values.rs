//! Scalars between the model's shapes and the wire, and what is said of a value that fits neither.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Number, Value};

use super::model::{Format, Kind};

/// A value that does not fit the model, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    place: String,
    what: Cow<'static, str>,
}

impl Wrong {
    pub(super) fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self { place: String::new(), what: what.into() }
    }

    /// The same, within the member of that name.
    pub(super) fn within(mut self, name: &str) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{name}{dot}{}", self.place);
        self
    }

    /// The same, within the element of that number.
    pub(super) fn at(self, index: usize) -> Self {
        self.within(&format!("[{index}]"))
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() { f.write_str(&self.what) } else { write!(f, "`{}` {}", self.place, self.what) }
    }
}

/// A scalar as text, for forms, headers, paths and XML.
pub(super) fn text<'v>(kind: Kind<'_, '_>, value: &'v Value, format: Format) -> Result<Cow<'v, str>, Wrong> {
    match (kind, value) {
        (Kind::String, Value::String(text)) => Ok(Cow::Borrowed(text)),
        (Kind::Blob, Value::String(text)) => {
            bytes(value)?;
            Ok(Cow::Borrowed(text))
        }
        (Kind::Timestamp, _) => Ok(Cow::Owned(match timestamp(value, format)? {
            Value::String(text) => text,
            number => number.to_string(),
        })),
        (Kind::Integer | Kind::Float | Kind::Boolean, _) => {
            fits(kind, value)?;
            Ok(Cow::Owned(value.to_string()))
        }
        (Kind::String, _) => Err(Wrong::new("is not a string")),
        (Kind::Blob, _) => Err(Wrong::new("is not base64")),
        _ => Err(Wrong::new("cannot be written as text")),
    }
}

/// Whether a value is the number or the boolean that the model says.
pub(super) fn fits(kind: Kind<'_, '_>, value: &Value) -> Result<(), Wrong> {
    let (fits, what) = match kind {
        Kind::Integer => (value.is_i64() || value.is_u64(), "is not a whole number"),
        Kind::Float => (value.is_number(), "is not a number"),
        Kind::Boolean => (value.is_boolean(), "is neither true nor false"),
        _ => (value.is_string(), "is not a string"),
    };
    if fits { Ok(()) } else { Err(Wrong::new(what)) }
}

/// A blob's bytes.
pub(super) fn bytes(value: &Value) -> Result<Vec<u8>, Wrong> {
    let text = value.as_str().ok_or_else(|| Wrong::new("is not base64"))?;
    STANDARD.decode(text).map_err(|error| Wrong::new(format!("is not base64: {error}")))
}

/// Bytes as a blob.
pub(super) fn blob(bytes: &[u8]) -> Value {
    Value::String(STANDARD.encode(bytes))
}

/// An RFC 3339 timestamp in the format of the wire.
pub(super) fn timestamp(value: &Value, format: Format) -> Result<Value, Wrong> {
    let text = value.as_str().ok_or_else(|| Wrong::new("is not a timestamp"))?;
    let time: Timestamp = text.parse().map_err(|error| Wrong::new(format!("is not an RFC 3339 timestamp: {error}")))?;
    match format {
        Format::Iso8601 => Ok(Value::String(time.to_string())),
        Format::UnixTimestamp if time.subsec_nanosecond() == 0 => Ok(time.as_second().into()),
        Format::UnixTimestamp => {
            let number = Number::from_f64(time.as_duration().as_secs_f64());
            number.map(Value::Number).ok_or_else(|| Wrong::new("is not a timestamp"))
        }
        Format::Rfc822 => rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&time)
            .map(Value::String)
            .map_err(|error| Wrong::new(format!("is a timestamp that HTTP cannot say: {error}"))),
    }
}

/// A timestamp of an answer as RFC 3339. Services do not keep to one format, so every one is read everywhere.
pub(super) fn timestamp_of(value: &Value) -> Option<Value> {
    let time = match value {
        Value::Number(number) => seconds(number.as_f64()?)?,
        Value::String(text) => {
            let text = text.trim();
            text.parse()
                .ok()
                .or_else(|| rfc2822::DateTimeParser::new().parse_timestamp(text).ok())
                .or_else(|| seconds(text.parse().ok()?))
                .or_else(|| without_offset(text))?
        }
        _ => return None,
    };
    Some(Value::String(time.to_string()))
}

/// Some services leave out that they speak of UTC.
fn without_offset(text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn seconds(seconds: f64) -> Option<Timestamp> {
    // To the millisecond: the rest is the rounding of a floating-point number.
    #[allow(clippy::cast_possible_truncation, reason = "out of range saturates, and such a time is refused below")]
    let milliseconds = (seconds * 1000.0).round() as i64;
    Timestamp::from_millisecond(milliseconds).ok()
}

/// A scalar of an answer from its text; `None` where it is not what the model says.
pub(super) fn typed(kind: Kind<'_, '_>, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    match kind {
        Kind::Integer => {
            trimmed.parse::<i64>().ok().map(Into::into).or_else(|| trimmed.parse::<u64>().ok().map(Into::into))
        }
        Kind::Float => Some(trimmed.parse().ok().and_then(Number::from_f64).map_or_else(|| text.into(), Value::Number)),
        Kind::Boolean if trimmed.eq_ignore_ascii_case("true") => Some(true.into()),
        Kind::Boolean if trimmed.eq_ignore_ascii_case("false") => Some(false.into()),
        Kind::Boolean => None,
        Kind::Timestamp => timestamp_of(&text.into()),
        _ => Some(text.into()),
    }
}
