//! The request of `disable-lifecycle-rule`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ActionId, Request, ResourceId};
use crate::detect::deletes_everything;

/// Disable the rules of this bucket's lifecycle that delete everything soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisableLifecycleRule {
    /// The bucket.
    pub bucket: String,
    /// When they were set, which says what a rule with a date means: RFC 3339.
    pub set_at: String,
}

impl DisableLifecycleRule {
    /// Whether a rule is in force, holds for the whole bucket and deletes soon, as the detector asks.
    #[must_use]
    pub fn offends(&self, rule: &Value) -> bool {
        deletes_everything(rule, Some(&self.set_at))
    }
}

impl Request for DisableLifecycleRule {
    const ID: ActionId = ActionId::DisableLifecycleRule;

    fn resource(&self) -> ResourceId {
        ResourceId::new("s3", "bucket", &self.bucket)
    }

    const TARGET: &'static str = "BUCKET@TIME";

    fn by_hand(target: &str) -> Option<Self> {
        let (bucket, time) = target.rsplit_once('@')?;
        time.parse::<jiff::Timestamp>().ok()?;
        (!bucket.is_empty()).then(|| Self { bucket: bucket.to_owned(), set_at: time.to_owned() })
    }
}
