//! `kms-key-policy-external`: key policy lets another account in.

use super::opened_policy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct KmsKeyPolicyExternal;

const META: Meta = Meta {
    id: "kms-key-policy-external",
    title: "Key policy lets another account in",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1098", "T1486"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(opened_policy::KEYS),
    prose: "\
## What it does
Fires when the policy of a KMS key, a new or an existing one, lets another account use or manage it. The
document is evaluated with its conditions and its `Deny` statements. Services and the account's own
principals do not match; everyone is `kms-key-policy-public`.

## Why is this bad?
It is half of two attacks: a snapshot or object that is encrypted with the key can now be decrypted
somewhere else, and an external administrator of the key can lock its owner out and ask for ransom.

## False positives
Keys of shared images, backups and pipelines within an organization. Name the organization by a condition
on `aws:PrincipalOrgID` instead of single accounts.

## References
- <https://attack.mitre.org/techniques/T1486/>
- <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>
",
    ..Meta::PLAIN
};

impl Detector for KmsKeyPolicyExternal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::Others)
    }
}
