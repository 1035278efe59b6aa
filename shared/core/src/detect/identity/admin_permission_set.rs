//! `admin-permission-set`: a permission set of IAM Identity Center that grants administrator power.

use super::written_policy::written;
use crate::detect::fields::required;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::ManagedPolicy;
use crate::text::plain;

/// See [`META`].
pub(super) struct AdminPermissionSet;

const META: Meta = Meta {
    id: "admin-permission-set",
    title: "Permission set grants administrative privileges",
    domain: Domain::Identity,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1098.003"],
    no_response: "A change of a permission set takes effect in an account when it is provisioned there, by the \
        management account: taking the policy away alone would look contained and change nothing. \
        Assignments are removed by hand.",
    events: Events::Calls(&[
        EventName { source: "sso.amazonaws.com", name: "AttachManagedPolicyToPermissionSet" },
        EventName { source: "sso.amazonaws.com", name: "PutInlinePolicyToPermissionSet" },
    ]),
    prose: page(
        "\
## What it does
Fires when a permission set of IAM Identity Center gets one of AWS's administrator policies
(`AdministratorAccess`, `IAMFullAccess`) or an inline policy that grants administrative privileges, evaluated as
`admin-inline-policy` does it.

Other AWS policies, and inline policies that grant less, do not match. Assigning a permission set to people is
`sso-access-assigned`.

## Why is this bad?
A permission set becomes a role in every account that it is assigned to. One that is changed makes everybody
who already uses it an administrator of all of these accounts, and the change shows in none of them as a new
grant to a person.

## False positives
The set-up of Identity Center, when the administrators' permission set is made. Afterwards it is rare.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for AdminPermissionSet {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.event_name() == "AttachManagedPolicyToPermissionSet" {
            let (set, arn) = (required(call, "permissionSetArn")?, required(call, "managedPolicyArn")?);
            if !ManagedPolicy::parse(arn).is_some_and(ManagedPolicy::is_aws_admin) {
                return Ok(Vec::new());
            }
            let why = format!("`{}` gave the permission set `{set}` the policy `{arn}`", call.event_name());
            let target = Target::Resource { service: "sso".to_owned(), id: set.to_owned() };
            return Ok(vec![Claim { confidence: Some(Confidence::High), ..Claim::of(target, plain(&why, 600)) }]);
        }
        let Some(written) = written(call, facts)? else { return Ok(Vec::new()) };
        let Some(grant) = written.admin() else { return Ok(Vec::new()) };
        let why = format!("`{}` {}, which grants administrator power {grant}", call.event_name(), written.did);
        let confidence = grant.conditional.then_some(Confidence::Low);
        Ok(vec![Claim { confidence, ..Claim::of(written.target, plain(&why, 600)) }])
    }
}
