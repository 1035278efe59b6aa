//! `objects-copied-externally`: many objects copied into another account's bucket.

use super::copied_objects::copy;
use crate::arn::account_of;
use crate::detect::meta::page;
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct ObjectsCopiedExternally;

const META: Meta = Meta {
    id: "objects-copied-externally",
    title: "Many objects copied into another account's bucket",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1537"],
    events: Events::Calls(&[EventName { source: "s3.amazonaws.com", name: "CopyObject" }]),
    burst: Some(Burst { what: "objects", at_least: 30, within_s: 600, per: Per::Principal }),
    prose: page(
        "\
## What it does
Fires when one principal copies thirty different objects into buckets of other accounts within ten minutes:
the record says whose the bucket is. Copies between the account's own buckets, and what a service copies,
do not count. It needs a trail that records data events of S3, of all buckets.

## Why is this bad?
S3 copies the objects itself, so that nothing crosses the network of whoever asks: terabytes are gone in
minutes, with a stolen key and a bucket that anybody may make.

## False positives
Deliveries to partners, and builds that are handed to another account of the company. Name the roles that
do so as protected principals.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ObjectsCopiedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let own = call.account();
        let caller = call.identity().and_then(|who| who.get("accountId")).and_then(serde_json::Value::as_str);
        // The bucket's owner hears of copies that others make too.
        if call.by_service() || caller != own.as_deref() {
            return Ok(Vec::new());
        }
        let Some(copy) = copy(call) else { return Ok(Vec::new()) };
        let owner =
            copy.owner(call).and_then(account_of).filter(|owner| facts.trusted.is_foreign(own.as_deref(), owner));
        let Some(owner) = owner else { return Ok(Vec::new()) };
        let why = format!("`CopyObject` of `{}` to `{}/{}` of account `{owner}`", copy.source, copy.bucket, copy.key);
        let target = Target::Resource { service: "s3".to_owned(), id: plain(copy.source, 300) };
        Ok(vec![Claim { counted: Some(copy.source.to_owned()), ..Claim::of(target, plain(&why, 600)) }])
    }
}
