//! What of a record decides whether any detector reads it, taken from its text without building the record.
//!
//! Most records are nobody's. They are still read to the end, so that one that is broken is told; but nothing
//! of them is kept, which costs a fraction of parsing them.

use std::borrow::Cow;
use std::fmt;

use riposte_core::detect;
use riposte_core::event::{OtherRecord, is_denial, is_network_activity, says_failure};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A record's kind.
#[derive(Debug, PartialEq)]
pub(super) enum Kind<'a> {
    /// An API call, with or without an envelope.
    Call(Box<Head<'a>>),
    /// What CloudTrail and EventBridge write besides API calls.
    Other(Other),
    /// None of these: [`riposte_core::event::Event::parse`] says what is wrong.
    Unknown,
}

/// Well-formed, and no API call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Other {
    /// A record of CloudTrail that is no call.
    Record(OtherRecord),
    /// An EventBridge event of another kind.
    Event,
    /// Log lines that hold no record.
    Logs,
    /// A record that the options leave out.
    LeftOut,
}

impl fmt::Display for Other {
    /// In the plural, for the summary.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(other) => other.fmt(f),
            Self::Event => f.write_str("EventBridge events of other kinds"),
            Self::Logs => f.write_str("log lines that hold no record"),
            Self::LeftOut => f.write_str("records that the options leave out"),
        }
    }
}

/// What the index of detectors asks of a call.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Head<'a> {
    name: Cow<'a, str>,
    source: Option<Cow<'a, str>>,
    failed: bool,
    denied: bool,
    by_root: bool,
    network_activity: bool,
    by_tool: bool,
}

/// As the index takes it.
impl<'a> From<&'a Head<'_>> for detect::Head<'a> {
    fn from(head: &'a Head<'_>) -> Self {
        Self {
            name: &head.name,
            source: head.source.as_deref(),
            failed: head.failed,
            denied: head.denied,
            by_root: head.by_root,
            network_activity: head.network_activity,
            by_tool: head.by_tool,
        }
    }
}

impl<'a> Kind<'a> {
    /// Reads a record's text.
    ///
    /// # Errors
    /// Where it is not JSON, or no object.
    pub(super) fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        let Keys(keys) = serde_json::from_str(text)?;
        keys.kind()
    }
}

/// The values of the keys that matter, as they are written. Where a key stands twice the last one counts, as in
/// a parsed record.
#[derive(Debug, Default)]
struct Values<'a> {
    event_name: Option<&'a str>,
    event_source: Option<&'a str>,
    event_type: Option<&'a str>,
    category: Option<&'a str>,
    error_code: Option<&'a str>,
    error_message: Option<&'a str>,
    identity: Option<&'a str>,
    user_agent: Option<&'a str>,
    response: Option<&'a str>,
    detail_type: Option<&'a str>,
    detail: Option<&'a str>,
    logs: bool,
    digest: bool,
    insight: bool,
}

impl<'a> Values<'a> {
    fn place(&mut self, key: &str) -> Option<&mut Option<&'a str>> {
        Some(match key {
            "eventName" => &mut self.event_name,
            "eventSource" => &mut self.event_source,
            "eventType" => &mut self.event_type,
            "eventCategory" => &mut self.category,
            "errorCode" => &mut self.error_code,
            "errorMessage" => &mut self.error_message,
            "userIdentity" => &mut self.identity,
            "userAgent" => &mut self.user_agent,
            "responseElements" => &mut self.response,
            "detail-type" => &mut self.detail_type,
            "detail" => &mut self.detail,
            other => {
                self.logs |= other == "awslogs";
                self.digest |= other == "digestS3Object";
                self.insight |= other == "insightDetails";
                return None;
            }
        })
    }

    fn kind(&self) -> Result<Kind<'a>, serde_json::Error> {
        if self.logs {
            return Ok(Kind::Unknown);
        }
        if let Some(detail_type) = self.detail_type {
            let detail = self.detail.filter(|detail| detail.starts_with('{'));
            return Ok(match (string(detail_type), detail) {
                (Some(kind), Some(detail)) if kind.ends_with("via CloudTrail") => {
                    let Keys(detail) = serde_json::from_str(detail)?;
                    match detail.other() {
                        Some(other) => Kind::Other(Other::Record(other)),
                        None if detail.event_name.is_some() => Kind::Call(Box::new(detail.head())),
                        None => Kind::Unknown,
                    }
                }
                (Some(kind), _) if !kind.ends_with("via CloudTrail") => Kind::Other(Other::Event),
                _ => Kind::Unknown,
            });
        }
        if let Some(other) = self.other() {
            return Ok(Kind::Other(Other::Record(other)));
        }
        // The notifications of S3, DynamoDB and others have such fields too; their sources begin `aws:`.
        let of_notice = self.event_source.and_then(string).is_some_and(|source| source.starts_with("aws:"));
        Ok(if self.event_name.is_some() && self.event_source.is_some() && !of_notice {
            Kind::Call(Box::new(self.head()))
        } else {
            Kind::Unknown
        })
    }

    fn other(&self) -> Option<OtherRecord> {
        let (kind, category) = (self.event_type.and_then(string), self.category.and_then(string));
        OtherRecord::told(kind.as_deref(), category.as_deref(), |key| match key {
            "eventName" => self.event_name.is_some(),
            "insightDetails" => self.insight,
            "digestS3Object" => self.digest,
            _ => false,
        })
    }

    /// The same answers that [`riposte_core::event::ApiCall`] gives.
    fn head(&self) -> Head<'a> {
        let (kind, category) = (self.event_type.and_then(string), self.category.and_then(string));
        Head {
            failed: self.says_failure() || self.login_failed(),
            network_activity: is_network_activity(kind.as_deref(), category.as_deref()),
            denied: self.error_code.and_then(string).is_some_and(|code| is_denial(&code)),
            by_root: self.by_root(),
            by_tool: self.user_agent.and_then(string).is_some_and(|agent| detect::is_known_tool(&agent)),
            name: self.event_name.and_then(string).unwrap_or_default(),
            source: self.event_source.and_then(string),
        }
    }

    fn says_failure(&self) -> bool {
        let read = |raw: Option<&str>| {
            raw.filter(|raw| *raw != "null").and_then(|raw| serde_json::from_str::<Value>(raw).ok())
        };
        let (code, message) = (read(self.error_code), read(self.error_message));
        says_failure(code.as_ref(), message.as_ref())
    }

    fn by_root(&self) -> bool {
        let Some(identity) = parsed_if(self.identity, "Root") else { return false };
        let of = |key: &str| identity.get(key).and_then(Value::as_str);
        let service_event = self.event_type.and_then(string).is_some_and(|kind| kind == "AwsServiceEvent");
        of("type") == Some("Root") && of("invokedBy").is_none() && !service_event
    }

    fn login_failed(&self) -> bool {
        let response = parsed_if(self.response, "ConsoleLogin");
        let login = response.as_ref().and_then(|response| response.get("ConsoleLogin")).and_then(Value::as_str);
        login.is_some_and(|outcome| outcome.eq_ignore_ascii_case("failure"))
    }
}

/// A part of the record, parsed only where it may hold the word, plain or escaped.
fn parsed_if(raw: Option<&str>, word: &str) -> Option<Value> {
    let raw = raw.filter(|raw| raw.contains(word) || raw.contains("\\u"))?;
    serde_json::from_str(raw).ok()
}

/// What a JSON string says; `None` for another value.
fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inside = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inside)) }
}

struct Keys<'a>(Values<'a>);

/// A key, borrowed unless it has escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Keys<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Keys<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event, which is a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys<'de>, A::Error> {
                let mut values = Values::default();
                while let Some(Key(key)) = map.next_key()? {
                    match values.place(&key) {
                        Some(place) => *place = Some(map.next_value::<&'de RawValue>()?.get()),
                        None => _ = map.next_value::<IgnoredAny>()?,
                    }
                }
                Ok(Keys(values))
            }
        }
        from.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use riposte_core::event::Event;
    use serde_json::json;

    use super::*;

    /// What a head says and what the whole record says must be the same, or events would be passed over.
    fn check(record: &Value) {
        let text = record.to_string();
        match (Kind::read(&text).unwrap(), Event::parse(&text)) {
            (Kind::Call(head), Ok(Event::Call(call))) => {
                let (read, whole) = (detect::Head::from(&*head), detect::Head::from(&*call));
                let all = |head: detect::Head<'_>| {
                    let source = head.source.map(str::to_owned);
                    (
                        head.name.to_owned(),
                        source,
                        head.failed,
                        head.denied,
                        head.by_root,
                        head.network_activity,
                        head.by_tool,
                    )
                };
                assert_eq!(all(read), all(whole), "{text}");
            }
            (Kind::Other(Other::Event), Ok(Event::Tick(_) | Event::Unread(_))) | (Kind::Unknown, Err(_)) => {}
            (Kind::Other(Other::Record(head)), Ok(Event::Other(whole))) => assert_eq!(head, whole, "{text}"),
            (head, whole) => panic!("{text}: {head:?}, but {whole:?}"),
        }
    }

    fn odd() -> impl Strategy<Value = Value> {
        let texts = [
            "Root",
            "IAMUser",
            "ConsoleLogin",
            "Failure",
            "AccessDenied",
            "Client.UnauthorizedOperation",
            "a\"b",
            "",
            "200",
            "Success",
            "AwsVpceEvent",
            "NetworkActivity",
            "Insight",
            "AwsAggregatedEvent",
            "aws:s3",
            "Pacu/1",
        ];
        prop_oneof![
            prop::sample::select(texts.to_vec()).prop_map(Value::from),
            Just(Value::Null),
            Just(json!(1)),
            Just(json!(200)),
            Just(json!([])),
            Just(json!({"type": "Root"})),
            Just(json!({"type": "Root", "invokedBy": "x.amazonaws.com"})),
            Just(json!({"ConsoleLogin": "Failure"})),
            Just(json!({"ConsoleLogin": "Success"})),
        ]
    }

    fn record() -> impl Strategy<Value = Value> {
        let keys = prop::sample::select(vec![
            "eventName",
            "eventSource",
            "eventType",
            "eventCategory",
            "errorCode",
            "errorMessage",
            "userIdentity",
            "userAgent",
            "responseElements",
            "insightDetails",
            "digestS3Object",
        ]);
        proptest::collection::btree_map(keys, odd(), 0..8).prop_map(|map| {
            let mut record: serde_json::Map<_, _> =
                map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            record.entry("eventName").or_insert_with(|| json!("ConsoleLogin"));
            Value::Object(record)
        })
    }

    proptest! {
        #[test]
        fn a_head_says_what_the_record_says(record in record(), kind in odd()) {
            check(&record);
            check(&json!({"detail-type": "AWS API Call via CloudTrail", "detail": record}));
            check(&json!({"detail-type": kind, "detail": record}));
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        for (text, kind) in [
            (r#"{"digestS3Object": "x", "logFiles": []}"#, Kind::Other(Other::Record(OtherRecord::Digest))),
            (r#"{"insightDetails": {}}"#, Kind::Other(Other::Record(OtherRecord::Insight))),
            (r#"{"eventType": "AwsCloudTrailInsight"}"#, Kind::Other(Other::Record(OtherRecord::Insight))),
            (r#"{"eventCategory": "Aggregated"}"#, Kind::Other(Other::Record(OtherRecord::Aggregated))),
            (r#"{"eventCategory": "Evidence", "eventName": "x"}"#, Kind::Other(Other::Record(OtherRecord::Lake))),
            (r#"{"detail-type": "Scheduled Event"}"#, Kind::Other(Other::Event)),
            (r#"{"awslogs": {"data": ""}}"#, Kind::Unknown),
            (r#"{"eventName": "ObjectCreated:Put", "eventSource": "aws:s3"}"#, Kind::Unknown),
            (r#"{"eventName": "A"}"#, Kind::Unknown),
            (r#"{"rule_id": 1}"#, Kind::Unknown),
        ] {
            assert_eq!(Kind::read(text).unwrap(), kind, "{text}");
        }
        for broken in ["[1]", "\"text\"", "{\"a\":}", "{\"a\":1}x"] {
            assert!(Kind::read(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_key_may_stand_twice_and_be_escaped() {
        let text = r#"{"eventName":"A","event\u004eame":"\u0042","eventSource":null,"errorCode":"x","errorCode":null}"#;
        let Kind::Call(head) = Kind::read(text).unwrap() else { panic!("no call") };
        assert_eq!((head.name.as_ref(), head.source.as_deref(), head.failed), ("B", None, false));
    }
}
