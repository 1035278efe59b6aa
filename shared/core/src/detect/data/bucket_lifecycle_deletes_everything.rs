//! `bucket-lifecycle-deletes-everything`: lifecycle deletes a whole bucket soon.

use super::bucket_lifecycle;
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct BucketLifecycleDeletesEverything;

const META: Meta = Meta {
    id: "bucket-lifecycle-deletes-everything",
    title: "Lifecycle deletes a whole bucket soon",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1485.001", "T1070"],
    actions: &[ActionId::DisableLifecycleRule],
    events: Events::Calls(bucket_lifecycle::EVENTS),
    prose: "\
## What it does
Fires when a lifecycle is set that deletes every object of a bucket within six days, or on a date that is
past or as near. Rules that are disabled, that only end incomplete uploads or old versions, or that move
objects to another storage class do not match; rules for a prefix, a tag or a size are
`bucket-lifecycle-deletes-soon`. A prefix of `*` or `/` is taken for all, as it was meant.

## Why is this bad?
S3 itself then empties the bucket, however large, without a single call that deletes. It is used to get rid
of logs, and to destroy data before a ransom is asked for.

## False positives
Buckets for scratch data. Their lifecycle is set when they are made, not later.

## References
- <https://attack.mitre.org/techniques/T1485/001/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>
",
    ..Meta::PLAIN
};

impl Detector for BucketLifecycleDeletesEverything {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        bucket_lifecycle::judge(call, true)
    }
}
