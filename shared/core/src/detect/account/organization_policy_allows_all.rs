//! `organization-policy-allows-all`: policy of the organization rewritten to allow everything.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const GUARD_RAIL_ALLOWS_ALL: Change = Change {
    meta: Meta {
        id: "organization-policy-allows-all",
        title: "Policy of the organization rewritten to allow everything",
        domain: Domain::Account,
        severity: Severity::High,
        confidence: Confidence::Medium,
        technique: &["T1666", "T1562"],
        no_response: "The former text is not in the event, and only the management account writes it: a policy that is \
            set wrong stops the whole organization.",
        events: Events::Calls(&[EventName { source: "organizations.amazonaws.com", name: "UpdatePolicy" }]),
        prose: page(
            "\
## What it does
Fires when a policy of the organization is written anew so that it denies nothing and allows every action
with every resource, without a condition. Policies that still deny something, or allow only some actions,
do not match, nor do the kinds that do not speak of permissions (backup, tags, declarative ones); any
other rewritten text is `organization-policy-rewritten`.

## Why is this bad?
The guard rail stays attached to every unit and account, looks the same in every list, and holds nothing
any more: trails can be stopped, regions used, and root do as it likes.

## False positives
Policies that are emptied before they are taken away. Detaching one says what is meant.

## References
- <https://attack.mitre.org/techniques/T1666/>
- <https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html>
- <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["policyId"],
    when: denies_nothing,
};

fn denies_nothing(call: &ApiCall) -> bool {
    let content = call.request_text("content").and_then(|text| serde_json::from_str::<Value>(text).ok());
    let statements = match content.as_ref().and_then(|content| content.get("Statement")) {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => return false,
    };
    !statements.iter().any(|statement| effect(statement, "Deny")) && statements.iter().any(allows_everything)
}

fn effect(statement: &Value, name: &str) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some(name)
}

fn allows_everything(statement: &Value) -> bool {
    let all = |key: &str| match statement.get(key) {
        Some(Value::Array(members)) => members.iter().any(|member| member.as_str() == Some("*")),
        Some(one) => one.as_str() == Some("*"),
        None => false,
    };
    effect(statement, "Allow") && all("Action") && all("Resource") && statement.get("Condition").is_none()
}
