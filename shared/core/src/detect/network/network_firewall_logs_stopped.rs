//! `network-firewall-logs-stopped`: logging of a Network Firewall stopped.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const NETWORK_FIREWALL_LOGS_STOPPED: Change = Change {
    meta: Meta {
        id: "network-firewall-logs-stopped",
        title: "Logging of a Network Firewall stopped",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::High,
        technique: &["T1562.008"],
        events: Events::Calls(&[EventName {
            source: "network-firewall.amazonaws.com",
            name: "UpdateLoggingConfiguration",
        }]),
        prose: page(
            "\
## What it does
Fires when the last destination is taken out of a Network Firewall's logging. A destination that is added,
or one of several that goes, does not match.

## Why is this bad?
The logs show which machine tried to reach what, and which rule let it. Without them a command channel
that the rules pass leaves no record in the network.

## False positives
Logs that move to another destination: one is taken out before the other is put in.

## References
- <https://attack.mitre.org/techniques/T1562/008/>
- <https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_UpdateLoggingConfiguration.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["firewallName", "firewallArn"],
    when: logs_nowhere,
};

/// The configuration that is written holds no destination.
fn logs_nowhere(call: &ApiCall) -> bool {
    let destinations = call.request("loggingConfiguration").and_then(|written| written.get("logDestinationConfigs"));
    destinations.and_then(Value::as_array).is_none_or(Vec::is_empty)
}
