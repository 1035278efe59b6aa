//! `federation-token-with-full-power`: a session that is given everything that its user has.

use serde_json::Value;

use super::written_policy::parse;
use crate::action::{ActionId, against};
use crate::detect::fields::field_error;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::ManagedPolicy;
use crate::text::plain;

/// See [`META`].
pub(super) struct FederationTokenWithFullPower;

const META: Meta = Meta {
    id: "federation-token-with-full-power",
    title: "Federation token requested with all permissions of its user",
    domain: Domain::Identity,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1550.001", "T1078.004"],
    actions: &[ActionId::DenyPrincipal],
    events: Events::Calls(&[EventName { source: "sts.amazonaws.com", name: "GetFederationToken" }]),
    prose: page(
        "\
## What it does
Fires when `GetFederationToken` is called with a session policy that takes nothing away: one that grants
administrative privileges, as `admin-inline-policy` evaluates it, or one of AWS's administrator policies by ARN. The session
then may do all that its user may.

A session policy that narrows, as the call is meant for, and one without any policy do not match and are recorded by
`federation-token-issued`.

## Why is this bad?
The token works on, for up to 36 hours, after the access key that made it is deactivated or deleted. And it opens the
console. So intruders turn a stolen key into such a session first of all; asking for all of its power is what no
program does that hands tokens to its own users.

## False positives
Scripts that open the console with a user's key. Assume a role instead.

## References
- <https://attack.mitre.org/techniques/T1550/001/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.sts-federation-token/>
- <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for FederationTokenWithFullPower {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let name = call.request_text("name").unwrap_or("(no name)");
        let by = if let Some(document) = call.request_text("policy").filter(|policy| !policy.is_empty()) {
            let account = call.account().ok_or_else(|| field_error(call, "recipientAccountId", "is missing"))?;
            let policy = parse(&format!("the session policy of {name}"), document)?;
            policy.grants_admin(call.partition(), &account).map(|grant| format!("its policy grants everything {grant}"))
        } else {
            let arns = call.request("policyArns").and_then(Value::as_array);
            let mut arns = arns.into_iter().flatten().filter_map(|entry| {
                let arn = entry.as_str().or_else(|| entry.get("arn").and_then(Value::as_str))?;
                ManagedPolicy::parse(arn).filter(|policy| policy.is_aws_admin()).map(|_| arn)
            });
            arns.next().map(|arn| format!("it holds the policy `{arn}`"))
        };
        let Some(by) = by else { return Ok(Vec::new()) };
        let why = format!("`{}` by `{}` made the session `{name}`: {by}", call.event_name(), call.actor().label());
        let target = Target::Resource { service: "sts".to_owned(), id: format!("federated-user/{name}") };
        // The session lives on after its key is gone; it may do no more than its user, whom an explicit deny stops.
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(against(call))])
    }
}
