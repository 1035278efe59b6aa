//! `admin-policy-attached`: a managed policy that grants administrator power, attached to a principal.

use super::caller::is_identity_center;
use super::written_policy::customers_policy;
use crate::action::{ActionId, DetachManagedPolicy};
use crate::detect::fields::{field_error, principal, required};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Outcome, Question};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::ManagedPolicy;
use crate::text::plain;

/// See [`META`].
pub(super) struct AdminPolicyAttached;

const META: Meta = Meta {
    id: "admin-policy-attached",
    title: "Administrator policy attached",
    domain: Domain::Identity,
    severity: Severity::Critical,
    confidence: Confidence::High,
    technique: &["T1098.003"],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "AttachUserPolicy" },
        EventName { source: "iam.amazonaws.com", name: "AttachRolePolicy" },
        EventName { source: "iam.amazonaws.com", name: "AttachGroupPolicy" },
    ]),
    outcome: Outcome::Success,
    burst: None,
    reads: &["iam:GetPolicy", "iam:GetPolicyVersion"],
    actions: &[ActionId::DetachManagedPolicy],
    prose: page(
        "\
## What it does
Fires when a managed policy that grants administrative privileges is attached to a user, a role or a group. Of
AWS's own policies these are `AdministratorAccess` and `IAMFullAccess`, in every partition. A customer's
policy is read and evaluated by what it grants, not by its name: it is an administrator's when its holder
may write policies onto any user, role and group and change any policy, and no unconditional `Deny` takes
all of that away again. `Action`, `NotAction`, `Resource`, `NotResource` and wildcards are evaluated; a
condition lowers the confidence to medium.

The policy is evaluated as it is when the event is handled. The response detaches that policy from that
principal and touches nothing else.

## Why is this bad?
Whoever holds it can give itself anything, remove anyone, and undo every other protection of the account.
Attaching it to a user or role that the attacker made or took over is the usual second step after a
stolen credential: it persists when the credential is revoked.

## False positives
Real administrators, and the pipelines that set up accounts. Name them as protected principals, or tag
them `riposte:exempt`, and give permanent administrators their policy through IAM Identity Center:
what it attaches by itself to the roles of its permission sets does not match, and `admin-permission-set` where
somebody decided it.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-create-admin-user/>
",
    ),
    ..Meta::PLAIN
};

impl Detector for AdminPolicyAttached {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        let arn = call.request_text("policyArn");
        let customer = arn.filter(|arn| matches!(ManagedPolicy::parse(arn), Some(ManagedPolicy::Customer { .. })));
        customer.map(|arn| Question::ManagedPolicy { arn: arn.to_owned() }).into_iter().collect()
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        if is_identity_center(call) {
            return Ok(Vec::new());
        }
        let principal = principal(call)?;
        let arn = required(call, "policyArn")?;
        let managed = ManagedPolicy::parse(arn)
            .ok_or_else(|| field_error(call, "requestParameters.policyArn", "is no managed policy's ARN"))?;
        let grant = match managed {
            ManagedPolicy::Aws { .. } if managed.is_aws_admin() => None,
            ManagedPolicy::Aws { .. } => return Ok(Vec::new()),
            ManagedPolicy::Customer { partition, account } => {
                let policy = customers_policy(arn, facts)?;
                match policy.and_then(|policy| policy.grants_admin(partition, account)) {
                    Some(grant) => Some(grant),
                    None => return Ok(Vec::new()),
                }
            }
        };
        let by = match grant {
            None => "one of AWS's administrator policies".to_owned(),
            Some(grant) => format!("which grants administrator power {grant}"),
        };
        Ok(vec![Claim {
            severity: None,
            why: plain(&format!("`{}` gave {principal} the policy `{arn}`, {by}", call.event_name()), 600),
            confidence: grant.filter(|grant| grant.conditional).map(|_| Confidence::Medium),
            counted: None,
            group: None,
            response: Some(DetachManagedPolicy { principal: principal.clone(), policy_arn: arn.to_owned() }.into()),
            target: Target::AttachedPolicy { principal, policy_arn: arn.to_owned() },
        }])
    }
}
