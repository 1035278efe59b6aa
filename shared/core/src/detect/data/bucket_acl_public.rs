//! `bucket-acl-public`: bucket's access list lets everyone in.

use super::s3_acl;
use crate::action::ActionId;
use crate::detect::fields::required;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct BucketAclPublic;

const META: Meta = Meta {
    id: "bucket-acl-public",
    title: "Bucket's access list lets everyone in",
    domain: Domain::Data,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1530", "T1567"],
    actions: &[ActionId::RemovePublicGrants],
    events: Events::Calls(&[
        EventName { source: "s3.amazonaws.com", name: "PutBucketAcl" },
        EventName { source: "s3.amazonaws.com", name: "CreateBucket" },
    ]),
    prose: "\
## What it does
Fires when a bucket's access control list grants something to everyone, or to everyone who has an AWS
account: by a canned list (`public-read`, `public-read-write`, `authenticated-read`), by a header, or by a
document. Lists that name the owner or the group that delivers logs do not match, nor does a call that the
public access block refuses.

## Why is this bad?
Whoever knows the bucket's name can list it, and with `WRITE` fill, overwrite and empty it. An access list
is easily overlooked beside the bucket's policy.

## False positives
Buckets of old websites. Publish through CloudFront, and turn access lists off by the ownership setting
`BucketOwnerEnforced`.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>
",
    ..Meta::PLAIN
};

impl Detector for BucketAclPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let bucket = required(call, "bucketName")?;
        Ok(s3_acl::opened_to_everyone(call, bucket, None).into_iter().collect())
    }
}
