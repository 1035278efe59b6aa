//! `api-policy-external`: API policy lets another account in.

use crate::detect::data::opened_policy::{self, Wanted};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct ApiPolicyExternal;

const META: Meta = Meta {
    id: "api-policy-external",
    title: "API policy lets another account in",
    domain: Domain::Network,
    severity: Severity::Low,
    confidence: Confidence::Low,
    technique: &["T1098", "T1190"],
    events: Events::Calls(opened_policy::APIS),
    no_response: "The policy is in force with the next deployment of the API alone: take it out before that, or deploy \
        the one before it.",
    prose: page(
        "\
## What it does
Fires when the resource policy of a REST API, or of a product of a portal, in API Gateway lets principals of another
account call it. It is read where the API is made, imported or patched, as an object or as a text, and evaluated with
its conditions and its `Deny` statements. The account's own principals, services and a whole organization do not match.

## Why is this bad?
What is granted in a resource's policy needs no credential of this account, and stays when all of them are changed.

## False positives
APIs that are offered to partners, and accounts of one company.

## References
- <https://attack.mitre.org/techniques/T1190/>
- <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ApiPolicyExternal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::Others)
    }
}
