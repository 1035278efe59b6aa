//! `isolate-instance`: an instance with two interfaces, two volumes, and a place in an Auto Scaling group.

use riposte_core::action::IsolateInstance as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::IsolateInstance;
use crate::actions::conformance::Case;
use crate::testing::Handler;

pub(super) const CASE: Case = Case {
    name: "isolate-instance",
    action: || Box::new(IsolateInstance),
    response: || Request { instance_id: "i-1".to_owned() }.into(),
    state: |response, _| {
        json!({
            "id": response.read::<Request>().unwrap().instance_id,
            "it": { "eni-1": ["sg-web", "sg-base"], "eni-2": ["sg-base"] },
            "volumes": ["vol-1", "vol-2"],
            "evidence": [],
            "standby": false,
            "untracked": true,
            "other": true,
        })
    },
    calls: CALLS,
    contain: |state, _| {
        contain(state);
        state["evidence"] = json!(["vol-1", "vol-2"]);
        state["standby"] = json!(true);
    },
    meddle: Some(|state| state["it"]["eni-3"] = json!(["sg-base"])),
    remove: |state| state["it"] = Value::Null,
    scar: |state| state["evidence"] = json!(["vol-1", "vol-2"]),
};

/// An instance of no Auto Scaling group, without a volume, in a VPC without the second group.
pub(super) const BARE: Case = Case {
    name: "isolate-instance: bare",
    state: |response, _| {
        json!({
            "id": response.read::<Request>().unwrap().instance_id,
            "it": { "eni-1": ["sg-web", "sg-base"], "eni-2": ["sg-base"] },
            "volumes": [],
            "evidence": [],
            "standby": Value::Null,
            "untracked": false,
            "other": true,
        })
    },
    contain: |state, _| contain(state),
    scar: |_| {},
    ..CASE
};

fn contain(state: &mut Value) {
    state["it"] = json!({ "eni-1": ["sg-none"], "eni-2": ["sg-none"] });
}

const CALLS: &[(&str, Handler)] = &[
    ("ec2:DescribeInstances", |state, _| {
        let interfaces = it(state, "InvalidInstanceID.NotFound")?;
        let interfaces = interfaces.as_object().unwrap().iter().map(|(id, groups)| {
            let groups = groups.as_array().unwrap().iter().map(|id| json!({ "GroupId": id }));
            json!({ "NetworkInterfaceId": id, "Groups": groups.collect::<Vec<_>>() })
        });
        let interfaces: Vec<_> = interfaces.collect();
        let volumes = state["volumes"].as_array().unwrap().iter().map(|id| json!({ "Ebs": { "VolumeId": id } }));
        let volumes: Vec<_> = volumes.collect();
        let instance = json!({
            "VpcId": "vpc-1",
            "ImageId": "ami-1",
            "Tags": [],
            "NetworkInterfaces": interfaces,
            "BlockDeviceMappings": volumes,
        });
        Ok(json!({ "Reservations": [{ "Instances": [instance] }] }))
    }),
    ("ec2:DescribeSnapshots", |state, given| {
        assert_eq!(given["Filters"], json!([{ "Name": "tag:riposte:evidence", "Values": [state["id"]] }]));
        let taken = state["evidence"].as_array().unwrap().iter();
        let taken = taken.map(|id| json!({ "VolumeId": id, "State": "pending", "StartTime": "2026-01-02T03:10:00Z" }));
        // Of an attack of long ago.
        let old = json!({ "VolumeId": "vol-1", "State": "completed", "StartTime": "2025-01-01T00:00:00Z" });
        Ok(json!({ "Snapshots": taken.chain([old]).collect::<Vec<_>>() }))
    }),
    ("ec2:CreateSnapshots", |state, given| {
        assert_eq!(given["InstanceSpecification"]["InstanceId"], state["id"]);
        assert_eq!(given["TagSpecifications"][0]["Tags"], json!([{ "Key": "riposte:evidence", "Value": state["id"] }]));
        state["evidence"] = state["volumes"].clone();
        Ok(json!({}))
    }),
    ("autoscaling:DescribeAutoScalingInstances", |state, _| {
        let lifecycle = match state["standby"].as_bool() {
            None => return Ok(json!({ "AutoScalingInstances": [] })),
            Some(true) => "Standby",
            Some(false) => "InService",
        };
        Ok(json!({ "AutoScalingInstances": [{ "AutoScalingGroupName": "web", "LifecycleState": lifecycle }] }))
    }),
    ("autoscaling:EnterStandby", |state, given| {
        assert_eq!(
            (&given["AutoScalingGroupName"], &given["ShouldDecrementDesiredCapacity"]),
            (&json!("web"), &json!(true))
        );
        state["standby"] = json!(true);
        Ok(json!({}))
    }),
    ("autoscaling:ExitStandby", |state, _| {
        state["standby"] = json!(false);
        Ok(json!({}))
    }),
    ("ec2:DescribeSecurityGroups", |state, given| {
        assert_eq!(given["Filters"][1]["Values"], json!(["riposte:quarantine", "riposte:untracked"]));
        let tag = |key: &str| json!([{ "Key": key, "Value": "" }]);
        let none = json!({ "GroupId": "sg-none", "IpPermissions": [], "IpPermissionsEgress": [], "Tags": tag("riposte:quarantine") });
        let all = json!([{
            "IpProtocol": "-1",
            "IpRanges": [{ "CidrIp": "0.0.0.0/0" }],
            "Ipv6Ranges": [{ "CidrIpv6": "::/0" }],
        }]);
        let open = json!({ "GroupId": "sg-all", "IpPermissions": all, "IpPermissionsEgress": all, "Tags": tag("riposte:untracked") });
        Ok(json!({ "SecurityGroups": if state["untracked"] == true { vec![none, open] } else { vec![none] } }))
    }),
    ("ec2:ModifyNetworkInterfaceAttribute", |state, given| {
        let interface = given["NetworkInterfaceId"].as_str().unwrap();
        let mut groups: Vec<String> = serde_json::from_value(given["Groups"].clone()).unwrap();
        // In the order that the account had them.
        groups.sort_by(|a, b| b.cmp(a));
        state["it"][interface] = json!(groups);
        Ok(json!({}))
    }),
];

#[cfg(test)]
mod tests {
    use riposte_core::incident::State;
    use serde_json::json;

    use super::CASE;
    use crate::actions::conformance::state;
    use crate::testing::Fault;

    #[tokio::test]
    async fn what_is_refused_beside_the_isolation_is_told_and_keeps_nothing_back() {
        for (call, part) in [("CreateSnapshots", "evidence"), ("EnterStandby", "standby")] {
            let (aws, function) = CASE.laid().await;
            aws.fail_always(call, Fault::DENIED);
            function.respond(CASE.finding()).await.unwrap();
            let incident = function.incident(&CASE.finding()).await;
            assert_eq!(incident.state, State::Verified, "{call}");
            let mut expected = CASE.contained();
            expected[part] = if part == "evidence" { json!([]) } else { json!(false) };
            assert_eq!(state(&aws), expected, "{call}");
            let noted = incident.timeline.iter().any(|entry| entry.text.contains("not done, and the rest is"));
            let body = aws.world(|world| world.sent[0].body.clone());
            assert!(noted && body.contains("Not done"), "{call}: {body}");
            function.undo(&CASE.finding(), false).await.unwrap();
            assert_eq!(state(&aws)["it"], CASE.restored()["it"], "{call}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_done_for_a_while_holds_the_isolation_up_for_no_longer() {
        let (aws, function) = CASE.laid().await;
        aws.fail_always("CreateSnapshots", Fault::THROTTLED);
        let began = crate::clock::now_ms();
        while function.respond(CASE.finding()).await.is_err() {
            crate::clock::sleep(std::time::Duration::from_secs(2)).await;
        }
        let waited = crate::clock::now_ms() - began;
        assert!((20_000..40_000).contains(&waited), "{waited}");
        assert_eq!(function.incident(&CASE.finding()).await.state, State::Verified);
        assert_eq!(state(&aws)["it"], CASE.contained()["it"]);
    }

    #[tokio::test]
    async fn an_old_snapshot_is_no_evidence_and_a_fresh_one_is_not_taken_again() {
        let (aws, function) = CASE.laid_as(|state| state["evidence"] = json!(["vol-1", "vol-2"])).await;
        function.respond(CASE.finding()).await.unwrap();
        assert!(!aws.calls().contains(&"ec2:CreateSnapshots".to_owned()));
        let (aws, function) = CASE.laid().await;
        function.respond(CASE.finding()).await.unwrap();
        assert!(aws.calls().contains(&"ec2:CreateSnapshots".to_owned()));
    }

    #[tokio::test]
    async fn each_interface_goes_through_the_group_that_tracks_nothing_and_straight_back() {
        let (aws, function) = CASE.laid().await;
        let groups = || -> Vec<_> {
            let sent = aws.requests().into_iter().filter(|sent| sent.operation == "ModifyNetworkInterfaceAttribute");
            sent.map(|sent| sent.json["Groups"].clone()).collect()
        };
        function.respond(CASE.finding()).await.unwrap();
        assert_eq!(groups(), [json!(["sg-all"]), json!(["sg-none"]), json!(["sg-all"]), json!(["sg-none"])]);
        aws.forget_calls();
        function.undo(&CASE.finding(), false).await.unwrap();
        assert_eq!(groups(), [json!(["sg-base"]), json!(["sg-base", "sg-web"])]);
    }

    #[tokio::test]
    async fn without_the_group_that_tracks_nothing_it_says_what_goes_on() {
        let (aws, function) = CASE.laid_as(|state| state["untracked"] = json!(false)).await;
        function.respond(CASE.finding()).await.unwrap();
        let body = aws.world(|world| world.sent[0].body.clone());
        assert!(body.contains("tracked connections go on until they end"), "{body}");
        assert!(body.contains("image ami-1") && body.contains("volumes vol-1, vol-2"), "{body}");
    }
}
