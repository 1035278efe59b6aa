//! `function-public`: everyone may call a function.

use super::function_grant::{self, outside_grants, response};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::Outsider;
use crate::text::plain;

/// See [`META`].
pub(super) struct FunctionPublic;

const META: Meta = Meta {
    id: "function-public",
    title: "Lambda function opened to everyone",
    domain: Domain::Compute,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1648", "T1098", "T1546"],
    actions: &[ActionId::RemovePermission],
    events: Events::Calls(function_grant::EVENTS),
    prose: "\
## What it does
Fires when a permission is added to a Lambda function that lets everyone call it: the principal is `*`, and
neither a source, nor an account, nor an organization narrows it. A function URL without authentication
comes with such a permission.

Permissions for AWS services with a source, for the account itself and for its organization do not fire.
Single other accounts are `function-shared-externally`. A token of an event source lowers the confidence.

## Why is this bad?
From then on anybody with any AWS account, or without one where there is a URL, runs the function with the
power of its role. It is a back door that survives the removal of every credential.

## False positives
Public webhooks and sites behind a function URL. Tell which ones there are, and let CloudFront call the
others.

## References
- <https://attack.mitre.org/techniques/T1648/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.lambda-backdoor-function/>
- <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>
",
    ..Meta::PLAIN
};

impl Detector for FunctionPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (function, grants) = outside_grants(call, facts)?;
        let Some(grant) = grants.into_iter().find(|grant| grant.who == Outsider::Everyone) else {
            return Ok(Vec::new());
        };
        let condition = if grant.narrowed { ", under a condition" } else { "" };
        let why = format!("`{}` lets everyone call the function `{function}`{condition}", call.event_name());
        let target = Target::Resource { service: "lambda".to_owned(), id: function };
        let confidence = grant.narrowed.then_some(Confidence::Low);
        Ok(vec![Claim { confidence, ..Claim::of(target, plain(&why, 600)).asking(response(call)) }])
    }
}
