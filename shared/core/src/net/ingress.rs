//! The ingress rules that an API call made or changed, out of every shape in which CloudTrail tells it.
//!
//! The response is the better witness: it carries the rule ids, and the ranges as EC2 understood them.
//! Where a record has none, the request is read: `ipPermissions.items` with lists of ranges, or one
//! range at the top level beside `"ipPermissions": {}`. `ModifySecurityGroupRules` is told in another
//! spelling altogether, with the query's own capitals and a lone object in place of a list of one.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use super::IngressRule;
use crate::event::ApiCall;

/// The rules that one call wrote into one security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngressWrite {
    /// Which group.
    pub group: GroupRef,
    /// The rules whose source is a range of addresses. Those that name another group or a prefix list
    /// are not here: what a prefix list holds is not in the event.
    pub rules: Vec<IngressRule>,
}

/// How an event names a security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupRef {
    /// `sg-…`
    Id(String),
    /// Its name, in the default VPC; the record does not tell the id.
    Name(String),
}

/// A part of an event that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{field}` {wrong}")]
pub struct ShapeError {
    /// The path of the part.
    pub field: String,
    /// What is wrong with it.
    pub wrong: &'static str,
}

/// The rules that `AuthorizeSecurityGroupIngress` made.
///
/// # Errors
/// Where the record does not tell the rules or the group.
pub fn authorized(call: &ApiCall) -> Result<IngressWrite, ShapeError> {
    let made: Vec<&Value> = call.response("securityGroupRuleSet").map(items).unwrap_or_default();
    let group = call.request_text("groupId").or_else(|| made.iter().find_map(|item| item.get("groupId")?.as_str()));
    let group = match (group, call.request_text("groupName")) {
        (Some(id), _) => GroupRef::Id(id.to_owned()),
        (None, Some(name)) => GroupRef::Name(name.to_owned()),
        (None, None) => return Err(missing("requestParameters.groupId")),
    };
    let rules = if made.is_empty() { requested(call)? } else { answered(&made)? };
    Ok(IngressWrite { group, rules })
}

/// The rules that `ModifySecurityGroupRules` asked for, each with its id. The record does not tell
/// ingress from egress: only the live rules can.
///
/// # Errors
/// Where the record does not tell the rules or the group.
pub fn modified(call: &ApiCall) -> Result<IngressWrite, ShapeError> {
    const REQUEST: &str = "requestParameters.ModifySecurityGroupRulesRequest";
    let request = call.request("ModifySecurityGroupRulesRequest").ok_or_else(|| missing(REQUEST))?;
    let group = request.get("GroupId").and_then(Value::as_str).ok_or_else(|| missing(&format!("{REQUEST}.GroupId")))?;
    let path = format!("{REQUEST}.SecurityGroupRule");
    let updates = request.get("SecurityGroupRule").map(items).ok_or_else(|| missing(&path))?;
    let mut rules = Vec::new();
    for update in updates {
        let id = update.get("SecurityGroupRuleId").and_then(Value::as_str);
        let id = id.ok_or_else(|| missing(&format!("{path}.SecurityGroupRuleId")))?;
        let rule = update.get("SecurityGroupRule").ok_or_else(|| missing(&format!("{path}.SecurityGroupRule")))?;
        let reader = Reader { part: rule, path: &path, protocol: "IpProtocol", from: "FromPort", to: "ToPort" };
        for cidr in ["CidrIpv4", "CidrIpv6"].into_iter().filter_map(|key| rule.get(key)?.as_str()) {
            let rule = reader.traffic()?.from(cidr, text(rule, "Description"));
            rules.push(IngressRule { rule_id: Some(id.to_owned()), ..rule });
        }
    }
    Ok(IngressWrite { group: GroupRef::Id(group.to_owned()), rules })
}

/// The rules of a response, which tells each with its id.
fn answered(made: &[&Value]) -> Result<Vec<IngressRule>, ShapeError> {
    let mut rules = Vec::new();
    for item in made.iter().filter(|item| item.get("isEgress").and_then(Value::as_bool) != Some(true)) {
        let reader = Reader { part: item, path: "responseElements.securityGroupRuleSet.items", ..Reader::camel(item) };
        for cidr in ["cidrIpv4", "cidrIpv6"].into_iter().filter_map(|key| item.get(key)?.as_str()) {
            let rule = reader.traffic()?.from(cidr, text(item, "description"));
            rules.push(IngressRule { rule_id: text(item, "securityGroupRuleId"), tags: tags(item), ..rule });
        }
    }
    Ok(rules)
}

/// The rules of a request: a list of permissions, each with lists of ranges, or one at the top level.
fn requested(call: &ApiCall) -> Result<Vec<IngressRule>, ShapeError> {
    let request = call.member("requestParameters").filter(|value| value.is_object());
    let request = request.ok_or_else(|| missing("requestParameters"))?;
    let mut rules = Vec::new();
    for permission in request.get("ipPermissions").map(items).unwrap_or_default() {
        let reader =
            Reader { part: permission, path: "requestParameters.ipPermissions.items", ..Reader::camel(permission) };
        for (list, key) in [("ipRanges", "cidrIp"), ("ipv6Ranges", "cidrIpv6")] {
            let ranges = permission.get(list).map(items).unwrap_or_default();
            rules.reserve(ranges.len());
            let mut cidrs = ranges.into_iter().filter_map(|range| Some((range, range.get(key)?.as_str()?))).peekable();
            // What names no range may name no traffic either.
            if cidrs.peek().is_some() {
                let traffic = reader.traffic()?;
                rules.extend(cidrs.map(|(range, cidr)| traffic.from(cidr, text(range, "description"))));
            }
        }
    }
    for cidr in ["cidrIp", "cidrIpv6"].into_iter().filter_map(|key| request.get(key)?.as_str()) {
        rules.push(Reader::camel(request).traffic()?.from(cidr, None));
    }
    Ok(rules)
}

/// Reads protocol and ports, under the names that this part of the record uses.
struct Reader<'a> {
    part: &'a Value,
    path: &'a str,
    protocol: &'static str,
    from: &'static str,
    to: &'static str,
}

impl<'a> Reader<'a> {
    fn camel(part: &'a Value) -> Self {
        Self { part, path: "requestParameters", protocol: "ipProtocol", from: "fromPort", to: "toPort" }
    }

    fn traffic(&self) -> Result<Traffic, ShapeError> {
        let protocol = match self.part.get(self.protocol) {
            Some(Value::String(name)) => canonical_protocol(name),
            Some(Value::Number(number)) => canonical_protocol(&number.to_string()),
            _ => return Err(missing(&format!("{}.{}", self.path, self.protocol))),
        };
        Ok(Traffic { protocol, from_port: self.port(self.from)?, to_port: self.port(self.to)? })
    }

    /// A port stands as a number or as a string, or not at all.
    fn port(&self, key: &str) -> Result<Option<i32>, ShapeError> {
        let wrong = || ShapeError { field: format!("{}.{key}", self.path), wrong: "is not a port number" };
        match self.part.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => {
                number.as_i64().and_then(|n| i32::try_from(n).ok()).map(Some).ok_or_else(wrong)
            }
            Some(Value::String(digits)) => digits.trim().parse().map(Some).map_err(|_| wrong()),
            Some(_) => Err(wrong()),
        }
    }
}

/// What a permission lets in, from each of its sources.
struct Traffic {
    protocol: String,
    from_port: Option<i32>,
    to_port: Option<i32>,
}

impl Traffic {
    fn from(&self, cidr: &str, description: Option<String>) -> IngressRule {
        IngressRule {
            rule_id: None,
            protocol: self.protocol.clone(),
            from_port: self.from_port,
            to_port: self.to_port,
            cidr: cidr.to_owned(),
            description,
            tags: BTreeMap::new(),
        }
    }
}

/// The protocol as EC2 names it in the rule that it makes, whatever the request called it: only so can
/// the live rule be told by what was asked for.
fn canonical_protocol(name: &str) -> String {
    let name = name.trim().to_ascii_lowercase();
    match name.as_str() {
        "1" => "icmp".to_owned(),
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "58" => "icmpv6".to_owned(),
        "all" => "-1".to_owned(),
        _ => name,
    }
}

/// The elements of a list, in whichever way it is written: `{"items": […]}`, a plain array, a lone
/// object in place of a list of one, or `{}` for none.
fn items(list: &Value) -> Vec<&Value> {
    match list {
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(object) => match object.get("items") {
            Some(inner) => items(inner),
            None if object.is_empty() => Vec::new(),
            None => vec![list],
        },
        _ => Vec::new(),
    }
}

fn text(part: &Value, key: &str) -> Option<String> {
    part.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn tags(item: &Value) -> BTreeMap<String, String> {
    let tags = item.get("tagSet").map(items).unwrap_or_default();
    tags.into_iter().filter_map(|tag| Some((text(tag, "key")?, text(tag, "value").unwrap_or_default()))).collect()
}

fn missing(field: &str) -> ShapeError {
    ShapeError { field: field.to_owned(), wrong: "is missing" }
}

#[cfg(test)]
mod tests;
