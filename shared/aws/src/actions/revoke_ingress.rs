//! `revoke-ingress`: takes the offending rules out of a security group, by rule id, and no others.

use std::collections::BTreeMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, SecurityGroupRule, Tag};
use riposte_core::action::{ActionId, RevokeIngress as Request};
use riposte_core::net::cidr::same_network;
use riposte_core::net::{IngressRule, rule_name};
use riposte_core::plan::{Change, Plan, Snapshot};
use riposte_core::seal::short_hash;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

const GROUPS: &[&str] = &["arn:${AWS::Partition}:ec2:*:${AWS::AccountId}:security-group/*"];
const RULES: &[&str] = &["arn:${AWS::Partition}:ec2:*:${AWS::AccountId}:security-group-rule/*"];

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RevokeIngress;

/// What EC2 is asked for, either way: rules by what they allow, so that a rule that was changed meanwhile and no
/// longer offends is not the one that EC2 finds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Parameters {
    group_id: String,
    ip_permissions: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag_specifications: Option<Value>,
}

impl Contain for RevokeIngress {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RevokeIngress,
        title: "Revoke ingress rules",
        permissions: &[
            Permission::anywhere(&["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"]),
            Permission::on(GROUPS, &["ec2:RevokeSecurityGroupIngress"]),
        ],
        undo_permissions: &[
            Permission::on(GROUPS, &["ec2:AuthorizeSecurityGroupIngress"]),
            Permission::on(RULES, &["ec2:CreateTags"]),
        ],
        reversibility: "complete but for the rule ids, which AWS gives anew",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Revokes the rules that the finding covers, in one call, by what they allow: protocol, ports and source. A rule that \
was changed since the event and no longer offends is left alone, also where it is changed in the very moment: EC2 \
does not find it then.

## What it keeps
Every other rule of the group, ingress and egress, with ids, descriptions and tags. Connections that are \
already open may live on: a security group is stateful.

## Undo
Authorizes the same rules again, with their descriptions and tags. AWS gives them new ids. Refused where the \
group has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let ec2 = site.ec2();
        let Request { group_id, rules: wanted } = &request;
        let Some(tags) = group_tags(&ec2, group_id).await? else {
            return Ok(Planned::Gone(format!("the group {group_id} does not exist in {}", site.scope.region)));
        };
        let live = live_rules(&ec2, group_id).await?;
        let offends = |rule: &IngressRule| wanted.iter().any(|wanted| covers(wanted, rule));
        let mut offending: Vec<(IngressRule, Value)> = live
            .iter()
            .filter_map(|rule| Some((ingress(rule)?, part(rule))))
            .filter(|(rule, _)| offends(rule))
            .collect();
        let note = bound_tags(&mut offending);
        let selectors = wanted.iter().map(selector).collect();
        let request = Request { group_id: group_id.clone(), rules: selectors };
        let arn = site.arn("ec2", &format!("security-group/{group_id}"));
        let mut plan = Plan::of(request.into(), arn, snapshot(&live)).tagged(tags);
        if offending.is_empty() {
            return Ok(plan.noted("the rules no longer exist, or no longer offend").into());
        }
        plan.note = note;
        let revoke = revoke(group_id, &offending)?;
        let authorize = authorize(group_id, &offending)?;
        Ok(plan.then(revoke, authorize).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        Ok(snapshot(&live_rules(&site.ec2(), &request.group_id).await?))
    }

    /// Rules that are there already: AWS would refuse the whole call for one of them.
    fn left(&self, change: &Change, live: &Snapshot) -> Option<Change> {
        let mut parameters: Parameters = serde_json::from_value(change.parameters.clone()).ok()?;
        let mut left = change.clone();
        left.delta.retain(|name, part| live.0.get(name) != part.as_ref());
        parameters.ip_permissions.retain(|permission| left.delta.contains_key(&permission_name(permission)));
        left.parameters = serde_json::to_value(parameters).ok()?;
        Some(left)
    }

    /// In a default network EC2 revokes what it finds, and says what it did not.
    fn untaken(&self, _: &Change, answer: &Value) -> Vec<String> {
        let unknown = answer.get("UnknownIpPermissions").and_then(Value::as_array);
        unknown.into_iter().flatten().map(permission_name).collect()
    }
}

/// Revokes the rules by what they allow.
fn revoke(group_id: &str, rules: &[(IngressRule, Value)]) -> Result<Change, Fault> {
    let bare = |rule: &IngressRule| IngressRule { description: None, ..rule.clone() }.permission();
    let ip_permissions = rules.iter().map(|(rule, _)| bare(rule)).collect();
    let parameters = Parameters { group_id: group_id.to_owned(), ip_permissions, tag_specifications: None };
    change("ec2:RevokeSecurityGroupIngress", &parameters, rules.iter().map(|(_, part)| (rule_name(part), None)))
}

/// Authorizes them again. Tags stand for all rules of a call, so rules with different tags need calls of their own.
fn authorize(group_id: &str, rules: &[(IngressRule, Value)]) -> Result<Vec<Change>, Fault> {
    let mut by_tags: BTreeMap<&BTreeMap<String, String>, Vec<&(IngressRule, Value)>> = BTreeMap::new();
    for rule in rules {
        by_tags.entry(&rule.0.tags).or_default().push(rule);
    }
    let authorize = |(tags, rules): (&BTreeMap<String, String>, Vec<&(IngressRule, Value)>)| {
        let all: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let parameters = Parameters {
            group_id: group_id.to_owned(),
            ip_permissions: rules.iter().map(|(rule, _)| rule.permission()).collect(),
            tag_specifications: (!all.is_empty())
                .then(|| json!([{ "ResourceType": "security-group-rule", "Tags": all }])),
        };
        let delta = rules.iter().map(|(_, part)| (rule_name(part), Some(part.clone())));
        change("ec2:AuthorizeSecurityGroupIngress", &parameters, delta)
    };
    by_tags.into_iter().map(authorize).collect()
}

/// The name of the rule that a permission of one range stands for.
fn permission_name(permission: &Value) -> String {
    let range = |list: &str, key: &str| permission.get(list)?.get(0)?.get(key).cloned();
    let mut part = permission.clone();
    if let Value::Object(map) = &mut part {
        map.insert("CidrIpv4".to_owned(), range("IpRanges", "CidrIp").unwrap_or_default());
        map.insert("CidrIpv6".to_owned(), range("Ipv6Ranges", "CidrIpv6").unwrap_or_default());
    }
    rule_name(&part)
}

/// Whether what the finding covers is this live rule: by id where the event told it and the rule is
/// still the same, else by protocol, ports and network.
fn covers(wanted: &IngressRule, live: &IngressRule) -> bool {
    (wanted.rule_id.is_none() || wanted.rule_id == live.rule_id) && same_rule(wanted, live)
}

fn same_rule(a: &IngressRule, b: &IngressRule) -> bool {
    // EC2 gives -1 for "all ports" where a request may say nothing, or 0-65535.
    let ports = |rule: &IngressRule| match (rule.from_port, rule.to_port) {
        (None | Some(-1), None | Some(-1)) => None,
        _ if rule.protocol == "-1" => None,
        other => Some(other),
    };
    a.protocol.eq_ignore_ascii_case(&b.protocol) && ports(a) == ports(b) && same_network(&a.cidr, &b.cidr)
}

/// The group's tags; `None` where there is no such group.
async fn group_tags(ec2: &Client, group_id: &str) -> Result<Option<BTreeMap<String, String>>, Fault> {
    let answer = ec2.describe_security_groups().group_ids(group_id).send().await;
    match answer.map_err(Fault::of("ec2:DescribeSecurityGroups")) {
        Ok(answer) => Ok(answer.security_groups().first().map(|group| tags(group.tags()))),
        Err(fault) if fault.kind == Kind::Gone || fault.code == "InvalidGroupId.Malformed" => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// All rules of a group as they are now, ingress and egress.
pub(crate) async fn live_rules(ec2: &Client, group_id: &str) -> Result<Vec<SecurityGroupRule>, Fault> {
    let mut rules = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let page = ec2
            .describe_security_group_rules()
            .filters(Filter::builder().name("group-id").values(group_id).build())
            .max_results(1000)
            .set_next_token(token)
            .send()
            .await
            .map_err(Fault::of("ec2:DescribeSecurityGroupRules"))?;
        rules.extend_from_slice(page.security_group_rules());
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(rules);
        }
    }
}

/// A live rule as an ingress rule; `None` for egress and for rules whose source is no address range.
pub(crate) fn ingress(rule: &SecurityGroupRule) -> Option<IngressRule> {
    if rule.is_egress() == Some(true) {
        return None;
    }
    Some(IngressRule {
        rule_id: rule.security_group_rule_id().map(str::to_owned),
        protocol: rule.ip_protocol()?.to_owned(),
        from_port: rule.from_port(),
        to_port: rule.to_port(),
        cidr: rule.cidr_ipv4().or(rule.cidr_ipv6())?.to_owned(),
        description: rule.description().map(str::to_owned),
        tags: tags(rule.tags()),
    })
}

fn snapshot(rules: &[SecurityGroupRule]) -> Snapshot {
    let mut parts = BTreeMap::new();
    for rule in rules {
        let part = part(rule);
        let mut name = rule_name(&part);
        // AWS has no two rules alike. Where somebody else's EC2 has, neither may hide the other.
        if parts.contains_key(&name) {
            name = format!("{name} ({})", rule.security_group_rule_id().unwrap_or("no id"));
        }
        parts.insert(name, part);
    }
    Snapshot(parts)
}

/// Tags longer than this in JSON are kept as their hash where they are only compared.
const SHORT_TAGS: usize = 512;

/// Tags of all offending rules longer than this are not kept for the undo. Whoever opens a network also
/// chooses its tags, and a record that outgrows the ledger's 400 KB would keep anything from being done.
const KEPT_TAGS: usize = 64 * 1024;

/// Takes the tags off the rules where they are too long together, and says so.
fn bound_tags(rules: &mut [(IngressRule, Value)]) -> Option<String> {
    let tags = rules.iter().flat_map(|(rule, _)| &rule.tags);
    let length: usize = tags.map(|(key, value)| key.len() + value.len()).sum();
    if length <= KEPT_TAGS {
        return None;
    }
    for (rule, part) in rules {
        rule.tags.clear();
        part["Tags"] = json!({});
    }
    Some(format!("the rules carry {length} bytes of tags: they are not kept, and an undo restores the rules without"))
}

/// What the finding covers, without what planning does not read: the ledger holds it more than once.
fn selector(rule: &IngressRule) -> IngressRule {
    IngressRule { description: None, tags: BTreeMap::new(), ..rule.clone() }
}

fn short_tags(rule: &SecurityGroupRule) -> Value {
    let tags = json!(tags(rule.tags()));
    let text = tags.to_string();
    if text.len() > SHORT_TAGS { json!(format!("hash:{}", short_hash(&[&text]))) } else { tags }
}

/// All that a rule says but its id, which AWS gives anew when the rule is restored.
fn part(rule: &SecurityGroupRule) -> Value {
    let referenced = rule.referenced_group_info().map(|group| {
        json!({ "GroupId": group.group_id(), "UserId": group.user_id(), "VpcId": group.vpc_id(),
                "PeeringId": group.vpc_peering_connection_id() })
    });
    let mut part = json!({
        "IsEgress": rule.is_egress(),
        "IpProtocol": rule.ip_protocol(),
        "FromPort": rule.from_port(),
        "ToPort": rule.to_port(),
        "CidrIpv4": rule.cidr_ipv4(),
        "CidrIpv6": rule.cidr_ipv6(),
        "PrefixListId": rule.prefix_list_id(),
        "ReferencedGroup": referenced,
        "Description": rule.description(),
        "Tags": short_tags(rule),
    });
    if let Value::Object(map) = &mut part {
        map.retain(|_, value| !value.is_null());
    }
    part
}

fn tags(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()))).collect()
}
