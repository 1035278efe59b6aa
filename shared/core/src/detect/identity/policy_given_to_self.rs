//! `policy-given-to-self`: a user or role that gave itself a policy.

use super::caller::own_principal;
use super::written_policy::{customers_policy, parse, written};
use crate::action::{ActionId, DeleteInlinePolicy, DetachManagedPolicy, Response};
use crate::detect::fields::required;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::ManagedPolicy;
use crate::text::plain;

/// See [`META`].
pub(super) struct PolicyGivenToSelf;

const META: Meta = Meta {
    id: "policy-given-to-self",
    title: "User or role gave itself a policy",
    domain: Domain::Identity,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1098.003", "T1548.005"],
    actions: &[ActionId::DetachManagedPolicy, ActionId::DeleteInlinePolicy],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "AttachUserPolicy" },
        EventName { source: "iam.amazonaws.com", name: "PutUserPolicy" },
        EventName { source: "iam.amazonaws.com", name: "AttachRolePolicy" },
        EventName { source: "iam.amazonaws.com", name: "PutRolePolicy" },
    ]),
    prose: page(
        "\
## What it does
Fires when a user attaches a policy to itself or writes one onto itself, or a session of a role does so with that
role. Where the policy gives administrative privileges or a way to it, that is reported instead, by `admin-policy-attached`,
`admin-inline-policy` or `escalation-by-policy`.

Policies that only deny (AWS's quarantine among them), policies given to somebody else, and refused calls do not match. A
user that puts itself into a group is `group-joined-by-self`.

## Why is this bad?
Permissions are given by others. A principal that may widen its own is an administrator in all but name, and one that
does so in the middle of its work looks for something that it was not meant to reach: secrets, data, another account.

## False positives
Deployment roles that are part of the stack that they deploy. Let another role look after them.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>
- <https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/>
",
    ),
    ..Meta::PLAIN
};

impl Detector for PolicyGivenToSelf {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(holder) = own_principal(call)? else { return Ok(Vec::new()) };
        if is_told_otherwise(call, facts) {
            return Ok(Vec::new());
        }
        let (policy, denies, target);
        let response: Response;
        if call.event_name().starts_with("Attach") {
            policy = required(call, "policyArn")?.to_owned();
            denies = only_denies(&policy, facts);
            target = Target::AttachedPolicy { principal: holder.clone(), policy_arn: policy.clone() };
            response = DetachManagedPolicy { principal: holder.clone(), policy_arn: policy.clone() }.into();
        } else {
            policy = required(call, "policyName")?.to_owned();
            denies = !parse(&format!("{holder}/{policy}"), required(call, "policyDocument")?)?.allows_anything();
            target = Target::InlinePolicy { principal: holder.clone(), policy_name: policy.clone() };
            response = DeleteInlinePolicy::of(&holder, &policy, required(call, "policyDocument")?).into();
        }
        if denies {
            return Ok(Vec::new());
        }
        let why = format!("`{}`: {holder} gave itself the policy `{policy}`", call.event_name());
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(Some(response))])
    }
}

/// Whether a detector of what policies grant tells it. One that could not read the policy does not.
fn is_told_otherwise(call: &ApiCall, facts: &Facts) -> bool {
    let attached = call.request_text("policyArn").and_then(ManagedPolicy::parse);
    attached.is_some_and(ManagedPolicy::is_aws_admin)
        || matches!(written(call, facts), Ok(Some(written)) if written.is_grave())
}

/// Whether a managed policy is known to take away only. A customer's is read where a detector of what it
/// grants has asked for it; one that nobody has read may grant something.
fn only_denies(arn: &str, facts: &Facts) -> bool {
    match ManagedPolicy::parse(arn) {
        Some(ManagedPolicy::Aws { name }) => name == "AWSDenyAll" || name.starts_with("AWSCompromisedKeyQuarantine"),
        _ => matches!(customers_policy(arn, facts), Ok(Some(policy)) if !policy.allows_anything()),
    }
}
