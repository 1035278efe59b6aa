//! A scripted Systems Manager: nodes with packages, commands that take their time, fail, reboot, lie or never end.
//!
//! Its shapes are those of the public models. What a command does to a node happens when its time is over, whoever asks
//! then.

use serde_json::{Map, Value, json};

use super::around;
use crate::clock::now_ms;
use crate::testing::{Handler, Refused, refuse};
use riposte_core::incident::rfc3339;

/// How long a command takes.
const TAKES_MS: i64 = 40_000;

pub(super) const CALLS: &[(&str, Handler)] = &[
    ("ec2:DescribeInstances", instances),
    ("ec2:DescribeImages", around::nothing),
    ("ec2:DescribeInstanceStatus", statuses),
    ("ec2:DescribeSnapshots", snapshots),
    ("ec2:CreateSnapshot", create_snapshot),
    ("ec2:CreateReplaceRootVolumeTask", replace),
    ("ec2:DescribeReplaceRootVolumeTasks", replaced),
    ("ssm:DescribeInstanceInformation", information),
    ("ssm:DescribeInstancePatchStates", states),
    ("ssm:DescribeInstanceAssociationsStatus", around::associations),
    ("ssm:ListTagsForResource", around::tags),
    ("ssm:DescribeMaintenanceWindows", around::windows),
    ("ssm:DescribeMaintenanceWindowTargets", around::window_targets),
    ("ssm:DescribeMaintenanceWindowTasks", around::no_tasks),
    ("ssm:GetMaintenanceWindow", around::window),
    ("ssm:ListAssociations", around::no_associations),
    ("ssm:DescribeInstancePatches", around::patches),
    ("ssm:ListResourceComplianceSummaries", around::nothing),
    ("ssm:GetParameter", around::parameter),
    ("s3:GetObject", around::object),
    ("s3:PutObject", around::put_object),
    ("autoscaling:DescribeAutoScalingGroups", around::groups),
    ("autoscaling:DescribeAutoScalingInstances", around::members),
    ("autoscaling:TerminateInstanceInAutoScalingGroup", around::retire),
    ("ec2:DescribeLaunchTemplateVersions", around::versions),
    ("ec2:DescribeVpcs", around::vpcs),
    ("ec2:DescribeSecurityGroups", around::security_groups),
    ("ec2:DescribeSecurityGroupRules", around::security_group_rules),
    ("ec2:CreateSecurityGroup", around::create_security_group),
    ("ec2:AuthorizeSecurityGroupIngress", around::authorize),
    ("health:DescribeServiceLifecycle", around::no_support_plan),
    ("ssm:ListCommands", list_commands),
    ("ssm:SendCommand", send_command),
    ("ssm:GetCommandInvocation", invocation),
    ("ssm:CancelCommand", cancel),
    ("cloudwatch:DescribeAlarms", alarms),
    ("inspector2:ListFindings", findings),
    ("lambda:ListFunctions", around::nothing),
    ("rds:DescribeDBInstances", around::nothing),
    ("rds:DescribeDBMajorEngineVersions", around::nothing),
    ("rds:DescribePendingMaintenanceActions", around::nothing),
    ("elasticache:DescribeCacheClusters", around::nothing),
    ("elasticache:DescribeUpdateActions", around::nothing),
    ("eks:ListClusters", around::nothing),
    ("eks:DescribeClusterVersions", around::nothing),
];

/// A Debian node with an old package, for which the archive has the fixed one.
pub(super) fn node() -> Value {
    json!({
        "ping": "Online", "platform": "Debian GNU/Linux", "ec2": "running", "tags": { "ring": "dev" },
        "packages": { "libssl3": "3.0.9-1" }, "archive": { "libssl3": "3.0.11-1~deb12u2" },
        "missing": 0, "scanned": 0, "installed": false,
    })
}

/// An account with these nodes, and Inspector's finding of the package on each.
pub(super) fn account(nodes: &[(&str, Value)]) -> Value {
    let all: Map<String, Value> = nodes.iter().map(|(id, node)| ((*id).to_owned(), node.clone())).collect();
    let findings: Vec<Value> = all.keys().map(|id| finding(id)).collect();
    json!({
        "nodes": all, "commands": [], "snapshots": [], "replaced": [], "alarms": {}, "windows": {}, "findings": findings,
        "inspector_lags_ms": 0,
    })
}

fn finding(node: &str) -> Value {
    json!({
        "findingArn": format!("arn:aws:inspector2:eu-west-1:111122223333:finding/{node}"), "status": "ACTIVE",
        "type": "PACKAGE_VULNERABILITY", "severity": "CRITICAL", "exploitAvailable": "YES",
        "firstObservedAt": rfc3339(now_ms() - 60 * 3_600_000),
        "resources": [{ "type": "AWS_EC2_INSTANCE", "id": node }],
        "packageVulnerabilityDetails": { "vulnerabilityId": "CVE-2026-4242", "vulnerablePackages": [
            { "name": "libssl3", "version": "3.0.9", "release": "1", "packageManager": "OS",
              "fixedInVersion": "3.0.11-1~deb12u2" } ] },
    })
}

pub(super) fn ids(asked: &Value, name: &str) -> Vec<String> {
    let list = asked[name].as_array().cloned().unwrap_or_default();
    list.iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// The ids of a filter, or all nodes.
fn filtered(state: &Value, asked: &Value) -> Vec<String> {
    let all = || state["nodes"].as_object().unwrap().keys().cloned().collect();
    asked["Filters"][0].get("Values").map_or_else(all, |_| ids(&asked["Filters"][0], "Values"))
}

/// What has come to its time happens.
fn pass(state: &mut Value) {
    let now = now_ms();
    let mut commands = state["commands"].take();
    for command in commands.as_array_mut().unwrap() {
        let over = command["ends"].as_i64().is_some_and(|ends| ends <= now);
        if command["status"] == "InProgress" && over {
            let node = &mut state["nodes"][command["node"].as_str().unwrap()];
            carry_out(command, node);
        }
    }
    state["commands"] = commands;
}

fn carry_out(command: &mut Value, node: &mut Value) {
    let ends = command["ends"].as_i64().unwrap();
    let stage = command["comment"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    let how = node[format!("{stage}s")].as_str().unwrap_or("well").to_owned();
    let script: String = command["parameters"]["commands"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| line.as_str().unwrap().to_owned() + "\n")
        .collect();
    let works = matches!(how.as_str(), "well" | "fails-after" | "reboots" | "dies");
    if works && command["document"] == "AWS-RunPatchBaseline" {
        if let approved @ Value::Array(_) = &command["approved"] {
            for name in approved.as_array().unwrap().iter().map(|name| name.as_str().unwrap()) {
                node["packages"][name] = node["archive"][name].clone();
            }
        } else if command["parameters"]["Operation"][0] == "Install" {
            node["missing"] = json!(0);
            node["installed"] = json!(true);
        }
        node["scanned"] = json!(ends);
    }
    if let Value::Object(packages) = &node["distributor"][command["parameters"]["name"][0].as_str().unwrap_or_default()]
        && works
    {
        for (name, version) in packages.clone() {
            node["packages"][name] = version;
        }
    }
    if script.contains("'before ") {
        command["output"] = json!(listed(node, "before "));
    }
    if works && script.contains("--only-upgrade") {
        for name in
            node["archive"].as_object().unwrap().clone().keys().filter(|name| script.contains(&format!("'{name}'")))
        {
            node["packages"][name] = node["archive"][name].clone();
        }
    }
    if works && script.contains("--allow-downgrades") {
        let pair = script.split('\'').nth(1).unwrap();
        let (name, version) = pair.split_once('=').unwrap();
        node["packages"][name] = json!(version);
    }
    if script.starts_with("dpkg-query") {
        command["output"] = json!(listed(node, ""));
    }
    match how.as_str() {
        "reboots" => node["down_until"] = json!(ends + 120_000),
        "dies" => node["down_until"] = json!(i64::MAX),
        _ => {}
    }
    command["status"] = json!(if how.starts_with("fails") { "Failed" } else { "Success" });
}

/// What dpkg lists of a node, each line with a word before it.
fn listed(node: &Value, word: &str) -> String {
    let lines = node["packages"].as_object().unwrap().iter();
    let lines = lines.map(|(name, version)| format!("{word}{name} {} installed", version.as_str().unwrap()));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_up(node: &Value) -> bool {
    node["ping"] == "Online" && node["down_until"].as_i64().is_none_or(|until| until <= now_ms())
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn instances(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    pass(state);
    around::refill(state);
    let wanted = ids(asked, "InstanceIds");
    // The only filter that is asked for beside a state.
    let group = asked.pointer("/Filters/0/Values/0");
    let all = state["nodes"].as_object().unwrap().iter().filter(|(id, node)| {
        let meant = wanted.is_empty() || wanted.contains(id);
        meant && group.is_none_or(|group| node["tags"]["aws:autoscaling:groupName"] == *group)
    });
    let all: Vec<Value> = all
        .map(|(id, node)| {
            let tags: Vec<Value> = node["tags"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(key, value)| json!({ "Key": key, "Value": value }))
                .collect();
            json!({
                "InstanceId": id, "ImageId": node["image"].as_str().unwrap_or("ami-1"),
                "LaunchTime": rfc3339(node["launched"].as_i64().unwrap_or_default()), "State": { "Name": node["ec2"] }, "Tags": tags,
                "IamInstanceProfile": { "Arn": "arn:aws:iam::111122223333:instance-profile/web" },
                "RootDeviceName": "/dev/xvda",
                "BlockDeviceMappings": [{ "DeviceName": "/dev/xvda", "Ebs": { "VolumeId": format!("vol-{id}") } }],
            })
        })
        .collect();
    Ok(json!({ "Reservations": [{ "Instances": all }] }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn statuses(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    pass(state);
    let one = |id: String| {
        let node = &state["nodes"][&id];
        let ok = if is_up(node) { node["status"].as_str().unwrap_or("ok") } else { "initializing" };
        json!({ "InstanceId": id, "InstanceState": { "Name": node["ec2"] },
                "SystemStatus": { "Status": "ok" }, "InstanceStatus": { "Status": ok } })
    };
    Ok(json!({ "InstanceStatuses": ids(asked, "InstanceIds").into_iter().map(one).collect::<Vec<_>>() }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn information(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    pass(state);
    let one = |id: &String| {
        let node = &state["nodes"][id];
        let managed = node["ping"] != "none" && node.is_object();
        let ping = if is_up(node) { json!("Online") } else { json!("ConnectionLost") };
        managed.then(|| {
            let pinged = node["pinged"].as_i64().unwrap_or_else(now_ms);
            json!({ "InstanceId": id, "PingStatus": ping, "LastPingDateTime": rfc3339(pinged),
                    "PlatformName": node["platform"] })
        })
    };
    Ok(json!({ "InstanceInformationList": filtered(state, asked).iter().filter_map(one).collect::<Vec<_>>() }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn states(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    pass(state);
    let one = |id: String| {
        let node = &state["nodes"][&id];
        let scanned = node["scanned"].as_i64().filter(|at| *at > 0)?;
        Some(json!({
            "InstanceId": id, "PatchGroup": "", "BaselineId": "pb-1", "MissingCount": node["missing"], "FailedCount": 0,
            "SecurityNonCompliantCount": node["missing"], "InstalledPendingRebootCount": node["pending"],
            "Operation": if node["installed"] == true { "Install" } else { "Scan" },
            "OperationStartTime": rfc3339(scanned - 1_000), "OperationEndTime": rfc3339(scanned),
        }))
    };
    Ok(json!({ "InstancePatchStates": ids(asked, "InstanceIds").into_iter().filter_map(one).collect::<Vec<_>>() }))
}

fn shown(command: &Value) -> Value {
    json!({
        "CommandId": command["id"], "DocumentName": command["document"], "Comment": command["comment"],
        "InstanceIds": [command["node"]], "RequestedDateTime": rfc3339(command["began"].as_i64().unwrap()),
        "Status": command["status"],
    })
}

/// A list shows a command some seconds after it was sent, two on each page.
#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn list_commands(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    pass(state);
    let seen = |command: &&Value| {
        let old_enough = command["began"].as_i64().unwrap() + 3_000 <= now_ms();
        let status = asked["Filters"].as_array().into_iter().flatten().find(|filter| filter["key"] == "Status");
        let wanted = status.is_none_or(|status| command["status"] == status["value"]);
        old_enough && wanted && (asked["InstanceId"].is_null() || command["node"] == asked["InstanceId"])
    };
    let all: Vec<Value> = state["commands"].as_array().unwrap().iter().filter(seen).map(shown).collect();
    let at: usize = asked["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
    let mut answer = json!({ "Commands": all.iter().skip(at).take(2).collect::<Vec<_>>() });
    if at + 2 < all.len() {
        answer["NextToken"] = json!((at + 2).to_string());
    }
    Ok(answer)
}

fn send_command(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    pass(state);
    let [id] = ids(asked, "InstanceIds").try_into().unwrap();
    let document = asked["DocumentName"].as_str().unwrap();
    if state["unshared"] == document {
        return refuse("InvalidDocument");
    }
    if !is_up(&state["nodes"][&id]) || state["nodes"][&id]["ping"] == "none" {
        return refuse("InvalidInstanceId");
    }
    for (name, value) in asked["Parameters"].as_object().unwrap() {
        assert!(value.as_array().is_some_and(|list| list.iter().all(Value::is_string)), "{name}: {value}");
    }
    let stage = asked["Comment"].as_str().unwrap().rsplit(' ').next().unwrap();
    let never = state["nodes"][&id][format!("{stage}s")] == "never ends";
    let number = state["commands"].as_array().unwrap().len();
    let command = json!({
        "id": format!("command-{number}"), "node": id, "document": document, "comment": asked["Comment"],
        "parameters": asked["Parameters"], "began": now_ms(),
        "ends": if never { i64::MAX } else { now_ms() + TAKES_MS }, "status": "InProgress", "output": "",
    });
    let mut command = command;
    if let Some(url) = asked.pointer("/Parameters/BaselineOverride/0").and_then(Value::as_str) {
        command["approved"] = around::approved(state, url);
    }
    let answer = json!({ "Command": shown(&command) });
    state["commands"].as_array_mut().unwrap().push(command);
    Ok(answer)
}

fn invocation(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    pass(state);
    let command = state["commands"].as_array().unwrap().iter().find(|command| command["id"] == asked["CommandId"]);
    let Some(command) = command.filter(|command| command["began"].as_i64().unwrap() + 2_000 <= now_ms()) else {
        return refuse("InvocationDoesNotExist");
    };
    let code = if command["status"] == "Failed" { 1 } else { 0 };
    Ok(json!({
        "CommandId": command["id"], "InstanceId": command["node"], "Status": command["status"],
        "StatusDetails": command["status"], "ResponseCode": code, "StandardOutputContent": command["output"],
    }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn cancel(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    for command in state["commands"].as_array_mut().unwrap() {
        if command["id"] == asked["CommandId"] {
            command["status"] = json!("Cancelled");
        }
    }
    Ok(json!({}))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn alarms(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let one = |name: String| {
        let value = state["alarms"][&name].as_str()?;
        Some(json!({ "AlarmName": name, "StateValue": value }))
    };
    Ok(json!({ "MetricAlarms": ids(asked, "AlarmNames").into_iter().filter_map(one).collect::<Vec<_>>() }))
}

/// Inspector sees an hour or so later that a package is fixed.
#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn findings(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    pass(state);
    let node = asked["filterCriteria"]["resourceId"][0]["value"].as_str();
    let lag = state["inspector_lags_ms"].as_i64().unwrap();
    let open = |finding: &&Value| {
        let id = finding["resources"][0]["id"].as_str().unwrap();
        let fixed = state["nodes"][id]["packages"]["libssl3"] == state["nodes"][id]["archive"]["libssl3"];
        let since =
            state["commands"].as_array().unwrap().iter().filter(|c| c["node"] == id).filter_map(|c| c["ends"].as_i64());
        let seen = since.min().is_some_and(|ended| ended + lag <= now_ms());
        node.is_none_or(|node| node == id) && !(fixed && seen)
    };
    let open: Vec<Value> = state["findings"].as_array().unwrap().iter().filter(open).cloned().collect();
    Ok(json!({ "findings": open }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn snapshots(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let wanted = ids(&asked["Filters"][0], "Values");
    let all = state["snapshots"].as_array().unwrap().iter();
    let found: Vec<&Value> = all.filter(|snapshot| wanted.iter().any(|run| snapshot["run"] == *run)).collect();
    Ok(json!({ "Snapshots": found }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn create_snapshot(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let all = state["snapshots"].as_array_mut().unwrap();
    let run = &asked["TagSpecifications"][0]["Tags"][0]["Value"];
    let snapshot = json!({ "SnapshotId": format!("snap-{}", all.len()), "VolumeId": asked["VolumeId"], "run": run });
    all.push(snapshot.clone());
    Ok(snapshot)
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn replace(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let all = state["replaced"].as_array_mut().unwrap();
    if all.iter().all(|task| task["token"] != asked["ClientToken"]) {
        all.push(json!({ "token": asked["ClientToken"], "SnapshotId": asked["SnapshotId"], "TaskState": "succeeded" }));
        let id = asked["InstanceId"].as_str().unwrap();
        state["nodes"][id]["packages"] = json!({ "libssl3": "3.0.9-1" });
    }
    Ok(json!({ "ReplaceRootVolumeTask": {} }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn replaced(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    Ok(json!({ "ReplaceRootVolumeTasks": state["replaced"] }))
}
