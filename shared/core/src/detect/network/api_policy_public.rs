//! `api-policy-public`: API policy lets everyone in.

use crate::detect::data::opened_policy::{self, Wanted};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct ApiPolicyPublic;

const META: Meta = Meta {
    id: "api-policy-public",
    title: "API policy lets everyone in",
    domain: Domain::Network,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1190", "T1562.007"],
    events: Events::Calls(opened_policy::APIS),
    no_response: "The policy is in force with the next deployment of the API alone: take it out before that, or deploy \
        the one before it.",
    prose: page(
        "\
## What it does
Fires when the resource policy of a REST API, or of a product of a portal, in API Gateway lets everyone call it. It is
read where the API is made, imported or patched, as an object or as a text. The document is evaluated with its
conditions and its `Deny` statements: a VPC, an endpoint, an account, the organization or narrow source addresses close
it again. A change of another part of an API whose policy is open already does not match.

## Why is this bad?
A private API is open to the endpoints of every AWS account with such a policy, and a public one loses the networks
and accounts that it was limited to. What is left is the authorizer of each method, where there is one.

## False positives
APIs that are public on purpose, and have an authorizer on each method.

## References
- <https://attack.mitre.org/techniques/T1190/>
- <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ApiPolicyPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::EveryoneAtAll)
    }
}
