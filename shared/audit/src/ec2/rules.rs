//! The ingress rules of a security group, prefix lists taken apart.

use std::collections::BTreeSet;

use riposte_core::net::cidr::internet_ranges;
use riposte_core::net::{IngressRule, PortSpan, Transport};
use serde_json::Value;

use crate::index::Index;
use crate::verdict::Unknown;
use crate::view::{View, list, number, text};

/// What checks of security groups look at beside them.
pub(crate) const LISTS: &[(&str, &str)] = &[("ec2", "prefix-list")];

/// The rules of a group whose source is a range, and the prefix lists that are not known.
#[derive(Default)]
pub(crate) struct Rules {
    rules: Vec<IngressRule>,
    unknown: Option<Unknown>,
}

/// Which packets are asked about.
#[derive(Clone, Copy)]
pub(crate) enum Ports<'a> {
    /// One port.
    One(Transport, u16),
    /// Rules of one kind: by their span; `None` for protocols without ports.
    Spans(&'a dyn Fn(Option<PortSpan>) -> bool),
}

impl Rules {
    pub(crate) fn of(v: &View<'_>, index: &Index) -> Result<Self, Unknown> {
        let mut all = Self { rules: Vec::new(), unknown: None };
        for permission in v.list("DescribeSecurityGroups.IpPermissions")? {
            let mut add = |cidr: &str| all.rules.push(rule(permission, cidr));
            for range in list(permission, "IpRanges").iter().filter_map(|range| text(range, "CidrIp")) {
                add(range);
            }
            for range in list(permission, "Ipv6Ranges").iter().filter_map(|range| text(range, "CidrIpv6")) {
                add(range);
            }
            for id in list(permission, "PrefixListIds").iter().filter_map(|list| text(list, "PrefixListId")) {
                match entries(index, id) {
                    Ok(entries) => entries.into_iter().for_each(&mut add),
                    Err(unknown) => all.unknown = Some(unknown),
                }
            }
        }
        Ok(all)
    }

    /// Takes the rules of another group beside its own.
    pub(crate) fn add(&mut self, other: Self) {
        self.rules.extend(other.rules);
        self.unknown = self.unknown.take().or(other.unknown);
    }

    /// The rules that let the internet in to these ports, in words. Several that only together amount to the internet
    /// count too, where they open the same port.
    pub(crate) fn open(&self, ports: Ports<'_>) -> Vec<String> {
        self.offending(ports).iter().map(IngressRule::label).collect()
    }

    /// The same, as rules.
    pub(crate) fn offending(&self, ports: Ports<'_>) -> Vec<IngressRule> {
        let fits = |rule: &&IngressRule| {
            let span = PortSpan::of(rule);
            match ports {
                Ports::One(transport, port) => span.is_some_and(|span| span.opens(transport, port)),
                Ports::Spans(fits) => fits(span),
            }
        };
        let rules: Vec<&IngressRule> = self.rules.iter().filter(fits).collect();
        let cidrs: Vec<&str> = rules.iter().map(|rule| rule.cidr.as_str()).collect();
        internet_ranges(&cidrs).into_iter().filter_map(|index| rules.get(index)).map(|rule| (*rule).clone()).collect()
    }

    /// The rules by which the internet comes in to every port of TCP or of UDP, alone or several together.
    pub(crate) fn every_port(&self) -> BTreeSet<IngressRule> {
        let spans: Vec<(u16, u16)> = self.rules.iter().filter_map(PortSpan::of).map(PortSpan::edges).collect();
        // What is open changes only where a span begins or has ended. Port 0 is reserved.
        let ends = spans.iter().filter_map(|(_, last)| last.checked_add(1));
        let ports: BTreeSet<u16> = spans.iter().map(|(first, _)| *first).chain(ends).chain([1]).collect();
        let every = |transport: Transport| {
            let mut found = BTreeSet::new();
            for port in ports.iter().filter(|port| **port > 0) {
                let open = self.offending(Ports::One(transport, *port));
                if open.is_empty() {
                    return BTreeSet::new();
                }
                found.extend(open);
            }
            found
        };
        &every(Transport::Tcp) | &every(Transport::Udp)
    }

    /// Whether nothing is open that is not known to be closed.
    pub(crate) fn known(&self) -> Result<(), Unknown> {
        self.unknown.clone().map_or(Ok(()), Err)
    }
}

fn rule(permission: &Value, cidr: &str) -> IngressRule {
    #[allow(clippy::cast_possible_truncation, reason = "ports are small, and what is not is taken for all of them")]
    let port = |name: &str| number(permission, name).map(|port| port as i32);
    IngressRule {
        rule_id: None,
        protocol: text(permission, "IpProtocol").unwrap_or_default().to_owned(),
        from_port: port("FromPort"),
        to_port: port("ToPort"),
        cidr: cidr.to_owned(),
        description: None,
        tags: std::collections::BTreeMap::new(),
    }
}

/// The ranges of a prefix list.
fn entries<'i>(index: &'i Index, id: &str) -> Result<Vec<&'i str>, Unknown> {
    let missing = || Unknown(format!("the prefix list `{}` was not collected", riposte_core::text::plain(id, 60)));
    let list = index.find("ec2", "prefix-list", id).ok_or_else(missing)?;
    let entries = list.list("GetManagedPrefixListEntries.Entries")?;
    Ok(entries.iter().filter_map(|entry| text(entry, "Cidr")).collect())
}
