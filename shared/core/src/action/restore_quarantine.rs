//! The request of `restore-quarantine`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
use crate::finding::{IamPrincipal, Target};

/// Attach this quarantine policy of AWS to the user again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreQuarantine {
    /// Whose key leaked.
    pub user_name: String,
    /// The policy that was detached: `arn:PARTITION:iam::aws:policy/AWSCompromisedKeyQuarantine…`.
    pub policy_arn: String,
}

impl RestoreQuarantine {
    /// A request, where the policy is one of AWS's that quarantine a user.
    fn of(user_name: &str, policy_arn: &str) -> Option<Self> {
        let quarantines = policy_arn.contains(":iam::aws:policy/AWSCompromisedKeyQuarantine");
        let request = || Self { user_name: user_name.to_owned(), policy_arn: policy_arn.to_owned() };
        (quarantines && !user_name.is_empty()).then(request)
    }
}

impl Request for RestoreQuarantine {
    const ID: ActionId = ActionId::RestoreQuarantine;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", "user", &self.user_name)
    }

    fn target(&self) -> Target {
        let principal = IamPrincipal::User(self.user_name.clone());
        Target::AttachedPolicy { principal, policy_arn: self.policy_arn.clone() }
    }

    /// The target is the user's name; the policy stands beside it.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let Some(policy) = place.beside("policyArn") else { return Vec::new() };
        place.values.iter().filter_map(|user| Self::of(user, &policy)).collect()
    }

    const TARGET: &'static str = "USER/POLICY-ARN";

    fn by_hand(target: &str) -> Option<Self> {
        let (user, policy) = target.split_once("/arn:")?;
        Self::of(user, &format!("arn:{policy}"))
    }
}
