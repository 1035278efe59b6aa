//! `load-balancer-lets-attacks-pass`: load balancer lets attacks pass.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const LOAD_BALANCER_LETS_ATTACKS_PASS: Change = Change {
    meta: Meta {
        id: "load-balancer-lets-attacks-pass",
        title: "Load balancer lets attacks pass",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[EventName {
            source: "elasticloadbalancing.amazonaws.com",
            name: "ModifyLoadBalancerAttributes",
        }]),
        prose: page(
            "\
## What it does
Fires when a load balancer is set to pass requests on while its web ACL cannot be asked, or to only watch
requests that are written to be understood differently by different servers. The stricter settings, and
other attributes, do not match.

## Why is this bad?
Requests that the web ACL would stop reach the application whenever AWS WAF does not answer, and smuggled
requests reach it always.

## False positives
Applications for which answering matters more than filtering, by decision, and old clients that write odd
requests.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["loadBalancerArn", "loadBalancerName"],
    when: loosened,
};

/// What no load balancer has by default.
const LOOSE: [(&str, &str); 2] =
    [("waf.fail_open.enabled", "true"), ("routing.http.desync_mitigation_mode", "monitor")];

fn loosened(call: &ApiCall) -> bool {
    let text = |part: &Value, key: &str| part.get(key).and_then(Value::as_str).map(str::to_owned);
    let attributes = call.request("attributes").and_then(Value::as_array).into_iter().flatten();
    attributes
        .into_iter()
        .filter_map(|one| Some((text(one, "key")?, text(one, "value")?)))
        .any(|(key, value)| LOOSE.iter().any(|(name, loose)| key == *name && value.eq_ignore_ascii_case(loose)))
}
