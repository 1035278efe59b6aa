//! `dns-firewall-removed`: DNS Firewall removed from a VPC.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const DNS_FIREWALL_REMOVED: Change = Change {
    meta: Meta {
        id: "dns-firewall-removed",
        title: "DNS Firewall removed from a VPC",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "route53resolver.amazonaws.com", name: "DeleteFirewallDomainList" },
            EventName { source: "route53resolver.amazonaws.com", name: "DeleteFirewallRule" },
            EventName { source: "route53resolver.amazonaws.com", name: "DeleteFirewallRuleGroup" },
            EventName { source: "route53resolver.amazonaws.com", name: "DisassociateFirewallRuleGroup" },
        ]),
        prose: page(
            "\
## What it does
Fires when a rule group of Route 53 Resolver DNS Firewall is taken off a VPC, or a group, a rule or a
list of domains is deleted. Rules that only let more through are `dns-firewall-opened`.

## Why is this bad?
Names that were blocked resolve again: those of an attacker's server, and of the tunnel that carries
data out in DNS queries.

## False positives
The teardown of a VPC, and lists that are replaced by managed ones.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_DisassociateFirewallRuleGroup.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["firewallRuleGroupAssociationId", "firewallRuleGroupId", "firewallDomainListId"],
    when: always,
};
