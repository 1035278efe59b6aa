//! `load-balancer-groups-changed`: security groups of a load balancer changed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const LOAD_BALANCER_GROUPS_CHANGED: Change = Change {
    meta: Meta {
        id: "load-balancer-groups-changed",
        title: "Security groups of a load balancer changed",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "elasticloadbalancing.amazonaws.com", name: "ApplySecurityGroupsToLoadBalancer" },
            EventName { source: "elasticloadbalancing.amazonaws.com", name: "SetSecurityGroups" },
        ]),
        prose: page(
            "\
## What it does
Fires when the set of security groups of a load balancer is replaced. Its listeners, targets and
attributes do not match, nor do changed rules within a group.

## Why is this bad?
An internal application can be opened to others, or one that is under quarantine let out again, without
a rule being touched.

## False positives
Ordinary work on load balancers. Look at which groups were attached.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["loadBalancerArn", "loadBalancerName"],
    when: always,
};
