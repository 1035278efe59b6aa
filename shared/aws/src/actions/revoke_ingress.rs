//! `revoke-ingress`: takes the offending rules out of a security group, by rule id, and no others.

use std::collections::BTreeMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, Ipv6Range, ResourceType, SecurityGroupRule, Tag, TagSpecification,
};
use riposte_core::arn::partition;
use riposte_core::event::Scope;
use riposte_core::guardrail::{Approved, Undo};
use riposte_core::net::IngressRule;
use riposte_core::net::cidr::same_network;
use riposte_core::plan::{ActionId, Change, Plan, Response, Snapshot};
use riposte_core::seal::short_hash;
use serde_json::{Value, json};

use super::{Action, ActionMeta, Boxed, Permission, Planned, not_mine};
use crate::clients::Regional;
use crate::fault::{Fault, Kind};

/// The catalogue's entry.
pub(super) const META: ActionMeta = ActionMeta {
    id: ActionId::RevokeIngress,
    title: "Revoke ingress rules",
    permissions: &[
        Permission { actions: &["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"], resources: &["*"] },
        Permission {
            actions: &["ec2:RevokeSecurityGroupIngress"],
            resources: &["arn:${AWS::Partition}:ec2:*:${AWS::AccountId}:security-group/*"],
        },
    ],
    undo_permissions: &["ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags"],
    reversibility: "complete but for the rule ids, which AWS gives anew",
    prose: "\
## What it does
Revokes the rules that the finding covers, by their rule ids, in one call. A rule that was changed since the \
event and no longer offends is left alone.

## What it keeps
Every other rule of the group, ingress and egress, with ids, descriptions and tags. Connections that are \
already open may live on: a security group is stateful.

## Undo
Authorises the same rules again, with their descriptions and tags. AWS gives them new ids. Refused where the \
group has changed since.
",
};

/// The action.
#[derive(Debug)]
pub struct RevokeIngress {
    ec2: Regional<Client>,
}

impl RevokeIngress {
    /// The action with clients of this configuration.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig) -> Self {
        Self { ec2: Regional::new(config, Client::new) }
    }

    async fn planned(&self, scope: &Scope, response: &Response) -> Result<Planned, Fault> {
        let Response::RevokeIngress { group_id, rules: wanted } = response else {
            return Err(not_mine("ec2:RevokeSecurityGroupIngress", META.id));
        };
        let ec2 = self.ec2.of(&scope.region);
        let Some(tags) = group_tags(&ec2, group_id).await? else {
            return Ok(Planned::Gone(format!("the group {group_id} does not exist in {}", scope.region)));
        };
        let live = live_rules(&ec2, group_id).await?;
        let mut offending: Vec<IngressRule> =
            live.iter().filter_map(ingress).filter(|rule| wanted.iter().any(|wanted| covers(wanted, rule))).collect();
        let rule_ids: Vec<String> = offending.iter().filter_map(|rule| rule.rule_id.clone()).collect();
        let note = if offending.is_empty() {
            Some("the rules no longer exist, or no longer offend".to_owned())
        } else {
            bound_tags(&mut offending)
        };
        let wanted = wanted.iter().map(selector).collect();
        let group_id = group_id.clone();
        let (changes, undo) = if offending.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            (
                vec![Change::RevokeIngress { group_id: group_id.clone(), rule_ids: rule_ids.clone() }],
                vec![Change::AuthorizeIngress { group_id: group_id.clone(), rules: offending }],
            )
        };
        Ok(Planned::Plan(Box::new(Plan {
            action: META.id,
            response: Response::RevokeIngress { group_id: group_id.clone(), rules: wanted },
            resource_arn: format!(
                "arn:{}:ec2:{}:{}:security-group/{group_id}",
                partition(&scope.region),
                scope.region,
                scope.account
            ),
            tags,
            before: snapshot(&live),
            delta: rule_ids.into_iter().map(|id| (id, None)).collect(),
            changes,
            undo,
            note,
        })))
    }

    async fn restored(&self, scope: &Scope, plan: &Plan, made: &mut Vec<String>) -> Result<(), Fault> {
        let ec2 = self.ec2.of(&scope.region);
        for change in &plan.undo {
            let Change::AuthorizeIngress { group_id, rules } = change else {
                return Err(not_mine("ec2:AuthorizeSecurityGroupIngress", META.id));
            };
            // What an interrupted undo has restored already is not asked for again: AWS would refuse
            // the whole call.
            let live: Vec<IngressRule> = live_rules(&ec2, group_id).await?.iter().filter_map(ingress).collect();
            let missing = rules.iter().filter(|rule| !live.iter().any(|there| same_rule(rule, there)));
            // Tags stand for all rules of a call, so rules with different tags need calls of their own.
            let mut by_tags: BTreeMap<&BTreeMap<String, String>, Vec<&IngressRule>> = BTreeMap::new();
            for rule in missing {
                by_tags.entry(&rule.tags).or_default().push(rule);
            }
            for (tags, rules) in by_tags {
                made.push(authorize(&ec2, group_id, &rules, tags).await?);
            }
        }
        Ok(())
    }
}

impl Action for RevokeIngress {
    fn meta(&self) -> &'static ActionMeta {
        &META
    }

    fn plan<'a>(&'a self, scope: &'a Scope, response: &'a Response) -> Boxed<'a, Result<Planned, Fault>> {
        Box::pin(self.planned(scope, response))
    }

    fn apply<'a>(&'a self, scope: &'a Scope, plan: &'a Approved<Plan>) -> Boxed<'a, Result<(), Fault>> {
        Box::pin(async move {
            let ec2 = self.ec2.of(&scope.region);
            for change in &plan.get().changes {
                let Change::RevokeIngress { group_id, rule_ids } = change else {
                    return Err(not_mine("ec2:RevokeSecurityGroupIngress", META.id));
                };
                ec2.revoke_security_group_ingress()
                    .group_id(group_id)
                    .set_security_group_rule_ids(Some(rule_ids.clone()))
                    .send()
                    .await
                    .map_err(Fault::of("ec2:RevokeSecurityGroupIngress"))?;
            }
            Ok(())
        })
    }

    fn read<'a>(&'a self, scope: &'a Scope, plan: &'a Plan) -> Boxed<'a, Result<Snapshot, Fault>> {
        Box::pin(async move {
            let Response::RevokeIngress { group_id, .. } = &plan.response else {
                return Err(not_mine("ec2:DescribeSecurityGroupRules", META.id));
            };
            Ok(snapshot(&live_rules(&self.ec2.of(&scope.region), group_id).await?))
        })
    }

    fn undo<'a>(
        &'a self,
        scope: &'a Scope,
        undo: &'a Approved<Undo>,
        made: &'a mut Vec<String>,
    ) -> Boxed<'a, Result<(), Fault>> {
        Box::pin(self.restored(scope, &undo.get().0, made))
    }
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
    let parts = rules.iter().map(|rule| (rule.security_group_rule_id().unwrap_or("(no id)").to_owned(), part(rule)));
    Snapshot(parts.collect())
}

/// Tags longer than this in JSON are kept as their hash where they are only compared.
const SHORT_TAGS: usize = 512;

/// Tags of all offending rules longer than this are not kept for the undo. Whoever opens a network also
/// chooses its tags, and a record that outgrows the ledger's 400 KB would keep anything from being done.
const KEPT_TAGS: usize = 64 * 1024;

/// Takes the tags off the rules where they are too long together, and says so.
fn bound_tags(rules: &mut [IngressRule]) -> Option<String> {
    let length: usize = rules.iter().flat_map(|rule| &rule.tags).map(|(key, value)| key.len() + value.len()).sum();
    if length <= KEPT_TAGS {
        return None;
    }
    rules.iter_mut().for_each(|rule| rule.tags.clear());
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

async fn authorize(
    ec2: &Client,
    group_id: &str,
    rules: &[&IngressRule],
    tags: &BTreeMap<String, String>,
) -> Result<String, Fault> {
    let specification = (!tags.is_empty()).then(|| {
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        TagSpecification::builder().resource_type(ResourceType::SecurityGroupRule).set_tags(Some(tags)).build()
    });
    let answer = ec2
        .authorize_security_group_ingress()
        .group_id(group_id)
        .set_ip_permissions(Some(rules.iter().map(|rule| permission(rule)).collect()))
        .set_tag_specifications(specification.map(|specification| vec![specification]))
        .send()
        .await
        .map_err(Fault::of("ec2:AuthorizeSecurityGroupIngress"))?;
    Ok(answer.request_id().unwrap_or_default().to_owned())
}

fn permission(rule: &IngressRule) -> IpPermission {
    let permission =
        IpPermission::builder().ip_protocol(&rule.protocol).set_from_port(rule.from_port).set_to_port(rule.to_port);
    if rule.is_ipv6() {
        permission
            .ipv6_ranges(Ipv6Range::builder().cidr_ipv6(&rule.cidr).set_description(rule.description.clone()).build())
            .build()
    } else {
        permission
            .ip_ranges(IpRange::builder().cidr_ip(&rule.cidr).set_description(rule.description.clone()).build())
            .build()
    }
}
