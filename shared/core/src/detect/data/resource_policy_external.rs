//! `resource-policy-external`: resource policy lets another account in.

use super::opened_policy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct ResourcePolicyExternal;

const META: Meta = Meta {
    id: "resource-policy-external",
    title: "Resource policy lets another account in",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1537", "T1098"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(opened_policy::OTHERS),
    prose: "\
## What it does
Fires when another account is let in by the policy of a queue, a topic, an event bus, a backup vault, a
Glacier vault, a file system, a table, a stream, a search domain, the Glue catalog, a warehouse, a
parameter, a vector bucket, a private certificate authority, a model or an agent, an image recipe, an event
data store of a trail, a sink of observability, a cluster of Kafka, or any other resource that has one. It is
read inline or as a text, and from the response where only that shows it. The document is evaluated with its conditions and its `Deny` statements; lists of accounts (`AddPermission`,
`PutPermission`) are read as what they become. The account's own principals, services and a whole
organization do not match.

## Why is this bad?
What is granted in a resource's policy needs no credential of this account, and stays when all of them
are changed. So intruders leave such a line behind to keep reading.

## False positives
Accounts of one company that send each other messages and events. Name the organization by a condition on
`aws:PrincipalOrgID` instead of single accounts.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html>
",
    ..Meta::PLAIN
};

impl Detector for ResourcePolicyExternal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        opened_policy::judge(call, facts, Wanted::Others)
    }
}
