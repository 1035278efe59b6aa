//! `restore-flow-logs`: makes a deleted flow log again, as it was.

use riposte_core::action::{ActionId, RestoreFlowLogs as Request};
use riposte_core::plan::{Change, Plan, Snapshot};
use serde_json::{Map, Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, history, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreFlowLogs;

const CREATE: &str = "ec2:CreateFlowLogs";
const DELETE: &str = "ec2:DeleteFlowLogs";

/// Where the account audit keeps a VPC's flow logs.
const KEPT: &str = "FlowLogs";

/// What a flow log has where the call that made it says nothing else, by the documentation of CreateFlowLogs.
const FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
                      ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";
const INTERVAL_S: i64 = 600;
const TO_LOGS: &str = "cloud-watch-logs";

const LOGS: &[&str] = &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc-flow-log/*"];

impl Contain for RestoreFlowLogs {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::CLOUDTRAIL, &models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreFlowLogs,
        title: "Make a deleted flow log again",
        permissions: &[
            Permission::anywhere(&[
                "cloudtrail:LookupEvents",
                "ec2:DescribeFlowLogs",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
                "logs:CreateLogDelivery",
            ]),
            Permission::on(
                &[
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc-flow-log/*",
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:network-interface/*",
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:subnet/*",
                    "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc/*",
                ],
                &[CREATE],
            ),
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"], &["iam:PassRole"]).when(&[When {
                test: "StringEquals",
                key: "iam:PassedToService",
                values: &["vpc-flow-logs.amazonaws.com"],
            }]),
        ],
        undo_permissions: &[Permission::on(LOGS, &[DELETE]), Permission::anywhere(&["logs:DeleteLogDelivery"])],
        reversibility: "complete: the flow log that was made is deleted again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Makes the deleted flow log again, on the same VPC, subnet or network interface, with the same traffic type, destination, \
format, interval and role. AWS says nothing of a flow log that is deleted: the account audit keeps what it was; where it \
does not, it is looked up in CloudTrail's history of the last 90 days, in the call that made it. Where that is longer ago, or \
one call made several and which of them it was is not known, nothing is done and the notice says so. The new one has an \
id of its own, and what was not recorded in between is lost.

## What it keeps
Every other flow log, and the log group or bucket with what was recorded. Tags of the deleted one are not known and not \
restored.

## Undo
Deletes the flow log that was made.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        if flow_logs(site, "flow-log-id", &[&request.flow_log_id]).await?.iter().any(|log| id_of(log) == request.flow_log_id)
        {
            let arn = site.arn("ec2", &format!("vpc-flow-log/{}", request.flow_log_id));
            return Ok(Plan::of(request.into(), arn, Snapshot::default()).noted("the flow log is there").into());
        }
        let former = match former(site, &request).await? {
            Ok(former) => former,
            Err(why) => return Ok(Planned::Impossible(why)),
        };
        let Some((kind, describe, list, name)) = kind_of(&former.of) else {
            return Ok(Planned::Impossible(format!("it recorded {}, which is none that is known here", former.of)));
        };
        let named = json!({ format!("{name}s"): [former.of] });
        let Some(recorded) = site.find(describe, named).await?.and_then(|mut body| first(&mut body, list)) else {
            return Ok(Planned::Gone(format!("{}, which it recorded, does not exist any more", former.of)));
        };
        let before = snapshot(&flow_logs(site, "resource-id", &[&former.of]).await?);
        let plan = Plan::of(request.clone().into(), site.arn("ec2", &format!("{kind}/{}", former.of)), before.clone())
            .tagged(tags::read(recorded.get("Tags").or_else(|| recorded.get("TagSet"))));
        let part = part_of(&former.settings);
        if before.0.contains_key(&part) {
            return Ok(plan.noted("a flow log of the same traffic to the same destination is there already").into());
        }
        let mut parameters = json!({ "ResourceIds": [former.of], "ResourceType": former.kind });
        merge(&mut parameters, &former.settings);
        let create = change(CREATE, &parameters, [(part.clone(), Some(former.settings))])?;
        let delete = change(DELETE, &json!({ "ResourceId": former.of, "Part": part }), [(part.clone(), None)])?;
        Ok(plan.then(create, [delete]).into())
    }

    async fn read(&self, site: &Site<'_>, _: Request, plan: &Plan) -> Result<Snapshot, Fault> {
        let of = plan.resource_arn.rsplit('/').next().unwrap_or_default();
        Ok(snapshot(&flow_logs(site, "resource-id", &[of]).await?))
    }

    /// An empty plan shows a flow log.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }

    /// The id of the one that was made is AWS's to choose.
    async fn addressed(&self, site: &Site<'_>, change: &Change) -> Result<Change, Fault> {
        if change.call != DELETE {
            return Ok(change.clone());
        }
        let text = |name: &str| change.parameters.get(name).and_then(Value::as_str).unwrap_or_default();
        let there = flow_logs(site, "resource-id", &[text("ResourceId")]).await?;
        let made = there.iter().find(|log| part_of(&settings(log)) == text("Part"));
        let gone = || Fault { kind: Kind::Gone, ..Fault::refused(DELETE, "the flow log does not exist") };
        Ok(Change { parameters: json!({ "FlowLogIds": [id_of(made.ok_or_else(gone)?)] }), ..change.clone() })
    }
}

/// What a flow log was.
struct Former {
    /// What it recorded: `vpc-…`, `subnet-…` or `eni-…`.
    of: String,
    /// What that is, in CreateFlowLogs' word.
    kind: &'static str,
    /// How, in the form of [`settings`].
    settings: Value,
}

impl Former {
    fn new(of: &str, described: &Value) -> Option<Self> {
        let kind = match of.split('-').next()? {
            "vpc" => "VPC",
            "subnet" => "Subnet",
            "eni" => "NetworkInterface",
            _ => return None,
        };
        Some(Self { of: of.to_owned(), kind, settings: settings(described) })
    }
}

/// The kind in the ARN, and how it is described: the call, the list in its answer, and an id's name.
fn kind_of(id: &str) -> Option<(&'static str, &'static str, &'static str, &'static str)> {
    match id.split('-').next()? {
        "vpc" => Some(("vpc", "ec2:DescribeVpcs", "Vpcs", "VpcId")),
        "subnet" => Some(("subnet", "ec2:DescribeSubnets", "Subnets", "SubnetId")),
        "eni" => {
            Some(("network-interface", "ec2:DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId"))
        }
        _ => None,
    }
}

fn first(body: &mut Value, list: &str) -> Option<Value> {
    body.get_mut(list)?.as_array_mut()?.drain(..).next()
}

/// What the flow log was, or why nobody knows.
async fn former(site: &Site<'_>, request: &Request) -> Result<Result<Former, String>, Fault> {
    if let Some(kept) = kept(site, request).await? {
        return Ok(Ok(kept));
    }
    let records = history::calls(site, "CreateFlowLogs", request.before.as_deref()).await?;
    let made = |record: &&Value| {
        let ids = record.pointer("/responseElements/CreateFlowLogsResponse/flowLogIdSet/item");
        texts(ids).contains(&request.flow_log_id.as_str())
    };
    let Some(asked) = records.iter().find(made).and_then(|record| record.pointer("/requestParameters/CreateFlowLogsRequest"))
    else {
        return Ok(Err("neither the account audit nor CloudTrail's history of the last 90 days says what it was".to_owned()));
    };
    let recorded = texts(asked.get("ResourceId"));
    let part = part_of(&settings(asked));
    // Of several that one call made, the one is meant whose flow log is not there.
    let there = if recorded.len() > 1 { flow_logs(site, "resource-id", &recorded).await? } else { Vec::new() };
    let has = |id: &str| {
        there.iter().any(|log| log.get("ResourceId").and_then(Value::as_str) == Some(id) && part_of(&settings(log)) == part)
    };
    let mut without: Vec<&str> = recorded.iter().copied().filter(|id| !has(id)).collect();
    match (without.pop(), without.as_slice()) {
        (Some(of), []) => Ok(Former::new(of, asked).ok_or_else(|| format!("it recorded `{of}`, which is none that is known here"))),
        _ => Ok(Err(format!("one call made it with others, and which of {} it recorded is not known", recorded.join(", ")))),
    }
}

/// What the account audit keeps of it, with the VPC that it recorded, wholly or in part.
async fn kept(site: &Site<'_>, request: &Request) -> Result<Option<Former>, Fault> {
    let vpcs = site.list("ec2:DescribeVpcs", json!({}), "Vpcs", ("NextToken", "NextToken")).await?;
    for vpc in vpcs.iter().filter_map(|vpc| vpc.get("VpcId")?.as_str()) {
        let Some(good) = site.former("ec2", "vpc", &site.arn("ec2", &format!("vpc/{vpc}"))).await? else { continue };
        let mut logs = good.state.get(KEPT).and_then(Value::as_array).into_iter().flatten();
        let Some(log) = logs.find(|log| id_of(log) == request.flow_log_id) else { continue };
        let of = log.get("ResourceId").and_then(Value::as_str).unwrap_or_default();
        return Ok(Former::new(of, log));
    }
    Ok(None)
}

/// The flow logs that a filter finds.
async fn flow_logs(site: &Site<'_>, filter: &str, values: &[&str]) -> Result<Vec<Value>, Fault> {
    let of_them = json!({ "Filter": [{ "Name": filter, "Values": values }] });
    site.list("ec2:DescribeFlowLogs", of_them, "FlowLogs", ("NextToken", "NextToken")).await
}

fn id_of(log: &Value) -> &str {
    log.get("FlowLogId").and_then(Value::as_str).unwrap_or_default()
}

/// A flow log's settings as CreateFlowLogs takes them, from what describes it or from the call that made it.
fn settings(described: &Value) -> Value {
    let text = |name: &str| described.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let to = text("LogDestinationType").unwrap_or(TO_LOGS);
    let mut settings = json!({
        "TrafficType": text("TrafficType").unwrap_or("ALL"),
        "LogDestinationType": to,
        "LogFormat": text("LogFormat").unwrap_or(FORMAT),
        "MaxAggregationInterval": described.get("MaxAggregationInterval").and_then(number).unwrap_or(INTERVAL_S),
    });
    let group = text("LogGroupName").or_else(|| text("LogDestination")?.split(":log-group:").nth(1)?.split(':').next());
    let destination = match (to, group) {
        (TO_LOGS, Some(group)) => Some(("LogGroupName", group)),
        _ => text("LogDestination").map(|arn| ("LogDestination", arn)),
    };
    let role = text("DeliverLogsPermissionArn").map(|arn| ("DeliverLogsPermissionArn", arn));
    let more: Map<_, _> =
        destination.into_iter().chain(role).map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    merge(&mut settings, &Value::Object(more));
    if let Some(options) = described.get("DestinationOptions").filter(|options| options.is_object()) {
        merge(&mut settings, &json!({ "DestinationOptions": options }));
    }
    settings
}

/// A number, which CloudTrail writes as text at times.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn merge(into: &mut Value, more: &Value) {
    if let (Some(into), Some(more)) = (into.as_object_mut(), more.as_object()) {
        into.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// What AWS tells flow logs of one resource apart by: the traffic and where it goes. A second of the same is refused.
fn part_of(settings: &Value) -> String {
    let text = |name: &str| settings.get(name).and_then(Value::as_str);
    let to = text("LogGroupName").or_else(|| text("LogDestination")).unwrap_or_default();
    format!("{} to {} {to}", text("TrafficType").unwrap_or_default(), text("LogDestinationType").unwrap_or_default())
}

fn snapshot(logs: &[Value]) -> Snapshot {
    let parts = logs.iter().map(settings);
    Snapshot(parts.map(|settings| (part_of(&settings), settings)).collect())
}

/// The texts that CloudTrail writes as one, as a list, or each beside its number in the request.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().flat_map(|item| texts(Some(item))).collect(),
        Some(Value::Object(map)) => map.get("content").and_then(Value::as_str).into_iter().collect(),
        _ => Vec::new(),
    }
}
