//! `external-role-assumed`: a principal of this account took a role of another one.

use crate::detect::fields::{field_error, required};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct ExternalRoleAssumed;

const META: Meta = Meta {
    id: "external-role-assumed",
    title: "Role of another account taken",
    domain: Domain::Identity,
    severity: Severity::Informational,
    confidence: Confidence::Medium,
    technique: &["T1550.001", "T1199"],
    events: Events::Calls(&[EventName { source: "sts.amazonaws.com", name: "AssumeRole" }]),
    prose: page(
        "\
## What it does
Records that a user or role of this account took a role of another account.

Roles of the own account, AWS's services, callers from outside (`role-assumed-externally`) and refused
attempts do not match.

## Why is this bad?
It is how an intruder leaves one account for the next: a pipeline or administrator of this account is trusted by
many others. After an attack these records say which accounts have to be looked at, too.

## False positives
Pipelines that deploy to other accounts, and people who work in several.

## References
- <https://attack.mitre.org/techniques/T1550/001/>
- <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_cross-account-with-roles.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ExternalRoleAssumed {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let kind = call.caller("type");
        if call.by_service() || !matches!(kind.as_deref(), Some("IAMUser" | "AssumedRole" | "FederatedUser")) {
            return Ok(Vec::new());
        }
        let own = call.account().ok_or_else(|| field_error(call, "recipientAccountId", "is missing"))?;
        let role = required(call, "roleArn")?;
        // arn:aws:iam::ACCOUNT:role/NAME
        let Some(other) = role.split(':').nth(4).filter(|other| facts.trusted.is_foreign(Some(&own), other)) else {
            return Ok(Vec::new());
        };
        let why = format!("`AssumeRole`: `{}` took the role `{role}` of account `{other}`", call.actor().label());
        let target = Target::Resource { service: "iam".to_owned(), id: role.to_owned() };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
