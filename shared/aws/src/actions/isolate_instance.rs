//! `isolate-instance`: puts every network interface of an instance into a group without rules.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, IsolateInstance as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct IsolateInstance;

/// The tag of the group that an operator prepares in each VPC.
const TAG: &str = "riposte:quarantine";

impl Contain for IsolateInstance {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::IsolateInstance,
        title: "Isolate an instance",
        permissions: &[
            Permission::anywhere(&["ec2:DescribeInstances", "ec2:DescribeSecurityGroups"]),
            Permission::on(
                &[
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:network-interface/*",
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:security-group/*",
                ],
                &["ec2:ModifyNetworkInterfaceAttribute"],
            ),
        ],
        undo_permissions: &[],
        reversibility: "complete: each interface gets its groups back",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Replaces the security groups of every network interface of the instance by the quarantine group of its VPC: the group \
with the tag `riposte:quarantine`, which must have no rules, neither inbound nor outbound. The operator prepares it; \
where there is none, or it has rules, nothing is done and the notice says so. Connections that security groups track \
already go on until they end; those that are not tracked, because both sides allowed everything, are cut at once.

## What it keeps
The instance runs on, with its memory, volumes, role and addresses: evidence stays. The interfaces themselves and \
their former groups are as they were.

## Undo
Gives each interface its groups back. Refused where they have changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(instance) = instance(site, &request).await? else {
            return Ok(Planned::Gone(format!("the instance {} does not exist", request.instance_id)));
        };
        let before = interfaces(&instance);
        let arn = site.arn("ec2", &format!("instance/{}", request.instance_id));
        let plan = Plan::of(request.clone().into(), arn, before.clone()).tagged(tags::read(instance.get("Tags")));
        if before.0.is_empty() {
            return Ok(Planned::Gone(format!("the instance {} has no network interface", request.instance_id)));
        }
        let vpc = instance.get("VpcId").and_then(Value::as_str).unwrap_or_default();
        let group = match quarantine(site, vpc).await? {
            Ok(group) => group,
            Err(why) => return Ok(Planned::Impossible(why)),
        };
        let wanted = json!([group]);
        let mut plan = plan;
        for (interface, groups) in before.0.iter().filter(|(_, groups)| **groups != wanted) {
            let set = |groups: &Value| {
                let parameters = json!({ "NetworkInterfaceId": interface, "Groups": groups });
                change(
                    "ec2:ModifyNetworkInterfaceAttribute",
                    &parameters,
                    [(interface.clone(), Some(groups.clone()))],
                )
            };
            plan = plan.then(set(&wanted)?, [set(groups)?]);
        }
        if plan.changes.is_empty() {
            return Ok(plan.noted("every interface is in the quarantine group already").into());
        }
        Ok(plan.into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        let gone = || Fault { kind: Kind::Gone, ..Fault::refused("ec2:DescribeInstances", "the instance does not exist") };
        Ok(interfaces(&instance(site, &request).await?.ok_or_else(gone)?))
    }

    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

async fn instance(site: &Site<'_>, request: &Request) -> Result<Option<Value>, Fault> {
    let found = site.find("ec2:DescribeInstances", json!({ "InstanceIds": [request.instance_id] })).await?;
    Ok(found.and_then(|body| body.pointer("/Reservations/0/Instances/0").cloned()))
}

/// The groups of each interface, by the interface.
fn interfaces(instance: &Value) -> Snapshot {
    let list = instance.get("NetworkInterfaces").and_then(Value::as_array).into_iter().flatten();
    let named = list.filter_map(|interface| {
        let id = interface.get("NetworkInterfaceId")?.as_str()?.to_owned();
        let groups = interface.get("Groups").and_then(Value::as_array).into_iter().flatten();
        let mut ids: Vec<_> = groups.filter_map(|group| group.get("GroupId")?.as_str()).collect();
        ids.sort_unstable();
        Some((id, json!(ids)))
    });
    Snapshot(named.collect::<BTreeMap<_, _>>())
}

/// The VPC's quarantine group, or why there is none that isolates.
async fn quarantine(site: &Site<'_>, vpc: &str) -> Result<Result<String, String>, Fault> {
    let filters = json!({ "Filters": [
        { "Name": "vpc-id", "Values": [vpc] },
        { "Name": "tag-key", "Values": [TAG] },
    ] });
    let groups = site.list("ec2:DescribeSecurityGroups", filters, "SecurityGroups", ("NextToken", "NextToken")).await?;
    let [group] = groups.as_slice() else {
        let count = groups.len();
        return Ok(Err(format!("the VPC {vpc} has {count} security groups with the tag `{TAG}`: there must be one")));
    };
    let id = group.get("GroupId").and_then(Value::as_str).unwrap_or_default();
    let has = |name: &str| group.get(name).and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
    if has("IpPermissions") || has("IpPermissionsEgress") {
        return Ok(Err(format!("the quarantine group {id} has rules, so it would not isolate")));
    }
    Ok(Ok(id.to_owned()))
}
