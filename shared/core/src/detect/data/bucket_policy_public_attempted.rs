//! `bucket-policy-public-attempted`: attempt to let everyone into a bucket.

use super::opened_policy::{self, Wanted};
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta, Outcome};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct BucketPolicyPublicAttempted;

const META: Meta = Meta {
    id: "bucket-policy-public-attempted",
    title: "Attempt to let everyone into a bucket",
    domain: Domain::Data,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    technique: &["T1530", "T1567"],
    events: Events::Calls(opened_policy::BUCKETS),
    outcome: Outcome::Failure,
    prose: "\
## What it does
Fires when a policy that would let everyone into a bucket, an access point or a table bucket is refused,
mostly by the public access block. The document is evaluated as by `bucket-policy-public`, which tells of
those that were written.

## Why is this bad?
Somebody meant to make the data public. Who cannot do it by policy will take the public access block away
next.

## False positives
Somebody who sets up a web site by an old recipe. The refusal is the right answer.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
",
    ..Meta::PLAIN
};

impl Detector for BucketPolicyPublicAttempted {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::Everyone)
    }
}
