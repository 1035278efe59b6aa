//! Who called, as an address: normalized from every spelling that CloudTrail uses.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// The address in a record's `sourceIPAddress`, in its shortest form. An IPv4 address that is written as IPv6
/// (`::ffff:192.0.2.1`, and the same in hexadecimal) is that IPv4 address. `None` for what is no address: a service's
/// name (`cloudformation.amazonaws.com`), `AWS Internal`, an empty text.
#[must_use]
pub fn normalized(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text);
    // A zone (`fe80::1%eth0`) says which interface, and nothing of the address.
    let text = text.split('%').next().unwrap_or(text);
    text.parse::<IpAddr>().ok().map(canonical)
}

/// The same address, as IPv4 where it is one.
#[must_use]
pub fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().or_else(|| translated(v6)).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// The IPv4 address behind the well-known prefix of NAT64 (64:ff9b::/96, RFC 6052).
fn translated(address: Ipv6Addr) -> Option<std::net::Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let [x, y] = high.to_be_bytes();
    let [z, w] = low.to_be_bytes();
    ([a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0]).then(|| std::net::Ipv4Addr::new(x, y, z, w))
}

/// Whether an address lies in one of the networks, however either of them is written.
#[must_use]
pub fn within(address: IpAddr, networks: &[IpNet]) -> bool {
    let address = canonical(address);
    networks.iter().any(|network| {
        network.contains(&address)
            // A network of IPv4 addresses that is written as IPv6.
            || matches!((network, address), (IpNet::V6(v6), IpAddr::V4(v4)) if v6.contains(&v4.to_ipv6_mapped()))
    })
}

/// What is denied where an address is: an IPv4 address alone, an IPv6 address with its /64, of which one subscriber has
/// all addresses.
#[must_use]
pub fn reach(address: IpAddr) -> IpNet {
    let address = canonical(address);
    let length = if address.is_ipv4() { 32 } else { 64 };
    IpNet::new(address, length).map_or_else(|_| IpNet::from(address), |network| network.trunc())
}

/// Whether what is denied with an address meets one of the networks.
#[must_use]
pub fn reaches(address: IpAddr, networks: &[IpNet]) -> bool {
    let reach = reach(address);
    within(address, networks) || networks.iter().any(|network| reach.contains(network) || network.contains(&reach))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_spelling() {
        for text in [
            "192.0.2.1",
            " 192.0.2.1 ",
            "::ffff:192.0.2.1",
            "::FFFF:c000:201",
            "[::ffff:192.0.2.1]",
            "64:ff9b::c000:201",
        ] {
            assert_eq!(normalized(text), Some("192.0.2.1".parse().unwrap()), "{text}");
        }
        for text in ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "[2001:db8::1]"] {
            assert_eq!(normalized(text), Some("2001:db8::1".parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "AWS Internal",
            "cloudformation.amazonaws.com",
            "192.0.2",
            "192.0.2.1/32",
            "192.0.2.1:443",
            "300.1.1.1",
        ] {
            assert_eq!(normalized(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_of_ipv6_is_denied_with_its_neighbors() {
        let reach = |text: &str| super::reach(text.parse().unwrap()).to_string();
        assert_eq!(reach("192.0.2.9"), "192.0.2.9/32");
        assert_eq!(reach("::ffff:192.0.2.9"), "192.0.2.9/32");
        assert_eq!(reach("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        // One of our own among the neighbors, and our own network around them.
        for (networks, met) in [
            ("2001:db8:1:2:ffff::/80", true),
            ("2001:db8::/32", true),
            ("2001:db8:1:3::/64", false),
            ("192.0.2.0/24", false),
        ] {
            let networks = [networks.parse().unwrap()];
            assert_eq!(reaches("2001:db8:1:2::9".parse().unwrap(), &networks), met, "{networks:?}");
        }
    }

    #[test]
    fn a_network_holds_its_addresses_in_every_spelling() {
        let networks: Vec<IpNet> =
            ["192.0.2.0/24", "2001:db8::/32", "::ffff:198.51.100.0/120"].map(|n| n.parse().unwrap()).into();
        for inside in ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8:1::1", "198.51.100.7"] {
            assert!(within(inside.parse().unwrap(), &networks), "{inside}");
        }
        for outside in ["192.0.3.1", "2001:db9::1", "::ffff:203.0.113.1"] {
            assert!(!within(outside.parse().unwrap(), &networks), "{outside}");
        }
    }
}
