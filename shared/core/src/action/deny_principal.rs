//! The request of `deny-principal`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
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

    /// The target is the user's name.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        place.values.iter().map(|name| Self { principal: IamPrincipal::User(name.clone()) }).collect()
    }

    const TARGET: &'static str = "user|role/NAME";

    fn by_hand(target: &str) -> Option<Self> {
        let principal = target.parse().ok()?;
        (!matches!(principal, IamPrincipal::Group(_))).then_some(Self { principal })
    }
}
