//! `restore-flow-logs`: of a VPC to a log group, of a subnet to a bucket, and of a network interface.

use riposte_core::action::{Response, RestoreFlowLogs as Request};
use serde_json::{Value, json};

use crate::actions::RestoreFlowLogs;
use crate::actions::conformance::Case;
use crate::testing::{Handler, Refused, refuse};

const ROLE: &str = "arn:aws:iam::111122223333:role/flow-logs";
const FORMAT: &str = "${srcaddr} ${dstaddr} ${action}";
const USUAL: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
                     ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

fn log(of: &str, settings: &Value) -> Value {
    let mut log = json!({ "ResourceId": of, "FlowLogStatus": "ACTIVE" });
    log.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    log
}

/// To a log group, as it was asked for and as EC2 tells of it.
fn to_logs() -> Value {
    json!({
        "TrafficType": "REJECT",
        "LogDestinationType": "cloud-watch-logs",
        "LogGroupName": "/vpc/flow",
        "DeliverLogsPermissionArn": ROLE,
        "LogFormat": FORMAT,
        "MaxAggregationInterval": 60,
    })
}

/// To a bucket, with what CreateFlowLogs takes where nothing is said.
fn to_bucket() -> Value {
    json!({
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": "arn:aws:s3:::flow",
        "LogFormat": USUAL,
        "MaxAggregationInterval": 600,
    })
}

/// What is recorded beside.
fn other(of: &str) -> Value {
    let settings = json!({
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": "arn:aws:s3:::o",
        "LogFormat": USUAL,
        "MaxAggregationInterval": 600,
    });
    json!({ "fl-other": log(of, &settings) })
}

fn laid(response: &Response, of: &str, asked: &Value) -> Value {
    let request: Request = response.read().unwrap();
    json!({ "it": true, "of": of, "id": request.flow_log_id, "asked": asked, "logs": other(of) })
}

pub(super) const TO_LOGS: Case = Case {
    name: "restore-flow-logs: to a log group",
    action: || Box::new(RestoreFlowLogs),
    response: || Request { flow_log_id: "fl-1".to_owned(), before: Some("2026-11-22T10:00:00Z".to_owned()) }.into(),
    state: |response, _| {
        let mut asked = to_logs();
        // As CloudTrail writes it.
        asked["MaxAggregationInterval"] = json!("60");
        asked.as_object_mut().unwrap().remove("LogDestinationType");
        laid(response, "vpc-1", &asked)
    },
    calls: CALLS,
    contain: |state, _| state["logs"]["fl-new"] = log("vpc-1", &to_logs()),
    meddle: Some(|state| {
        let settings =
            json!({ "TrafficType": "ACCEPT", "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::x" });
        state["logs"]["fl-late"] = log(state["of"].as_str().unwrap(), &settings);
    }),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const TO_BUCKET: Case = Case {
    name: "restore-flow-logs: to a bucket",
    response: || Request { flow_log_id: "fl-2".to_owned(), before: None }.into(),
    state: |response, _| {
        let asked = json!({ "TrafficType": "ALL", "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::flow" });
        laid(response, "subnet-1", &asked)
    },
    contain: |state, _| state["logs"]["fl-new"] = log("subnet-1", &to_bucket()),
    ..TO_LOGS
};

pub(super) const OF_INTERFACE: Case = Case {
    name: "restore-flow-logs: of a network interface",
    state: |response, _| laid(response, "eni-1", &to_bucket()),
    contain: |state, _| state["logs"]["fl-new"] = log("eni-1", &to_bucket()),
    ..TO_BUCKET
};

fn described(state: &mut Value, list: &str, name: &str, gone: &'static str) -> Result<Value, Refused> {
    if state["it"].is_null() {
        return refuse(gone);
    }
    Ok(json!({ list: [{ name: state["of"], "Tags": [] }] }))
}

const CALLS: &[(&str, Handler)] = &[
    ("ec2:DescribeFlowLogs", |state, given| {
        let filter = &given["Filter"][0];
        let wanted = |id: &str, log: &Value| match filter["Name"].as_str().unwrap() {
            "flow-log-id" => filter["Values"].as_array().unwrap().contains(&json!(id)),
            _ => filter["Values"].as_array().unwrap().contains(&log["ResourceId"]),
        };
        let logs = state["logs"].as_object().unwrap().iter().filter(|(id, log)| wanted(id, log)).map(|(id, log)| {
            let mut log = log.clone();
            log["FlowLogId"] = json!(id);
            log
        });
        Ok(json!({ "FlowLogs": logs.collect::<Vec<_>>() }))
    }),
    ("ec2:DescribeVpcs", |state, given| {
        // Asked for all, where the account audit might know of it; for one, whether it is there.
        if given["VpcIds"].is_null() {
            return Ok(json!({ "Vpcs": [{ "VpcId": "vpc-1" }] }));
        }
        described(state, "Vpcs", "VpcId", "InvalidVpcID.NotFound")
    }),
    ("ec2:DescribeSubnets", |state, _| described(state, "Subnets", "SubnetId", "InvalidSubnetID.NotFound")),
    ("ec2:DescribeNetworkInterfaces", |state, _| {
        described(state, "NetworkInterfaces", "NetworkInterfaceId", "InvalidNetworkInterfaceID.NotFound")
    }),
    ("ec2:CreateFlowLogs", |state, given| {
        let mut settings = given.clone();
        let map = settings.as_object_mut().unwrap();
        let of = state["of"].as_str().unwrap().to_owned();
        assert_eq!(map.remove("ResourceIds"), Some(json!([of])));
        let kind = match of.as_str() {
            "vpc-1" => "VPC",
            "subnet-1" => "Subnet",
            _ => "NetworkInterface",
        };
        assert_eq!(map.remove("ResourceType"), Some(json!(kind)));
        state["logs"]["fl-new"] = log(&of, &settings);
        Ok(json!({ "FlowLogIds": ["fl-new"], "Unsuccessful": [] }))
    }),
    ("ec2:DeleteFlowLogs", |state, given| {
        assert_eq!(given["FlowLogIds"], json!(["fl-new"]), "nothing else is deleted");
        state["logs"].as_object_mut().unwrap().remove("fl-new");
        Ok(json!({ "Unsuccessful": [] }))
    }),
    ("cloudtrail:LookupEvents", |state, given| {
        assert_eq!(given["LookupAttributes"][0]["AttributeValue"], "CreateFlowLogs");
        let mut asked = state["asked"].clone();
        asked["ResourceId"] = json!({ "tag": 1, "content": state["of"] });
        let record = |id: &Value, asked: &Value| {
            let record = json!({
                "requestParameters": { "CreateFlowLogsRequest": asked },
                "responseElements": { "CreateFlowLogsResponse": { "flowLogIdSet": { "item": id } } },
            });
            json!({ "CloudTrailEvent": record.to_string() })
        };
        let others = json!({ "ResourceId": [{ "tag": 1, "content": "vpc-8" }, { "tag": 2, "content": "vpc-9" }] });
        Ok(json!({ "Events": [record(&json!(["fl-8", "fl-9"]), &others), record(&state["id"], &asked)] }))
    }),
];

#[cfg(test)]
mod tests {
    use riposte_core::action::RestoreFlowLogs as Request;
    use riposte_core::finding::Finding;
    use riposte_core::incident::State;
    use serde_json::json;

    use super::TO_LOGS;
    use crate::actions::conformance::state;

    fn finding(id: &str) -> Finding {
        let response = Request { flow_log_id: id.to_owned(), before: None }.into();
        Finding { response: Some(response), ..TO_LOGS.finding() }
    }

    async fn told(id: &str) -> (State, String) {
        let (aws, function) = TO_LOGS.laid().await;
        let before = state(&aws);
        function.respond(finding(id)).await.unwrap();
        assert_eq!(state(&aws), before);
        let incident = function.incident(&finding(id)).await;
        (incident.state, incident.timeline.iter().map(|entry| entry.text.clone()).collect::<Vec<_>>().join("\n"))
    }

    #[tokio::test]
    async fn what_nobody_remembers_and_what_one_call_made_with_others_is_not_guessed() {
        let (state, text) = told("fl-7").await;
        assert!(state == State::Observed && text.contains("neither the account audit nor CloudTrail"), "{text}");
        let (state, text) = told("fl-8").await;
        assert!(state == State::Observed && text.contains("which of vpc-8, vpc-9 it recorded is not known"), "{text}");
    }

    #[tokio::test]
    async fn one_that_was_not_deleted_needs_nothing() {
        let (aws, function) = TO_LOGS.laid_as(|state| state["logs"]["fl-1"] = json!({ "ResourceId": "vpc-1" })).await;
        let before = state(&aws);
        function.respond(finding("fl-1")).await.unwrap();
        assert_eq!((function.incident(&finding("fl-1")).await.state, state(&aws)), (State::Verified, before));
    }
}
