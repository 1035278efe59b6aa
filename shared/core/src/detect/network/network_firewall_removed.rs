//! `network-firewall-removed`: network Firewall removed from a network.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const NETWORK_FIREWALL_REMOVED: Change = Change {
    meta: Meta {
        id: "network-firewall-removed",
        title: "Network Firewall removed from a network",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "network-firewall.amazonaws.com", name: "DeleteFirewall" },
            EventName { source: "network-firewall.amazonaws.com", name: "DeleteFirewallPolicy" },
            EventName { source: "network-firewall.amazonaws.com", name: "DeleteRuleGroup" },
            EventName { source: "network-firewall.amazonaws.com", name: "DisassociateSubnets" },
        ]),
        prose: page(
            "\
## What it does
Fires when a Network Firewall, its policy or a rule group is deleted, or subnets are taken out of it.
Changed rules do not match; a policy that passes everything is `network-firewall-passes-all`.

## Why is this bad?
What it blocked, servers of attackers and protocols for exfiltration among it, can be reached again.

## False positives
The teardown of a network, and rule groups that are replaced by others.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_DeleteFirewall.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["firewallName", "firewallArn", "firewallPolicyName", "firewallPolicyArn", "ruleGroupName", "ruleGroupArn"],
    when: always,
};
