//! The request of `remove-trusted-principal`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};
use crate::finding::Target;
use crate::iam::Outsider;

/// Take these out of the trust policy of this role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveTrustedPrincipal {
    /// The role's name.
    pub role_name: String,
    /// Who may become the role from outside, as the detector found them.
    pub outsiders: Vec<Outsider>,
}

impl Request for RemoveTrustedPrincipal {
    const ID: ActionId = ActionId::RemoveTrustedPrincipal;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", "role", &self.role_name)
    }

    fn target(&self) -> Target {
        Target::Resource { service: "iam".to_owned(), id: format!("role/{}", self.role_name) }
    }
}
