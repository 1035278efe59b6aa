//! The request of `restore-permissions-boundary`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};
use crate::finding::{IamPrincipal, Target};

/// Bound this user or role by its former permissions boundary again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestorePermissionsBoundary {
    /// Whose. A group has none.
    pub principal: IamPrincipal,
    /// The boundary that stood at an earlier time than this one is restored: RFC 3339. `None` for the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl Request for RestorePermissionsBoundary {
    const ID: ActionId = ActionId::RestorePermissionsBoundary;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", self.principal.kind(), self.principal.name())
    }

    fn target(&self) -> Target {
        Target::Resource { service: "iam".to_owned(), id: format!("{}/permissions-boundary", self.principal) }
    }

    const TARGET: &'static str = "user|role/NAME";

    fn by_hand(target: &str) -> Option<Self> {
        let principal = target.parse().ok()?;
        (!matches!(principal, IamPrincipal::Group(_))).then_some(Self { principal, before: None })
    }
}
