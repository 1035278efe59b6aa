//! `function-layer-shared-externally`: another account may take a layer.

use crate::arn::account_of;
use crate::detect::fields::home;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct FunctionLayerSharedExternally;

const LAMBDA: &str = "lambda.amazonaws.com";

const META: Meta = Meta {
    id: "function-layer-shared-externally",
    title: "Layer of functions opened to another account",
    domain: Domain::Compute,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    technique: &["T1537", "T1213"],
    events: Events::Calls(&[
        EventName { source: LAMBDA, name: "AddLayerVersionPermission" },
        EventName { source: LAMBDA, name: "AddLayerVersionPermission20181031" },
    ]),
    prose: page(
        "\
## What it does
Fires when a version of a layer is opened to another account. Opening it to the account itself, to one
under `/riposte/trusted-accounts` or to an organization does not fire; every account at once is
`function-layer-public`.

## Why is this bad?
A layer is code of the company's, sometimes with its secrets, and the other account may take it for as long
as the permission stands.

## False positives
Companies that share layers among their accounts. The account's number says which.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for FunctionLayerSharedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (_, account) = home(call)?;
        // An account's number, or the ARN of its root user.
        let principal = call.request_text("principal").unwrap_or_default();
        let other = account_of(principal).filter(|other| facts.trusted.is_foreign(Some(&account), other));
        let Some(other) = other else {
            return Ok(Vec::new());
        };
        let layer = call.request_text("layerName").unwrap_or("(unnamed)");
        let why = format!("`{}` lets the account `{other}` use the layer `{layer}`", call.event_name());
        let target = Target::Resource { service: "lambda".to_owned(), id: layer.to_owned() };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
