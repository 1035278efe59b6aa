//! What a call asks EC2 to launch: which types of instances, and how many. Shared by the detectors of
//! unusual launches.
//!
//! The calls spell it in a dozen ways (`RunInstances`, spot requests, fleets, Auto Scaling groups, launch
//! templates), some with capitals and some nested in a part of their own name. So the request is searched
//! for the few keys that say it, wherever they stand.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::detect::EventName;
use crate::detect::fields::number;
use crate::event::ApiCall;
use crate::text::plain;

const EC2: &str = "ec2.amazonaws.com";
const AUTO_SCALING: &str = "autoscaling.amazonaws.com";

/// The calls that launch instances, or that say what later launches will be.
pub(super) const EVENTS: &[EventName] = &[
    EventName { source: EC2, name: "RunInstances" },
    EventName { source: EC2, name: "RequestSpotInstances" },
    EventName { source: EC2, name: "RequestSpotFleet" },
    EventName { source: EC2, name: "CreateFleet" },
    EventName { source: EC2, name: "ModifyFleet" },
    EventName { source: EC2, name: "ModifySpotFleetRequest" },
    EventName { source: EC2, name: "ModifyInstanceAttribute" },
    EventName { source: EC2, name: "CreateLaunchTemplate" },
    EventName { source: EC2, name: "CreateLaunchTemplateVersion" },
    EventName { source: EC2, name: "AllocateHosts" },
    EventName { source: EC2, name: "CreateCapacityReservation" },
    EventName { source: AUTO_SCALING, name: "CreateLaunchConfiguration" },
    EventName { source: AUTO_SCALING, name: "CreateAutoScalingGroup" },
    EventName { source: AUTO_SCALING, name: "UpdateAutoScalingGroup" },
    EventName { source: AUTO_SCALING, name: "SetDesiredCapacity" },
];

/// The smallest size, in multiples of `xlarge`, that is very large.
const VERY_LARGE: u32 = 24;

/// Instances asked for by one call that are many.
const MANY: u64 = 20;

/// The same for fleets and groups, whose capacity may be counted in parts of an instance, and which grow
/// with the load.
const MANY_IN_GROUP: u64 = 50;

/// What no group needs as its limit: miners set it as high as it goes.
const NO_LIMIT: u64 = 500;

/// Whether the call is somebody's, or CloudFormation's for somebody. What other services launch was
/// decided elsewhere: by a group, a fleet or a cluster.
pub(super) fn is_somebodys(call: &ApiCall) -> bool {
    let invoked_by = call.identity().and_then(|identity| identity.get("invokedBy")).and_then(Value::as_str);
    !call.by_service() || invoked_by == Some("cloudformation.amazonaws.com")
}

/// Under which keys the types of instances stand, without case: in the calls of EC2, and in those of the
/// services that launch instances for somebody.
const TYPE_KEYS: [&str; 6] = [
    "allowedInstanceTypes",
    "ec2InstanceType",
    "instanceType",
    "instanceTypes",
    "masterInstanceType",
    "slaveInstanceType",
];

/// The unusual instance types of a call, each with what is unusual in it.
pub(super) fn unusual_types(call: &ApiCall) -> Vec<(String, &'static str)> {
    let mut types = BTreeSet::new();
    for part in ["requestParameters", "responseElements"] {
        if let Some(value) = call.member(part) {
            collect_types(value, &mut types);
        }
    }
    types.into_iter().filter_map(|name| unusual(&name).map(|what| (plain(&name, 40), what))).collect()
}

fn collect_types(value: &Value, types: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                if !TYPE_KEYS.iter().any(|wanted| key.eq_ignore_ascii_case(wanted)) {
                    collect_types(field, types);
                    continue;
                }
                // `ModifyInstanceAttribute` wraps the type as `{"value": …}`; some calls give a list.
                let one = field.as_str().or_else(|| field.get("value").and_then(Value::as_str));
                let several = field.as_array().into_iter().flatten().filter_map(Value::as_str);
                types.extend(one.into_iter().chain(several).map(str::to_ascii_lowercase));
            }
        }
        Value::Array(members) => members.iter().for_each(|member| collect_types(member, types)),
        _ => {}
    }
}

/// What is unusual in an instance type such as `p4d.24xlarge`, in one of SageMaker's (`ml.p4d.24xlarge`), or
/// in a whole family (`p4d`, `p4d.*`).
fn unusual(name: &str) -> Option<&'static str> {
    let name = name.strip_prefix("ml.").unwrap_or(name);
    let (family, size) = name.split_once('.').unwrap_or((name, ""));
    let letters: String = family.chars().take_while(char::is_ascii_alphabetic).collect();
    if size.starts_with("metal") {
        return Some("bare metal");
    }
    match letters.as_str() {
        "p" | "g" | "gr" => return Some("graphics processors"),
        "inf" | "trn" | "dl" | "vt" | "f" => return Some("accelerators"),
        "u" => return Some("terabytes of memory"),
        _ => {}
    }
    let times: u32 = size.strip_suffix("xlarge")?.parse().ok()?;
    (times >= VERY_LARGE).then_some("very large")
}

/// How many instances a call asks for, where that is unusually many.
pub(super) fn unusual_count(call: &ApiCall) -> Option<u64> {
    let request = call.member("requestParameters")?;
    let largest = |keys: &[&str]| {
        let mut found = Vec::new();
        collect_numbers(request, keys, &mut found);
        found.into_iter().max()
    };
    match call.event_name() {
        "RunInstances" => {
            // What came of it, where the record says so: as few as the minimum may be launched.
            let launched = call.response("instancesSet").and_then(|set| set.get("items")).and_then(Value::as_array);
            let launched = launched.and_then(|items| u64::try_from(items.len()).ok());
            launched.or_else(|| largest(&["maxCount"])).filter(|count| *count >= MANY)
        }
        "RequestSpotInstances" => largest(&["instanceCount"]).filter(|count| *count >= MANY),
        "RequestSpotFleet" | "CreateFleet" | "ModifyFleet" | "ModifySpotFleetRequest" => {
            largest(&["targetCapacity", "totalTargetCapacity"]).filter(|count| *count >= MANY_IN_GROUP)
        }
        "CreateAutoScalingGroup" | "UpdateAutoScalingGroup" | "SetDesiredCapacity" => {
            let wanted = largest(&["desiredCapacity", "minSize"]).filter(|count| *count >= MANY_IN_GROUP);
            wanted.or_else(|| largest(&["maxSize"]).filter(|count| *count >= NO_LIMIT))
        }
        "CreateCapacityReservation" => largest(&["instanceCount"]).filter(|count| *count >= MANY),
        _ => None,
    }
}

fn collect_numbers(value: &Value, keys: &[&str], found: &mut Vec<u64>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                match number(field) {
                    Some(n) if keys.iter().any(|wanted| key.eq_ignore_ascii_case(wanted)) => found.push(n),
                    _ => collect_numbers(field, keys, found),
                }
            }
        }
        Value::Array(members) => members.iter().for_each(|member| collect_numbers(member, keys, found)),
        _ => {}
    }
}

/// The instances that a call has launched, or whose type it has changed.
pub(super) fn instances(call: &ApiCall) -> Vec<String> {
    let items = call.response("instancesSet").and_then(|set| set.get("items")).and_then(Value::as_array);
    let launched = items.into_iter().flatten().filter_map(|item| item.get("instanceId")?.as_str());
    let changed = call.request_text("instanceId").filter(|_| call.event_name() == "ModifyInstanceAttribute");
    launched.chain(changed).map(str::to_owned).collect()
}

/// What the call is about: the instance, the group or the template that it names, else who called.
pub(super) fn subject(call: &ApiCall) -> String {
    let named = ["instanceId", "autoScalingGroupName", "launchConfigurationName"]
        .iter()
        .find_map(|key| call.request_text(key))
        .map(str::to_owned);
    let first = || {
        let items = call.response("instancesSet")?.get("items")?.as_array()?;
        items.first()?.get("instanceId")?.as_str().map(str::to_owned)
    };
    named.or_else(first).unwrap_or_else(|| call.actor().label().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_sizes_that_are_unusual() {
        for (name, want) in [
            ("p2.xlarge", Some("graphics processors")),
            ("p6-b200.48xlarge", Some("graphics processors")),
            ("g4dn.xlarge", Some("graphics processors")),
            ("gr6.4xlarge", Some("graphics processors")),
            ("trn1.32xlarge", Some("accelerators")),
            ("f2.6xlarge", Some("accelerators")),
            ("u-6tb1.metal", Some("bare metal")),
            ("u7i-12tb.224xlarge", Some("terabytes of memory")),
            ("c5.metal", Some("bare metal")),
            ("m7i.metal-24xl", Some("bare metal")),
            ("c6i.24xlarge", Some("very large")),
            ("c6i.16xlarge", None),
            ("m6g.large", None),
            ("t3.micro", None),
            ("hpc7a.12xlarge", None),
            ("ml.p4d.24xlarge", Some("graphics processors")),
            ("ml.m5.large", None),
            ("p3", Some("graphics processors")),
            ("g5.*", Some("graphics processors")),
            ("optimal", None),
            ("c5", None),
            ("default_x86_64", None),
            ("", None),
            ("xlarge", None),
            ("c6i.xlarge", None),
        ] {
            assert_eq!(unusual(name), want, "{name}");
        }
    }
}
