//! `api-method-without-authorization`: method of an API that needs no authorization.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::named::{is_true, values};
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const API_METHOD_WITHOUT_AUTHORIZATION: Change = Change {
    meta: Meta {
        id: "api-method-without-authorization",
        title: "Method of an API that needs no authorization",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1190"],
        events: Events::Calls(&[
            EventName { source: "apigateway.amazonaws.com", name: "CreateRoute" },
            EventName { source: "apigateway.amazonaws.com", name: "PutMethod" },
        ]),
        prose: page(
            "\
## What it does
Fires when a method or a route of an API in API Gateway is made that asks its callers for nothing: no
authorization and no key. The `OPTIONS` method, which browsers ask before a call, does not match, nor do
methods with IAM, a user pool, an authorizer or a key. One that is changed so is `api-authorizer-removed`.

## Why is this bad?
Whatever stands behind it, a function with a role for example, does its work for whoever finds the
address. It is how a function of an intruder's is made to answer from outside.

## False positives
Public services, and ones that check a token themselves. Look at what stands behind it.

## References
- <https://attack.mitre.org/techniques/T1190/>
- <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-8>
",
        ),
        ..Meta::PLAIN
    },
    names: &["restApiId", "apiId"],
    when: asks_for_nothing,
};

/// A route that names no authorization has none.
fn asks_for_nothing(call: &ApiCall) -> bool {
    let request = call.member("requestParameters").unwrap_or(&Value::Null);
    let first = |key: &str| values(request, key).into_iter().next();
    let method = first("httpMethod").or_else(|| first("routeKey")).unwrap_or_default();
    // A route of a web socket is authorized when it is connected to.
    let apart =
        method.starts_with("OPTIONS") || (method.starts_with('$') && method != "$default" && method != "$connect");
    let open = first("authorizationType").is_none_or(|kind| kind.eq_ignore_ascii_case("NONE"));
    !apart && open && !flag(request, "apiKeyRequired")
}

/// Whether a flag is set anywhere within a value.
fn flag(value: &Value, key: &str) -> bool {
    match value {
        Value::Object(object) => object.iter().any(|(name, value)| (name == key && is_true(value)) || flag(value, key)),
        _ => false,
    }
}
