//! `api-public`: private API made public.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::network::api_patch::patches;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const PRIVATE_API_MADE_PUBLIC: Change = Change {
    meta: Meta {
        id: "api-public",
        title: "Private API made public",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::High,
        technique: &["T1562.007", "T1190"],
        events: Events::Calls(&[EventName { source: "apigateway.amazonaws.com", name: "UpdateRestApi" }]),
        prose: page(
            "\
## What it does
Fires when a REST API of API Gateway that only a VPC could reach gets an endpoint on the internet. Changes
between the two public kinds, and ones that make an API private, do not match.

## Why is this bad?
The API was written for callers inside the network, and often asks them for nothing. Now everybody can
call it.

## False positives
A service that is released to the public, with an authorizer in front.

## References
- <https://attack.mitre.org/techniques/T1190/>
- <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-api-migration.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["restApiId"],
    when: opens,
};

/// A patch of the endpoint's type replaces `PRIVATE`, which stands in its path, by another.
fn opens(call: &ApiCall) -> bool {
    let request = call.member("requestParameters").unwrap_or(&Value::Null);
    patches(request).into_iter().any(|patch| {
        let text = |key: &str| patch.get(key).and_then(Value::as_str).unwrap_or_default();
        text("path") == "/endpointConfiguration/types/PRIVATE" && matches!(text("value"), "EDGE" | "REGIONAL")
    })
}
