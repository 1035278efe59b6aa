//! What a network ACL lets in: its entries in their order, the first that fits decides.

use ipnet::IpNet;
use riposte_core::net::cidr::{internet_ranges, network};
use serde_json::Value;

use crate::verdict::Unknown;
use crate::view::{View, flag, number, text};

/// Whether the internet comes in to a TCP (6) or UDP (17) port.
pub(crate) fn open_to_internet(v: &View<'_>, protocol: &str, port: u16) -> Result<bool, Unknown> {
    let mut entries: Vec<&Value> =
        v.list("DescribeNetworkAcls.Entries")?.iter().filter(|e| !flag(e, "Egress")).collect();
    entries.sort_by_key(|entry| whole(entry, "RuleNumber").unwrap_or(i64::MAX));
    let (mut allowed, mut denied): (Vec<&str>, Vec<IpNet>) = (Vec::new(), Vec::new());
    for entry in entries.into_iter().filter(|entry| fits(entry, protocol, port)) {
        let Some(cidr) = text(entry, "CidrBlock").or_else(|| text(entry, "Ipv6CidrBlock")) else { continue };
        let Ok(range) = network(cidr) else { continue };
        if text(entry, "RuleAction") == Some("deny") {
            denied.push(range);
            denied = IpNet::aggregate(&denied);
        } else if !denied.iter().any(|denied| denied.contains(&range)) {
            allowed.push(cidr);
        }
    }
    Ok(!internet_ranges(&allowed).is_empty())
}

fn fits(entry: &Value, protocol: &str, port: u16) -> bool {
    match text(entry, "Protocol") {
        Some("-1") => true,
        Some(own) if own == protocol => {
            let bound = |name: &str, else_: i64| whole(entry, name).unwrap_or(else_);
            let (from, to) = (bound("PortRange.From", 0), bound("PortRange.To", 65535));
            (from..=to).contains(&i64::from(port))
        }
        _ => false,
    }
}

#[allow(clippy::cast_possible_truncation, reason = "ports and rule numbers are small")]
fn whole(entry: &Value, name: &str) -> Option<i64> {
    number(entry, name).map(|number| number as i64)
}
