//! `role-trusts-external-account`: a trust policy that lets another account become the role.

use super::trust_opened;
use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::iam::{Outsider, TrustGrant};

/// See [`META`].
pub(super) struct RoleTrustsExternalAccount;

const META: Meta = Meta {
    id: "role-trusts-external-account",
    title: "Role can be assumed from another account",
    domain: Domain::Identity,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1098.003", "T1199"],
    actions: &[ActionId::RemoveTrustedPrincipal],
    events: Events::Calls(trust_opened::EVENTS),
    prose: page(
        "\
## What it does
Fires when a new or changed trust policy lets another AWS account, or somebody of it, become the role without an
external id. `Deny` statements and conditions are evaluated: one that leaves only the own account is no
finding. Conditions that say nothing of who comes (multi-factor authentication, a tag) lower the confidence.

The own account, AWS services, and trust in an organization as a whole do not match. With an external id, as
vendors ask for, it is `role-trusts-external-account-with-id`; for everyone it is `role-trust-public`.

## Why is this bad?
A role that trusts the intruder's own account is a back door that needs no credential of this account: no key to
find, no password to change. It survives whatever is done to the credential by which they came.

## False positives
Other accounts of the same organization: shared tooling, security, logging, landing zones. Trust the organization
by `aws:PrincipalOrgID`, which does not fire, or name the pipelines that make such roles as protected.

## References
- <https://attack.mitre.org/techniques/T1199/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-backdoor-role/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for RoleTrustsExternalAccount {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        trust_opened::judge(call, facts, concerns, true)
    }
}

fn concerns(grant: &TrustGrant) -> bool {
    !grant.external_id && matches!(grant.who, Outsider::Account(_) | Outsider::UnknownPrincipal(_))
}
