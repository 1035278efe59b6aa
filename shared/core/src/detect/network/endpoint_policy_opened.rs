//! `endpoint-policy-opened`: a VPC endpoint that lets everything through.

use serde_json::Value;

use crate::detect::meta::page;
use crate::detect::named::{is_true, named};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::{Home, Outsider, Policy};
use crate::text::plain;

/// See [`META`].
pub(super) struct EndpointPolicyOpened;

const META: Meta = Meta {
    id: "endpoint-policy-opened",
    title: "VPC endpoint lets everything through",
    domain: Domain::Network,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1562.007", "T1537"],
    events: Events::Calls(&[EventName { source: "ec2.amazonaws.com", name: "ModifyVpcEndpoint" }]),
    prose: page(
        "\
## What it does
Fires when the policy of an existing VPC endpoint is reset to the default, or written so that everybody may
do everything, or everything of a service, with every resource, without a condition. A policy that names
single actions, resources or a condition does not match, nor does a new endpoint, which AWS opens by default.

## Why is this bad?
A narrowed endpoint is what keeps machines from copying data to a bucket of somebody else's account. Opened,
it is the way out that no firewall sees, since the traffic never leaves AWS.

## False positives
An endpoint whose policy was in somebody's way and was reset in a hurry. It should come back narrower.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for EndpointPolicyOpened {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let request = call.request("ModifyVpcEndpointRequest").or_else(|| call.member("requestParameters"));
        let id = named(call, &["VpcEndpointId"]).unwrap_or_else(|| "(unknown)".to_owned());
        let field = |names: [&str; 2]| names.into_iter().find_map(|name| request?.get(name));
        let reset = field(["ResetPolicy", "resetPolicy"]).is_some_and(is_true);
        let document = field(["PolicyDocument", "policyDocument"]).and_then(Value::as_str);
        let opened = match document {
            Some(document) => admits_everything(call, document)
                .map_err(|wrong| DetectError::Policy { policy: plain(&id, 200), wrong })?,
            None => false,
        };
        if !reset && !opened {
            return Ok(Vec::new());
        }
        let how = if reset { "reset to the default" } else { "written" };
        let why = format!("The policy of VPC endpoint `{id}` was {how}, so that it lets everything through");
        Ok(vec![Claim::of(Target::Resource { service: "ec2".to_owned(), id }, plain(&why, 600))])
    }
}

/// Whether a statement lets everybody do everything with everything, under no condition.
fn admits_everything(call: &ApiCall, document: &str) -> Result<bool, String> {
    let document: Value = serde_json::from_str(document).map_err(|error| format!("not JSON: {error}"))?;
    let policy = Policy::from_value(&document).map_err(|error| error.to_string())?;
    let account = call.account().unwrap_or_default();
    let home = Home { partition: call.partition(), account: &account };
    let open = policy.outside_grants(&home).into_iter().filter(|grant| {
        let whole = grant.actions.iter().any(|action| action == "*" || action.ends_with(":*"));
        grant.who == Outsider::Everyone && !grant.narrowed && whole
    });
    Ok(open.into_iter().any(|grant| names_every_resource(&document, grant.statement)))
}

/// Whether a statement, counted from 1, is about every resource. A policy for one bucket is narrow,
/// whatever it allows there.
fn names_every_resource(document: &Value, number: usize) -> bool {
    let statement = document.get("Statement").and_then(|statements| match statements {
        Value::Array(all) => all.get(number.checked_sub(1)?),
        one => Some(one),
    });
    match statement.and_then(|statement| statement.get("Resource")) {
        Some(Value::Array(resources)) => resources.iter().any(|resource| resource.as_str() == Some("*")),
        Some(resource) => resource.as_str() == Some("*"),
        None => false,
    }
}
