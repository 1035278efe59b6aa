//! The request of `revoke-grant`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};
use crate::finding::Target;

/// Revoke this grant on a KMS key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeGrant {
    /// The key's id.
    pub key_id: String,
    /// The grant's id.
    pub grant_id: String,
}

impl RevokeGrant {
    /// A grant on a key that is named by its id or its ARN.
    #[must_use]
    pub fn of(key: &str, grant_id: &str) -> Option<Self> {
        let key_id = key.rsplit_once(":key/").map_or(key, |(_, id)| id);
        let named = !key_id.is_empty() && !key_id.contains(['/', ':']) && !grant_id.is_empty();
        named.then(|| Self { key_id: key_id.to_owned(), grant_id: grant_id.to_owned() })
    }
}

impl Request for RevokeGrant {
    const ID: ActionId = ActionId::RevokeGrant;

    fn resource(&self) -> ResourceId {
        ResourceId::new("kms", "key", &self.key_id)
    }

    fn target(&self) -> Target {
        Target::Resource { service: "kms".to_owned(), id: format!("{}/grant/{}", self.key_id, self.grant_id) }
    }

    const TARGET: &'static str = "KEY-ID/GRANT-ID";

    fn by_hand(target: &str) -> Option<Self> {
        let (key, grant) = target.rsplit_once('/')?;
        Self::of(key, grant)
    }
}
