//! `permissions-boundary-removed`: a user or role that nothing bounds any more.

use crate::action::{ActionId, RestorePermissionsBoundary};
use crate::detect::fields::required;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, IamPrincipal, Severity, Target};
use crate::iam::ManagedPolicy;
use crate::text::plain;

/// See [`META`].
pub(super) struct PermissionsBoundaryRemoved;

const META: Meta = Meta {
    id: "permissions-boundary-removed",
    title: "Permissions boundary removed",
    domain: Domain::Identity,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1098.003", "T1548.005"],
    actions: &[ActionId::RestorePermissionsBoundary],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "DeleteUserPermissionsBoundary" },
        EventName { source: "iam.amazonaws.com", name: "DeleteRolePermissionsBoundary" },
        EventName { source: "iam.amazonaws.com", name: "PutUserPermissionsBoundary" },
        EventName { source: "iam.amazonaws.com", name: "PutRolePermissionsBoundary" },
    ]),
    prose: page(
        "\
## What it does
Fires when the permissions boundary of a user or a role is deleted, or replaced by one of AWS's administrator policies,
which bounds nothing.

Another policy as the boundary does not match and is recorded by `permissions-boundary-changed`. Deleting the user or role
itself does not match, too.

## Why is this bad?
The boundary is what lets developers make roles without becoming administrators. Without it the principal has all that
its policies say, and these were written in the trust that the boundary holds.

## False positives
Platform teams that restructure their boundaries. Replacing a boundary by another one does not fire.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for PermissionsBoundaryRemoved {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let name = call.event_name();
        let principal = if name.contains("User") {
            IamPrincipal::User(required(call, "userName")?.to_owned())
        } else {
            IamPrincipal::Role(required(call, "roleName")?.to_owned())
        };
        let why = if name.starts_with("Put") {
            let policy = required(call, "permissionsBoundary")?;
            if !ManagedPolicy::parse(policy).is_some_and(ManagedPolicy::is_aws_admin) {
                return Ok(Vec::new());
            }
            format!("`{name}` made `{policy}` the permissions boundary of {principal}, which bounds nothing")
        } else {
            format!("`{name}` took the permissions boundary from {principal}")
        };
        let target = Target::Resource { service: "iam".to_owned(), id: principal.to_string() };
        let before = call.event_time().map(str::to_owned);
        let response = RestorePermissionsBoundary { principal, before };
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(Some(response))])
    }
}
