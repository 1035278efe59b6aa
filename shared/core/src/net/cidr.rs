//! Which addresses a CIDR really covers, and when that amounts to the internet.
//!
//! The prefix decides, not the text: `0.0.0.0/0`, `208.236.235.254/0` and `::/1` all let the world in,
//! and a detector that looks for the string `0.0.0.0/0` misses two of them. EC2 itself drops the host
//! bits of what it is given, so they are dropped here too.
//!
//! A range amounts to the internet when nobody could own all of it:
//! - **IPv4, a prefix of 7 or less.** The largest block that was ever assigned in one piece is a /8.
//! - **IPv6, a prefix of 12 or less.** The five regional registries hold a /12 each; what they hand on
//!   to any one network is smaller.
//! - **A union of public ranges that reaches a quarter of the space.** Sixty-four /8s say the same as
//!   one /2, and no list of partners or offices comes near a quarter. For IPv6 the space is `2000::/3`,
//!   the only part from which addresses are given out. Only ranges that can matter take part, so that an
//!   office's /24 beside such a list is left alone.
//!
//! A range wholly inside reserved space (private, loopback, link-local, multicast…) is not the
//! internet, however short its prefix: packets from there do not arrive from outside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use thiserror::Error;

use crate::text::plain;

/// The longest IPv4 prefix that alone amounts to the internet.
const INTERNET_PREFIX_V4: u8 = 7;
/// The longest IPv6 prefix that alone amounts to the internet.
const INTERNET_PREFIX_V6: u8 = 12;
/// A quarter of all IPv4 addresses.
const QUARTER_V4: u128 = 1 << 30;
/// A quarter of `2000::/3`.
const QUARTER_V6: u128 = 1 << 123;

/// The longest prefixes that take part in a union. A security group holds at most 1,000 rules, and a
/// thousand smaller ranges do not reach a hundredth of the space.
const UNION_PREFIX_V4: u8 = 16;
/// See [`UNION_PREFIX_V4`].
const UNION_PREFIX_V6: u8 = 19;

const RESERVED_V4: [Ipv4Net; 8] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    // Multicast (224/4) and the former class E (240/4) side by side.
    v4([224, 0, 0, 0], 3),
];
const RESERVED_V6: [Ipv6Net; 3] = [v6(0xfc00, 7), v6(0xfe80, 10), v6(0xff00, 8)];

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0), prefix)
}

/// Why a text is no CIDR.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CidrError {
    /// The part before the slash is no address.
    #[error("`{}` has no valid address", plain(.0, 80))]
    Address(String),
    /// The part after the slash is no number, or more than the address has bits.
    #[error("`{}` has no valid prefix length", plain(.0, 80))]
    Prefix(String),
}

/// How far a range reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It amounts to the internet.
    Internet,
    /// Public addresses, few enough to belong to somebody.
    Public,
    /// Wholly inside reserved space.
    Reserved,
}

impl Reach {
    /// How far `cidr` reaches on its own.
    ///
    /// # Errors
    /// Where `cidr` is no range. Any `/0` is one, whatever stands before the slash.
    pub fn of(cidr: &str) -> Result<Self, CidrError> {
        network(cidr).map(Self::of_network)
    }

    /// Of one address.
    pub(crate) fn of_address(address: std::net::IpAddr) -> Self {
        Self::of_network(address.into())
    }

    fn of_network(net: IpNet) -> Self {
        let (reserved, longest) = match net {
            IpNet::V4(net) => (is_reserved_v4(net), INTERNET_PREFIX_V4),
            IpNet::V6(net) => (RESERVED_V6.iter().any(|r| r.contains(&net)), INTERNET_PREFIX_V6),
        };
        match net.prefix_len() {
            _ if reserved => Self::Reserved,
            prefix if prefix <= longest => Self::Internet,
            _ => Self::Public,
        }
    }
}

/// By the first address: a network holds another where it is not the longer one and holds its first address.
fn is_reserved_v4(net: Ipv4Net) -> bool {
    let (first, length) = (net.network().to_bits(), net.prefix_len());
    RESERVED_V4.iter().any(|reserved| {
        let bits = reserved.prefix_len();
        bits <= length && (first ^ reserved.addr().to_bits()) >> (32 - bits) == 0
    })
}

/// The network that a CIDR names, without host bits. A single address is a network of its own.
///
/// # Errors
/// Where `cidr` is no range. Any `/0` is one, whatever stands before the slash.
pub fn network(cidr: &str) -> Result<IpNet, CidrError> {
    let cidr = cidr.trim();
    let (address, prefix) = match cidr.rsplit_once('/') {
        Some((address, prefix)) => (address, Some(prefix_length(prefix).ok_or_else(|| prefix_error(cidr))?)),
        None => (cidr, None),
    };
    if prefix == Some(0) {
        let any = if address.contains(':') { Ipv6Net::default().into() } else { Ipv4Net::default().into() };
        return Ok(any);
    }
    let address = IpAddr::from_str(address).map_err(|_| CidrError::Address(cidr.to_owned()))?;
    match prefix {
        Some(prefix) => IpNet::new(address, prefix).map(|net| net.trunc()).map_err(|_| prefix_error(cidr)),
        None => Ok(IpNet::from(address)),
    }
}

/// The indices, in order, of the ranges that amount to the internet: each that does so alone, and the
/// large public ones of a family where their union does. Give it the ranges that open the same thing.
/// What is no range amounts to nothing; [`network`] says why.
#[must_use]
pub fn internet_ranges(cidrs: &[&str]) -> Vec<usize> {
    let mut alone = Vec::new();
    let (mut v4, mut v6) = (Union::default(), Union::default());
    for (index, net) in cidrs.iter().enumerate().filter_map(|(index, cidr)| Some((index, network(cidr).ok()?))) {
        match (Reach::of_network(net), net) {
            (Reach::Internet, _) => alone.push(index),
            (Reach::Public, IpNet::V4(net)) if net.prefix_len() <= UNION_PREFIX_V4 => {
                v4.add(index, net.network().to_bits().into(), net.broadcast().to_bits().into());
            }
            (Reach::Public, IpNet::V6(net)) if net.prefix_len() <= UNION_PREFIX_V6 => {
                v6.add(index, net.network().to_bits(), net.broadcast().to_bits());
            }
            _ => {}
        }
    }
    alone.extend(v4.reaching(QUARTER_V4));
    alone.extend(v6.reaching(QUARTER_V6));
    alone.sort_unstable();
    alone
}

/// Ranges of one family that may amount to the internet together.
#[derive(Default)]
struct Union {
    /// The first and the last address of each.
    spans: Vec<(u128, u128)>,
    indices: Vec<usize>,
}

impl Union {
    fn add(&mut self, index: usize, first: u128, last: u128) {
        self.spans.push((first, last));
        self.indices.push(index);
    }

    /// The ranges' indices, where they hold that many different addresses.
    fn reaching(mut self, enough: u128) -> Vec<usize> {
        self.spans.sort_unstable();
        let (mut addresses, mut counted) = (0_u128, None);
        for (first, last) in self.spans {
            // Networks overlap only where one holds the other, and the one that does comes first or is the same.
            if counted.is_none_or(|counted| first > counted) {
                // A public range holds far fewer addresses than there are.
                addresses = addresses.saturating_add(last.saturating_sub(first).saturating_add(1));
                counted = Some(last);
            }
        }
        if addresses >= enough { self.indices } else { Vec::new() }
    }
}

/// Whether two CIDRs name the same network: a request says `208.236.235.254/0` where the rule that it
/// made says `0.0.0.0/0`. What is no CIDR is the same only as itself.
#[must_use]
pub fn same_network(a: &str, b: &str) -> bool {
    match (network(a), network(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a.trim() == b.trim(),
    }
}

/// Only digits: `FromStr` would take a sign too.
fn prefix_length(text: &str) -> Option<u8> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

fn prefix_error(cidr: &str) -> CidrError {
    CidrError::Prefix(cidr.to_owned())
}

#[cfg(test)]
mod tests;
