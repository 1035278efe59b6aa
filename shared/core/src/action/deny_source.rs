//! The request of `deny-source`.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};
use crate::finding::Target;
use crate::net::address::normalized;

/// Deny this address before it reaches the host that writes the log stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenySource {
    /// The attacker's address.
    pub address: IpAddr,
    /// The log group.
    pub group: String,
    /// The log stream, which names the host.
    pub stream: String,
}

impl Request for DenySource {
    const ID: ActionId = ActionId::DenySource;

    /// The network ACL in front of the host that writes the stream. Hosts share network ACLs; which one it is, is known
    /// once it is planned, and is leased then.
    fn resource(&self) -> ResourceId {
        ResourceId::new("ec2", "network-acl", format!("of/{}:{}", self.group, self.stream))
    }

    fn target(&self) -> Target {
        Target::Source { address: self.address, group: self.group.clone(), stream: self.stream.clone() }
    }

    const TARGET: &'static str = "ADDRESS@LOG-STREAM";

    fn by_hand(target: &str) -> Option<Self> {
        let (address, stream) = target.split_once('@').filter(|(_, stream)| !stream.is_empty())?;
        Some(Self { address: normalized(address)?, group: "by-hand".to_owned(), stream: stream.to_owned() })
    }
}
