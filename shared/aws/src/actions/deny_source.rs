//! `deny-source`: denies an attacking address in the network ACL of the attacked host's subnet.

use std::net::IpAddr;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::{Filter, IcmpTypeCode, NetworkAcl, NetworkAclEntry, PortRange, RuleAction};
use riposte_core::arn::partition;
use riposte_core::event::Scope;
use riposte_core::guardrail::{Approved, Undo};
use riposte_core::net::cidr::same_network;
use riposte_core::plan::{ActionId, Change, Plan, Response, Snapshot};
use serde_json::{Value, json};

use super::host::{self, Host};
use super::{Action, ActionMeta, Boxed, Permission, Planned, not_mine};
use crate::clients::Regional;
use crate::fault::{Fault, Kind};

/// The number of the entry that AWS itself keeps last; it cannot be changed.
const LAST_ENTRY: i32 = 32_767;

/// The most single addresses that a network ACL is made to deny. AWS allows 20 entries in a direction by
/// default; the other half is the operators'.
const MOST_DENIES: usize = 10;

/// The catalogue's entry.
pub(super) const META: ActionMeta = ActionMeta {
    id: ActionId::DenySource,
    title: "Deny a source address",
    permissions: &[
        Permission { actions: &["ec2:DescribeInstances", "ec2:DescribeNetworkAcls"], resources: &["*"] },
        Permission {
            actions: &["ec2:CreateNetworkAclEntry"],
            resources: &["arn:${AWS::Partition}:ec2:*:${AWS::AccountId}:network-acl/*"],
        },
    ],
    undo_permissions: &["ec2:DeleteNetworkAclEntry"],
    reversibility: "complete: the entry is deleted again",
    prose: "\
## What it does
Finds the host that writes the log stream (by the instance id or private address in the stream's name), the \
network ACL of its subnet, and adds one ingress entry there that denies all protocols from the attacking \
address alone. The entry takes a free number before the first entry that allows anything.

## What it keeps
Every other entry. Nothing is done, and why is told, where the host cannot be resolved, the address is one of \
a private network, no number is free before the allows, or ten single addresses are denied there already.

## Undo
Deletes the entry, if it is still the one that was made. Refused where the network ACL has changed since.
",
};

/// The action.
#[derive(Debug)]
pub struct DenySource {
    ec2: Regional<Client>,
}

impl DenySource {
    /// The action with clients of this configuration.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig) -> Self {
        Self { ec2: Regional::new(config, Client::new) }
    }

    async fn planned(&self, scope: &Scope, response: &Response) -> Result<Planned, Fault> {
        let Response::DenySource { address, stream, .. } = response else {
            return Err(not_mine("ec2:CreateNetworkAclEntry", META.id));
        };
        if is_internal(*address) {
            let why = format!("{address} is an address of a private network: denying it could cut off our own hosts");
            return Ok(Planned::Impossible(why));
        }
        let ec2 = self.ec2.of(&scope.region);
        let host = match host::resolve(&ec2, stream).await? {
            Ok(host) => host,
            Err(why) => return Ok(Planned::Impossible(format!("the attacked host could not be resolved: {why}"))),
        };
        let Some(acl) = acl_of(&ec2, &host).await? else {
            return Ok(Planned::Impossible(format!("the subnet {} has no network ACL", host.subnet_id)));
        };
        let acl_id = acl.network_acl_id().unwrap_or_default().to_owned();
        let cidr = host_cidr(*address);
        let denied = acl.entries().iter().any(|entry| denies_first(entry, &cidr, acl.entries()));
        let rule_number = free_number(acl.entries());
        if !denied && single_denies(acl.entries()) >= MOST_DENIES {
            let why =
                format!("{acl_id} denies {MOST_DENIES} single addresses already: the rest of its entries is kept free");
            return Ok(Planned::Impossible(why));
        }
        let (change, note) = match (denied, rule_number) {
            (true, _) => (None, Some("the address is denied already".to_owned())),
            (false, None) => {
                return Ok(Planned::Impossible(format!("{acl_id} has no free number before its first allow")));
            }
            (false, Some(rule_number)) => (Some(rule_number), None),
        };
        Ok(Planned::Plan(Box::new(plan(scope, response, &host, &acl, &acl_id, &cidr, change, note))))
    }
}

#[allow(clippy::too_many_arguments, reason = "the parts of one plan, each from another call")]
fn plan(
    scope: &Scope,
    response: &Response,
    host: &Host,
    acl: &NetworkAcl,
    acl_id: &str,
    cidr: &str,
    rule_number: Option<i32>,
    note: Option<String>,
) -> Plan {
    let delta = rule_number.map(|number| (entry_key(false, number), Some(deny_part(number, cidr))));
    let (acl_id, cidr) = (acl_id.to_owned(), cidr.to_owned());
    let create = rule_number.map(|rule_number| Change::CreateDenyEntry {
        acl_id: acl_id.clone(),
        rule_number,
        cidr: cidr.clone(),
    });
    let delete = rule_number.map(|rule_number| Change::DeleteDenyEntry { acl_id: acl_id.clone(), rule_number, cidr });
    // The exemption may stand on the host or on the network ACL: either holds.
    let mut tags = host.tags.clone();
    tags.extend(acl.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))));
    Plan {
        action: META.id,
        response: response.clone(),
        resource_arn: format!(
            "arn:{}:ec2:{}:{}:network-acl/{acl_id}",
            partition(&scope.region),
            scope.region,
            scope.account
        ),
        tags,
        before: snapshot(acl.entries()),
        delta: delta.into_iter().collect(),
        changes: create.into_iter().collect(),
        undo: delete.into_iter().collect(),
        note: note.or_else(|| Some(format!("host {} in {}", host.instance_id, host.subnet_id))),
    }
}

impl Action for DenySource {
    fn meta(&self) -> &'static ActionMeta {
        &META
    }

    fn plan<'a>(&'a self, scope: &'a Scope, response: &'a Response) -> Boxed<'a, Result<Planned, Fault>> {
        Box::pin(self.planned(scope, response))
    }

    fn apply<'a>(&'a self, scope: &'a Scope, plan: &'a Approved<Plan>) -> Boxed<'a, Result<(), Fault>> {
        Box::pin(async move {
            let ec2 = self.ec2.of(&scope.region);
            for change in &plan.get().changes {
                let Change::CreateDenyEntry { acl_id, rule_number, cidr } = change else {
                    return Err(not_mine("ec2:CreateNetworkAclEntry", META.id));
                };
                let entry = ec2
                    .create_network_acl_entry()
                    .network_acl_id(acl_id)
                    .rule_number(*rule_number)
                    .protocol("-1")
                    .rule_action(RuleAction::Deny)
                    .egress(false);
                let entry = if cidr.contains(':') { entry.ipv6_cidr_block(cidr) } else { entry.cidr_block(cidr) };
                entry.send().await.map_err(Fault::of("ec2:CreateNetworkAclEntry"))?;
            }
            Ok(())
        })
    }

    fn read<'a>(&'a self, scope: &'a Scope, plan: &'a Plan) -> Boxed<'a, Result<Snapshot, Fault>> {
        Box::pin(async move {
            let entries = acl_by_id(&self.ec2.of(&scope.region), acl_id(plan)).await?;
            Ok(snapshot(&entries.map(|acl| acl.entries().to_vec()).unwrap_or_default()))
        })
    }

    fn undo<'a>(
        &'a self,
        scope: &'a Scope,
        undo: &'a Approved<Undo>,
        made: &'a mut Vec<String>,
    ) -> Boxed<'a, Result<(), Fault>> {
        Box::pin(async move {
            let ec2 = self.ec2.of(&scope.region);
            for change in &undo.get().0.undo {
                let Change::DeleteDenyEntry { acl_id, rule_number, cidr } = change else {
                    return Err(not_mine("ec2:DeleteNetworkAclEntry", META.id));
                };
                let entries = acl_by_id(&ec2, acl_id).await?.map(|acl| acl.entries().to_vec()).unwrap_or_default();
                let live = snapshot(&entries);
                match live.0.get(&entry_key(false, *rule_number)) {
                    // An interrupted undo has deleted it already.
                    None => continue,
                    Some(entry) if *entry == deny_part(*rule_number, cidr) => {}
                    Some(_) => {
                        let why = format!("entry {rule_number} of {acl_id} is no longer the one that was made");
                        return Err(Fault::refused("ec2:DeleteNetworkAclEntry", why));
                    }
                }
                let answer = ec2
                    .delete_network_acl_entry()
                    .network_acl_id(acl_id)
                    .rule_number(*rule_number)
                    .egress(false)
                    .send()
                    .await
                    .map_err(Fault::of("ec2:DeleteNetworkAclEntry"))?;
                made.push(answer.request_id().unwrap_or_default().to_owned());
            }
            Ok(())
        })
    }
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

/// The address alone, as AWS writes it.
fn host_cidr(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(a) => format!("{a}/32"),
        IpAddr::V6(a) => format!("{a}/128"),
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

/// How many ingress entries deny one address alone.
fn single_denies(entries: &[NetworkAclEntry]) -> usize {
    let single = |entry: &&NetworkAclEntry| {
        is_ingress(entry)
            && entry.rule_action() == Some(&RuleAction::Deny)
            && cidr_of(entry).is_some_and(|cidr| cidr.ends_with("/32") || cidr.ends_with("/128"))
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

    fn entry(number: i32, action: RuleAction, cidr: &str) -> NetworkAclEntry {
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
        let last = entry(LAST_ENTRY, RuleAction::Deny, "0.0.0.0/0");
        let allow = |n| entry(n, RuleAction::Allow, "0.0.0.0/0");
        let deny = |n| entry(n, RuleAction::Deny, "198.51.100.9/32");
        assert_eq!(free_number(&[allow(100), last.clone()]), Some(99));
        assert_eq!(free_number(&[deny(99), allow(100), last.clone()]), Some(98));
        assert_eq!(free_number(&[allow(1), last.clone()]), None);
        assert_eq!(free_number(&[deny(1), deny(2), allow(3), last.clone()]), None);
        assert_eq!(free_number(&[last]), Some(LAST_ENTRY - 1));
    }

    #[test]
    fn a_deny_behind_an_allow_does_not_count() {
        let cidr = "198.51.100.9/32";
        let deny = |n| entry(n, RuleAction::Deny, cidr);
        let allow = entry(100, RuleAction::Allow, "0.0.0.0/0");
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
