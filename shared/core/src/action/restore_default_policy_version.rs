//! The request of `restore-default-policy-version`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};

/// Make the version before this one the policy's default again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreDefaultPolicyVersion {
    /// The policy.
    pub policy_arn: String,
    /// The version that offends: `v3`.
    pub version_id: String,
}

impl Request for RestoreDefaultPolicyVersion {
    const ID: ActionId = ActionId::RestoreDefaultPolicyVersion;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", "policy", &self.policy_arn)
    }

    const TARGET: &'static str = "POLICY-ARN@VERSION";

    fn by_hand(target: &str) -> Option<Self> {
        let (arn, version) = target.rsplit_once('@')?;
        let is_arn = arn.starts_with("arn:") && version.starts_with('v');
        is_arn.then(|| Self { policy_arn: arn.to_owned(), version_id: version.to_owned() })
    }
}
