//! `secret-policy-external`: secret's policy lets another account in.

use super::opened_policy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct SecretPolicyExternal;

const META: Meta = Meta {
    id: "secret-policy-external",
    title: "Secret's policy lets another account in",
    domain: Domain::Data,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1555.006", "T1098"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(opened_policy::SECRETS),
    prose: "\
## What it does
Fires when a resource policy is written onto a secret of Secrets Manager that lets another account read
or manage it. The document is evaluated with its conditions and its `Deny` statements. Everyone is
`secret-policy-public`; an organization named by its id does not match, since the document cannot tell whose it
is.

## Why is this bad?
The other account reads the secret, and every later version of it, without any credential of this one:
rotation does not end the theft, and IAM shows nothing.

## False positives
Accounts of the same company that share a secret. Give the reader a role in this account to assume
instead, or copy the secret where it is used.

## References
- <https://attack.mitre.org/techniques/T1555/006/>
- <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html>
",
    ..Meta::PLAIN
};

impl Detector for SecretPolicyExternal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::Others)
    }
}
