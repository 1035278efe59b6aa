//! Network Firewall: firewalls, their policies and groups of rules.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::View;

const FIREWALL: &str = "DescribeFirewall.Firewall";
const POLICY: &str = "DescribeFirewallPolicy.FirewallPolicy";

pub(crate) static CHECKS: &[Check] = &[
    check("network-firewall-not-logged", "A firewall is not logged", Medium, "network-firewall", "firewall")
        .fsbp(&["NetworkFirewall.2"])
        .page(
            "Flows or alerts go to a log.",
            "What it stopped, and what it let pass, is not known afterwards.",
            "aws network-firewall update-logging-configuration.",
            "Firewalls for tests.",
        )
        .detectors(&["network-firewall-logs-stopped"])
        .each(|v| {
            v.unset(
                "DescribeLoggingConfiguration.LoggingConfiguration.LogDestinationConfigs",
                "it is not logged",
                "it is logged",
            )
        }),
    check(
        "network-firewall-policy-empty",
        "A firewall's policy has no rules",
        Medium,
        "network-firewall",
        "firewall-policy",
    )
    .fsbp(&["NetworkFirewall.3"])
    .page(
        "The policy has a group of rules, stateless or stateful.",
        "The firewall stands there and decides nothing.",
        "Add a group of rules.",
        "Policies that no firewall uses.",
    )
    .each(|v| {
        let stateless = v.list(&format!("{POLICY}.StatelessRuleGroupReferences"))?;
        let stateful = v.list(&format!("{POLICY}.StatefulRuleGroupReferences"))?;
        Verdict::fail_if(stateless.is_empty() && stateful.is_empty(), "it has no rules", "it has rules")
    }),
    check(
        "network-firewall-packets-pass",
        "A firewall passes what no rule names",
        Medium,
        "network-firewall",
        "firewall-policy",
    )
    .fsbp(&["NetworkFirewall.4"])
    .page(
        "Whole packets that no stateless rule names are dropped, or go on to the stateful rules.",
        "What nobody thought of is let through.",
        "Set the stateless default action to aws:drop or aws:forward_to_sfe.",
        "None.",
    )
    .each(|v| strict(v, "StatelessDefaultActions", "whole packets")),
    check(
        "network-firewall-fragments-pass",
        "A firewall passes fragments that no rule names",
        Medium,
        "network-firewall",
        "firewall-policy",
    )
    .fsbp(&["NetworkFirewall.5"])
    .page(
        "Fragments that no stateless rule names are dropped, or go on to the stateful rules.",
        "An attack in pieces passes where it would not as a whole.",
        "Set the stateless default action of fragments to aws:drop or aws:forward_to_sfe.",
        "None.",
    )
    .each(|v| strict(v, "StatelessFragmentDefaultActions", "fragments")),
    check(
        "network-firewall-rule-group-empty",
        "A group of stateless rules is empty",
        Medium,
        "network-firewall",
        "rule-group",
    )
    .fsbp(&["NetworkFirewall.6"])
    .page(
        "The group has rules.",
        "A policy seems to have rules and has none.",
        "Add rules, or delete the group.",
        "None.",
    )
    .each(|v| {
        let kind = v.text("DescribeRuleGroup.RuleGroupResponse.Type")?;
        match kind.ok_or_else(|| Unknown("its type is not known".to_owned()))? {
            "STATELESS" => v.unset(
                "DescribeRuleGroup.RuleGroup.RulesSource.StatelessRulesAndCustomActions.StatelessRules",
                "it has no rules",
                "it has rules",
            ),
            _ => Ok(Verdict::Skip),
        }
    }),
    check(
        "network-firewall-deletion-unprotected",
        "A firewall can be deleted by one call",
        Medium,
        "network-firewall",
        "firewall",
    )
    .fsbp(&["NetworkFirewall.9"])
    .page(
        "Deletion protection is on.",
        "One call takes the firewall away.",
        "aws network-firewall update-firewall-delete-protection.",
        "Firewalls for tests.",
    )
    .each(|v| {
        v.off(&format!("{FIREWALL}.DeleteProtection"), "deletion protection is off", "deletion protection is on")
    }),
    check(
        "network-firewall-subnets-unprotected",
        "A firewall's subnets can be changed by one call",
        Medium,
        "network-firewall",
        "firewall",
    )
    .fsbp(&["NetworkFirewall.10"])
    .page(
        "Subnet change protection is on.",
        "One call takes the firewall out of the way of the traffic.",
        "aws network-firewall update-subnet-change-protection.",
        "Firewalls for tests.",
    )
    .each(|v| {
        v.off(&format!("{FIREWALL}.SubnetChangeProtection"), "its subnets can be changed", "its subnets are protected")
    }),
];

/// Fails where a default action lets pass.
fn strict(v: &View<'_>, name: &str, what: &str) -> Answer {
    let actions = v.texts(&format!("{POLICY}.{name}"))?;
    let stops = actions.iter().any(|action| matches!(*action, "aws:drop" | "aws:forward_to_sfe"));
    let passes = actions.contains(&"aws:pass");
    Verdict::fail_if(
        passes || !stops,
        &format!("{what} that no rule names pass"),
        &format!("{what} that no rule names do not pass"),
    )
}
