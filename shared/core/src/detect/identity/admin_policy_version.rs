//! `admin-policy-version`: a policy in force was changed so that it grants administrator power.

use super::written_policy::{self, written};
use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Question};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::text::plain;

/// See [`META`].
pub(super) struct AdminPolicyVersion;

const META: Meta = Meta {
    id: "admin-policy-version",
    title: "Policy changed so that it grants administrative privileges",
    domain: Domain::Identity,
    severity: Severity::Critical,
    confidence: Confidence::High,
    technique: &["T1098.003", "T1548.005"],
    actions: &[ActionId::RestoreDefaultPolicyVersion],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "CreatePolicyVersion" },
        EventName { source: "iam.amazonaws.com", name: "SetDefaultPolicyVersion" },
    ]),
    reads: written_policy::READS,
    prose: page(
        "\
## What it does
Fires when a new default version of a customer's policy, or an older one that is made the default again,
grants administrative privileges, evaluated as `admin-inline-policy` does it. A condition lowers the confidence to
medium.

A version that is stored and not made the default does not match, since it changes nothing yet. For
`SetDefaultPolicyVersion` the policy is evaluated as it is when the event is handled.

## Why is this bad?
Everybody to whom the policy is attached is an administrator from that moment, without any policy having been
attached to anybody: whoever reviews attachments sees the same name as before.

## False positives
Administrators' own policies that are maintained as customer-managed ones. Permissions boundaries that allow
everything but a few calls read like an administrator's policy too.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html>
- <https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/>
",
    ),
    ..Meta::PLAIN
};

impl Detector for AdminPolicyVersion {
    fn meta(&self) -> &Meta {
        &META
    }

    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        written_policy::questions(call)
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(written) = written(call, facts)? else { return Ok(Vec::new()) };
        let Some(grant) = written.admin() else { return Ok(Vec::new()) };
        let why = format!("`{}` {}, which grants administrator power {grant}", call.event_name(), written.did);
        let confidence = grant.conditional.then_some(Confidence::Medium);
        Ok(vec![Claim { confidence, response: written.response, ..Claim::of(written.target, plain(&why, 600)) }])
    }
}
