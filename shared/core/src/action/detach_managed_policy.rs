//! The request of `detach-managed-policy`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
use crate::detect::principal;
use crate::finding::{IamPrincipal, Target};

/// Detach this policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetachManagedPolicy {
    /// From whom.
    pub principal: IamPrincipal,
    /// Which.
    pub policy_arn: String,
}

impl Request for DetachManagedPolicy {
    const ID: ActionId = ActionId::DetachManagedPolicy;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", self.principal.kind(), self.principal.name())
    }

    fn target(&self) -> Target {
        Target::AttachedPolicy { principal: self.principal.clone(), policy_arn: self.policy_arn.clone() }
    }

    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let Ok(principal) = principal(place.call) else { return Vec::new() };
        let of = |arn: &String| Self { principal: principal.clone(), policy_arn: arn.clone() };
        place.values.iter().map(of).collect()
    }

    const TARGET: &'static str = "user|role|group/NAME/POLICY-ARN";

    fn by_hand(target: &str) -> Option<Self> {
        let (principal, policy_arn) = target.split_once("/arn:")?;
        Some(Self { principal: principal.parse().ok()?, policy_arn: format!("arn:{policy_arn}") })
    }
}
