//! `bucket-policy-public`: bucket policy lets everyone in.

use super::opened_policy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct BucketPolicyPublic;

const META: Meta = Meta {
    id: "bucket-policy-public",
    title: "Bucket policy lets everyone in",
    domain: Domain::Data,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1530", "T1567"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(opened_policy::BUCKETS),
    prose: "\
## What it does
Fires when a policy is written onto a bucket, an access point, a multi-region access point, a table bucket
or the instance of S3 Access Grants that lets everyone in. The document is evaluated with its conditions
and its `Deny` statements: a condition on the organization, an account, a VPC endpoint or narrow source
addresses closes it again, and so does a `Deny` to all others. Conditions that whoever asks can meet at
will (`aws:SecureTransport`, `aws:Referer`) do not. A condition that says nothing of who asks, such as a
tag on the object, lowers the confidence to low.

A policy that names accounts is `bucket-policy-external`. One that is refused by the public access
block is a failed call, and silent.

## Why is this bad?
Whoever knows or guesses the bucket's name can read it, and where the policy grants that, write or delete
too. Lists of public buckets are searched all day long; most of the large leaks from S3 began like this.

## False positives
Websites and downloads that are public on purpose. Put them behind CloudFront with origin access control,
so that the bucket itself stays closed.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
- <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html>
",
    ..Meta::PLAIN
};

impl Detector for BucketPolicyPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::Everyone)
    }
}
