//! `riposte-exempt-tag-set`: a resource that Riposte is told to leave alone.

use serde_json::Value;

use super::super::paths::texts;
use super::{events, names};
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(in crate::detect) struct ExemptTagSet;

/// The tag's key, as the shipped guardrails have it. Case counts.
const EXEMPT: &str = "riposte:exempt";

const META: Meta = Meta {
    id: "riposte-exempt-tag-set",
    title: "Resource exempted from Riposte by its tag",
    domain: Domain::Traces,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1562.001"],
    no_response: "Riposte's guardrails do not let it change what carries the tag, and taking the tag away would \
        overrule whoever set it on purpose: a person decides.",
    events: Events::Calls(events! {
        "ec2.amazonaws.com": ["CreateTags", "CreateSecurityGroup", "CreateNetworkAcl"],
        "iam.amazonaws.com": ["TagUser", "TagRole", "TagPolicy", "CreateUser", "CreateRole", "CreatePolicy"],
        "tagging.amazonaws.com": ["TagResources"],
    }),
    prose: "\
## What it does
Fires when a security group, network ACL, user, role or policy, or whatever else EC2 and the tagging API take,
is given the tag `riposte:exempt`, afterwards or as it is created. Other tags do not match, nor does taking
this one away. Where CloudFormation sets it, the confidence is low.

## Why is this bad?
Riposte does nothing against what carries this tag: its findings are reported and not responded to. Whoever may set
tags can so disarm it for just the resource that comes next, and tags are granted more freely than the
changes themselves.

## False positives
The operator who exempts a bastion or an administrator. Whoever answers for the resource should know of it.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html>
",
    ..Meta::PLAIN
};

/// Where the calls name what is tagged. Groups and policies that are only made have their id in the response.
const NAMES: [&str; 9] = [
    "resourcesSet.items.resourceId",
    "resourceARNList",
    "groupId",
    "networkAcl.networkAclId",
    "userName",
    "roleName",
    "policyArn",
    "policyName",
    "groupName",
];

impl Detector for ExemptTagSet {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !call.member("requestParameters").is_some_and(exempts) {
            return Ok(Vec::new());
        }
        let mut named = NAMES.iter().map(|path| texts(call, path)).find(|names| !names.is_empty()).unwrap_or_default();
        if named.is_empty() {
            named.push("(not named)");
        }
        let service = call.service();
        let confidence = names::by_cloudformation(call).then_some(Confidence::Low);
        let claim = |name: &str| {
            let (event, actor) = (call.event_name(), call.actor());
            let why = format!("`{event}` by `{}` tags `{name}` with `{EXEMPT}`", actor.label());
            let target = Target::Resource { service: service.to_owned(), id: name.to_owned() };
            Claim { confidence, ..Claim::of(target, plain(&why, 600)) }
        };
        Ok(named.into_iter().map(claim).collect())
    }
}

/// Whether the tag stands anywhere below: as `key` (or `Key`) of an entry, or as a field of a map of tags.
fn exempts(value: &Value) -> bool {
    let is_key = |name: &str, value: &Value| name.eq_ignore_ascii_case("key") && value.as_str() == Some(EXEMPT);
    match value {
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name == EXEMPT || is_key(name, value) || exempts(value))
        }
        Value::Array(members) => members.iter().any(exempts),
        _ => false,
    }
}
