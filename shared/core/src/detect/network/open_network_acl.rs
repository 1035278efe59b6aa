//! `open-network-acl`: a network ACL that lets the internet reach everything, or administration ports.

use super::acl_entry::{self, from_internet};
use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::net::{IngressRule, PortSpan, admin_ports_in};

/// See [`META`].
pub(super) struct OpenNetworkAcl;

const META: Meta = Meta {
    id: "open-network-acl",
    title: "Network ACL lets the internet in",
    domain: Domain::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    technique: &["T1562.007"],
    actions: &[ActionId::RemoveAclEntry],
    events: Events::Calls(acl_entry::EVENTS),
    prose: page(
        "\
## What it does
Fires when an inbound entry of a network ACL is added or replaced so that it allows all traffic, all ports
of TCP or UDP, or an administration or database port from addresses that amount to the internet. The
range's prefix decides, not its text: any `/0` counts, whatever stands before the slash.

Denials, egress entries, private and partners' ranges do not match, nor does the span from 1024 upwards that
answers to outgoing connections need; the web's ports and other single ports are
`network-acl-wide-entry`.

## Why is this bad?
The network ACL is what still holds when a security group was opened by mistake or on purpose. Open, it
leaves the group alone between the internet and every machine of its subnets.

## False positives
The default network ACL allows everything, and templates write that entry out themselves. In a subnet whose
ACL was narrowed on purpose it means what it says.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-21>
",
    ),
    ..Meta::PLAIN
};

impl Detector for OpenNetworkAcl {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let entry = from_internet(call)?;
        Ok(entry.into_iter().filter_map(|entry| Some(entry.claim(call, &opened(&entry.rule)?))).collect())
    }
}

/// The first port of those that clients use for themselves: answers come in there.
const FIRST_CLIENT_PORT: i32 = 1024;

/// What an entry opens that should not face the internet.
fn opened(rule: &IngressRule) -> Option<String> {
    let span = PortSpan::of(rule)?;
    if span.is_all() {
        return Some("every port".to_owned());
    }
    if rule.from_port.is_some_and(|first| first >= FIRST_CLIENT_PORT) && rule.to_port == Some(i32::from(u16::MAX)) {
        return None;
    }
    let mut services: Vec<&str> = admin_ports_in(span).map(|port| port.service).collect();
    services.dedup();
    match services.as_slice() {
        [] => None,
        [first, second, third, _, rest @ ..] => {
            Some(format!("{first}, {second}, {third} and {} other services", rest.len() + 1))
        }
        few => Some(few.join(", ")),
    }
}
