//! The request of `remove-acl-entry`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};

/// Take this entry out of the network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveAclEntry {
    /// `acl-…`
    pub acl_id: String,
    /// The entry's place in the order of evaluation.
    pub rule_number: i64,
    /// The range that it lets in: another entry may have taken its number by now.
    pub cidr: String,
}

impl Request for RemoveAclEntry {
    const ID: ActionId = ActionId::RemoveAclEntry;

    fn resource(&self) -> ResourceId {
        ResourceId::new("ec2", "network-acl", &self.acl_id)
    }

    const TARGET: &'static str = "ACL-ID/RULE-NUMBER/CIDR";

    fn by_hand(target: &str) -> Option<Self> {
        let (acl_id, rest) = target.split_once('/')?;
        let (number, cidr) = rest.split_once('/')?;
        Some(Self { acl_id: acl_id.to_owned(), rule_number: number.parse().ok()?, cidr: cidr.to_owned() })
    }
}
