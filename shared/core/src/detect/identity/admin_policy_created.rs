//! `admin-policy-created`: a new policy that would make its holder an administrator.

use super::written_policy::written;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::text::plain;

/// See [`META`].
pub(super) struct AdminPolicyCreated;

const META: Meta = Meta {
    id: "admin-policy-created",
    title: "Policy made that grants administrative privileges",
    domain: Domain::Identity,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1098.003"],
    events: Events::Calls(&[EventName { source: "iam.amazonaws.com", name: "CreatePolicy" }]),
    prose: page(
        "\
## What it does
Fires when the document of a new customer-managed policy grants administrative privileges, evaluated as
`admin-inline-policy` does it. Nobody holds the policy yet: attaching it is `admin-policy-attached`.

Policies for one service, power users' (`NotAction: iam:*`) and documents whose `Deny` takes the power away
again do not match.

## Why is this bad?
A customer's policy with a harmless name passes reviews that look for `AdministratorAccess`. It is made in one
call and given to somebody in the next.

## False positives
Permissions boundaries that allow everything but a few calls: as a boundary they grant nothing. Administrators'
own policies at the time an account is set up.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for AdminPolicyCreated {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(written) = written(call, facts)? else { return Ok(Vec::new()) };
        let Some(grant) = written.admin() else { return Ok(Vec::new()) };
        let why = format!("`{}` {}, which grants administrator power {grant}", call.event_name(), written.did);
        let confidence = grant.conditional.then_some(Confidence::Low);
        Ok(vec![Claim { confidence, ..Claim::of(written.target, plain(&why, 600)) }])
    }
}
