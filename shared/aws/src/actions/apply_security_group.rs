//! `apply-security-group`: brings a security group to the rules that are declared.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, ApplySecurityGroup as Request, DeclaredRule};
use riposte_core::net::rule_name;
use riposte_core::plan::{Change, Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct ApplySecurityGroup;

/// Where its calls are allowed.
const GROUPS: &[&str] = &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:security-group/*"];

impl Contain for ApplySecurityGroup {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::ApplySecurityGroup,
        title: "Bring a security group to declared rules",
        permissions: &[
            Permission::anywhere(&["ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"]),
            Permission::on(
                GROUPS,
                &[
                    "ec2:AuthorizeSecurityGroupEgress",
                    "ec2:AuthorizeSecurityGroupIngress",
                    "ec2:RevokeSecurityGroupEgress",
                    "ec2:RevokeSecurityGroupIngress",
                ],
            ),
        ],
        undo_permissions: &[],
        reversibility: "complete but for the rules' ids and tags: what was added is revoked, what was revoked is authorized again",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Authorizes the declared rules that the group lacks, then revokes those that it has and that are not declared: of the \
inbound rules, the outbound ones, or both, as the declaration says. No detector asks for it: `riposte apply-groups` does, \
for every group of a file.

## What it keeps
Rules of the way that the declaration is not about, and rules that are declared and there already, with their ids and \
their descriptions.

## Undo
Authorizes what was revoked with its description, and revokes what was added. Refused where the group has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(group) = group(site, &request.group_id).await? else {
            return Ok(Planned::Gone(format!("the security group {} does not exist", request.group_id)));
        };
        let before = rules(site, &request).await?;
        let wanted: BTreeMap<String, &DeclaredRule> = request.rules.iter().map(|rule| (rule.name(), rule)).collect();
        let arn = site.arn("ec2", &format!("security-group/{}", request.group_id));
        let mut plan = Plan::of(request.clone().into(), arn, before.clone()).tagged(tags::read(group.get("Tags")));
        for (name, rule) in wanted.iter().filter(|(name, _)| !before.0.contains_key(*name)) {
            let part = part(rule.egress, &rule.permission());
            plan = plan.then(authorize(&request.group_id, name, &part)?, [revoke(&request.group_id, name, &part)?]);
        }
        for (name, part) in before.0.iter().filter(|(name, _)| !wanted.contains_key(*name)) {
            plan = plan.then(revoke(&request.group_id, name, part)?, [authorize(&request.group_id, name, part)?]);
        }
        if plan.changes.is_empty() {
            return Ok(plan.noted("the group has exactly the declared rules").into());
        }
        Ok(plan.into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        rules(site, &request).await
    }

    /// What is not there is added: nothing rests on it.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

/// A rule as a part of the group: which way, and what authorizes it.
fn part(egress: bool, permission: &Value) -> Value {
    json!({ "egress": egress, "permission": permission })
}

fn authorize(group: &str, name: &str, part: &Value) -> Result<Change, Fault> {
    let way = if is_egress(part) { "ec2:AuthorizeSecurityGroupEgress" } else { "ec2:AuthorizeSecurityGroupIngress" };
    change(way, &parameters(group, part), [(name.to_owned(), Some(part.clone()))])
}

fn revoke(group: &str, name: &str, part: &Value) -> Result<Change, Fault> {
    let way = if is_egress(part) { "ec2:RevokeSecurityGroupEgress" } else { "ec2:RevokeSecurityGroupIngress" };
    change(way, &parameters(group, part), [(name.to_owned(), None)])
}

fn is_egress(part: &Value) -> bool {
    part.get("egress") == Some(&Value::Bool(true))
}

fn parameters(group: &str, part: &Value) -> Value {
    json!({ "GroupId": group, "IpPermissions": [part.get("permission")] })
}

async fn group(site: &Site<'_>, id: &str) -> Result<Option<Value>, Fault> {
    match site.get("ec2:DescribeSecurityGroups", json!({ "GroupIds": [id] })).await {
        Ok(body) => Ok(body.pointer("/SecurityGroups/0").cloned()),
        Err(fault) if fault.kind == Kind::Gone => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The group's rules of the ways that the declaration is about, by their names.
async fn rules(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let filters = json!({ "Filters": [{ "Name": "group-id", "Values": [request.group_id] }] });
    let token = ("NextToken", "NextToken");
    let all = site.list("ec2:DescribeSecurityGroupRules", filters, "SecurityGroupRules", token).await?;
    let named = all.iter().filter_map(|rule| {
        let egress = rule.get("IsEgress").and_then(Value::as_bool) == Some(true);
        request.ways.covers(egress).then(|| (rule_name(rule), part(egress, &permission(rule))))
    });
    Ok(Snapshot(named.collect()))
}

/// What authorizes a rule that EC2 describes.
fn permission(rule: &Value) -> Value {
    let given = |name: &str| rule.get(name).filter(|value| !value.is_null());
    let pair = rule.get("ReferencedGroup");
    let peers = [
        ("IpRanges", "CidrIp", given("CidrIpv4")),
        ("Ipv6Ranges", "CidrIpv6", given("CidrIpv6")),
        ("PrefixListIds", "PrefixListId", given("PrefixListId")),
        ("UserIdGroupPairs", "GroupId", pair.and_then(|pair| pair.get("GroupId"))),
    ];
    let mut permission = json!({ "IpProtocol": given("IpProtocol") });
    let Some(object) = permission.as_object_mut() else { return permission };
    if let Some((list, key, Some(value))) = peers.into_iter().find(|(_, _, value)| value.is_some()) {
        let mut peer = json!({ key: value });
        if let (Some(peer), Some(text)) = (peer.as_object_mut(), given("Description")) {
            peer.insert("Description".to_owned(), text.clone());
        }
        object.insert(list.to_owned(), json!([peer]));
    }
    if given("IpProtocol").and_then(Value::as_str) != Some("-1") {
        for name in ["FromPort", "ToPort"] {
            if let Some(port) = given(name) {
                object.insert(name.to_owned(), port.clone());
            }
        }
    }
    permission
}
