//! `api-authorizer-removed`: authorization of an API removed.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::named::values;
use crate::detect::network::api_patch::patches;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const API_AUTHORIZER_REMOVED: Change = Change {
    meta: Meta {
        id: "api-authorizer-removed",
        title: "Authorization of an API removed",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "apigateway.amazonaws.com", name: "DeleteAuthorizer" },
            EventName { source: "apigateway.amazonaws.com", name: "UpdateDomainName" },
            EventName { source: "apigateway.amazonaws.com", name: "UpdateMethod" },
            EventName { source: "apigateway.amazonaws.com", name: "UpdateRoute" },
        ]),
        prose: page(
            "\
## What it does
Fires when an authorizer of an API in API Gateway is deleted, or a method or route is changed to need no
authorization, or no key, any more, or a domain name to ask its callers for no certificates. Authorizers that are made do not match; a method that is made without one
is `api-method-without-authorization`.

## Why is this bad?
Calls that had to prove who makes them are answered for everybody from then on.

## False positives
A switch to another kind of authorization deletes the old authorizer afterwards.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteAuthorizer.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["restApiId", "apiId", "domainName"],
    when: unlocks,
};

/// A deleted authorizer, a route's new type, or the patch of a method that sets it, or that lifts the need
/// for a key where there is nothing else.
fn unlocks(call: &ApiCall) -> bool {
    let request = call.member("requestParameters").unwrap_or(&Value::Null);
    let patches = patches(request);
    let sets = |path: &str, to: &str| {
        let is = |patch: &Value, key: &str, text: &str| patch.get(key).and_then(Value::as_str) == Some(text);
        patches.iter().any(|patch| is(patch, "path", path) && is(patch, "value", to))
    };
    let bare = || call.response("authorizationType").and_then(Value::as_str) == Some("NONE");
    call.event_name() == "DeleteAuthorizer"
        || values(request, "authorizationType").iter().any(|kind| kind == "NONE")
        || sets("/authorizationType", "NONE")
        || (sets("/apiKeyRequired", "false") && bare())
        || sets("/mutualTlsAuthentication/truststoreUri", "")
        || without_store(request)
}

/// A name that asked its callers for certificates asks for none where its store of them is emptied.
fn without_store(request: &Value) -> bool {
    let mutual = request.as_object().into_iter().flatten().find_map(|(key, value)| {
        let inner = value.get("mutualTlsAuthentication");
        if key == "mutualTlsAuthentication" { Some(value) } else { inner }
    });
    mutual.and_then(|mutual| mutual.get("truststoreUri")).and_then(Value::as_str) == Some("")
}
