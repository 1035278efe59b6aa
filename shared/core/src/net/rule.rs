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
                // All protocols have no ports: EC2 describes them as -1, and takes the rule without.
                if let Some(port) = port.filter(|port| *port != -1 || self.protocol != "-1") {
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

/// A security group's rule as EC2 describes it, in a few words that name it alone among the group's rules:
/// `ingress tcp 22 from 0.0.0.0/0`. AWS holds no two rules of a group that agree in all of them, and gives the same
/// rule another id when it is authorized again.
#[must_use]
pub fn rule_name(rule: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let field = |name: &str| rule.get(name).filter(|value| !value.is_null()).map(text);
    let egress = rule.get("IsEgress").and_then(Value::as_bool) == Some(true);
    let port = |name: &str| field(name).filter(|port| port != "-1");
    let ports = match (port("FromPort"), port("ToPort")) {
        (None, None) => "all".to_owned(),
        (Some(from), Some(to)) if from == to => from,
        (from, to) => format!("{}-{}", from.unwrap_or_default(), to.unwrap_or_default()),
    };
    let group = || {
        let group = rule.get("ReferencedGroup")?.get("GroupId")?.as_str()?;
        let of = |name: &str| rule.get("ReferencedGroup")?.get(name)?.as_str();
        let mut name = group.to_owned();
        for more in ["UserId", "PeeringId"].into_iter().filter_map(of) {
            name = format!("{name}/{more}");
        }
        Some(name)
    };
    let other = field("CidrIpv4").or_else(|| field("CidrIpv6")).or_else(|| field("PrefixListId")).or_else(group);
    let (way, word) = if egress { ("egress", "to") } else { ("ingress", "from") };
    let protocol = match field("IpProtocol").unwrap_or_default() {
        all if all == "-1" => "all".to_owned(),
        protocol => protocol,
    };
    crate::text::plain(&format!("{way} {protocol} {ports} {word} {}", other.unwrap_or_default()), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_differ_have_names_that_differ() {
        let rule = |more: Value| {
            let mut rule = json!({ "IsEgress": false, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22 });
            rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            rule_name(&rule)
        };
        assert_eq!(rule(json!({ "CidrIpv4": "0.0.0.0/0" })), "ingress tcp 22 from 0.0.0.0/0");
        assert_eq!(rule(json!({ "CidrIpv6": "::/0", "ToPort": 80, "IsEgress": true })), "egress tcp 22-80 to ::/0");
        let peer = json!({ "ReferencedGroup": { "GroupId": "sg-2", "UserId": "1", "PeeringId": null } });
        assert_eq!(rule(peer), "ingress tcp 22 from sg-2/1");
        let all = json!({ "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "PrefixListId": "pl-1" });
        assert_eq!(rule(all), "ingress all all from pl-1");
    }
}
