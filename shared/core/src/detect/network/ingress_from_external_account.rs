//! `ingress-from-external-account`: security group lets in a group of another account.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const INGRESS_FROM_FOREIGN_ACCOUNT: Change = Change {
    meta: Meta {
        id: "ingress-from-external-account",
        title: "Security group lets in a group of another account",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1562.007", "T1599"],
        events: Events::Calls(&[EventName { source: "ec2.amazonaws.com", name: "AuthorizeSecurityGroupIngress" }]),
        prose: page(
            "\
## What it does
Fires when an ingress rule is added whose source is a security group of another AWS account, which a
peering makes possible. Groups of the same account and ranges of addresses do not match; `open-admin-port`
and `open-all-ports` read the latter.

## Why is this bad?
Whoever runs the other account decides which machines are in that group. The rule names no address, so
nobody who looks for open ranges sees it.

## False positives
Networks of one company that are joined by peering. The event cannot tell them from outsiders.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["groupId", "groupName"],
    when: names_a_foreign_group,
};

/// `ipPermissions.items`, each with the groups that it lets in and their owners.
fn names_a_foreign_group(call: &ApiCall) -> bool {
    let Some(own) = call.account() else { return false };
    let items = |part: &Value| part.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let permissions = call.request("ipPermissions").map(items).unwrap_or_default();
    let groups = permissions.iter().filter_map(|permission| permission.get("groups")).flat_map(items);
    let owners = groups.filter_map(|group| group.get("userId").and_then(Value::as_str).map(str::to_owned));
    owners.into_iter().any(|owner| !owner.is_empty() && *owner != *own)
}
