//! `restore-config-recorder`: of a recorder that was narrowed, and of one that was deleted.

use riposte_core::action::{Response, RestoreConfigRecorder as Request};
use serde_json::{Value, json};

use crate::actions::RestoreConfigRecorder;
use crate::actions::conformance::Case;
use crate::testing::{Handler, refuse};

pub(super) const NARROWED: Case = Case {
    name: "restore-config-recorder of one that was narrowed",
    action: || Box::new(RestoreConfigRecorder),
    response: || request(false),
    state: |response, event| {
        let request: Request = response.read().unwrap();
        let deleted = event.is_some_and(|event| event["eventName"] == "DeleteConfigurationRecorder");
        let narrow = json!({ "allSupported": false, "includeGlobalResourceTypes": false, "resourceTypes": ["AWS::EC2::Volume"] });
        let it = if deleted { Value::Null } else { recorder(&request.recorder, &narrow) };
        json!({ "name": request.recorder, "it": it, "recording": !deleted, "other": true })
    },
    calls: CALLS,
    contain: |state, _| record_all(state),
    meddle: None,
    // A recorder that is not there is made again: what is gone is the offense.
    remove: record_all,
    scar: |_| {},
};

pub(super) const DELETED: Case = Case {
    name: "restore-config-recorder of one that was deleted",
    response: || request(true),
    state: |response, _| (NARROWED.state)(response, Some(&json!({ "eventName": "DeleteConfigurationRecorder" }))),
    ..NARROWED
};

fn request(deleted: bool) -> Response {
    Request { recorder: "default".to_owned(), before: Some("2026-11-22T10:00:00Z".to_owned()), deleted }.into()
}

fn record_all(state: &mut Value) {
    state["it"] = recorder(state["name"].as_str().unwrap(), &whole());
    state["recording"] = json!(true);
}

fn whole() -> Value {
    json!({ "allSupported": true, "includeGlobalResourceTypes": true, "recordingStrategy": { "useOnly": "ALL_SUPPORTED_RESOURCE_TYPES" } })
}

fn recorder(name: &str, group: &Value) -> Value {
    json!({ "name": name, "roleARN": "arn:aws:iam::111122223333:role/config", "recordingGroup": group, "recordingMode": { "recordingFrequency": "CONTINUOUS" } })
}

const CALLS: &[(&str, Handler)] = &[
    ("config:DescribeConfigurationRecorders", |state, _| match &state["it"] {
        Value::Null => refuse("NoSuchConfigurationRecorderException"),
        it => {
            let mut it = it.clone();
            // What AWS says beside, and nobody can write.
            it["arn"] = json!("arn:aws:config:eu-west-1:111122223333:configuration-recorder/default/x");
            it["recordingScope"] = json!("PAID");
            Ok(json!({ "ConfigurationRecorders": [it] }))
        }
    }),
    ("config:DescribeConfigurationRecorderStatus", |state, _| {
        Ok(json!({ "ConfigurationRecordersStatus": [{ "name": state["name"], "recording": state["recording"] }] }))
    }),
    ("config:PutConfigurationRecorder", |state, given| {
        state["it"] = given["ConfigurationRecorder"].clone();
        Ok(json!({}))
    }),
    ("config:DeleteConfigurationRecorder", |state, _| {
        state["it"] = Value::Null;
        Ok(json!({}))
    }),
    ("config:StartConfigurationRecorder", |state, _| {
        state["recording"] = json!(true);
        Ok(json!({}))
    }),
    ("config:StopConfigurationRecorder", |state, _| {
        state["recording"] = json!(false);
        Ok(json!({}))
    }),
    ("cloudtrail:LookupEvents", |state, given| {
        assert_eq!(given["LookupAttributes"][0]["AttributeValue"], "PutConfigurationRecorder");
        let record = |name: &str, group: &Value| {
            let record = json!({ "eventID": "e", "eventTime": "2026-10-01T00:00:00Z",
                "requestParameters": { "configurationRecorder": recorder(name, group) } });
            json!({ "CloudTrailEvent": record.to_string() })
        };
        let other = record("another", &json!({ "allSupported": false }));
        Ok(json!({ "Events": [other, record(state["name"].as_str().unwrap(), &whole())] }))
    }),
];
