//! What stands around the scripted nodes: windows, Auto Scaling groups, security groups, parameters.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use riposte_core::incident::rfc3339;
use serde_json::{Value, json};

use super::manager::{ids, node};
use crate::clock::now_ms;
use crate::testing::{Refused, refuse};

/// A group launches another instance so long after one is gone.
const LAUNCHES_MS: i64 = 90_000;

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn nothing(_: &mut Value, _: &Value) -> Result<Value, Refused> {
    Ok(json!({}))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn no_tasks(_: &mut Value, _: &Value) -> Result<Value, Refused> {
    Ok(json!({ "Tasks": [] }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn no_associations(_: &mut Value, _: &Value) -> Result<Value, Refused> {
    Ok(json!({ "Associations": [] }))
}

/// What State Manager does on the node: an association of a patch policy.
#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn associations(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let status = &state["nodes"][asked["InstanceId"].as_str().unwrap()]["association"];
    let all = if status.is_null() {
        json!([])
    } else {
        json!([
        { "AssociationId": "a-1", "Name": "AWS-GatherSoftwareInventory", "Status": "InProgress" },
        { "AssociationId": "a-2", "Name": "AWS-RunPatchBaseline", "Status": status,
          "AssociationName": "AWS-QuickSetup-PatchPolicy-InstallPatches-LA-1" } ])
    };
    Ok(json!({ "InstanceAssociationStatusInfos": all }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn tags(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    assert_eq!(asked["ResourceType"], "ManagedInstance");
    let tags = state["nodes"][asked["ResourceId"].as_str().unwrap()]["tags"].as_object().unwrap().iter();
    Ok(json!({ "TagList": tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect::<Vec<_>>() }))
}

pub(super) fn no_support_plan(_: &mut Value, _: &Value) -> Result<Value, Refused> {
    refuse("SubscriptionRequiredException")
}

/// As many patches as are missing, two on each page.
#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn patches(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let missing = state["nodes"][asked["InstanceId"].as_str().unwrap()]["missing"].as_u64().unwrap();
    let from = asked["NextToken"].as_str().map_or(0, |token| token.parse::<u64>().unwrap());
    let page = from..missing.min(from + 2);
    let list: Vec<Value> = page.map(|n| json!({ "KBId": format!("package-{n}.x86_64"), "State": "MISSING" })).collect();
    let mut answer = json!({ "Patches": list });
    if from + 2 < missing {
        answer["NextToken"] = json!((from + 2).to_string());
    }
    Ok(answer)
}

pub(super) fn parameter(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    match &state["parameters"][asked["Name"].as_str().unwrap()] {
        Value::Null => refuse("ParameterNotFound"),
        value => Ok(json!({ "Parameter": { "Name": asked["Name"], "Value": value } })),
    }
}

pub(super) fn object(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let name = format!("{}/{}", asked["Bucket"].as_str().unwrap(), asked["Key"].as_str().unwrap());
    match state["objects"][&name].as_str() {
        None => refuse("NoSuchKey"),
        Some(text) => Ok(json!({ "Body": BASE64_STANDARD.encode(text) })),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn put_object(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let name = format!("{}/{}", asked["Bucket"].as_str().unwrap(), asked["Key"].as_str().unwrap());
    let body = BASE64_STANDARD.decode(asked["Body"].as_str().unwrap()).unwrap();
    state["objects"][&name] = json!(String::from_utf8(body).unwrap());
    Ok(json!({}))
}

/// The packages that a baseline override approves for Debian: what Patch Manager reads when the command arrives.
pub(super) fn approved(state: &Value, url: &str) -> Value {
    let text = state["objects"][url.strip_prefix("s3://").unwrap()].as_str().unwrap();
    let all: Vec<Value> = serde_json::from_str(text).unwrap();
    all.into_iter().find(|one| one["OperatingSystem"] == "DEBIAN").unwrap()["ApprovedPatches"].clone()
}

/// `web`: two instances wanted, launched from the first version of a template.
#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn groups(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    refill(state);
    let members = |state: &Value| -> Vec<Value> {
        let all = state["nodes"].as_object().unwrap().iter();
        let all =
            all.filter(|(_, node)| node["tags"]["aws:autoscaling:groupName"] == "web" && node["ec2"] == "running");
        let shown = |id: &String| json!({ "InstanceId": id, "LifecycleState": "InService", "HealthStatus": "Healthy" });
        all.map(|(id, _)| shown(id)).collect()
    };
    Ok(json!({ "AutoScalingGroups": [{
        "AutoScalingGroupName": "web", "DesiredCapacity": 2, "Instances": members(state),
        "LaunchTemplate": { "LaunchTemplateId": "lt-1", "Version": "1" } }] }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn versions(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    Ok(json!({ "LaunchTemplateVersions": [{ "LaunchTemplateId": asked["LaunchTemplateId"], "VersionNumber": 1,
        "DefaultVersion": true, "LaunchTemplateData": { "ImageId": state["image"] } }] }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn members(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let there = |id: &String| state["nodes"][id]["ec2"] == "running";
    let shown = |id: String| json!({ "InstanceId": id, "AutoScalingGroupName": "web", "LifecycleState": "InService" });
    let all = ids(asked, "InstanceIds").into_iter().filter(there).map(shown);
    Ok(json!({ "AutoScalingInstances": all.collect::<Vec<_>>() }))
}

pub(super) fn retire(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    assert_eq!(asked["ShouldDecrementDesiredCapacity"], false);
    let id = asked["InstanceId"].as_str().unwrap();
    if state["nodes"][id]["ec2"] != "running" {
        return refuse("ValidationError");
    }
    state["nodes"][id]["ec2"] = json!("terminated");
    state["nodes"][id]["ping"] = json!("ConnectionLost");
    state["retired"] = json!(state["retired"].as_u64().unwrap_or_default() + 1);
    state["launches"] = json!(now_ms() + LAUNCHES_MS);
    Ok(json!({ "Activity": {} }))
}

/// The group launches what takes the place of the one that is gone, when it is time.
pub(super) fn refill(state: &mut Value) {
    if state["launches"].as_i64().is_none_or(|at| at > now_ms()) || state["group"] == "never refills" {
        return;
    }
    let mut new = node();
    new["tags"]["aws:autoscaling:groupName"] = json!("web");
    new["packages"]["libssl3"] = new["archive"]["libssl3"].clone();
    new["image"] = if state["group"] == "launches the old" { json!("ami-1") } else { state["image"].clone() };
    new["launched"] = state["launches"].take();
    state["nodes"]["i-9"] = new;
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn vpcs(_: &mut Value, asked: &Value) -> Result<Value, Refused> {
    Ok(json!({ "Vpcs": [{ "VpcId": asked["VpcIds"][0] }] }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn security_groups(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    let all = if state["security_group"].is_null() { json!([]) } else { json!([state["security_group"]]) };
    Ok(json!({ "SecurityGroups": all }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn security_group_rules(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    Ok(json!({ "SecurityGroupRules": state["security_group"]["rules"] }))
}

pub(super) fn create_security_group(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    if !state["security_group"].is_null() {
        return refuse("InvalidGroup.Duplicate");
    }
    state["security_group"] = json!({
        "GroupId": "sg-9", "GroupName": asked["GroupName"], "VpcId": asked["VpcId"], "Description": asked["Description"],
        "Tags": asked["TagSpecifications"][0]["Tags"], "rules": [],
    });
    Ok(json!({ "GroupId": "sg-9" }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn authorize(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let permission = &asked["IpPermissions"][0];
    state["security_group"]["rules"].as_array_mut().unwrap().push(json!({
        "IsEgress": false, "IpProtocol": permission["IpProtocol"], "FromPort": permission["FromPort"],
        "ToPort": permission["ToPort"], "CidrIpv4": permission["IpRanges"][0]["CidrIp"],
    }));
    Ok(json!({}))
}

fn one_window(id: &str, window: &Value) -> Value {
    let opens = window["opens"].as_i64().unwrap();
    let next = if opens > now_ms() { opens } else { opens + 7 * 86_400_000 };
    json!({ "WindowId": id, "Name": "nightly", "Enabled": window["enabled"], "Duration": 3, "Cutoff": 1,
            "NextExecutionTime": rfc3339(next) })
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn windows(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    let all = state["windows"].as_object().unwrap().iter();
    Ok(json!({ "WindowIdentities": all.map(|(id, window)| one_window(id, window)).collect::<Vec<_>>() }))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn window_targets(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let nodes: Vec<&String> = state["nodes"].as_object().unwrap().keys().collect();
    let targets = json!([{ "Key": "InstanceIds", "Values": nodes }]);
    Ok(json!({ "Targets": [{ "WindowId": asked["WindowId"], "Targets": targets }] }))
}

pub(super) fn window(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    let id = asked["WindowId"].as_str().unwrap();
    match state["windows"].get(id) {
        Some(window) => Ok(one_window(id, window)),
        None => refuse("DoesNotExistException"),
    }
}
