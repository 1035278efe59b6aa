//! `function-invoked-externally`: a principal of an external account runs a function.

use serde_json::Value;

use crate::detect::fields::home;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct FunctionInvokedExternally;

const fn lambda(name: &'static str) -> EventName {
    EventName { source: "lambda.amazonaws.com", name }
}

const META: Meta = Meta {
    id: "function-invoked-externally",
    title: "Function invoked by an external account",
    domain: Domain::Compute,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    technique: &["T1648", "T1199"],
    events: Events::Calls(&[
        lambda("Invoke"),
        lambda("Invoke20150331"),
        lambda("Invoke20150331v2"),
        lambda("InvokeAsync"),
        lambda("InvokeAsync20141113"),
        lambda("InvokeFunctionUrl"),
        lambda("InvokeWithResponseStream"),
        lambda("InvokeWithResponseStream20211115"),
    ]),
    prose: page(
        "\
## What it does
Fires when a principal of an external account, or somebody without credentials, invokes a function of the account. The account's own principals, AWS's
services, accounts under `/riposte/trusted-accounts` and refused calls do not match. It needs a trail that records data
events of Lambda.

## Why is this bad?
Who was let into a function (`function-shared-externally`, `function-public`) runs it with the role of the function, whenever he likes.
Only these calls tell that somebody does, and since when.

## False positives
Companies whose accounts call each other's functions. Name them as trusted. Functions behind a public address, which
are called by everyone on purpose.

## References
- <https://attack.mitre.org/techniques/T1648/>
- <https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for FunctionInvokedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (_, account) = home(call)?;
        let caller = call.identity().and_then(|identity| identity.get("accountId")).and_then(Value::as_str);
        let external = |caller: &&str| is_nobody(caller) || facts.trusted.is_foreign(Some(&account), caller);
        let Some(caller) = caller.filter(|caller| external(caller) && !call.by_service()) else {
            return Ok(Vec::new());
        };
        let function = call.request_text("functionName").unwrap_or("(unnamed)");
        let who = if is_nobody(caller) { "somebody without credentials" } else { caller };
        let why = format!("`{who}` invoked `{function}`");
        let target = Target::Resource { service: "lambda".to_owned(), id: plain(function, 300) };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}

fn is_nobody(caller: &str) -> bool {
    caller.eq_ignore_ascii_case("anonymous") || caller.eq_ignore_ascii_case("ANONYMOUS_PRINCIPAL")
}
