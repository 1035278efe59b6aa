//! `web-acl-removed`: web ACL or its rules deleted.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const WEB_ACL_REMOVED: Change = Change {
    meta: Meta {
        id: "web-acl-removed",
        title: "Web ACL or its rules deleted",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "wafv2.amazonaws.com", name: "DeleteRuleGroup" },
            EventName { source: "wafv2.amazonaws.com", name: "DeleteWebACL" },
            EventName { source: "wafv2.amazonaws.com", name: "DeleteFirewallManagerRuleGroups" },
            EventName { source: "waf.amazonaws.com", name: "DeleteRule" },
            EventName { source: "waf.amazonaws.com", name: "DeleteRuleGroup" },
            EventName { source: "waf.amazonaws.com", name: "DeleteWebACL" },
            EventName { source: "waf-regional.amazonaws.com", name: "DeleteRule" },
            EventName { source: "waf-regional.amazonaws.com", name: "DeleteRuleGroup" },
            EventName { source: "waf-regional.amazonaws.com", name: "DeleteWebACL" },
        ]),
        prose: page(
            "\
## What it does
Fires when a web ACL of AWS WAF, a rule or a rule group is deleted. Sets of addresses and patterns do
not match; an ACL that is taken off a resource is `web-acl-disassociated`, one that is left without rules
`web-acl-emptied`.

## Why is this bad?
The application behind it stands without the filter that held back known exploits and floods.

## False positives
The teardown of an application, and rules that moved to a managed group.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["name", "webACLId", "webACLArn", "ruleGroupId", "ruleId", "id"],
    when: always,
};
