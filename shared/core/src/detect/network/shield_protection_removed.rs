//! `shield-protection-removed`: protection against floods removed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const SHIELD_PROTECTION_REMOVED: Change = Change {
    meta: Meta {
        id: "shield-protection-removed",
        title: "Protection against floods removed",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562.007", "T1498"],
        events: Events::Calls(&[
            EventName { source: "shield.amazonaws.com", name: "DeleteProtection" },
            EventName { source: "shield.amazonaws.com", name: "DeleteProtectionGroup" },
            EventName { source: "shield.amazonaws.com", name: "DeleteSubscription" },
            EventName { source: "shield.amazonaws.com", name: "DisableApplicationLayerAutomaticResponse" },
            EventName { source: "shield.amazonaws.com", name: "DisableProactiveEngagement" },
            EventName { source: "shield.amazonaws.com", name: "DisassociateDRTRole" },
        ]),
        prose: page(
            "\
## What it does
Fires when a resource or a group loses the protection of AWS Shield Advanced, its automatic response is
switched off, or the response team loses its access. New protections and changed health checks do
not match.

## Why is this bad?
The resource falls to the next flood, and nobody at AWS helps. Extortion by denial of service begins
with knowing which resources are not protected.

## False positives
Resources that are retired. Infrastructure tools that replace a load balancer replace its protection
too.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_DeleteProtection.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["protectionId", "protectionGroupId", "resourceArn"],
    when: always,
};
