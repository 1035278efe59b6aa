//! `traffic-mirroring-changed`: traffic mirroring prepared or changed.

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const TRAFFIC_MIRRORING_CHANGED: Change = Change {
    meta: Meta {
        id: "traffic-mirroring-changed",
        title: "Traffic mirroring prepared or changed",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1020.001", "T1040"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "CreateTrafficMirrorFilter" },
            EventName { source: "ec2.amazonaws.com", name: "CreateTrafficMirrorFilterRule" },
            EventName { source: "ec2.amazonaws.com", name: "CreateTrafficMirrorSession" },
            EventName { source: "ec2.amazonaws.com", name: "CreateTrafficMirrorTarget" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteTrafficMirrorFilter" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteTrafficMirrorFilterRule" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteTrafficMirrorSession" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteTrafficMirrorTarget" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyTrafficMirrorFilterNetworkServices" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyTrafficMirrorFilterRule" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyTrafficMirrorSession" },
        ]),
        prose: page(
            "\
## What it does
Fires on every change of traffic mirroring: targets, filters, their rules and sessions that are made,
changed or deleted by somebody. What a service does by itself does not match; a session that starts is
`traffic-mirroring-started` alone.

## Why is this bad?
Filters and targets are what a wire tap is prepared with, and deleting them blinds a network intrusion
detection system.

## False positives
The set-up and upkeep of such a system. Its roles are known beforehand.

## References
- <https://attack.mitre.org/techniques/T1020/001/>
- <https://docs.aws.amazon.com/vpc/latest/mirroring/what-is-traffic-mirroring.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &[
        "trafficMirrorSessionId",
        "trafficMirrorFilterRuleId",
        "trafficMirrorFilterId",
        "trafficMirrorTargetId",
        "networkInterfaceId",
        "networkLoadBalancerArn",
        "description",
    ],
    when: |call| !call.by_service(),
};
