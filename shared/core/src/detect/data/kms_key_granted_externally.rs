//! `kms-key-granted-externally`: KMS key granted to another account.

use serde_json::Value;

use crate::action::{ActionId, RevokeGrant};
use crate::arn::account_of;
use crate::detect::fields::required;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct KmsKeyGrantedExternally;

const META: Meta = Meta {
    id: "kms-key-granted-externally",
    title: "KMS key granted to another account",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1098", "T1537"],
    actions: &[ActionId::RevokeGrant],
    events: Events::Calls(&[EventName { source: "kms.amazonaws.com", name: "CreateGrant" }]),
    prose: "\
## What it does
Fires when a grant on a KMS key names a principal of another account, as its user or as the one who may
retire it. Grants to principals of the account, to services, and those that a service makes for somebody
do not match.

## Why is this bad?
A grant is a permission beside the key's policy that hardly any review shows. With one, another account
decrypts the snapshots and objects that it was given or has copied.

## False positives
Shared encrypted images, which other accounts start by a grant of their own. Compare the account in the
finding with your own.

## References
- <https://attack.mitre.org/techniques/T1098/>
- <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>
",
    ..Meta::PLAIN
};

impl Detector for KmsKeyGrantedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.by_service() {
            return Ok(Vec::new());
        }
        let key = required(call, "keyId")?;
        let own = call.account();
        let named = ["granteePrincipal", "retiringPrincipal"].iter().filter_map(|field| call.request_text(field));
        let foreign =
            |principal: &&str| account_of(principal).is_some_and(|id| facts.trusted.is_foreign(own.as_deref(), id));
        let Some(principal) = named.into_iter().find(foreign) else { return Ok(Vec::new()) };
        let why = format!("`CreateGrant` lets `{principal}`, of another account, use the key `{key}`");
        let target = Target::Resource { service: "kms".to_owned(), id: plain(key, 300) };
        // The grant's id is in the answer alone.
        let grant = call.response("grantId").and_then(Value::as_str);
        let response = grant.and_then(|grant| RevokeGrant::of(key, grant));
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(response)])
    }
}
