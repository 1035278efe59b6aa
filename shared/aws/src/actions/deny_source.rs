//! `deny-source`: denies an attacking address in the network ACL of the attacked host's subnet.

use std::net::IpAddr;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, IcmpTypeCode, NetworkAcl, NetworkAclEntry, PortRange, RuleAction};
use riposte_core::action::{ActionId, DenySource as Request, ResourceId};
use riposte_core::net::address::reach;
use riposte_core::net::cidr::same_network;
use riposte_core::plan::{Plan, Snapshot};
use serde::Serialize;
use serde_json::{Value, json};

use super::host::{self, Host};
use super::{ActionMeta, Contain, Permission, Planned, Site, change};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The number of the entry that AWS itself keeps last; it cannot be changed.
const LAST_ENTRY: i32 = 32_767;

/// The most single addresses that a network ACL is made to deny. AWS allows 20 entries in a direction by
/// default; the other half is the operators'.
const MOST_DENIES: usize = 10;

const ACLS: &[&str] = &["arn:${AWS::Partition}:ec2:*:${AWS::AccountId}:network-acl/*"];

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DenySource;

/// What EC2 is asked for: an ingress entry by its number, and where it is made, what it denies.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters<'a> {
    network_acl_id: &'a str,
    rule_number: i32,
    egress: bool,
    #[serde(flatten)]
    deny: Option<Deny<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Deny<'a> {
    protocol: &'static str,
    rule_action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cidr_block: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6_cidr_block: Option<&'a str>,
}

impl Contain for DenySource {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DenySource,
        title: "Deny a source address",
        permissions: &[
            Permission::anywhere(&["ec2:DescribeInstances", "ec2:DescribeNetworkAcls"]),
            Permission::on(ACLS, &["ec2:CreateNetworkAclEntry"]),
        ],
        undo_permissions: &[Permission::on(ACLS, &["ec2:DeleteNetworkAclEntry"])],
        reversibility: "complete: the entry is deleted again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Finds the host that writes the log stream (by the instance id or private address in the stream's name), the \
network ACL of its subnet, and adds one ingress entry there that denies all protocols from the attacking \
address alone, of IPv6 from its /64, in which the attacker has every address. The entry takes a free number before the first entry that allows anything.

## What it keeps
Every other entry. Nothing is done, and the reason is recorded, where the host cannot be resolved, the address is one of \
a private network, no number is free before the allows, or ten single addresses are denied there already.

## Undo
Deletes the entry, if it is still the one that was made. Refused where the network ACL has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Request { address, stream, .. } = &request;
        let address = *address;
        if is_internal(address) {
            let why = format!("{address} is an address of a private network: denying it could cut off our own hosts");
            return Ok(Planned::Impossible(why));
        }
        let ec2 = site.ec2();
        let host = match host::resolve(&ec2, stream).await? {
            Ok(host) => host,
            Err(why) => return Ok(Planned::Impossible(format!("the attacked host could not be resolved: {why}"))),
        };
        let Some(acl) = acl_of(&ec2, &host).await? else {
            return Ok(Planned::Impossible(format!("the subnet {} has no network ACL", host.subnet_id)));
        };
        let acl_id = acl.network_acl_id().unwrap_or_default();
        let cidr = reach(address).to_string();
        // The exemption may stand on the host or on the network ACL: either holds.
        let mut tags = host.tags.clone();
        tags.extend(acl.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))));
        let arn = site.arn("ec2", &format!("network-acl/{acl_id}"));
        let plan = Plan::of(request.clone().into(), arn, snapshot(acl.entries())).tagged(tags);
        if acl.entries().iter().any(|entry| denies_first(entry, &cidr, acl.entries())) {
            return Ok(plan.noted("the address is denied already").into());
        }
        if single_denies(acl.entries()) >= MOST_DENIES {
            let why =
                format!("{acl_id} denies {MOST_DENIES} single addresses already: the rest of its entries is kept free");
            return Ok(Planned::Impossible(why));
        }
        let Some(number) = free_number(acl.entries()) else {
            return Ok(Planned::Impossible(format!("{acl_id} has no free number before its first allow")));
        };
        let name = entry_key(false, number);
        let (create, delete) = (entry(acl_id, number, Some(&cidr)), entry(acl_id, number, None));
        let create = change("ec2:CreateNetworkAclEntry", &create, [(name.clone(), Some(deny_part(number, &cidr)))])?;
        let delete = change("ec2:DeleteNetworkAclEntry", &delete, [(name, None)])?;
        let note = format!("host {} in {}", host.instance_id, host.subnet_id);
        Ok(plan.then(create, [delete]).noted(note).into())
    }

    async fn read(&self, site: &Site<'_>, _: Request, plan: &Plan) -> Result<Snapshot, Fault> {
        let entries = acl_by_id(&site.ec2(), acl_id(plan)).await?;
        Ok(snapshot(&entries.map(|acl| acl.entries().to_vec()).unwrap_or_default()))
    }

    /// Hosts share network ACLs, and which one it is tells the plan.
    fn shared(&self, plan: &Plan) -> Option<ResourceId> {
        Some(ResourceId::new("ec2", "network-acl", acl_id(plan)))
    }

    /// An empty plan shows the entry that denies.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

/// The parameters of an entry that denies `cidr`, or of the deletion of the one with this number.
fn entry<'a>(network_acl_id: &'a str, rule_number: i32, cidr: Option<&'a str>) -> Parameters<'a> {
    let deny = cidr.map(|cidr| Deny {
        protocol: "-1",
        rule_action: "deny",
        cidr_block: (!cidr.contains(':')).then_some(cidr),
        ipv6_cidr_block: cidr.contains(':').then_some(cidr),
    });
    Parameters { network_acl_id, rule_number, egress: false, deny }
}

/// The network ACL that a plan changes: the last part of its ARN.
fn acl_id(plan: &Plan) -> &str {
    plan.resource_arn.rsplit('/').next().unwrap_or_default()
}

/// The network ACL that guards the host's subnet: the one that names the subnet, else the network's
/// default. Read by network and compared here, so that no filter's meaning has to be trusted.
async fn acl_of(ec2: &Client, host: &Host) -> Result<Option<NetworkAcl>, Fault> {
    let filter = Filter::builder().name("vpc-id").values(&host.vpc_id).build();
    let mut pages = ec2.describe_network_acls().filters(filter).into_paginator().send();
    let mut default = None;
    while let Some(page) = pages.next().await {
        for acl in page.map_err(Fault::of("ec2:DescribeNetworkAcls"))?.network_acls() {
            if acl.associations().iter().any(|a| a.subnet_id() == Some(&host.subnet_id)) {
                return Ok(Some(acl.clone()));
            }
            if acl.is_default() == Some(true) && acl.vpc_id() == Some(&host.vpc_id) {
                default = Some(acl.clone());
            }
        }
    }
    Ok(default)
}

async fn acl_by_id(ec2: &Client, acl_id: &str) -> Result<Option<NetworkAcl>, Fault> {
    let answer = ec2.describe_network_acls().network_acl_ids(acl_id).send().await;
    match answer.map_err(Fault::of("ec2:DescribeNetworkAcls")) {
        Ok(answer) => Ok(answer.network_acls().first().cloned()),
        Err(fault) if fault.kind == Kind::Gone => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Addresses that a network ACL of ours should never deny: private, loopback, link-local and the like.
/// Log lines can be forged; our own hosts must not be cut off by one.
fn is_internal(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(a) => {
            let [first, second, ..] = a.octets();
            let shared = first == 100 && (64..128).contains(&second);
            a.is_private()
                || a.is_loopback()
                || a.is_link_local()
                || a.is_unspecified()
                || a.is_broadcast()
                || a.is_multicast()
                || shared
        }
        IpAddr::V6(a) => {
            a.is_loopback()
                || a.is_unspecified()
                || a.is_multicast()
                || a.is_unique_local()
                || a.is_unicast_link_local()
        }
    }
}


fn cidr_of(entry: &NetworkAclEntry) -> Option<&str> {
    entry.cidr_block().or(entry.ipv6_cidr_block())
}

fn is_ingress(entry: &NetworkAclEntry) -> bool {
    entry.egress() != Some(true)
}

fn first_allow(entries: &[NetworkAclEntry]) -> i32 {
    let allows = entries.iter().filter(|e| is_ingress(e) && e.rule_action() == Some(&RuleAction::Allow));
    allows.filter_map(NetworkAclEntry::rule_number).min().unwrap_or(LAST_ENTRY)
}

/// Whether this entry denies all protocols from the address before anything is allowed.
fn denies_first(entry: &NetworkAclEntry, cidr: &str, all: &[NetworkAclEntry]) -> bool {
    is_ingress(entry)
        && entry.rule_action() == Some(&RuleAction::Deny)
        && entry.protocol() == Some("-1")
        && cidr_of(entry).is_some_and(|denied| same_network(denied, cidr))
        && entry.rule_number().is_some_and(|number| number < first_allow(all))
}

/// How many ingress entries deny one address alone, or the /64 of one.
fn single_denies(entries: &[NetworkAclEntry]) -> usize {
    let single = |entry: &&NetworkAclEntry| {
        is_ingress(entry)
            && entry.rule_action() == Some(&RuleAction::Deny)
            && cidr_of(entry).is_some_and(|cidr| ["/32", "/64", "/128"].iter().any(|length| cidr.ends_with(length)))
    };
    entries.iter().filter(single).count()
}

/// The highest free number before the first allow, so that room stays for entries that must come first.
fn free_number(entries: &[NetworkAclEntry]) -> Option<i32> {
    let taken: Vec<i32> = entries.iter().filter(|e| is_ingress(e)).filter_map(NetworkAclEntry::rule_number).collect();
    (1..first_allow(entries)).rev().find(|number| !taken.contains(number))
}

fn entry_key(egress: bool, number: i32) -> String {
    format!("{} {number}", if egress { "egress" } else { "ingress" })
}

fn snapshot(entries: &[NetworkAclEntry]) -> Snapshot {
    let parts = entries.iter().map(|entry| {
        let number = entry.rule_number().unwrap_or_default();
        (entry_key(!is_ingress(entry), number), part(entry, number))
    });
    Snapshot(parts.collect())
}

fn part(entry: &NetworkAclEntry, number: i32) -> Value {
    let ports = entry.port_range().filter(|_| entry.protocol() != Some("-1"));
    let mut part = json!({
        "RuleNumber": number,
        "Protocol": entry.protocol(),
        "RuleAction": entry.rule_action().map(RuleAction::as_str),
        "Cidr": cidr_of(entry),
        "From": ports.and_then(PortRange::from),
        "To": ports.and_then(PortRange::to),
        "IcmpType": entry.icmp_type_code().filter(|_| entry.protocol() != Some("-1")).and_then(IcmpTypeCode::r#type),
    });
    if let Value::Object(map) = &mut part {
        map.retain(|_, value| !value.is_null());
    }
    part
}

/// The entry that denies an address, as [`part`] reads it back.
fn deny_part(number: i32, cidr: &str) -> Value {
    json!({ "RuleNumber": number, "Protocol": "-1", "RuleAction": "deny", "Cidr": cidr })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(number: i32, action: RuleAction, cidr: &str) -> NetworkAclEntry {
        NetworkAclEntry::builder()
            .rule_number(number)
            .rule_action(action)
            .protocol("-1")
            .egress(false)
            .cidr_block(cidr)
            .build()
    }

    #[test]
    fn the_number_is_free_and_before_the_allows() {
        let last = live(LAST_ENTRY, RuleAction::Deny, "0.0.0.0/0");
        let allow = |n| live(n, RuleAction::Allow, "0.0.0.0/0");
        let deny = |n| live(n, RuleAction::Deny, "198.51.100.9/32");
        assert_eq!(free_number(&[allow(100), last.clone()]), Some(99));
        assert_eq!(free_number(&[deny(99), allow(100), last.clone()]), Some(98));
        assert_eq!(free_number(&[allow(1), last.clone()]), None);
        assert_eq!(free_number(&[deny(1), deny(2), allow(3), last.clone()]), None);
        assert_eq!(free_number(&[last]), Some(LAST_ENTRY - 1));
    }

    #[test]
    fn a_deny_behind_an_allow_does_not_count() {
        let cidr = "198.51.100.9/32";
        let deny = |n| live(n, RuleAction::Deny, cidr);
        let allow = live(100, RuleAction::Allow, "0.0.0.0/0");
        let (before, behind) = ([deny(99), allow.clone()], [deny(101), allow]);
        assert!(before.iter().any(|e| denies_first(e, cidr, &before)));
        assert!(!behind.iter().any(|e| denies_first(e, cidr, &behind)));
    }

    #[test]
    fn our_own_networks_are_never_denied() {
        for own in
            ["10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"]
        {
            assert!(is_internal(own.parse().unwrap()), "{own}");
        }
        for outside in ["198.51.100.9", "100.128.0.1", "2001:db8::1"] {
            assert!(!is_internal(outside.parse().unwrap()), "{outside}");
        }
    }
}
