//! The request of `block-public-access`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId, one};

/// Set the public access block of this bucket, or of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockPublicAccess {
    /// The bucket; `None` for the account's own block.
    pub bucket: Option<String>,
}

impl Request for BlockPublicAccess {
    const ID: ActionId = ActionId::BlockPublicAccess;

    fn resource(&self) -> ResourceId {
        match &self.bucket {
            Some(bucket) => ResourceId::new("s3", "bucket", bucket),
            None => ResourceId::new("s3", "account", "public-access-block"),
        }
    }

    /// The calls on the account's own block name no bucket.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        if place.call.event_name().contains("Account") {
            return vec![Self { bucket: None }];
        }
        one::names(place, "").into_iter().map(|bucket| Self { bucket: Some(bucket) }).collect()
    }

    const TARGET: &'static str = "BUCKET|account";

    fn by_hand(target: &str) -> Option<Self> {
        match target {
            "account" => Some(Self { bucket: None }),
            target => one::named(target, "").map(|bucket| Self { bucket: Some(bucket) }),
        }
    }
}
