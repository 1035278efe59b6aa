//! Restoring actions go back to what was, where the account audit kept it.

use std::collections::BTreeSet;

use riposte_audit::baseline::{By, Seen, State, Whose};
use riposte_core::action::{
    RestoreConfigRecorder, RestoreEventSelectors, RestorePermissionsBoundary, RestoreReplication,
};
use riposte_core::finding::{Finding, IamPrincipal};
use serde_json::{Value, json};

use crate::actions::{self, Action};
use crate::ledger::{Ledger, Sighting};
use crate::testing::{Aws, Function, Handler, Scripted, finding, keys, refuse};

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit";
const KEPT: &str = "GetEventSelectors.EventSelectors|AdvancedEventSelectors";

const CALLS: &[(&str, Handler)] = &[
    ("cloudtrail:GetEventSelectors", |state, _| Ok(state["trail"].clone())),
    ("cloudtrail:ListTags", |_, _| Ok(json!({}))),
    ("cloudtrail:LookupEvents", |_, _| Ok(json!({ "Events": [] }))),
    ("cloudtrail:PutEventSelectors", |state, given| {
        state["trail"] = given.clone();
        state["trail"].as_object_mut().unwrap().remove("TrailName");
        Ok(json!({}))
    }),
    ("config:DescribeConfigurationRecorderStatus", |_, _| {
        Ok(json!({ "ConfigurationRecordersStatus": [{ "name": "default", "recording": true }] }))
    }),
    ("config:DescribeConfigurationRecorders", |state, _| Ok(json!({ "ConfigurationRecorders": [state["recorder"]] }))),
    ("config:PutConfigurationRecorder", |state, given| {
        state["recorder"] = given["ConfigurationRecorder"].clone();
        Ok(json!({}))
    }),
    ("s3:GetBucketReplication", |state, _| match &state["replication"] {
        Value::Null => refuse("ReplicationConfigurationNotFoundError"),
        replication => Ok(json!({ "ReplicationConfiguration": replication })),
    }),
    ("s3:GetBucketTagging", |_, _| refuse("NoSuchTagSet")),
    ("s3:PutBucketReplication", |state, given| {
        state["replication"] = given["ReplicationConfiguration"].clone();
        Ok(json!({}))
    }),
    ("iam:GetRole", |state, _| Ok(json!({ "Role": state["role"] }))),
    ("iam:PutRolePermissionsBoundary", |state, given| {
        state["role"]["PermissionsBoundary"] = json!({ "PermissionsBoundaryArn": given["PermissionsBoundary"] });
        Ok(json!({}))
    }),
];

fn ledger(aws: &Aws, name: &str) -> Ledger {
    Ledger::new(aws_sdk_dynamodb::Client::new(&aws.config()), "riposte-ledger", keys(name))
}

fn seen(service: &str, kind: &str, arn: &str, part: &str, value: Value) -> Seen {
    let text = |text: &str| text.to_owned();
    let whose = Whose {
        account: text("111122223333"),
        region: text("eu-west-1"),
        service: text(service),
        kind: text(kind),
        arn: text(arn),
        id: String::new(),
        name: text(arn.rsplit('/').next().unwrap()),
    };
    Seen { whose, state: State::from([(part.to_owned(), value)]) }
}

async fn note(ledger: &Ledger, seen: &Seen, hour: u32, event: Option<&str>, failing: &[&str]) -> bool {
    let by = event.map(|event| By {
        who: "arn:aws:iam::111122223333:user/eve".to_owned(),
        call: "PutEventSelectors".to_owned(),
        event: event.to_owned(),
        address: None,
    });
    let failing: BTreeSet<String> = failing.iter().map(|id| (*id).to_owned()).collect();
    let at = format!("2026-11-27T{hour:02}:00:00Z").parse().unwrap();
    ledger.note_state(&Sighting { seen: seen.clone(), failing, at, by }).await.unwrap()
}

fn selectors(of: &str) -> Value {
    let selector = json!({ "Name": of, "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }] });
    json!({ "AdvancedEventSelectors": [selector, { "Name": "data", "FieldSelectors": [
        { "Field": "eventCategory", "Equals": ["Data"] }, { "Field": "resources.type", "Equals": [of] }] }] })
}

fn of_nothing() -> Value {
    json!({ "EventSelectors": [{ "ReadWriteType": "ReadOnly", "IncludeManagementEvents": false }] })
}

/// The account, and what is left of it after the response.
async fn answered(aws: &Aws, action: Box<dyn Action>, state: Value, finding: Finding) -> Value {
    aws.world(|world| world.script = Scripted { state, calls: CALLS });
    let function = Function::scripted(aws, action);
    function.respond(finding.clone()).await.unwrap();
    aws.world(|world| world.script.state.clone())
}

fn asked() -> Finding {
    let response = RestoreEventSelectors { trail: "audit".to_owned() }.into();
    Finding { response: Some(response), ..finding() }
}

#[tokio::test]
async fn a_trail_gets_back_the_selectors_that_it_had() {
    let aws = Aws::new();
    let auditor = ledger(&aws, "account-auditor");
    let of = |value: Value| seen("cloudtrail", "trail", TRAIL, KEPT, value);
    assert!(note(&auditor, &of(selectors("AWS::S3::Object")), 1, None, &[]).await);
    assert!(!note(&auditor, &of(selectors("AWS::S3::Object")), 2, None, &[]).await, "nothing is new");
    // The attack, which the auditor saw first, and that of the same event.
    assert!(note(&auditor, &of(of_nothing()), 3, Some(&finding().scope.event_id), &[]).await);
    let left =
        answered(&aws, Box::new(actions::RestoreEventSelectors), json!({ "trail": of_nothing() }), asked()).await;
    assert_eq!(left["trail"], selectors("AWS::S3::Object"));
}

#[tokio::test]
async fn what_offends_itself_or_was_forged_is_not_gone_back_to() {
    let all = json!([{ "ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [],
                       "ExcludeManagementEventSources": [] }]);
    let aws = Aws::new();
    note(&ledger(&aws, "account-auditor"), &seen("cloudtrail", "trail", TRAIL, KEPT, of_nothing()), 1, None, &[]).await;
    let state = || json!({ "trail": { "EventSelectors": [{ "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true }] } });
    let left = answered(&aws, Box::new(actions::RestoreEventSelectors), state(), asked()).await;
    assert_eq!(left["trail"]["EventSelectors"], all);
    // A function that was taken over signs what it likes, and it is not believed.
    let aws = Aws::new();
    let forged = selectors("AWS::Lambda::Function");
    note(&ledger(&aws, "log-watch"), &seen("cloudtrail", "trail", TRAIL, KEPT, forged), 1, None, &[]).await;
    assert!(ledger(&aws, "trail-guard").history_of("111122223333", "cloudtrail", "trail", TRAIL).await.is_err());
    let left = answered(&aws, Box::new(actions::RestoreEventSelectors), state(), asked()).await;
    assert_eq!(left["trail"]["EventSelectors"], all);
}

#[tokio::test]
async fn a_role_gets_back_a_boundary_that_cloudtrail_has_forgotten() {
    const ROLE: &str = "arn:aws:iam::111122223333:role/app";
    const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/developers";
    let aws = Aws::new();
    let kept = json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY });
    let part = "GetAccountAuthorizationDetails.PermissionsBoundary";
    note(&ledger(&aws, "account-auditor"), &seen("iam", "role", ROLE, part, kept), 1, None, &[]).await;
    let principal = IamPrincipal::Role("app".to_owned());
    let response = RestorePermissionsBoundary { principal, before: None }.into();
    let finding = Finding { response: Some(response), ..finding() };
    let state = json!({ "role": { "Arn": ROLE } });
    let left = answered(&aws, Box::new(actions::RestorePermissionsBoundary), state, finding).await;
    assert_eq!(left["role"]["PermissionsBoundary"]["PermissionsBoundaryArn"], BOUNDARY);
}

#[tokio::test]
async fn a_bucket_gets_back_the_replication_that_cloudtrail_has_forgotten() {
    let aws = Aws::new();
    let kept = json!({ "Role": "arn:aws:iam::111122223333:role/r", "Rules": [{ "ID": "copy", "Status": "Enabled" }] });
    let part = "GetBucketReplication.ReplicationConfiguration";
    let auditor = ledger(&aws, "account-auditor");
    note(&auditor, &seen("s3", "bucket", "arn:aws:s3:::pay", part, kept.clone()), 1, None, &[]).await;
    // What the attack left was seen as well.
    let event = finding().scope.event_id;
    note(&auditor, &seen("s3", "bucket", "arn:aws:s3:::pay", part, Value::Null), 2, Some(&event), &[]).await;
    let response = RestoreReplication { bucket: "pay".to_owned(), before: None }.into();
    let finding = Finding { response: Some(response), ..finding() };
    let left = answered(&aws, Box::new(actions::RestoreReplication), json!({ "replication": null }), finding).await;
    assert_eq!(left["replication"], kept);
}

#[tokio::test]
async fn a_recorder_gets_back_what_it_recorded_in_its_own_region() {
    let aws = Aws::new();
    let recorder = |all: bool| json!({ "name": "default", "roleARN": "arn:aws:iam::111122223333:role/config", "recordingGroup": { "allSupported": all } });
    let mut described = recorder(true);
    described["arn"] = json!("arn:aws:config:eu-west-1:111122223333:configuration-recorder/default/x");
    let account = "arn:aws:iam::111122223333:root";
    let part = "DescribeConfigurationRecorders.ConfigurationRecorders";
    let auditor = ledger(&aws, "account-auditor");
    let region = finding().scope.region;
    for (of, value) in [(region.as_str(), described), ("us-east-2", recorder(false))] {
        let mut seen = seen("config", "account", account, part, json!([value]));
        seen.whose.region = of.to_owned();
        note(&auditor, &seen, 1, None, &[]).await;
    }
    let response = RestoreConfigRecorder { recorder: "default".to_owned(), before: None, deleted: false }.into();
    let finding = Finding { response: Some(response), ..finding() };
    let state = json!({ "recorder": recorder(false) });
    let left = answered(&aws, Box::new(actions::RestoreConfigRecorder), state, finding).await;
    assert_eq!(left["recorder"], recorder(true), "and nothing that nobody can write");
}

#[tokio::test]
async fn a_history_is_found_by_arn_and_by_name() {
    let aws = Aws::new();
    let auditor = ledger(&aws, "account-auditor");
    for (kind, arn) in [("role", "arn:aws:iam::111122223333:role/app"), ("user", "arn:aws:iam::111122223333:user/app")]
    {
        note(&auditor, &seen("iam", kind, arn, "GroupList", json!([])), 1, None, &[]).await;
    }
    let reader = ledger(&aws, "operator");
    assert_eq!(reader.histories_of("111122223333", "app").await.unwrap().len(), 2);
    let found = reader.histories_of("111122223333", "arn:aws:iam::111122223333:user/app").await.unwrap();
    assert_eq!(found.iter().map(|history| history.whose.kind.as_str()).collect::<Vec<_>>(), ["user"]);
    assert!(reader.histories_of("111122223333", "nobody").await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_deleted_is_found_with_who_deleted_it() {
    let aws = Aws::new();
    let auditor = ledger(&aws, "account-auditor");
    let seen = seen("cloudtrail", "trail", TRAIL, KEPT, json!("kept"));
    let by = By { who: "user/eve".to_owned(), call: "DeleteTrail".to_owned(), event: "e-9".to_owned(), address: None };
    let at = "2026-11-27T09:00:00Z".parse().unwrap();
    assert!(!auditor.note_gone(&seen.whose, at, Some(&by)).await.unwrap(), "nobody has seen it");
    note(&auditor, &seen, 1, None, &[]).await;
    assert!(auditor.note_gone(&seen.whose, at, Some(&by)).await.unwrap());
    assert!(!auditor.note_gone(&seen.whose, at, Some(&by)).await.unwrap(), "the event came twice");
    let history = ledger(&aws, "operator").histories_of("111122223333", "audit").await.unwrap().remove(0);
    assert!(history.is_gone());
    assert_eq!((history.versions[1].by.as_ref(), &history.now()[KEPT]), (Some(&by), &json!("kept")));
    // Made again.
    assert!(note(&auditor, &seen, 10, Some("e-10"), &[]).await);
    assert!(!auditor.history(&seen.whose).await.unwrap().unwrap().is_gone());
}

#[tokio::test]
async fn what_was_changed_outside_begins_anew() {
    let aws = Aws::new();
    let of = |value: &str| seen("cloudtrail", "trail", TRAIL, KEPT, json!(value));
    note(&ledger(&aws, "log-watch"), &of("forged"), 1, None, &[]).await;
    let auditor = ledger(&aws, "account-auditor");
    assert!(note(&auditor, &of("true"), 2, None, &[]).await);
    let history = auditor.history_of("111122223333", "cloudtrail", "trail", TRAIL).await.unwrap().unwrap();
    assert_eq!((history.versions.len(), &history.now()[KEPT]), (1, &json!("true")));
}
