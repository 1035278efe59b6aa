//! `kms-key-policy-public`: key policy lets everyone in.

use super::opened_policy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct KmsKeyPolicyPublic;

const META: Meta = Meta {
    id: "kms-key-policy-public",
    title: "Key policy lets everyone in",
    domain: Domain::Data,
    severity: Severity::Critical,
    confidence: Confidence::High,
    technique: &["T1098", "T1530"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(opened_policy::KEYS),
    prose: "\
## What it does
Fires when the policy of a KMS key, a new or an existing one, lets everyone use it. The document is
evaluated with its conditions and its `Deny` statements: `kms:CallerAccount` or the organization's id
close it, `kms:ViaService` alone does not, since every account can come by way of the same service (the
confidence is low then).

## Why is this bad?
The key is what protects backups and exports that leave the account. Whoever may use it from anywhere can
decrypt what was copied, and where the grant is `kms:*`, take the key away from its owner.

It is critical because whatever the key protects is open with it, in every service, and there is no harmless
reason.

## False positives
Policies written in haste, with `\"AWS\": \"*\"` meant as all of one's own account. They are as open as any
other.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>
",
    ..Meta::PLAIN
};

impl Detector for KmsKeyPolicyPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::Everyone)
    }
}
