//! `bucket-acl-for-another`: bucket's access list lets somebody else in.

use super::s3_acl::{Grantee, grants};
use crate::detect::fields::required;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct BucketAclForAnother;

const META: Meta = Meta {
    id: "bucket-acl-for-another",
    title: "Bucket's access list lets somebody else in",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1537", "T1098"],
    events: Events::Calls(&[
        EventName { source: "s3.amazonaws.com", name: "PutBucketAcl" },
        EventName { source: "s3.amazonaws.com", name: "CreateBucket" },
    ]),
    prose: "\
## What it does
Fires when a bucket's access control list grants something to a canonical user id or an e-mail address
that is not the owner's. The owner is the one that the list itself names; a list given in headers names
none, and there the grantee may be the owner itself. The accounts and groups that deliver AWS's logs do
not match. Everyone is `bucket-acl-public`.

## Why is this bad?
A canonical id is sixty-four digits that show nobody whose account it is: an access list is where an
external reader stays unnoticed longest.

## False positives
Partners from before bucket policies. Replace the grant by a policy that names the account.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>
",
    ..Meta::PLAIN
};

impl Detector for BucketAclForAnother {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let bucket = required(call, "bucketName")?;
        let granted = grants(call);
        let Some(grant) = granted.iter().find(|grant| matches!(grant.who, Grantee::Somebody(_))) else {
            return Ok(Vec::new());
        };
        let name = bucket.to_owned();
        let Grantee::Somebody(id) = &grant.who else { return Ok(Vec::new()) };
        let why = format!("`{}` granted {} on bucket `{name}` to `{id}`", call.event_name(), grant.permission);
        let target = Target::Resource { service: "s3".to_owned(), id: plain(&name, 300) };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
