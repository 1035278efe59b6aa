//! `transit-gateway-accepts-all`: transit gateway accepts every attachment.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::named::values;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const TRANSIT_GATEWAY_ACCEPTS_ALL: Change = Change {
    meta: Meta {
        id: "transit-gateway-accepts-all",
        title: "Transit gateway accepts every attachment",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::High,
        technique: &["T1599", "T1133"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "CreateTransitGateway" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyTransitGateway" },
        ]),
        prose: page(
            "\
## What it does
Fires when a transit gateway is made or changed so that it accepts attachments of other accounts by
itself. Gateways that wait for somebody to accept, which they do by default, do not match.

## Why is this bad?
Every account that the gateway is shared with joins its networks to the company's at once, and nobody is
asked. One account that was taken over is enough.

## False positives
Gateways that are shared within the organization only, whose accounts are made by a pipeline. The sharing
then decides alone.

## References
- <https://attack.mitre.org/techniques/T1599/>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-23>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyTransitGateway.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["transitGatewayId", "description"],
    when: accepts_all,
};

/// The flag stands among the options of a request, whose spelling differs between the two calls.
fn accepts_all(call: &ApiCall) -> bool {
    let request = call.member("requestParameters").unwrap_or(&Value::Null);
    values(request, "AutoAcceptSharedAttachments").iter().any(|flag| flag.eq_ignore_ascii_case("enable"))
}
