//! `resource-public`: resource made public.

use super::opened_policy::{self, Wanted};
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct ResourcePublic;

const META: Meta = Meta {
    id: "resource-public",
    title: "Resource made public",
    domain: Domain::Data,
    severity: Severity::Informational,
    confidence: Confidence::Medium,
    technique: &["T1530", "T1567"],
    events: Events::Calls(opened_policy::ALL),
    prose: "\
## What it does
Records, for every service in one list, that a policy was written onto a resource that lets everyone in:
buckets, keys, secrets, queues, topics, tables, search domains, repositories and more. The document is
evaluated with its conditions; where one remains that names nobody, it does not match. Each kind has a detector
of its own that tells of it, such as `bucket-policy-public`.

## Why is this bad?
What is public today should be known in one place. This is the list of what became so, and who did it.

## False positives
What is meant to be public. It is recorded, and no alert is sent.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html>
",
    ..Meta::PLAIN
};

impl Detector for ResourcePublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::EveryoneAtAll)
    }
}
