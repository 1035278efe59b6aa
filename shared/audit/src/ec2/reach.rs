//! Whether the internet reaches an instance: a public address, a route, a group and an ACL, all of them.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High};
use riposte_core::net::cidr::internet_ranges;
use riposte_core::net::{AdminPort, Transport, admin_ports};

use super::acl::{Families, open_over};
use super::rules::{Ports, Rules};
use crate::check::{Check, check};
use crate::index::Index;
use crate::verdict::{Unknown, Verdict};
use crate::view::{View, flag, list, text};

const NETWORK: &[(&str, &str)] = &[
    ("ec2", "security-group"),
    ("ec2", "prefix-list"),
    ("ec2", "route-table"),
    ("ec2", "network-acl"),
    ("iam", "role"),
    ("iam", "policy"),
];

pub(crate) static CHECKS: &[Check] = &[
    check("ec2-instance-reachable-on-admin-port", "The internet reaches an administration port of an instance", Critical, "ec2", "instance")
        .page("No instance has at once a public address, a route to an internet gateway, a group and an ACL that let the internet in to a port that administers machines or reaches their data.",
            "All four walls are open: whoever scans the address talks to the service.",
            "Close the group's rule first; then ask whether the instance needs a public address at all.",
            "A honeypot.")
        .detectors(&["open-admin-port", "open-all-ports"]).action(ActionId::RevokeIngress)
        .with(NETWORK, |v, index| {
            let reached = reached_ports(v, index, admin_ports())?;
            Verdict::fail_for(&reached, "the internet reaches", "the internet reaches none of its administration ports")
        }),
    check("ec2-instance-cifs-exposed", "An instance offers file shares to the internet", Critical, "ec2", "instance")
        .cis("5.1.2", "6.1.2", "6.1.2")
        .page("No security group of the instance lets the internet in to TCP port 139 or 445.",
            "Worms that live on open file shares still roam; a share is stolen or encrypted whole.",
            "Revoke the rule; reach shares over a VPN.",
            "An instance without a public address is not reached today; it is one address away from it.")
        .detectors(&["open-admin-port"]).action(ActionId::RevokeIngress)
        .with(NETWORK, |v, index| {
            let mut open = Vec::new();
            for port in [139, 445] {
                if groups_open(v, index, Transport::Tcp, port)?.any() {
                    open.push(port.to_string());
                }
            }
            Verdict::fail_for(&open, "its groups let the internet in to the ports", "its groups let nobody from the internet in to file shares")
        }),
    check("ec2-instance-reachable-with-admin-role", "The internet reaches an instance that rules the account", Critical, "ec2", "instance")
        .page("No instance that the internet reaches on any port runs under a role with administrator power.",
            "One flaw in what listens there gives the account away, through the metadata service.",
            "Cut the role down to what the instance does.",
            "None that we know of.")
        .detectors(&["instance-profile-attached", "open-admin-port"])
        .with(NETWORK, |v, index| {
            let Some(profile) = v.text("DescribeInstances.IamInstanceProfile.Arn")? else {
                return Ok(Verdict::Pass("it runs under no role".to_owned()));
            };
            let roles = index.of_account("iam", "role", v.resource);
            let role = roles.into_iter().find(|role| {
                let profiles = role.list("GetAccountAuthorizationDetails.InstanceProfileList").unwrap_or_default();
                profiles.iter().any(|p| text(p, "Arn") == Some(profile))
            });
            let role = role.ok_or_else(|| Unknown("the role of its instance profile was not collected".to_owned()))?;
            let Some(power) = crate::iam::power::admin(&role, index)? else {
                return Ok(Verdict::Pass("its role has no administrator power".to_owned()));
            };
            let reached = any_port(v, index)?;
            let wrong = reached.map(|how| format!("{how}, and its role is an administrator: {power}"));
            Verdict::fail_with(wrong, "the internet does not reach it")
        }),
    check("ec2-instance-public-address", "An instance has a public address", High, "ec2", "instance")
        .fsbp(&["EC2.9"])
        .page("The instance has no public IPv4 address.",
            "A public address is the first of the walls that are missing where something is reached that should not be.",
            "Put the instance into a private subnet, behind a load balancer or NAT gateway.",
            "Servers that are meant to be public.")
        .detectors(&["public-address-associated"])
        .each(|v| {
            let address = v.text("DescribeInstances.PublicIpAddress")?.filter(|a| !a.is_empty());
            let wrong = address.map(|address| format!("it has the public address {}", riposte_core::text::plain(address, 40)));
            Verdict::fail_with(wrong, "it has no public address")
        }),
];

/// Over which families the groups of an instance, all together, let the internet in to a port.
fn groups_open(v: &View<'_>, index: &Index, transport: Transport, port: u16) -> Result<Families, Unknown> {
    let mut together = Rules::default();
    let mut unknown = Ok(());
    for id in group_ids(v)? {
        let Some(group) = index.find("ec2", "security-group", id) else {
            unknown =
                Err(Unknown(format!("the security group `{}` was not collected", riposte_core::text::plain(id, 40))));
            continue;
        };
        together.add(Rules::of(&group, index)?);
    }
    let rules = together.offending(Ports::One(transport, port));
    let open = Families::of(rules.iter().map(|rule| rule.cidr.as_str()));
    if !open.any() {
        unknown.and(together.known())?;
    }
    Ok(open)
}

pub(super) fn group_ids<'a>(v: &View<'a>) -> Result<Vec<&'a str>, Unknown> {
    let of =
        |groups: &'a [serde_json::Value]| groups.iter().filter_map(|group| text(group, "GroupId")).collect::<Vec<_>>();
    let mut ids = of(v.list("DescribeInstances.SecurityGroups")?);
    for interface in v.list("DescribeInstances.NetworkInterfaces")? {
        ids.extend(of(list(interface, "Groups")));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The ports that all four let through.
fn reached_ports(v: &View<'_>, index: &Index, ports: &[AdminPort]) -> Result<Vec<String>, Unknown> {
    let Some((_, routed)) = routed_by(v, index)? else { return Ok(Vec::new()) };
    let mut reached = Vec::new();
    for port in ports {
        let transport = if port.transport == Transport::Udp { Transport::Udp } else { Transport::Tcp };
        if is_open(v, index, routed, transport, port.port)? {
            reached.push(format!("{} (port {})", port.service, port.port));
        }
    }
    Ok(reached)
}

/// How the internet reaches it on any port, where it does.
fn any_port(v: &View<'_>, index: &Index) -> Result<Option<String>, Unknown> {
    let Some((_, routed)) = routed_by(v, index)? else { return Ok(None) };
    const USUAL: [u16; 8] = [22, 80, 443, 3389, 8000, 8080, 8443, 47_113];
    let others = admin_ports().iter().filter(|p| p.transport != Transport::Udp).map(|p| p.port);
    for port in USUAL.into_iter().chain(others) {
        if is_open(v, index, routed, Transport::Tcp, port)? {
            return Ok(Some(format!("the internet reaches port {port}")));
        }
    }
    Ok(None)
}

/// Whether its groups and its subnet's ACL let the internet in to a port, over a family that is routed to it.
fn is_open(v: &View<'_>, index: &Index, routed: Families, transport: Transport, port: u16) -> Result<bool, Unknown> {
    let open = groups_open(v, index, transport, port)?.and(routed);
    Ok(open.any() && open.and(acl_open(&acl_of(v, index)?, transport, port)?).any())
}

/// The route table by which the internet reaches its public addresses, where one does, and over which families.
pub(super) fn routed_by<'i>(v: &View<'_>, index: &'i Index) -> Result<Option<(&'i str, Families)>, Unknown> {
    let state = v.text("DescribeInstances.State.Name")?;
    if matches!(state, Some("terminated" | "shutting-down")) {
        return Ok(None);
    }
    let v4 = v.text("DescribeInstances.PublicIpAddress")?.is_some_and(|address| !address.is_empty());
    let interfaces = v.list("DescribeInstances.NetworkInterfaces")?;
    let v6 = interfaces.iter().any(|interface| !list(interface, "Ipv6Addresses").is_empty());
    if !v4 && !v6 {
        return Ok(None);
    }
    let (subnet, vpc) = (
        v.text("DescribeInstances.SubnetId")?.unwrap_or_default(),
        v.text("DescribeInstances.VpcId")?.unwrap_or_default(),
    );
    let tables: Vec<View<'i>> = index
        .near("ec2", "route-table", v.resource)
        .filter(|t| t.text("DescribeRouteTables.VpcId").ok().flatten() == Some(vpc))
        .collect();
    let associated = |table: &&View<'_>, fits: &dyn Fn(&serde_json::Value) -> bool| {
        table.list("DescribeRouteTables.Associations").unwrap_or_default().iter().any(fits)
    };
    let own = tables.iter().find(|t| associated(t, &|a| text(a, "SubnetId") == Some(subnet)));
    let table = own.or_else(|| tables.iter().find(|t| associated(t, &|a| flag(a, "Main"))));
    let table = table.ok_or_else(|| {
        Unknown(format!("the route table of `{}` was not collected", riposte_core::text::plain(subnet, 40)))
    })?;
    let gateways = table.list("DescribeRouteTables.Routes")?.iter().filter(|route| {
        text(route, "GatewayId").is_some_and(|gateway| gateway.starts_with("igw-"))
            && text(route, "State") != Some("blackhole")
    });
    let ranges: Vec<&str> = gateways
        .filter_map(|r| text(r, "DestinationCidrBlock").or_else(|| text(r, "DestinationIpv6CidrBlock")))
        .collect();
    let open = internet_ranges(&ranges);
    let public = Families::of(open.iter().filter_map(|i| ranges.get(*i).copied()));
    let routed = public.and(Families { v4, v6 });
    Ok(routed.any().then_some((table.resource.label(), routed)))
}

/// Over which families an ACL lets the internet in to a port.
pub(super) fn acl_open(acl: &View<'_>, transport: Transport, port: u16) -> Result<Families, Unknown> {
    open_over(acl, if transport == Transport::Udp { "17" } else { "6" }, port)
}

/// The ACL of its subnet.
pub(super) fn acl_of<'i>(v: &View<'_>, index: &'i Index) -> Result<View<'i>, Unknown> {
    let subnet = v.text("DescribeInstances.SubnetId")?.unwrap_or_default();
    let acl = index.near("ec2", "network-acl", v.resource).find(|acl| {
        acl.list("DescribeNetworkAcls.Associations")
            .unwrap_or_default()
            .iter()
            .any(|a| text(a, "SubnetId") == Some(subnet))
    });
    acl.ok_or_else(|| {
        Unknown(format!("the network ACL of `{}` was not collected", riposte_core::text::plain(subnet, 40)))
    })
}
