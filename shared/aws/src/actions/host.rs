//! Which host writes a log stream: the instance that the stream's name names.
//!
//! The CloudWatch agent names a stream after the instance id by default, often with a path behind it;
//! others use the private DNS name (`ip-10-0-1-5.eu-west-1.compute.internal`). A name that says neither
//! resolves to no host: a guess could deny an address in front of somebody else's.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, Instance, Reservation};

use crate::fault::{Fault, Kind};

/// What a stream's name says of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    Instance(String),
    Address(Ipv4Addr),
}

/// The host behind a log stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) instance_id: String,
    pub(super) subnet_id: String,
    pub(super) vpc_id: String,
    pub(super) tags: BTreeMap<String, String>,
}

/// The host behind `stream`, or why there is none.
pub(super) async fn resolve(ec2: &Client, stream: &str) -> Result<Result<Host, String>, Fault> {
    let Some(named) = named(stream) else {
        return Ok(Err("the log stream's name holds neither an instance id nor a private address".to_owned()));
    };
    let request = match &named {
        Named::Instance(id) => ec2.describe_instances().instance_ids(id),
        Named::Address(address) => ec2
            .describe_instances()
            .filters(Filter::builder().name("private-ip-address").values(address.to_string()).build()),
    };
    let answer = match request.send().await.map_err(Fault::of("ec2:DescribeInstances")) {
        Ok(answer) => answer,
        Err(fault) if fault.kind == Kind::Gone => return Ok(Err("the instance no longer exists".to_owned())),
        Err(fault) => return Err(fault),
    };
    let instances: Vec<&Instance> = answer
        .reservations()
        .iter()
        .flat_map(Reservation::instances)
        .filter(|instance| is_named(instance, &named))
        .collect();
    Ok(match instances.as_slice() {
        [] => Err("no instance has the id or address that the log stream names".to_owned()),
        [instance] => host(instance),
        // The same private address in two networks.
        _ => Err("more than one instance has the address that the log stream names".to_owned()),
    })
}

/// Whether an instance is the one that was asked for. Checked here too: acting on another is the worst
/// that a wrong filter could do.
fn is_named(instance: &Instance, named: &Named) -> bool {
    match named {
        Named::Instance(id) => instance.instance_id() == Some(id),
        Named::Address(address) => instance.private_ip_address() == Some(&address.to_string()),
    }
}

fn host(instance: &Instance) -> Result<Host, String> {
    let (Some(id), Some(subnet), Some(vpc)) = (instance.instance_id(), instance.subnet_id(), instance.vpc_id()) else {
        return Err("the instance is in no subnet".to_owned());
    };
    let tags = instance
        .tags()
        .iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect();
    Ok(Host { instance_id: id.to_owned(), subnet_id: subnet.to_owned(), vpc_id: vpc.to_owned(), tags })
}

fn named(stream: &str) -> Option<Named> {
    stream.split(['/', '.', ':', ' ']).find_map(|part| instance_id(part).or_else(|| private_dns(part)))
}

/// `i-` and 8 or 17 hexadecimal digits.
fn instance_id(part: &str) -> Option<Named> {
    let digits = part.strip_prefix("i-")?;
    let right = matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    right.then(|| Named::Instance(part.to_owned()))
}

/// `ip-` and four numbers.
fn private_dns(part: &str) -> Option<Named> {
    let address = part.strip_prefix("ip-")?.replace('-', ".");
    address.parse().ok().map(Named::Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_names_that_name_a_host() {
        let instance = |id: &str| Some(Named::Instance(id.to_owned()));
        assert_eq!(named("i-0123456789abcdef0"), instance("i-0123456789abcdef0"));
        assert_eq!(named("i-0123456789abcdef0/var/log/secure"), instance("i-0123456789abcdef0"));
        assert_eq!(named("prod/i-1234abcd"), instance("i-1234abcd"));
        let address = Some(Named::Address(Ipv4Addr::new(10, 0, 1, 5)));
        assert_eq!(named("ip-10-0-1-5.eu-west-1.compute.internal"), address);
        for other in ["web-1", "i-xyz", "i-12345", "ip-10-0-1", "ip-10-0-1-999", "2021/10/21/[$LATEST]1111", ""] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
