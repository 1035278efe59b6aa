//! One ingress rule of a security group: one protocol, one span of ports, one source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One ingress rule. AWS splits every permission with several ranges into rules of this kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IngressRule {
    /// `sgr-…`; a request alone does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_id: Option<String>,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or another protocol's number.
    pub protocol: String,
    /// The first port, or the ICMP type; `None` and -1 mean all.
    pub from_port: Option<i32>,
    /// The last port, or the ICMP code; `None` and -1 mean all.
    pub to_port: Option<i32>,
    /// The source as written: an IPv4 or IPv6 CIDR.
    pub cidr: String,
    /// The rule's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The rule's own tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl IngressRule {
    /// Whether the source is an IPv6 range.
    #[must_use]
    pub fn is_ipv6(&self) -> bool {
        self.cidr.contains(':')
    }

    /// The rule as the EC2 API's `IpPermission`.
    #[must_use]
    pub fn permission(&self) -> Value {
        let (list, key) = if self.is_ipv6() { ("Ipv6Ranges", "CidrIpv6") } else { ("IpRanges", "CidrIp") };
        let mut range = json!({ key: self.cidr });
        if let (Value::Object(map), Some(text)) = (&mut range, &self.description) {
            map.insert("Description".to_owned(), Value::from(text.as_str()));
        }
        let mut permission = json!({ "IpProtocol": self.protocol, list: [range] });
        if let Value::Object(map) = &mut permission {
            for (name, port) in [("FromPort", self.from_port), ("ToPort", self.to_port)] {
                if let Some(port) = port {
                    map.insert(name.to_owned(), Value::from(port));
                }
            }
        }
        permission
    }

    /// The rule in a few words: `tcp 22 from 0.0.0.0/0`.
    #[must_use]
    pub fn label(&self) -> String {
        let ports = match (self.from_port, self.to_port) {
            (None | Some(-1), _) => "all".to_owned(),
            (Some(from), Some(to)) if from != to => format!("{from}-{to}"),
            (Some(from), _) => from.to_string(),
        };
        let protocol = if self.protocol == "-1" { "all protocols" } else { &self.protocol };
        crate::text::plain(&format!("{protocol} {ports} from {}", self.cidr), 120)
    }
}
