//! What the two detectors of opened network ACLs share: the inbound entry that lets the internet in.

use serde_json::Value;

use crate::action::RemoveAclEntry;
use crate::detect::fields::{field_error, required};
use crate::detect::named::is_true;
use crate::detect::{Claim, DetectError, EventName};
use crate::event::ApiCall;
use crate::finding::Target;
use crate::net::IngressRule;
use crate::net::cidr::Reach;
use crate::text::plain;

pub(super) const EVENTS: &[EventName] = &[
    EventName { source: "ec2.amazonaws.com", name: "CreateNetworkAclEntry" },
    EventName { source: "ec2.amazonaws.com", name: "ReplaceNetworkAclEntry" },
];

/// An inbound entry that allows.
pub(super) struct AclEntry<'a> {
    acl: &'a str,
    /// The entry as a security group would say it.
    pub(super) rule: IngressRule,
}

/// The entry that a call wrote, where it lets the internet in: an egress entry, a denial and a range that
/// belongs to somebody are `None`.
pub(super) fn from_internet(call: &ApiCall) -> Result<Option<AclEntry<'_>>, DetectError> {
    let acl = required(call, "networkAclId")?;
    let denied = !required(call, "ruleAction")?.eq_ignore_ascii_case("allow");
    if denied || call.request("egress").is_some_and(is_true) {
        return Ok(None);
    }
    let cidr = ["cidrBlock", "ipv6CidrBlock"].into_iter().find_map(|key| call.request_text(key));
    let cidr = cidr.ok_or_else(|| field_error(call, "requestParameters.cidrBlock", "is missing"))?;
    let reach = Reach::of(cidr).map_err(|error| field_error(call, "requestParameters.cidrBlock", error.to_string()))?;
    if reach != Reach::Internet {
        return Ok(None);
    }
    let port = |end: &str| call.request("portRange").and_then(|range| range.get(end)).and_then(number);
    let rule = IngressRule {
        rule_id: None,
        protocol: call.request("aclProtocol").and_then(text).unwrap_or_else(|| "-1".to_owned()),
        from_port: port("from"),
        to_port: port("to"),
        cidr: cidr.to_owned(),
        description: None,
        tags: std::collections::BTreeMap::new(),
    };
    Ok(Some(AclEntry { acl, rule }))
}

impl AclEntry<'_> {
    /// The claim of an entry that opens `what`.
    pub(super) fn claim(&self, call: &ApiCall, what: &str) -> Claim {
        let target = Target::Resource { service: "ec2".to_owned(), id: self.acl.to_owned() };
        let (event, acl, rule) = (call.event_name(), plain(self.acl, 80), self.rule.label());
        let number = call.request("ruleNumber").and_then(number).filter(|_| !call.failed());
        let response = number.map(|number| RemoveAclEntry {
            acl_id: self.acl.to_owned(),
            rule_number: number.into(),
            cidr: self.rule.cidr.clone(),
        });
        let claim =
            Claim::of(target, format!("`{event}` opened {what} of network ACL `{acl}` to the internet: `{rule}`"));
        claim.asking(response)
    }
}

/// Protocols and ports stand as numbers or as texts.
fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|number| number.to_string()))
}

fn number(value: &Value) -> Option<i32> {
    text(value)?.trim().parse().ok()
}
