//! `source-check-disabled`: instance allowed to pass traffic that is not its own.

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const SOURCE_CHECK_DISABLED: Change = Change {
    meta: Meta {
        id: "source-check-disabled",
        title: "Instance allowed to pass traffic that is not its own",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1557"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "ModifyInstanceAttribute" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyNetworkInterfaceAttribute" },
        ]),
        prose: page(
            "\
## What it does
Fires when the check is switched off that an instance or interface is the source or destination of its
traffic. Switching it on, and other attributes of the same calls, do not match.

## Why is this bad?
Only without the check can a machine stand in the middle: forward, read and change what others send,
once a route leads through it.

## False positives
NAT instances, VPN and firewall appliances, and some network plug-ins of Kubernetes need it.

## References
- <https://attack.mitre.org/techniques/T1557/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["instanceId", "networkInterfaceId"],
    when: switched_off,
};

/// `{"value": false}`, or the bare value in some records.
fn switched_off(call: &ApiCall) -> bool {
    let check = call.request("sourceDestCheck");
    let value = check.and_then(|check| check.get("value")).or(check);
    value.is_some_and(|value| value.as_bool() == Some(false) || value.as_str() == Some("false"))
}
