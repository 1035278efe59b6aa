//! `function-layer-external`: code of somebody else's runs inside a function.

use serde_json::Value;

use crate::action::{ActionId, StopFunction};
use crate::detect::fields::home;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct FunctionLayerExternal;

const LAMBDA: &str = "lambda.amazonaws.com";

const META: Meta = Meta {
    id: "function-layer-external",
    title: "Function with a layer of another account",
    domain: Domain::Compute,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1525", "T1648", "T1199"],
    actions: &[ActionId::StopFunction],
    events: Events::Calls(&[
        EventName { source: LAMBDA, name: "CreateFunction" },
        EventName { source: LAMBDA, name: "CreateFunction20150331v2" },
        EventName { source: LAMBDA, name: "CreateFunction20150331" },
        EventName { source: LAMBDA, name: "UpdateFunctionConfiguration" },
        EventName { source: LAMBDA, name: "UpdateFunctionConfiguration20150331" },
        EventName { source: LAMBDA, name: "UpdateFunctionConfiguration20150331v2" },
    ]),
    prose: "\
## What it does
Fires when a function is created with, or changed to, a layer that belongs to another account than the
function. The account stands in the layer's ARN. Layers of the account itself do not fire, nor do those
that AWS publishes from one account for all regions (Lambda Insights, Powertools, OpenTelemetry).

## Why is this bad?
A layer runs inside the function and sees its requests, its variables and the credentials of its role. An
intruder who keeps the layer in an account of their own can leave the code of the function untouched.

## False positives
Layers of vendors (monitoring, security), and those that AWS publishes from an account for each region, such
as the extension for parameters and secrets. Compare the account with the vendor's page.

## References
- <https://attack.mitre.org/techniques/T1525/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.lambda-layer-extension/>
- <https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html>
",
    ..Meta::PLAIN
};

/// Accounts from which AWS publishes layers for all regions, as its documentation names them: Lambda
/// Insights, Powertools and the distribution for OpenTelemetry.
const OF_AWS: [&str; 3] = ["580247275435", "017000801446", "901920570463"];

impl Detector for FunctionLayerExternal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (_, account) = home(call)?;
        let layers = call.request("layers").and_then(Value::as_array).into_iter().flatten();
        let foreign: Vec<_> = layers
            .filter_map(Value::as_str)
            .filter(|arn| {
                let foreign = |owner| facts.trusted.is_foreign(Some(&account), owner) && !OF_AWS.contains(&owner);
                owner(arn).is_some_and(foreign)
            })
            .map(|arn| format!("`{arn}`"))
            .collect();
        if foreign.is_empty() {
            return Ok(Vec::new());
        }
        let function = call.request_text("functionName").unwrap_or("(unnamed)");
        let why = format!("`{}` gave the function `{function}` the layer {}", call.event_name(), foreign.join(", "));
        let target = Target::Resource { service: "lambda".to_owned(), id: function.to_owned() };
        // By its name alone, of an ARN or a partial one, without a qualifier.
        let name = StopFunction::named(call.request_text("functionName"));
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(name)])
    }
}

/// The account in `arn:PARTITION:lambda:REGION:ACCOUNT:layer:NAME:VERSION`.
fn owner(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let account = parts.nth(4).filter(|account| !account.is_empty())?;
    (parts.next() == Some("layer")).then_some(account)
}
