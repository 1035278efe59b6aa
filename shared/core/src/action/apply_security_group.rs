//! The request of `apply-security-group`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{ActionId, Request, ResourceId};
use crate::finding::Target;
use crate::net::rule_name;

/// Bring the group to exactly these rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplySecurityGroup {
    /// `sg-…`
    pub group_id: String,
    /// Which rules are brought to what is declared, the others stay as they are.
    #[serde(default)]
    pub ways: Ways,
    /// The rules that there are to be.
    pub rules: Vec<DeclaredRule>,
}

/// Which of a group's rules a declaration is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ways {
    /// Inbound ones.
    #[default]
    Ingress,
    /// Outbound ones.
    Egress,
    /// All of them.
    Both,
}

impl Ways {
    /// Whether outbound (`true`) or inbound rules belong to it.
    #[must_use]
    pub fn covers(self, egress: bool) -> bool {
        match self {
            Self::Ingress => !egress,
            Self::Egress => egress,
            Self::Both => true,
        }
    }
}

/// One rule: one protocol, one span of ports, one peer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeclaredRule {
    /// Outbound.
    #[serde(default)]
    pub egress: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, or `-1` for all.
    pub protocol: String,
    /// The first port, or the ICMP type; -1 for all.
    pub from_port: i32,
    /// The last port, or the ICMP code; -1 for all.
    pub to_port: i32,
    /// A network (IPv4 or IPv6), a group (`sg-…`) or a prefix list (`pl-…`).
    pub peer: String,
    /// Its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl DeclaredRule {
    /// How it is named among the group's rules, which is how EC2's own description of it is named.
    #[must_use]
    pub fn name(&self) -> String {
        let peer = match self.kind() {
            Peer::Group => json!({ "ReferencedGroup": { "GroupId": self.peer } }),
            Peer::List => json!({ "PrefixListId": self.peer }),
            Peer::Ipv6 => json!({ "CidrIpv6": self.peer }),
            Peer::Ipv4 => json!({ "CidrIpv4": self.peer }),
        };
        let mut rule = json!({
            "IsEgress": self.egress, "IpProtocol": self.protocol, "FromPort": self.from_port, "ToPort": self.to_port,
        });
        if let (Some(rule), Some(peer)) = (rule.as_object_mut(), peer.as_object()) {
            rule.extend(peer.clone());
        }
        rule_name(&rule)
    }

    /// The rule as the EC2 API's `IpPermission`.
    #[must_use]
    pub fn permission(&self) -> Value {
        let (list, key) = match self.kind() {
            Peer::Group => ("UserIdGroupPairs", "GroupId"),
            Peer::List => ("PrefixListIds", "PrefixListId"),
            Peer::Ipv6 => ("Ipv6Ranges", "CidrIpv6"),
            Peer::Ipv4 => ("IpRanges", "CidrIp"),
        };
        let mut peer = Map::from_iter([(key.to_owned(), json!(self.peer))]);
        if let Some(text) = &self.description {
            peer.insert("Description".to_owned(), json!(text));
        }
        let mut permission = Map::from_iter([
            ("IpProtocol".to_owned(), json!(self.protocol)),
            (list.to_owned(), json!([peer])),
        ]);
        if self.protocol != "-1" {
            permission.insert("FromPort".to_owned(), json!(self.from_port));
            permission.insert("ToPort".to_owned(), json!(self.to_port));
        }
        Value::Object(permission)
    }

    fn kind(&self) -> Peer {
        if self.peer.starts_with("sg-") {
            Peer::Group
        } else if self.peer.starts_with("pl-") {
            Peer::List
        } else if self.peer.contains(':') {
            Peer::Ipv6
        } else {
            Peer::Ipv4
        }
    }
}

enum Peer {
    Group,
    List,
    Ipv6,
    Ipv4,
}

impl Request for ApplySecurityGroup {
    const ID: ActionId = ActionId::ApplySecurityGroup;

    fn resource(&self) -> ResourceId {
        ResourceId::new("ec2", "security-group", &self.group_id)
    }

    fn target(&self) -> Target {
        Target::SecurityGroup { group_id: self.group_id.clone() }
    }
}
