//! `objects-copied-onto-themselves`: many objects encrypted anew in their place.

use super::copied_objects::copy;
use super::json::texts;
use crate::detect::meta::page;
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct ObjectsCopiedOntoThemselves;

const META: Meta = Meta {
    id: "objects-copied-onto-themselves",
    title: "Many objects encrypted anew in their place",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1486"],
    events: Events::Calls(&[EventName { source: "s3.amazonaws.com", name: "CopyObject" }]),
    burst: Some(Burst { what: "objects", at_least: 50, within_s: 600, per: Per::Principal }),
    prose: page(
        "\
## What it does
Fires when one principal copies fifty different objects onto themselves within ten minutes and names an
encryption on the way, by KMS, whosever the key is, or by a key of the caller's. Copies to another name,
and copies that only change tags or the storage class or leave the key to S3, do not count. It needs a
trail that records data events of S3.

## Why is this bad?
It is how a bucket is encrypted for ransom: each object is overwritten by itself under a key that can be
taken away afterwards, be it made in this very account and then scheduled for deletion. Another account's
key is `encrypted-with-external-key`, which needs one object only.

## False positives
The move of a whole bucket to a new key. It is planned, and mostly left to Batch Operations.

## References
- <https://attack.mitre.org/techniques/T1486/>
- <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ObjectsCopiedOntoThemselves {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let header = |name: &str| texts(call.request(name)).next();
        // What S3 encrypts with a key of its own, it decrypts for whoever may read.
        let of_kms = header("x-amz-server-side-encryption").filter(|how| *how != "AES256");
        let how = of_kms
            .or_else(|| header("x-amz-server-side-encryption-customer-algorithm").map(|_| "a key of the caller's"));
        let Some(how) = how else { return Ok(Vec::new()) };
        let Some(copy) = copy(call).filter(|copy| copy.onto_itself() && !call.by_service()) else {
            return Ok(Vec::new());
        };
        let name = format!("{}/{}", copy.bucket, copy.key);
        let why = format!("`CopyObject` of `{name}` onto itself, encrypted by {how}");
        let target = Target::Resource { service: "s3".to_owned(), id: plain(&name, 300) };
        Ok(vec![Claim { counted: Some(name), ..Claim::of(target, plain(&why, 600)) }])
    }
}
