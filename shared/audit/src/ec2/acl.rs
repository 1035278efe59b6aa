//! What a network ACL lets in: its entries in their order, the first that fits decides.

use std::net::Ipv6Addr;

use ipnet::{IpNet, Ipv6Net};
use riposte_core::net::cidr::{internet_ranges, network};
use serde_json::Value;

use crate::verdict::Unknown;
use crate::view::{View, flag, number, text};

/// Over which families something stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Families {
    /// IPv4.
    pub v4: bool,
    /// IPv6.
    pub v6: bool,
}

impl Families {
    /// Those of some ranges.
    pub(crate) fn of<'a>(ranges: impl Iterator<Item = &'a str>) -> Self {
        ranges.fold(Self::default(), |all, range| {
            let v6 = range.contains(':');
            Self { v4: all.v4 || !v6, v6: all.v6 || v6 }
        })
    }

    /// Those of both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { v4: self.v4 && other.v4, v6: self.v6 && other.v6 }
    }

    /// Whether there is one.
    pub(crate) fn any(self) -> bool {
        self.v4 || self.v6
    }
}

/// Whether the internet comes in to a TCP (6) or UDP (17) port.
pub(crate) fn open_to_internet(v: &View<'_>, protocol: &str, port: u16) -> Result<bool, Unknown> {
    Ok(open_over(v, protocol, port)?.any())
}

/// Over which families the internet comes in to a TCP (6) or UDP (17) port.
pub(crate) fn open_over(v: &View<'_>, protocol: &str, port: u16) -> Result<Families, Unknown> {
    let mut entries: Vec<&Value> =
        v.list("DescribeNetworkAcls.Entries")?.iter().filter(|e| !flag(e, "Egress")).collect();
    entries.sort_by_key(|entry| whole(entry, "RuleNumber").unwrap_or(i64::MAX));
    let (mut allowed, mut denied): (Vec<IpNet>, Vec<IpNet>) = (Vec::new(), Vec::new());
    for entry in entries.into_iter().filter(|entry| fits(entry, protocol, port)) {
        let Some(cidr) = text(entry, "CidrBlock").or_else(|| text(entry, "Ipv6CidrBlock")) else { continue };
        let Ok(range) = network(cidr) else { continue };
        if text(entry, "RuleAction") == Some("deny") {
            denied.push(range);
            denied = IpNet::aggregate(&denied);
        } else {
            leave(range, &denied, &mut allowed);
        }
    }
    let ranges: Vec<String> = IpNet::aggregate(&allowed).iter().map(ToString::to_string).collect();
    let ranges: Vec<&str> = ranges.iter().map(String::as_str).collect();
    Ok(Families::of(internet_ranges(&ranges).into_iter().filter_map(|index| ranges.get(index).copied())))
}

/// The addresses of IPv6 that are given out at all.
const GIVEN_OUT: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What is left of a range that was not denied before, in networks; of IPv6 what is given out.
fn leave(range: IpNet, denied: &[IpNet], left: &mut Vec<IpNet>) {
    let range = match range {
        IpNet::V6(wide) if wide.contains(&GIVEN_OUT) => GIVEN_OUT.into(),
        IpNet::V6(other) if !GIVEN_OUT.contains(&other) => return,
        range => range,
    };
    if denied.iter().any(|denied| denied.contains(&range)) {
        return;
    }
    // Halves, down to what is denied: there are no more of them than denied networks times the bits of an address.
    let halves = range.subnets(range.prefix_len().saturating_add(1)).ok();
    match halves.filter(|_| denied.iter().any(|denied| range.contains(denied))) {
        Some(halves) => halves.for_each(|half| leave(half, denied, left)),
        None => left.push(range),
    }
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
