//! `external-data-keys`: many things encrypted with another account's key.

use std::borrow::Cow;

use serde_json::Value;

use super::json::one_or_more;
use crate::arn::account_of;
use crate::detect::meta::page;
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Per};
use crate::event::{ApiCall, Part};
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct ExternalDataKeys;

const fn kms(name: &'static str) -> EventName {
    EventName { source: "kms.amazonaws.com", name }
}

const META: Meta = Meta {
    id: "external-data-keys",
    title: "Many things encrypted with another account's key",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1486"],
    events: Events::Calls(&[
        kms("Encrypt"),
        kms("GenerateDataKey"),
        kms("GenerateDataKeyWithoutPlaintext"),
        kms("ReEncrypt"),
    ]),
    burst: Some(Burst { what: "things encrypted", at_least: 50, within_s: 600, per: Per::Principal }),
    prose: page(
        "\
## What it does
Fires when a principal of the account has fifty different things encrypted with a KMS key of another account
within ten minutes, itself or through a service: the encryption context, which names the object, tells them
apart. Keys of the account itself, decryption, and what a service does of its own accord do not count. It
needs a rule that delivers read-only management events, as which KMS records these calls.

## Why is this bad?
S3 asks KMS for a key for every object that is written. So this shows objects that are copied onto
themselves under an attacker's key even where no trail records what happens to objects, which is most
accounts.

## False positives
Logs and artifacts that are written into another account's bucket, under that account's key; and companies
that keep all keys in one account. Name the roles that do so as protected principals.

## References
- <https://attack.mitre.org/techniques/T1486/>
- <https://docs.aws.amazon.com/kms/latest/developerguide/ct-generatedatakey.html>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ExternalDataKeys {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let own = call.account();
        // The owner of a key is told of others who use it, which is another matter.
        if call.caller("type").as_deref() == Some("AWSService") || call.caller("accountId") != own {
            return Ok(Vec::new());
        }
        let asked = ["destinationKeyId", "keyId"].iter().find_map(|field| call.request_text(field));
        let foreign = |key: &str| account_of(key).is_some_and(|id| facts.trusted.is_foreign(own.as_deref(), id));
        // The key that something is encrypted anew from may well be another's.
        let key = if call.event_name() == "ReEncrypt" {
            asked.filter(|key| foreign(key)).map(Cow::Borrowed)
        } else {
            let mut used = call.part("resources").into_iter().flat_map(one_or_more).filter_map(arn);
            asked.filter(|key| foreign(key)).map(Cow::Borrowed).or_else(|| used.find(|key| foreign(key)))
        };
        let Some(key) = key else { return Ok(Vec::new()) };
        let context = ["destinationEncryptionContext", "encryptionContext"];
        let what = context.iter().find_map(|field| call.request(field)).map(Value::to_string);
        let what = what.or_else(|| call.event_id().map(str::to_owned)).unwrap_or_default();
        let why = format!("`{}` with `{key}`, a key of another account, for `{what}`", call.event_name());
        let target = Target::Resource { service: "kms".to_owned(), id: plain(&key, 300) };
        Ok(vec![Claim { counted: Some(what), ..Claim::of(target, plain(&why, 600)) }])
    }
}

/// The ARN of a key among a record's resources.
fn arn(key: Part<'_>) -> Option<Cow<'_, str>> {
    key.get("ARN").or_else(|| key.get("arn"))?.string()
}
