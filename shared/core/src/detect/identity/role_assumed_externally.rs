//! `role-assumed-externally`: somebody of another account took a role of this one.

use crate::detect::fields::{field_error, required};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct RoleAssumedExternally;

const META: Meta = Meta {
    id: "role-assumed-externally",
    title: "Role assumed from another account",
    domain: Domain::Identity,
    severity: Severity::Informational,
    confidence: Confidence::Medium,
    technique: &["T1199", "T1078.004"],
    events: Events::Calls(&[EventName { source: "sts.amazonaws.com", name: "AssumeRole" }]),
    prose: page(
        "\
## What it does
Records that somebody of another AWS account took a role of this one. CloudTrail then names the
caller's account and hardly more.

Callers of the own account, AWS's services, sessions through an identity provider (`federated-session-started`) and
refused attempts do not match. Letting another account in is `role-trusts-external-account`.

## Why is this bad?
A role that trusts another account is opened by whoever breaks into that account: a vendor's, or another one of the
organization. After an attack these records say from which account and address, and since when.

## False positives
Vendors at work, and the organization's own tools in their accounts. Learn their numbers: one that is new is worth
asking about.

## References
- <https://attack.mitre.org/techniques/T1199/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for RoleAssumedExternally {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.caller("type").as_deref() != Some("AWSAccount") || call.by_service() {
            return Ok(Vec::new());
        }
        let own = call.account().ok_or_else(|| field_error(call, "recipientAccountId", "is missing"))?;
        let Some(other) = call.caller("accountId").filter(|other| facts.trusted.is_foreign(Some(&own), other)) else {
            return Ok(Vec::new());
        };
        let role = required(call, "roleArn")?;
        let session = call.request_text("roleSessionName").unwrap_or("(no name)");
        let why = format!("`AssumeRole`: account `{other}` took the role `{role}` as `{session}`");
        let target = Target::Resource { service: "iam".to_owned(), id: role.to_owned() };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
