//! `own-policy-removed`: a user or role that took a policy away from itself.

use super::caller::own_principal;
use crate::detect::fields::required;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct OwnPolicyRemoved;

const META: Meta = Meta {
    id: "own-policy-removed",
    title: "User or role took a policy away from itself",
    domain: Domain::Identity,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1098.003", "T1562"],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "DetachUserPolicy" },
        EventName { source: "iam.amazonaws.com", name: "DeleteUserPolicy" },
        EventName { source: "iam.amazonaws.com", name: "DetachRolePolicy" },
        EventName { source: "iam.amazonaws.com", name: "DeleteRolePolicy" },
    ]),
    prose: page(
        "\
## What it does
Fires when a user detaches or deletes one of its own policies, or a session of a role one of that role's.

Policies that are taken from somebody else do not match and are recorded by `iam-policy-changed`. What the policy said
is not known to the event.

## Why is this bad?
Nobody gives up permissions in the middle of an attack: what is taken away is a `Deny`, such as the one that was put
there to contain a suspicious credential, or that forbids to touch the logs. Without it the principal may do more
than before.

## False positives
Roles that clean up after themselves, such as temporary deployment roles.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for OwnPolicyRemoved {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(holder) = own_principal(call)? else { return Ok(Vec::new()) };
        let attached = call.event_name().starts_with("Detach");
        let policy = required(call, if attached { "policyArn" } else { "policyName" })?.to_owned();
        let why = format!("`{}`: {holder} took the policy `{policy}` away from itself", call.event_name());
        let target = if attached {
            Target::AttachedPolicy { principal: holder, policy_arn: policy }
        } else {
            Target::InlinePolicy { principal: holder, policy_name: policy }
        };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
