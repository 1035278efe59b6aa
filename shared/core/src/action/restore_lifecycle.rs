//! The request of `restore-lifecycle`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId, one};

/// Set the lifecycle that this bucket had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreLifecycle {
    /// The bucket.
    pub bucket: String,
    /// What stood at an earlier time than this one is restored: RFC 3339. `None` for the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl Request for RestoreLifecycle {
    const ID: ActionId = ActionId::RestoreLifecycle;

    fn resource(&self) -> ResourceId {
        ResourceId::new("s3", "bucket", &self.bucket)
    }

    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let before = place.call.event_time().map(str::to_owned);
        one::names(place, "").into_iter().map(|bucket| Self { bucket, before: before.clone() }).collect()
    }

    const TARGET: &'static str = "BUCKET";

    fn by_hand(target: &str) -> Option<Self> {
        one::named(target, "").map(|bucket| Self { bucket, before: None })
    }
}
