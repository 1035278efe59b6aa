//! `object-acl-public`: object made readable by everyone.

use super::s3_acl::{Grantee, grants};
use crate::action::{ActionId, RemovePublicGrants};
use crate::detect::fields::required;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

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
        let granted = grants(call);
        let Some(grant) = granted.iter().find(|grant| grant.who == Grantee::Everyone) else {
            return Ok(Vec::new());
        };
        let name = match call.request_text("key") {
            Some(key) => format!("{bucket}/{key}"),
            None => bucket.to_owned(),
        };
        let why = format!("`{}` granted everyone {} on object `{name}`", call.event_name(), grant.permission);
        let target = Target::Resource { service: "s3".to_owned(), id: plain(&name, 300) };
        let response =
            RemovePublicGrants { bucket: bucket.to_owned(), key: call.request_text("key").map(str::to_owned) };
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(Some(response))])
    }
}
