//! `secret-policy-public`: secret's policy lets everyone in.

use super::opened_policy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct SecretPolicyPublic;

const META: Meta = Meta {
    id: "secret-policy-public",
    title: "Secret's policy lets everyone in",
    domain: Domain::Data,
    severity: Severity::Critical,
    confidence: Confidence::High,
    technique: &["T1555.006", "T1098"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(opened_policy::SECRETS),
    prose: "\
## What it does
Fires when a resource policy is written onto a secret of Secrets Manager that lets everyone in. The
document is evaluated with its conditions and its `Deny` statements. Policies that name principals of the
account, and those that Secrets Manager refuses because it was asked to block public ones, do not match.

## Why is this bad?
A secret is a password or a key for something else. Once anybody can read it, changing the policy back
does not help: the secret itself must be changed, and everything that it opens looked through.

It is critical because a secret that everyone may read has to be taken as stolen: there is no harmless
reason, and no time to ask.

## False positives
None that should stay: a secret for everyone is no secret. Pass `BlockPublicPolicy` when writing policies.

## References
- <https://attack.mitre.org/techniques/T1555/006/>
- <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html>
",
    ..Meta::PLAIN
};

impl Detector for SecretPolicyPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::Everyone)
    }
}
