//! `open-admin-port`: an administration or database port that the whole internet can reach.

use std::collections::{BTreeMap, BTreeSet};

use super::open_ingress::{self, Offense, reaching_internet};
use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta, Outcome, Question};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::net::{AdminPort, IngressRule, PortSpan, admin_ports_in};

/// See [`META`].
pub(super) struct OpenAdminPort;

const META: Meta = Meta {
    id: "open-admin-port",
    title: "Administration port open to the internet",
    domain: Domain::Network,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1562.007"],
    events: Events::Calls(open_ingress::EVENTS),
    outcome: Outcome::Success,
    burst: None,
    reads: open_ingress::READS,
    actions: &[ActionId::RevokeIngress],
    prose: page(
        "\
## What it does
Fires when a call adds or changes an ingress rule of a security group so that an administration or
database port (SSH, RDP, MySQL, Docker, Kubernetes, Redis and some forty more) accepts connections from
addresses that amount to the internet. The CIDR's prefix decides, not its text: any `/0` counts, whatever
stands before the slash, and so do halves and quarters of the internet, in IPv4 and in IPv6, and a list
of smaller ranges that add up to a quarter of all addresses.

A rule for all ports is `open-all-ports`, not this. Ports 80 and 443, ICMP, private ranges, and rules
whose source is another group or a prefix list are no findings. All offending rules of one call make one
finding, and the answer revokes those rules only.

## Why is this bad?
Such a port is found by scanners within minutes and then tried with every stolen and common password, or
with the exploit of the week. Attackers who already hold a credential open one on purpose, to get a way
in that outlives the credential.

## False positives
A bastion or a honeypot that is meant to be reached from everywhere. Tag its group `riposte:exempt`. TCP
spans such as 1024-65535, opened for passive FTP, do cover databases: narrow them.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19>
- <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for OpenAdminPort {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        open_ingress::questions(self, call)
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        open_ingress::judge(self, call, facts)
    }
}

impl Offense for OpenAdminPort {
    fn concerns(&self, rule: &IngressRule) -> bool {
        admin_ports(rule).next().is_some()
    }

    /// Port by port: the internet may be split among rules whose spans differ but share the port.
    fn offending(&self, rules: &[IngressRule]) -> Vec<usize> {
        let spans = spans(rules);
        let mut by_port: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for (place, (span, _)) in spans.iter().enumerate() {
            for port in admin_ports_in(*span) {
                by_port.entry(port.port).or_default().push(place);
            }
        }
        // Most ports are opened by the same spans as their neighbors.
        let distinct: BTreeSet<_> = by_port.into_values().collect();
        let shared: Vec<Vec<usize>> = distinct
            .iter()
            .map(|places| {
                places.iter().filter_map(|place| spans.get(*place)).flat_map(|(_, rules)| rules).copied().collect()
            })
            .collect();
        let offending: BTreeSet<_> = shared.iter().flat_map(|open| reaching_internet(rules, open)).collect();
        offending.into_iter().collect()
    }

    fn opens(&self, rules: &[IngressRule]) -> String {
        let mut services: Vec<&str> = Vec::new();
        for port in spans(rules).into_iter().flat_map(|(span, _)| admin_ports_in(span)) {
            if !services.contains(&port.service) {
                services.push(port.service);
            }
        }
        match services.as_slice() {
            [first, second, third, rest @ ..] if rest.len() > 1 => {
                format!("{first}, {second}, {third} and {} other services", rest.len())
            }
            few => few.join(", "),
        }
    }
}

/// The spans that the rules open, unless it is all ports, each with the indices of its rules: long lists
/// of sources open the same ports, and what is the same is looked at once.
fn spans(rules: &[IngressRule]) -> Vec<(PortSpan, Vec<usize>)> {
    let mut spans: Vec<(PortSpan, Vec<usize>)> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let Some(span) = PortSpan::of(rule).filter(|span| !span.is_all()) else { continue };
        match spans.iter_mut().find(|(known, _)| *known == span) {
            Some((_, indices)) => indices.push(index),
            None => spans.push((span, vec![index])),
        }
    }
    spans
}

/// The administration ports of a rule that does not open all ports.
fn admin_ports(rule: &IngressRule) -> impl Iterator<Item = &'static AdminPort> {
    PortSpan::of(rule).filter(|span| !span.is_all()).into_iter().flat_map(admin_ports_in)
}
