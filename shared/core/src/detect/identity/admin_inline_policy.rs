//! `admin-inline-policy`: an inline policy that grants administrator power.

use super::caller::is_identity_center;
use crate::action::{ActionId, DeleteInlinePolicy};
use crate::detect::fields::{field_error, principal, required};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Outcome};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::Policy;
use crate::text::plain;

/// See [`META`].
pub(super) struct AdminInlinePolicy;

const META: Meta = Meta {
    id: "admin-inline-policy",
    title: "Inline policy grants administrative privileges",
    domain: Domain::Identity,
    severity: Severity::Critical,
    confidence: Confidence::High,
    technique: &["T1098.003"],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "PutUserPolicy" },
        EventName { source: "iam.amazonaws.com", name: "PutRolePolicy" },
        EventName { source: "iam.amazonaws.com", name: "PutGroupPolicy" },
    ]),
    outcome: Outcome::Success,
    burst: None,
    reads: &[],
    actions: &[ActionId::DeleteInlinePolicy],
    prose: page(
        "\
## What it does
Fires when an inline policy that grants administrative privileges is written onto a user, a role or a group. The
document in the event is evaluated, as `admin-policy-attached` does it: the policy is an administrator's
when its holder may write policies onto any user, role and group and change any policy, and no
unconditional `Deny` takes all of that away again. A condition lowers the confidence to medium.

The response deletes that inline policy; its document is kept for undo.

## Why is this bad?
An inline policy does not show in the list of managed policies and is seldom reviewed, so it is the
quieter way to the same end: its holder can give itself anything, and keeps it when the credential that
wrote it is revoked.

## False positives
Roles of pipelines that manage IAM itself, at the time they are set up. Name them as protected
principals, or tag them `riposte:exempt`. Power users (`NotAction: iam:*`) and policies for one service
(`s3:*` on `*`) do not fire, nor does what IAM Identity Center writes by itself.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html>
- <https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/>
",
    ),
    ..Meta::PLAIN
};

impl Detector for AdminInlinePolicy {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if is_identity_center(call) {
            return Ok(Vec::new());
        }
        let principal = principal(call)?;
        let policy_name = required(call, "policyName")?;
        let document = required(call, "policyDocument")?;
        let account = call.account().ok_or_else(|| field_error(call, "recipientAccountId", "is missing"))?;
        let policy = Policy::parse(document).map_err(|error| DetectError::Policy {
            policy: plain(&format!("{principal}/{policy_name}"), 200),
            wrong: error.to_string(),
        })?;
        let Some(grant) = policy.grants_admin(call.partition(), &account) else { return Ok(Vec::new()) };
        let why = format!(
            "`{}` wrote the inline policy `{policy_name}` onto {principal}, which grants administrator power {grant}",
            call.event_name()
        );
        Ok(vec![Claim {
            severity: None,
            why: plain(&why, 600),
            confidence: grant.conditional.then_some(Confidence::Medium),
            counted: None,
            group: None,
            response: Some(DeleteInlinePolicy::of(&principal, policy_name, document).into()),
            target: Target::InlinePolicy { principal, policy_name: policy_name.to_owned() },
        }])
    }
}
