//! Where a call came from: a network, and with a database the country, the provider and the coordinates.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::event::Actor;
use crate::net::address::normalized;
use crate::net::is_public_outside_aws;

/// What a database says of an address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// The country's two letters, for example `NL`.
    pub country: Option<String>,
    /// The number and the name of the network's operator, for example `AS64496 Example`.
    pub provider: Option<String>,
    /// Latitude and longitude in degrees.
    pub coordinates: Option<(f64, f64)>,
    /// How far off the coordinates may be, in kilometers.
    pub radius_km: f64,
}

/// Who knows where addresses are.
pub trait Atlas: Send + Sync {
    /// What is known of an address; nothing, where it is not in the database.
    fn place(&self, address: IpAddr) -> Place;
}

/// Knows nothing of any address.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAtlas;

impl Atlas for NoAtlas {
    fn place(&self, _: IpAddr) -> Place {
        Place::default()
    }
}

/// The network that an address is in, as it is compared: a /16 of IPv4, a /48 of IPv6. Smaller ones change with every
/// telephone that is carried about; larger ones are whole countries.
#[must_use]
pub fn network(address: IpAddr) -> Option<String> {
    let prefix = if address.is_ipv4() { 16 } else { 48 };
    IpNet::new(address, prefix).ok().map(|network| network.trunc().to_string())
}

/// The address of a caller. A load balancer or a proxy may add its own behind the caller's. `None` for the name of a
/// service.
pub(super) fn address(actor: &Actor) -> Option<IpAddr> {
    let source = actor.source_ip.as_deref()?.split(',').next()?;
    normalized(source)
}

/// Whether a caller's address is a public one and not AWS's.
pub(super) fn is_outside(address: IpAddr) -> bool {
    is_public_outside_aws(&address.to_string())
}

/// Whether an address is AWS's: public, and not outside.
pub(super) fn is_of_aws(address: IpAddr) -> bool {
    let private = match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    };
    !private && !is_outside(address)
}
