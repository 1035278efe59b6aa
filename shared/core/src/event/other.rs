//! What CloudTrail writes besides calls.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A well-formed record of CloudTrail that is no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtherRecord {
    /// A digest file, which proves that log files are unchanged.
    Digest,
    /// An Insights event: an unusual rate of calls, which are recorded themselves.
    Insight,
    /// A sum over many data events, which stands in their place.
    Aggregated,
    /// What CloudTrail Lake holds of other services: configuration items, evidence of Audit Manager, activity of
    /// partners.
    Lake,
}

impl fmt::Display for OtherRecord {
    /// In the plural, for a summary.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Digest => "digest files",
            Self::Insight => "Insights events",
            Self::Aggregated => "aggregated events",
            Self::Lake => "events of CloudTrail Lake that are no calls",
        })
    }
}

impl OtherRecord {
    /// What a record is, where it is no call.
    #[must_use]
    pub fn of(record: &Map<String, Value>) -> Option<Self> {
        let text = |key: &str| record.get(key).and_then(Value::as_str);
        let has = |key: &str| record.contains_key(key);
        Self::told(text("eventType"), text("eventCategory"), has)
    }

    /// The same from the fields that decide it; `has` says whether a field is there.
    #[must_use]
    pub fn told(event_type: Option<&str>, category: Option<&str>, has: impl Fn(&str) -> bool) -> Option<Self> {
        match (event_type, category) {
            (Some("AwsCloudTrailInsight"), _) | (_, Some("Insight")) => Some(Self::Insight),
            (Some("AwsAggregatedEvent"), _) | (_, Some("Aggregated")) => Some(Self::Aggregated),
            (_, Some("ConfigurationItem" | "Evidence" | "ActivityAuditLog")) => Some(Self::Lake),
            _ if has("eventName") => None,
            _ if has("insightDetails") => Some(Self::Insight),
            _ if has("digestS3Object") => Some(Self::Digest),
            _ => None,
        }
    }
}
