//! The security groups as a person asks about them: what each lets the internet in to, and which instances that reaches.

use riposte_core::net::{IngressRule, PortSpan, Transport};
use serde::{Deserialize, Serialize};

use super::acl::Families;
use super::reach::{acl_of, acl_open, group_ids, routed_by};
use super::rules::{Ports, Rules};
use crate::index::Index;
use crate::verdict::Unknown;
use crate::view::View;

/// A security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// `sg-…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// The rules that let the internet in, in words; `Err` where something that they name is not known.
    pub open: Result<Vec<String>, Unknown>,
    /// The instances that it is on.
    pub instances: Vec<Reached>,
}

/// An instance behind a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// `i-…`
    pub id: String,
    /// The tag `Name`, where it has one.
    pub name: String,
    /// The steps from the internet to it, where the group is open and all walls are; empty where it is not reached;
    /// `Err` where a wall is not known.
    pub chain: Result<Vec<String>, Unknown>,
}

/// Every group of an inventory: those that are open to the internet first, then those on most instances.
#[must_use]
pub fn groups(index: &Index) -> Vec<Group> {
    let mut all: Vec<Group> = index.views("ec2", "security-group").map(|view| group(&view, index)).collect();
    let order = |group: &Group| {
        let open = group.open.as_ref().is_ok_and(|rules| !rules.is_empty());
        let reached = group.instances.iter().filter(|i| i.chain.as_ref().is_ok_and(|steps| !steps.is_empty())).count();
        (std::cmp::Reverse((open, reached, group.instances.len())), group.id.clone())
    };
    all.sort_by_cached_key(order);
    all
}

fn group(view: &View<'_>, index: &Index) -> Group {
    let resource = view.resource;
    let rules = Rules::of(view, index);
    let opening: Result<Vec<IngressRule>, Unknown> = rules.and_then(|rules| {
        let open: Vec<_> = rules.offending(Ports::Spans(&|_| true));
        // What is known to be open stands, whatever else is not known.
        if open.is_empty() { rules.known().map(|()| open) } else { Ok(open) }
    });
    let id = resource.label().to_owned();
    let instances = index
        .near("ec2", "instance", resource)
        .filter(|instance| group_ids(instance).is_ok_and(|ids| ids.contains(&id.as_str())))
        .map(|instance| Reached {
            id: instance.resource.label().to_owned(),
            name: instance.resource.tags.get("Name").cloned().unwrap_or_default(),
            chain: opening.clone().and_then(|rules| chain(&instance, index, &id, &rules)),
        });
    let instances = instances.collect();
    let name = view.text("DescribeSecurityGroups.GroupName").ok().flatten().unwrap_or(&resource.name).to_owned();
    Group {
        account: resource.account.clone(),
        region: resource.region.clone(),
        id,
        name,
        open: opening.map(|rules| rules.iter().map(IngressRule::label).collect()),
        instances,
    }
}

/// The walls from the internet to an instance, each with what stands open in it; empty where one holds.
fn chain(v: &View<'_>, index: &Index, group: &str, rules: &[IngressRule]) -> Result<Vec<String>, Unknown> {
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    let Some((table, routed)) = routed_by(v, index)? else { return Ok(Vec::new()) };
    let acl = acl_of(v, index)?;
    for rule in rules {
        let Some((transport, port)) = probe(rule) else { continue };
        let open = routed.and(Families::of(std::iter::once(rule.cidr.as_str())));
        if open.and(acl_open(&acl, transport, port)?).any() {
            let address = v.text("DescribeInstances.PublicIpAddress")?.unwrap_or("an IPv6 address");
            return Ok(vec![
                "the internet".to_owned(),
                format!("{table}: a route from an internet gateway"),
                format!("{}: lets port {port} in", acl.resource.label()),
                format!("{group}: {}", rule.label()),
                format!("{} at {address}", v.resource.label()),
            ]);
        }
    }
    Ok(Vec::new())
}

/// A port that the rule opens, to ask the ACL about.
fn probe(rule: &IngressRule) -> Option<(Transport, u16)> {
    let span = PortSpan::of(rule)?;
    let first = rule.from_port.and_then(|port| u16::try_from(port).ok()).unwrap_or(22);
    let all = [Transport::Tcp, Transport::Udp].into_iter().flat_map(|t| [(t, first), (t, 22), (t, 443)]);
    all.into_iter().find(|(transport, port)| span.opens(*transport, *port))
}
