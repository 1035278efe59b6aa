//! `object-acl-public`: object made readable by everyone.

use super::s3_acl;
use crate::action::ActionId;
use crate::detect::fields::required;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct ObjectAclPublic;

const META: Meta = Meta {
    id: "object-acl-public",
    title: "Object made readable by everyone",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::High,
    technique: &["T1530", "T1567"],
    actions: &[ActionId::RemovePublicGrants],
    events: Events::Calls(&[
        EventName { source: "s3.amazonaws.com", name: "PutObjectAcl" },
        EventName { source: "s3.amazonaws.com", name: "PutObject" },
        EventName { source: "s3.amazonaws.com", name: "CopyObject" },
        EventName { source: "s3.amazonaws.com", name: "CreateMultipartUpload" },
    ]),
    prose: "\
## What it does
Fires when an object is written, copied or changed so that its access control list grants something to
everyone, or to everyone who has an AWS account. `private` and the bucket owner's canned lists do not match.
It needs a trail that records data events of S3.

## Why is this bad?
One object can be public in a bucket that is not, and no look at the bucket's policy shows it. Data is
staged for download like this, and so are pages that abuse the company's name.

## False positives
Uploads of web sites and of public downloads. Publish through CloudFront, and turn access lists off by the
ownership setting `BucketOwnerEnforced`.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>
",
    ..Meta::PLAIN
};

impl Detector for ObjectAclPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let bucket = required(call, "bucketName")?;
        Ok(s3_acl::opened_to_everyone(call, bucket, call.request_text("key")).into_iter().collect())
    }
}
