//! `bucket-policy-external`: bucket policy lets another account in.

use super::opened_policy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct BucketPolicyExternal;

const META: Meta = Meta {
    id: "bucket-policy-external",
    title: "Bucket policy lets another account in",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1537", "T1530"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(opened_policy::BUCKETS),
    prose: "\
## What it does
Fires when a policy is written onto a bucket, an access point, a multi-region access point, a table bucket
or the instance of S3 Access Grants that lets another account in, or identities of a provider that is not
of this account. The document is evaluated with its conditions and its `Deny` statements.

The accounts from which AWS itself delivers load balancers' logs and billing reports do not count. Neither
do service principals, CloudFront's origin identities, the whole organization, or networks: the document
cannot tell that they are somebody else's. Everyone is `bucket-policy-public`.

## Why is this bad?
A line in a bucket's policy is a back door that survives the removal of every credential in this account:
the other account reads on with its own, and none of its reads need a permission here.

## False positives
Partners, vendors and the organization's own other accounts. Grant `aws:PrincipalOrgID` instead of single
accounts, and the finding means what it says.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.exfiltration.s3-backdoor-bucket-policy/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example2.html>
",
    ..Meta::PLAIN
};

impl Detector for BucketPolicyExternal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::Others)
    }
}
