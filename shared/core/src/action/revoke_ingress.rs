//! The request of `revoke-ingress`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
use crate::finding::Target;
use crate::net::IngressRule;
use crate::net::ingress::{self, GroupRef};

/// Revoke these rules of the group, and no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeIngress {
    /// `sg-…`
    pub group_id: String,
    /// The rules that the finding covers.
    pub rules: Vec<IngressRule>,
}

impl Request for RevokeIngress {
    const ID: ActionId = ActionId::RevokeIngress;

    fn resource(&self) -> ResourceId {
        ResourceId::new("ec2", "security-group", &self.group_id)
    }

    fn target(&self) -> Target {
        Target::SecurityGroup { group_id: self.group_id.clone() }
    }

    /// All rules that the call added.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        match ingress::authorized(place.call) {
            Ok(write) => match write.group {
                GroupRef::Id(group_id) => vec![Self { group_id, rules: write.rules }],
                _ => Vec::new(),
            },
            Err(_) => Vec::new(),
        }
    }
}
