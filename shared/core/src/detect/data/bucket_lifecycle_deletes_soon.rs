//! `bucket-lifecycle-deletes-soon`: lifecycle deletes a part of a bucket soon.

use super::bucket_lifecycle;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct BucketLifecycleDeletesSoon;

const META: Meta = Meta {
    id: "bucket-lifecycle-deletes-soon",
    title: "Lifecycle deletes a part of a bucket soon",
    domain: Domain::Data,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    technique: &["T1485.001", "T1070"],
    events: Events::Calls(bucket_lifecycle::EVENTS),
    prose: "\
## What it does
Fires when a lifecycle is set that deletes the objects under a prefix, with a tag or of a size within six
days, or on a date that is past or as near. A rule over the whole bucket is
`bucket-lifecycle-deletes-everything`.

## Why is this bad?
Logs and backups mostly lie under a prefix of their own. A rule for that prefix takes them away without a
single call that deletes.

## False positives
Prefixes for temporary files (`tmp/`, `cache/`), which is what such rules are for.

## References
- <https://attack.mitre.org/techniques/T1485/001/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>
",
    ..Meta::PLAIN
};

impl Detector for BucketLifecycleDeletesSoon {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        bucket_lifecycle::judge(call, false)
    }
}
