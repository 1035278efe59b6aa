//! `api-integration-outside-aws`: aPI sends its calls to a host outside AWS.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::named::values;
use crate::detect::network::api_patch::patches;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const API_SENDS_CALLS_ELSEWHERE: Change = Change {
    meta: Meta {
        id: "api-integration-outside-aws",
        title: "API sends its calls to a host outside AWS",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1557", "T1565.002"],
        events: Events::Calls(&[
            EventName { source: "apigateway.amazonaws.com", name: "CreateIntegration" },
            EventName { source: "apigateway.amazonaws.com", name: "PutIntegration" },
            EventName { source: "apigateway.amazonaws.com", name: "UpdateIntegration" },
        ]),
        prose: page(
            "\
## What it does
Fires when an integration of an API in API Gateway is made or changed to send calls over HTTP to a host
that is not one of AWS's. Functions, other services of AWS, load balancers and private links do not match.

## Why is this bad?
Whoever runs that host reads what users send, tokens included, and writes what they get back. The API's
own name and certificate stay the same.

## False positives
APIs in front of services that run somewhere else. Look at whose host it is.

## References
- <https://attack.mitre.org/techniques/T1557/>
- <https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["restApiId", "apiId"],
    when: leaves_aws,
};

/// The address stands under `uri` or `integrationUri`, or is the value of a patch.
fn leaves_aws(call: &ApiCall) -> bool {
    let request = call.member("requestParameters").unwrap_or(&Value::Null);
    let linked = values(request, "connectionType").iter().any(|kind| kind.eq_ignore_ascii_case("VPC_LINK"));
    let patched =
        patches(request).into_iter().filter(|patch| patch.get("path").and_then(Value::as_str) == Some("/uri"));
    let patched = patched.filter_map(|patch| patch.get("value").and_then(Value::as_str).map(str::to_owned));
    let addresses = ["uri", "integrationUri"].into_iter().flat_map(|key| values(request, key)).chain(patched);
    !linked && addresses.filter_map(|address| host(&address)).any(|host| !of_aws(&host))
}

/// The host of an address on the web.
fn host(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    Some(host.to_ascii_lowercase())
}

fn of_aws(host: &str) -> bool {
    [".amazonaws.com", ".amazonaws.com.cn", ".on.aws", ".api.aws"].iter().any(|suffix| host.ends_with(suffix))
}
