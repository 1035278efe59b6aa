//! The request of `deny-principal`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId, caller};
use crate::finding::{IamPrincipal, Target};

/// Deny this user or role everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenyPrincipal {
    /// Whom. A group is nobody who acts.
    pub principal: IamPrincipal,
}

impl Request for DenyPrincipal {
    const ID: ActionId = ActionId::DenyPrincipal;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", self.principal.kind(), self.principal.name())
    }

    fn target(&self) -> Target {
        Target::Resource { service: "iam".to_owned(), id: self.principal.to_string() }
    }

    /// The target is the user's name, or its ARN. A role's ARN makes no request: whatever runs on the role would
    /// stop with it, where its sessions can be revoked.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let Ok(scope) = place.call.scope() else { return Vec::new() };
        let of = |name: &String| {
            if !name.starts_with("arn:") {
                return Some(IamPrincipal::User(name.clone()));
            }
            caller::principal(name, &scope.account).filter(|principal| matches!(principal, IamPrincipal::User(_)))
        };
        place.values.iter().filter_map(of).map(|principal| Self { principal }).collect()
    }

    const TARGET: &'static str = "user|role/NAME";

    fn by_hand(target: &str) -> Option<Self> {
        let principal = target.parse().ok()?;
        (!matches!(principal, IamPrincipal::Group(_))).then_some(Self { principal })
    }
}
