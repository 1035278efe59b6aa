//! `function-open-to-any-source`: a service may call a function, for whomever.

use super::function_grant::{self, outside_grants};
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::Outsider;
use crate::text::plain;

/// See [`META`].
pub(super) struct FunctionOpenToAnySource;

const META: Meta = Meta {
    id: "function-open-to-any-source",
    title: "Lambda function that a service may call for anybody",
    domain: Domain::Compute,
    severity: Severity::Low,
    confidence: Confidence::Low,
    technique: &["T1098", "T1199"],
    events: Events::Calls(function_grant::EVENTS),
    prose: "\
## What it does
Fires when a permission is added to a Lambda function that lets an AWS service call it without saying for
which bucket, topic, rule or account. A permission with `sourceArn` or `sourceAccount` does not fire.

## Why is this bad?
The service calls the function for every customer who asks it to: anybody may point a bucket or a topic of
their own at it, and choose what it gets to work on.

## False positives
Old templates leave the source out, and some services (Alexa, Cognito at times) have none to name.

## References
- <https://attack.mitre.org/techniques/T1098/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
- <https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html>
",
    ..Meta::PLAIN
};

impl Detector for FunctionOpenToAnySource {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (function, grants) = outside_grants(call, facts)?;
        let of_service = |who: &Outsider| matches!(who, Outsider::ServiceForAnyone(_));
        let Some(grant) = grants.into_iter().find(|grant| of_service(&grant.who) && !grant.narrowed) else {
            return Ok(Vec::new());
        };
        let why = format!("`{}` lets {} call the function `{function}`", call.event_name(), grant.who);
        let target = Target::Resource { service: "lambda".to_owned(), id: function };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
