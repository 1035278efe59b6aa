//! `api-authorizer-removed`: authorisation of an API removed.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const API_AUTHORIZER_REMOVED: Change = Change {
    meta: Meta {
        id: "api-authorizer-removed",
        title: "Authorisation of an API removed",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "apigateway.amazonaws.com", name: "DeleteAuthorizer" },
            EventName { source: "apigateway.amazonaws.com", name: "UpdateMethod" },
            EventName { source: "apigateway.amazonaws.com", name: "UpdateRoute" },
        ]),
        prose: page(
            "\
## What it does
Fires when an authorizer of an API in API Gateway is deleted, or a method or route is changed to need no
authorisation. Authorizers that are made, and methods that never had one, are silent.

## Why is this bad?
Calls that had to prove who makes them are answered for everybody from then on.

## False positives
A switch to another kind of authorisation deletes the old authorizer afterwards.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteAuthorizer.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["restApiId", "apiId"],
    when: unlocks,
};

/// A deleted authorizer, a route's new type, or the patch of a method that sets it.
fn unlocks(call: &ApiCall) -> bool {
    let is = |part: &Value, key: &str, text: &str| part.get(key).and_then(Value::as_str) == Some(text);
    let patches = call.request("patchOperations").and_then(Value::as_array).into_iter().flatten();
    call.event_name() == "DeleteAuthorizer"
        || call.request_text("authorizationType") == Some("NONE")
        || patches.into_iter().any(|patch| is(patch, "path", "/authorizationType") && is(patch, "value", "NONE"))
}
