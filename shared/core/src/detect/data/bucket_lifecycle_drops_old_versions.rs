//! `bucket-lifecycle-drops-old-versions`: lifecycle deletes old versions at once.

use super::bucket_lifecycle;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct BucketLifecycleDropsOldVersions;

const META: Meta = Meta {
    id: "bucket-lifecycle-drops-old-versions",
    title: "Lifecycle deletes old versions at once",
    domain: Domain::Data,
    severity: Severity::Low,
    confidence: Confidence::Low,
    technique: &["T1485.001", "T1490"],
    events: Events::Calls(bucket_lifecycle::EVENTS),
    prose: page(
        "\
## What it does
Fires when a lifecycle is set that deletes what was overwritten or deleted within two days. Rules that are
disabled, that keep old versions for longer, or that keep a number of them do not match.

## Why is this bad?
Versioning is what brings objects back that were overwritten or deleted. With such a rule it is still
reported as enabled, and no longer does so by the time that somebody notices.

## False positives
Buckets of scratch data and of build artifacts, whose old versions nobody needs.

## References
- <https://attack.mitre.org/techniques/T1490/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-examples.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for BucketLifecycleDropsOldVersions {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        bucket_lifecycle::judge_old_versions(call)
    }
}
