//! `role-trusts-federation`: a trust policy that lets in whomever an identity provider knows.

use super::trust_opened;
use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::iam::{Outsider, TrustGrant};

/// See [`META`].
pub(super) struct RoleTrustsFederation;

const META: Meta = Meta {
    id: "role-trusts-federation",
    title: "Role can be assumed by anybody of an identity provider",
    domain: Domain::Identity,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1098.003", "T1484.002"],
    actions: &[ActionId::RemoveTrustedPrincipal],
    events: Events::Calls(trust_opened::EVENTS),
    prose: page(
        "\
## What it does
Fires when a new or changed trust policy lets a federation become the role without a condition that tells its
own tokens from those that the same provider gives to others: an OIDC provider that many organizations share
(GitHub, GitLab, Terraform Cloud, Google, Cognito…) without a `sub` or another claim that names the tenant, any
other OIDC provider without a fixed claim, a SAML provider without `SAML:aud`, a provider of another account, and
IAM Roles Anywhere without an `aws:SourceArn` or a condition on the certificate.

`repo:my-organization/*` names the tenant and does not match, `repo:*` does.

## Why is this bad?
A role that trusts all of GitHub can be assumed by a workflow in anybody's repository. No credential of the account
is needed, and the session looks like the pipeline's own. Such roles have been found and used within days.

## False positives
A provider of one's own whose tokens are all meant to have the role. Fix the audience nevertheless.

## References
- <https://attack.mitre.org/techniques/T1484/002/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for RoleTrustsFederation {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        trust_opened::judge(call, facts, concerns, true)
    }
}

fn concerns(grant: &TrustGrant) -> bool {
    matches!(grant.who, Outsider::Federation(_) | Outsider::ServiceForAnyone(_))
}
