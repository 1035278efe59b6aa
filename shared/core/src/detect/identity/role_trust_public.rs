//! `role-trust-public`: a trust policy that lets any AWS account become the role.

use super::trust_opened;
use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::iam::{Outsider, TrustGrant};

/// See [`META`].
pub(super) struct RoleTrustPublic;

const META: Meta = Meta {
    id: "role-trust-public",
    title: "Role can be assumed by everyone",
    domain: Domain::Identity,
    severity: Severity::Critical,
    confidence: Confidence::High,
    technique: &["T1098.003", "T1199"],
    actions: &[ActionId::RemoveTrustedPrincipal],
    events: Events::Calls(trust_opened::EVENTS),
    prose: page(
        "\
## What it does
Fires when a new or changed trust policy lets everyone become the role: `Principal: \"*\"`, or any AWS account by
another spelling. Conditions are evaluated: one that leaves only an organization, an account or a principal is
no finding here. An external id does not close the door, since anyone may guess or read it. Where only
conditions remain that say nothing of who comes (multi-factor authentication, a tag) the confidence is low.

The role's own account and AWS services do not match, and other accounts are `role-trusts-external-account` or
`role-trusts-external-account-with-id`.

## Why is this bad?
Anybody with an AWS account of their own can take the role's permissions, without a credential of this
account, for as long as the trust policy stands. Such roles are searched for by their name and account number.

## False positives
None that should stay. A role that visitors may assume on purpose belongs into an account of its own.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for RoleTrustPublic {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        trust_opened::judge(call, facts, concerns, true)
    }
}

fn concerns(grant: &TrustGrant) -> bool {
    grant.who == Outsider::Everyone
}
