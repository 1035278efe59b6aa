//! `isolate-instance`: takes evidence, and puts every network interface of an instance into a group without rules.
//!
//! A security group follows connections: one that is tracked goes on when the rule that let it in is gone. AWS tracks no
//! connection that a rule for everything lets through in both directions, and cuts such a one as soon as the rule is gone.
//! So an interface goes through a group of that kind first, as AWS's own runbook (AWSSupport-ContainEC2Instance) does it,
//! where the operator has prepared one.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, IsolateInstance as Request};
use riposte_core::event::age_ms;
use riposte_core::plan::{Change, Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};
use crate::invocation::now_ms;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct IsolateInstance;

/// The tags of the groups that an operator prepares in each VPC.
const QUARANTINE: &str = "riposte:quarantine";
const UNTRACKED: &str = "riposte:untracked";

/// The tag of the snapshots that are taken as evidence; its value is the instance.
const EVIDENCE: &str = "riposte:evidence";

/// Evidence that was taken so long ago shows another attack, in milliseconds.
const EVIDENCE_KEPT_MS: i64 = 86_400_000;

/// The parts of the snapshot beside the interfaces.
const EVIDENCE_PART: &str = "evidence";
const SCALING_PART: &str = "auto-scaling";

impl Contain for IsolateInstance {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2, &models::AUTOSCALING];

    const META: ActionMeta = ActionMeta {
        id: ActionId::IsolateInstance,
        title: "Isolate an instance",
        permissions: &[
            Permission::anywhere(&[
                "autoscaling:DescribeAutoScalingInstances",
                "ec2:DescribeInstances",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSnapshots",
            ]),
            Permission::on(
                &[
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*",
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:volume/*",
                    "arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*",
                ],
                &["ec2:CreateSnapshots"],
            ),
            Permission::on(&["arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*"], &["ec2:CreateTags"])
                .when(&[When { test: "StringEquals", key: "ec2:CreateAction", values: &["CreateSnapshots"] }]),
            Permission::on(SCALING_GROUPS, &["autoscaling:EnterStandby"]),
            Permission::on(
                &[
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:network-interface/*",
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:security-group/*",
                ],
                &["ec2:ModifyNetworkInterfaceAttribute"],
            ),
        ],
        undo_permissions: &[Permission::on(SCALING_GROUPS, &["autoscaling:ExitStandby"])],
        reversibility: "complete: each interface gets its groups back; the snapshots that were taken as evidence are kept",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
First the evidence: one call takes a snapshot of all volumes of the instance at one moment (`riposte:evidence` is its \
tag, the instance's id the value), unless one of the last day is there. It is begun and not waited for. Image, launch time, \
addresses, role and volumes of the instance are in the record. An instance of an Auto Scaling group enters standby, since \
the group would otherwise take it for ill and terminate it with all that it could tell. Where AWS refuses one of these two, \
or answers for twenty seconds that it cannot do it now, the notice says so and the isolation goes on.

Then it replaces the security groups of every network interface of the instance by the quarantine group of its VPC: \
the group with the tag `riposte:quarantine`, which must have no rules, neither inbound nor outbound. The operator \
prepares it; where there is none, or it has rules, nothing is done and the notice says so.

Connections that security groups track go on when a rule is gone; those that they do not track are cut at once. No \
connection is tracked that rules for everything, in both directions, let through. So where the operator has prepared a group \
with the tag `riposte:untracked` and with exactly such rules (all protocols, 0.0.0.0/0 and ::/0, inbound and outbound), each \
interface is put into it first and into the quarantine group right behind, which is how AWS's runbook \
AWSSupport-ContainEC2Instance cuts them. For the moment between these two calls the instance is open. Without such a group \
tracked connections go on until they end, and the notice says so.

## What it keeps
The instance runs on, with its memory, volumes, role and addresses: evidence stays. The interfaces themselves and \
their former groups are as they were. What it can't take is the memory's content: that needs somebody on the machine, \
before.

## Undo
Gives each interface its groups back, and takes the instance out of standby. The snapshots are kept. Refused where the \
groups have changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(instance) = instance(site, &request).await? else {
            return Ok(Planned::Gone(format!("the instance {} does not exist", request.instance_id)));
        };
        let interfaces = interfaces(&instance);
        if interfaces.0.is_empty() {
            return Ok(Planned::Gone(format!("the instance {} has no network interface", request.instance_id)));
        }
        let before = with_surroundings(site, &request, &instance, interfaces.clone()).await?;
        let arn = site.arn("ec2", &format!("instance/{}", request.instance_id));
        let plan = Plan::of(request.clone().into(), arn, before.clone()).tagged(tags::read(instance.get("Tags")));
        let vpc = instance.get("VpcId").and_then(Value::as_str).unwrap_or_default();
        let Groups { quarantine, untracked } = match groups(site, vpc).await? {
            Ok(groups) => groups,
            Err(why) => return Ok(Planned::Impossible(why)),
        };
        let wanted = json!([quarantine]);
        if interfaces.0.values().all(|groups| *groups == wanted) {
            return Ok(plan.noted("every interface is in the quarantine group already").into());
        }
        let mut plan = stands_by(&request, &before, evidence(&request, &instance, &before, plan)?)?;
        for (interface, groups) in interfaces.0.iter().filter(|(_, groups)| **groups != wanted) {
            plan = isolated(plan, interface, groups, &wanted, untracked.as_ref().ok())?;
        }
        let tracked = untracked.err().map(|why| format!("; tracked connections go on until they end: {why}"));
        Ok(plan.noted(format!("{}{}", told(&instance), tracked.unwrap_or_default())).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        let gone = || Fault { kind: Kind::Gone, ..Fault::refused("ec2:DescribeInstances", "the instance does not exist") };
        let instance = instance(site, &request).await?.ok_or_else(gone)?;
        with_surroundings(site, &request, &instance, interfaces(&instance)).await
    }

    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }

    fn may_fail(&self, change: &Change) -> bool {
        ["ec2:CreateSnapshots", "autoscaling:EnterStandby"].contains(&change.call.as_str())
    }
}

const SCALING_GROUPS: &[&str] =
    &["arn:${AWS::Partition}:autoscaling:${AWS::Region}:${AWS::AccountId}:autoScalingGroup:*:autoScalingGroupName/*"];

/// With the evidence that is to be taken: of all volumes, where no volume's is there.
fn evidence(request: &Request, instance: &Value, before: &Snapshot, plan: Plan) -> Result<Plan, Fault> {
    let volumes = volumes(instance);
    if volumes.is_empty() || before.0.contains_key(EVIDENCE_PART) {
        return Ok(plan);
    }
    let parameters = json!({
        "InstanceSpecification": { "InstanceId": request.instance_id },
        "Description": format!("Evidence of {}, taken by Riposte before it was isolated", request.instance_id),
        "TagSpecifications": [{
            "ResourceType": "snapshot",
            "Tags": [{ "Key": EVIDENCE, "Value": request.instance_id }],
        }],
    });
    let delta = [(EVIDENCE_PART.to_owned(), Some(json!(volumes)))];
    // It is kept: nothing takes it back.
    Ok(plan.then(change("ec2:CreateSnapshots", &parameters, delta)?, []))
}

/// With the standby that the instance is to enter, where it serves in an Auto Scaling group.
fn stands_by(request: &Request, before: &Snapshot, plan: Plan) -> Result<Plan, Fault> {
    let Some(scaling) = before.0.get(SCALING_PART) else { return Ok(plan) };
    let group = scaling.get("Group").and_then(Value::as_str).unwrap_or_default();
    if scaling.get("State").and_then(Value::as_str) != Some("InService") {
        return Ok(plan);
    }
    let part = |state: &str| [(SCALING_PART.to_owned(), Some(json!({ "Group": group, "State": state })))];
    let ids = json!([request.instance_id]);
    // The group's capacity goes down with it and up again: the undo finds it as it was.
    let enter = json!({ "AutoScalingGroupName": group, "InstanceIds": ids, "ShouldDecrementDesiredCapacity": true });
    let exit = json!({ "AutoScalingGroupName": group, "InstanceIds": ids });
    let enter = change("autoscaling:EnterStandby", &enter, part("Standby"))?;
    Ok(plan.then(enter, [change("autoscaling:ExitStandby", &exit, part("InService"))?]))
}

/// With one interface isolated: through the group that tracks nothing, where there is one.
fn isolated(
    plan: Plan,
    interface: &str,
    groups: &Value,
    wanted: &Value,
    untracked: Option<&String>,
) -> Result<Plan, Fault> {
    let set = |groups: &Value| {
        let parameters = json!({ "NetworkInterfaceId": interface, "Groups": groups });
        change("ec2:ModifyNetworkInterfaceAttribute", &parameters, [(interface.to_owned(), Some(groups.clone()))])
    };
    match untracked.map(|group| json!([group])).filter(|untracked| untracked != groups) {
        // The way back leads straight to the former groups.
        Some(untracked) => Ok(plan.then(set(&untracked)?, [set(groups)?]).then(set(wanted)?, [])),
        None => Ok(plan.then(set(wanted)?, [set(groups)?])),
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

/// The volumes of an instance, sorted.
fn volumes(instance: &Value) -> Vec<&str> {
    let devices = instance.get("BlockDeviceMappings").and_then(Value::as_array).into_iter().flatten();
    let mut ids: Vec<_> = devices.filter_map(|device| device.pointer("/Ebs/VolumeId")?.as_str()).collect();
    ids.sort_unstable();
    ids
}

/// The interfaces, with the volumes of which evidence is there and the instance's place in an Auto Scaling group.
async fn with_surroundings(
    site: &Site<'_>,
    request: &Request,
    instance: &Value,
    mut snapshot: Snapshot,
) -> Result<Snapshot, Fault> {
    if !volumes(instance).is_empty() {
        let of_it = json!({ "Filters": [{ "Name": format!("tag:{EVIDENCE}"), "Values": [request.instance_id] }] });
        let taken = site.list("ec2:DescribeSnapshots", of_it, "Snapshots", ("NextToken", "NextToken")).await?;
        let recent = taken.iter().filter(|snapshot| is_recent(snapshot) && text_of(snapshot, "State") != Some("error"));
        let mut ids: Vec<_> = recent.filter_map(|snapshot| snapshot.get("VolumeId")?.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        if !ids.is_empty() {
            snapshot.0.insert(EVIDENCE_PART.to_owned(), json!(ids));
        }
    }
    let of_it = json!({ "InstanceIds": [request.instance_id] });
    let body = site.get("autoscaling:DescribeAutoScalingInstances", of_it).await?;
    let scaling = body.pointer("/AutoScalingInstances/0");
    if let Some(group) = scaling.and_then(|scaling| scaling.get("AutoScalingGroupName")?.as_str()) {
        // A state on the way to another counts as that one.
        let state = match scaling.and_then(|scaling| scaling.get("LifecycleState")?.as_str()).unwrap_or_default() {
            "EnteringStandby" => "Standby",
            "Pending" | "Pending:Wait" | "Pending:Proceed" => "InService",
            other => other,
        };
        snapshot.0.insert(SCALING_PART.to_owned(), json!({ "Group": group, "State": state }));
    }
    Ok(snapshot)
}

fn is_recent(snapshot: &Value) -> bool {
    let begun = snapshot.get("StartTime").and_then(Value::as_str);
    age_ms(begun, now_ms()).is_none_or(|age| age < EVIDENCE_KEPT_MS)
}

/// What is known of an instance, for the record.
fn told(instance: &Value) -> String {
    let text = |pointer: &str| instance.pointer(pointer).and_then(Value::as_str).unwrap_or("none");
    let parts = [
        ("image", text("/ImageId")),
        ("launched", text("/LaunchTime")),
        ("address", text("/PrivateIpAddress")),
        ("public address", text("/PublicIpAddress")),
        ("instance profile", text("/IamInstanceProfile/Arn")),
        ("key pair", text("/KeyName")),
    ];
    let parts: Vec<_> = parts.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let volumes = volumes(instance);
    let volumes = if volumes.is_empty() { "no volume".to_owned() } else { format!("volumes {}", volumes.join(", ")) };
    format!("{}, {volumes}", parts.join(", "))
}

/// The groups that an interface goes through.
struct Groups {
    /// The one without rules.
    quarantine: String,
    /// The one that lets everything through, or why there is none.
    untracked: Result<String, String>,
}

/// The VPC's groups, or why there is none that isolates.
async fn groups(site: &Site<'_>, vpc: &str) -> Result<Result<Groups, String>, Fault> {
    let filters = json!({ "Filters": [
        { "Name": "vpc-id", "Values": [vpc] },
        { "Name": "tag-key", "Values": [QUARANTINE, UNTRACKED] },
    ] });
    let found = site.list("ec2:DescribeSecurityGroups", filters, "SecurityGroups", ("NextToken", "NextToken")).await?;
    let tagged = |tag: &str| -> Vec<&Value> {
        found.iter().filter(|group| tags::read(group.get("Tags")).contains_key(tag)).collect()
    };
    let quarantined = tagged(QUARANTINE);
    let [group] = quarantined.as_slice() else {
        let count = quarantined.len();
        return Ok(Err(format!("the VPC {vpc} has {count} security groups with the tag `{QUARANTINE}`: there must be one")));
    };
    let quarantine = id_of(group);
    let has = |name: &str| group.get(name).and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
    if has("IpPermissions") || has("IpPermissionsEgress") {
        return Ok(Err(format!("the quarantine group {quarantine} has rules, so it would not isolate")));
    }
    let untracked = match tagged(UNTRACKED).as_slice() {
        [] => Err(format!("the VPC {vpc} has no security group with the tag `{UNTRACKED}`")),
        [group] if lets_all(group, "IpPermissions") && lets_all(group, "IpPermissionsEgress") => Ok(id_of(group)),
        [group] => Err(format!("the group {} does not let everything through both ways", id_of(group))),
        more => Err(format!("the VPC {vpc} has {} security groups with the tag `{UNTRACKED}`", more.len())),
    };
    Ok(Ok(Groups { quarantine, untracked }))
}

fn text_of<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn id_of(group: &Value) -> String {
    text_of(group, "GroupId").unwrap_or_default().to_owned()
}

/// Whether rules of this direction let everything through, to and from everywhere.
fn lets_all(group: &Value, direction: &str) -> bool {
    let rules = group.get(direction).and_then(Value::as_array).into_iter().flatten();
    let all: Vec<_> = rules.filter(|rule| text_of(rule, "IpProtocol") == Some("-1")).collect();
    let has = |ranges: &str, name: &str, everywhere: &str| {
        all.iter().any(|rule| {
            rule.get(ranges).and_then(Value::as_array).is_some_and(|list| list.iter().any(|range| text_of(range, name) == Some(everywhere)))
        })
    };
    has("IpRanges", "CidrIp", "0.0.0.0/0") && has("Ipv6Ranges", "CidrIpv6", "::/0")
}
