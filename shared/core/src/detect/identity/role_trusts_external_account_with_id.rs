//! `role-trusts-external-account-with-id`: a trust policy that lets another account with an external id become the role.

use super::trust_opened;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::iam::{Outsider, TrustGrant};

/// See [`META`].
pub(super) struct RoleTrustsExternalAccountWithId;

const META: Meta = Meta {
    id: "role-trusts-external-account-with-id",
    title: "Role can be assumed from another account, with an external id",
    domain: Domain::Identity,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1098.003", "T1199"],
    events: Events::Calls(trust_opened::EVENTS),
    prose: page(
        "\
## What it does
Fires when a new or changed trust policy lets another AWS account become the role and asks for a fixed external
id: the way in which vendors are given access.

Without an external id it is `role-trusts-external-account`; the own account, AWS services and organizations do
not match.

## Why is this bad?
The other account has what the role has, and keeps it until the trust policy changes. An external id protects
against other customers of the same vendor, not against the vendor or whoever breaks into it; and an intruder can
write one as well.

## False positives
A vendor's onboarding. Know the account number: vendors publish theirs.

## References
- <https://attack.mitre.org/techniques/T1199/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for RoleTrustsExternalAccountWithId {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        trust_opened::judge(call, facts, concerns, false)
    }
}

fn concerns(grant: &TrustGrant) -> bool {
    grant.external_id && matches!(grant.who, Outsider::Account(_) | Outsider::UnknownPrincipal(_))
}
