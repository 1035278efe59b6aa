//! The request of `remove-public-grants`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId, one};
use crate::finding::Target;

/// Take the grants to everyone off the access list of this bucket or object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovePublicGrants {
    /// The bucket.
    pub bucket: String,
    /// The object, where it is an object's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Request for RemovePublicGrants {
    const ID: ActionId = ActionId::RemovePublicGrants;

    fn resource(&self) -> ResourceId {
        match &self.key {
            Some(key) => ResourceId::new("s3", "object", format!("{}/{key}", self.bucket)),
            None => ResourceId::new("s3", "bucket", &self.bucket),
        }
    }

    fn target(&self) -> Target {
        self.resource().target()
    }

    /// The target is the bucket, or the object with its bucket beside it.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        match (place.beside("bucketName"), place.beside("key")) {
            (Some(bucket), key) => vec![Self { bucket, key }],
            (None, _) => one::names(place, "").into_iter().map(|bucket| Self { bucket, key: None }).collect(),
        }
    }

    const TARGET: &'static str = "BUCKET[/KEY]";

    fn by_hand(target: &str) -> Option<Self> {
        let (bucket, key) = target.split_once('/').map_or((target, None), |(bucket, key)| (bucket, Some(key)));
        let key = key.filter(|key| !key.is_empty()).map(str::to_owned);
        (!bucket.is_empty()).then(|| Self { bucket: bucket.to_owned(), key })
    }
}
