//! `load-balancer-redirects-externally`: load balancer redirects to another host.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const LOAD_BALANCER_REDIRECTS_ELSEWHERE: Change = Change {
    meta: Meta {
        id: "load-balancer-redirects-externally",
        title: "Load balancer redirects to another host",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1557", "T1584"],
        events: Events::Calls(&[
            EventName { source: "elasticloadbalancing.amazonaws.com", name: "CreateListener" },
            EventName { source: "elasticloadbalancing.amazonaws.com", name: "CreateRule" },
            EventName { source: "elasticloadbalancing.amazonaws.com", name: "ModifyListener" },
            EventName { source: "elasticloadbalancing.amazonaws.com", name: "ModifyRule" },
        ]),
        prose: page(
            "\
## What it does
Fires when a listener or a rule of a load balancer is made or changed to send users on to a host that it
names. Redirects that keep the host, to TLS or to another path, do not match, nor does everything that is
answered by a target.

## Why is this bad?
Users follow a redirect without noticing, and type their password where it leads. One rule before all
others is enough, and the application does not see the request.

## False positives
Sites that moved, and names without `www`. Look at whose host it is.

## References
- <https://attack.mitre.org/techniques/T1557/>
- <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["ruleArn", "listenerArn", "loadBalancerArn"],
    when: sends_elsewhere,
};

/// A host that is left out, or written as `#{host}`, stays as it is.
fn sends_elsewhere(call: &ApiCall) -> bool {
    let actions = ["actions", "defaultActions"].into_iter().filter_map(|key| call.request(key)?.as_array()).flatten();
    let mut hosts = actions.filter_map(|action| action.get("redirectConfig")?.get("host").and_then(Value::as_str));
    hosts.any(|host| !host.is_empty() && !host.contains("#{host}"))
}
