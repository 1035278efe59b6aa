//! The request of `revoke-eks-access`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
use crate::finding::Target;
use crate::text::url_decoded;

/// Take this access policy from a principal of a Kubernetes cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeEksAccess {
    /// The cluster's name.
    pub cluster: String,
    /// Whose: the ARN of a user or a role.
    pub principal_arn: String,
    /// Which: `arn:PARTITION:eks::aws:cluster-access-policy/NAME`.
    pub policy_arn: String,
}

impl Request for RevokeEksAccess {
    const ID: ActionId = ActionId::RevokeEksAccess;

    fn resource(&self) -> ResourceId {
        ResourceId::new("eks", "access-entry", format!("{}/{}", self.cluster, self.principal_arn))
    }

    fn target(&self) -> Target {
        let policy = self.policy_arn.rsplit('/').next().unwrap_or(&self.policy_arn);
        Target::Resource { service: "eks".to_owned(), id: format!("{}/{}/{policy}", self.cluster, self.principal_arn) }
    }

    /// The target is the principal, whose ARN stands in the call's path and so is escaped; the rest stands beside it.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let (Some(cluster), Some(policy)) = (place.beside("name"), place.beside("policyArn")) else {
            return Vec::new();
        };
        let of = |principal: &String| Self {
            cluster: cluster.clone(),
            principal_arn: url_decoded(principal).into_owned(),
            policy_arn: url_decoded(&policy).into_owned(),
        };
        place.values.iter().map(of).collect()
    }
}
