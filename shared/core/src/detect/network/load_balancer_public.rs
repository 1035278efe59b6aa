//! `load-balancer-public`: load balancer made that faces the internet.

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const PUBLIC_LOAD_BALANCER_CREATED: Change = Change {
    meta: Meta {
        id: "load-balancer-public",
        title: "Load balancer made that faces the internet",
        domain: Domain::Network,
        severity: Severity::Informational,
        confidence: Confidence::Medium,
        technique: &["T1133"],
        events: Events::Calls(&[EventName {
            source: "elasticloadbalancing.amazonaws.com",
            name: "CreateLoadBalancer",
        }]),
        prose: page(
            "\
## What it does
Fires when a load balancer is made that faces the internet, which classic ones do unless set otherwise.
Internal ones do not match.

## Why is this bad?
It gives whatever stands behind it a public name. Kept for whoever looks back at how an internal
application came to be reachable.

## False positives
Nearly all of them: this keeps a record and sends no alert.

## References
- <https://attack.mitre.org/techniques/T1133/>
- <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["loadBalancerArn", "loadBalancerName", "name"],
    when: |call| call.request_text("scheme").is_none_or(|scheme| !scheme.eq_ignore_ascii_case("internal")),
};
