//! `resource-policy-public`: resource policy lets everyone in.

use super::opened_policy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct ResourcePolicyPublic;

const META: Meta = Meta {
    id: "resource-policy-public",
    title: "Resource policy lets everyone in",
    domain: Domain::Data,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1530", "T1567"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(opened_policy::OTHERS),
    prose: "\
## What it does
Fires when everyone is let in by the policy of a queue, a topic, an event bus, a backup vault, a Glacier
vault, a file system, a table, a stream, a search domain, the Glue catalog, a warehouse, a parameter, a
vector bucket, a private certificate authority, a model or an agent, an image recipe, an event data store of a
trail, a sink of observability, a cluster of Kafka, or any other resource that has one. It is read inline or as a
text, and from the response where only that shows it. The document is evaluated with its
conditions and its `Deny` statements; lists of accounts (`AddPermission`, `PutPermission`) are read as what
they become.

Where any condition remains that does not name somebody, such as a wildcard ARN in `aws:SourceArn`, it does
not match: topics and queues that take notifications from a bucket are written like that. So are search
domains that are made inside a VPC. Buckets, keys and secrets have detectors of their own.

## Why is this bad?
Anyone with an AWS account, and for search domains anyone at all, can read what is stored or passes
through, or send what the consumers take for genuine: open search domains and queues have leaked whole
customer databases.

## False positives
Topics that are published on purpose. Search domains whose policy is changed while they lie in a VPC: the
event does not say so.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
",
    ..Meta::PLAIN
};

impl Detector for ResourcePolicyPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::EveryoneAtAll)
    }
}
