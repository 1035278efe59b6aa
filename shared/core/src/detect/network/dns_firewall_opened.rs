//! `dns-firewall-opened`: DNS Firewall made to let queries through.

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const DNS_FIREWALL_OPENED: Change = Change {
    meta: Meta {
        id: "dns-firewall-opened",
        title: "DNS Firewall made to let queries through",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "route53resolver.amazonaws.com", name: "UpdateFirewallConfig" },
            EventName { source: "route53resolver.amazonaws.com", name: "UpdateFirewallRule" },
        ]),
        prose: page(
            "\
## What it does
Fires when DNS Firewall is set to fail open for a VPC, or one of its rules is changed to allow. Rules
that block or alert, and failing closed, do not match.

## Why is this bad?
Names that were blocked resolve again: those of an attacker's server, and of the tunnel that carries
data out in DNS queries.

## False positives
A rule that blocked too much. Failing open is a choice that some make for availability, once for each
VPC.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-vpc-configuration.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["resourceId", "firewallRuleGroupId"],
    when: lets_through,
};

fn lets_through(call: &ApiCall) -> bool {
    let is = |key, value| call.request_text(key).is_some_and(|text| text.eq_ignore_ascii_case(value));
    is("firewallFailOpen", "ENABLED") || is("action", "ALLOW")
}
