//! The request of `disable-replication-rule`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};

/// Replicate to these buckets no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisableReplicationRule {
    /// The bucket that is replicated.
    pub bucket: String,
    /// The ARNs of the buckets that the rules copy to.
    pub destinations: Vec<String>,
}

impl Request for DisableReplicationRule {
    const ID: ActionId = ActionId::DisableReplicationRule;

    fn resource(&self) -> ResourceId {
        ResourceId::new("s3", "bucket", &self.bucket)
    }
}
