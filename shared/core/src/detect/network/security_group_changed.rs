//! `security-group-changed`: security group changed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

/// The calls that change a security group.
pub(super) const EVENTS: &[EventName] = &[
    EventName { source: "ec2.amazonaws.com", name: "AuthorizeSecurityGroupEgress" },
    EventName { source: "ec2.amazonaws.com", name: "AuthorizeSecurityGroupIngress" },
    EventName { source: "ec2.amazonaws.com", name: "CreateSecurityGroup" },
    EventName { source: "ec2.amazonaws.com", name: "DeleteSecurityGroup" },
    EventName { source: "ec2.amazonaws.com", name: "ModifySecurityGroupRules" },
    EventName { source: "ec2.amazonaws.com", name: "RevokeSecurityGroupEgress" },
    EventName { source: "ec2.amazonaws.com", name: "RevokeSecurityGroupIngress" },
];

pub(super) const SECURITY_GROUP_CHANGED: Change = Change {
    meta: Meta {
        id: "security-group-changed",
        title: "Security group changed",
        domain: Domain::Network,
        severity: Severity::Informational,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(EVENTS),
        prose: page(
            "\
## What it does
Fires on every change of a security group: rules added, changed or removed, groups made or deleted. What
opens a port to the internet is `open-admin-port` or `open-all-ports` besides; descriptions and tags do
not match.

## Why is this bad?
Groups decide who reaches a machine. Kept for whoever looks back at when a door was opened, by whom, and
when it was shut again.

## False positives
Nearly all of them: this keeps a record and sends no alert.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["groupId", "groupName"],
    when: always,
};
