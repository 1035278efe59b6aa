//! Events that cannot be judged: the error names the event and the field, and nothing is guessed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::fixture::{everything, fixture};
use crate::detect::{Answer, DetectError, Facts, Question, Report, run};
use crate::event::ApiCall;
use crate::finding::Severity;

/// The record of a fixture with one field of the request or response replaced.
fn changed(detector: &str, name: &str, part: &str, key: &str, value: Value) -> ApiCall {
    let mut record = fixture(detector, name).call().record().as_object().unwrap().clone();
    record[part][key] = value;
    record.insert("eventID".to_owned(), json!("e-1"));
    ApiCall::new(record, None, None)
}

/// Findings that tell of something bad. The others only keep a record of what happens.
fn weighty(report: &Report) -> usize {
    report.findings.iter().filter(|finding| finding.severity >= Severity::Medium).count()
}

fn failure(call: &ApiCall) -> String {
    let report = run(&everything(), call, &call.scope().unwrap(), &Facts::default());
    assert_eq!(weighty(&report), 0, "{:?}", report.findings);
    report.failures.first().map(|(id, error)| format!("{id}: {error}")).unwrap()
}

#[test]
fn fields_that_are_missing_are_named() {
    for (detector, name, key, want) in [
        (
            "admin-policy-attached",
            "user",
            "userName",
            "event e-1: `requestParameters.userName` is missing or no string",
        ),
        (
            "admin-policy-attached",
            "user",
            "policyArn",
            "event e-1: `requestParameters.policyArn` is missing or no string",
        ),
        (
            "admin-inline-policy",
            "user",
            "policyDocument",
            "event e-1: `requestParameters.policyDocument` is missing or no string",
        ),
        ("open-admin-port", "group-by-name", "groupName", "event e-1: `requestParameters.groupId` is missing"),
        (
            "open-admin-port",
            "modified",
            "ModifySecurityGroupRulesRequest",
            "event e-1: `requestParameters.ModifySecurityGroupRulesRequest` is missing",
        ),
    ] {
        let mut record =
            changed(detector, name, "requestParameters", key, Value::Null).record().as_object().unwrap().clone();
        record["requestParameters"].as_object_mut().unwrap().remove(key);
        assert_eq!(failure(&ApiCall::new(record, None, None)), format!("{detector}: {want}"));
    }
}

#[test]
fn an_arn_that_is_no_policy_is_refused() {
    let call = changed("admin-policy-attached", "user", "requestParameters", "policyArn", json!("everything"));
    assert_eq!(
        failure(&call),
        "admin-policy-attached: event e-1: `requestParameters.policyArn` is no managed policy's ARN"
    );
}

#[test]
fn a_document_that_is_no_policy_is_refused() {
    let call = changed("admin-inline-policy", "user", "requestParameters", "policyDocument", json!("{\"Statement\":"));
    assert_eq!(
        failure(&call),
        "admin-inline-policy: policy `user/backdoor/s3-read`: not JSON at line 1, column 13: EOF while parsing a value"
    );
}

#[test]
fn a_range_that_is_none_is_refused() {
    let call = changed("open-admin-port", "legacy-top-level", "requestParameters", "cidrIp", json!("anywhere"));
    assert_eq!(failure(&call), "open-admin-port: event e-1: `cidr` is no range: `anywhere` has no valid address");
}

#[test]
fn a_range_that_is_none_hides_no_other() {
    let fixture = fixture("open-admin-port", "halves-without-response");
    let mut record = fixture.call().record().as_object().unwrap().clone();
    record["requestParameters"]["ipPermissions"]["items"][0]["ipRanges"]["items"][1]["cidrIp"] = json!("anywhere");
    let call = ApiCall::new(record, None, None);
    let report = run(&everything(), &call, &call.scope().unwrap(), &Facts::default());
    assert_eq!((weighty(&report), report.failures.len()), (1, 0));
}

#[test]
fn a_question_without_an_answer_is_an_error_and_the_other_detectors_run() {
    for (detector, name) in [
        ("admin-policy-attached", "customer-policy"),
        ("open-admin-port", "modified"),
        ("instance-from-old-image", "deprecated"),
    ] {
        let call = fixture(detector, name).call();
        let reading = everything().reading(&(&call).into());
        let questions: BTreeSet<_> = reading.iter().flat_map(|d| d.questions(&call)).collect();
        let wrong_kind = match questions.iter().collect::<Vec<_>>().as_slice() {
            [question @ Question::ManagedPolicy { .. }] => ((*question).clone(), Answer::Rules(Vec::new())),
            [question @ Question::Images { .. }] => ((*question).clone(), Answer::Rules(Vec::new())),
            [question @ Question::IngressRules { .. }] => ((*question).clone(), Answer::Document(String::new())),
            other => panic!("{other:?}"),
        };
        for facts in [Facts::default(), Facts::from_iter([wrong_kind])] {
            let report = run(&everything(), &call, &call.scope().unwrap(), &facts);
            let unanswered = |(_, error): &(_, _)| matches!(error, DetectError::Unanswered { .. });
            assert!(report.failures.iter().all(unanswered), "{report:?}");
            // Each that asked says so.
            let asking = reading.iter().filter(|detector| !detector.questions(&call).is_empty());
            let failed: Vec<_> = report.failures.iter().map(|(id, _)| *id).collect();
            assert_eq!(failed, asking.map(|detector| detector.meta().id).collect::<Vec<_>>());
            assert!(failed.contains(&detector), "{failed:?}");
        }
    }
}

#[test]
fn a_caller_that_cannot_be_told_is_refused() {
    let mut record = fixture("access-key-for-another", "user").call().record().as_object().unwrap().clone();
    record["eventID"] = json!("e-1");
    for (identity, want) in [
        (Value::Null, "event e-1: `userIdentity.type` is missing"),
        (json!({ "type": "IAMUser" }), "event e-1: `userIdentity.userName` is missing"),
    ] {
        record["userIdentity"] = identity;
        assert_eq!(failure(&ApiCall::new(record.clone(), None, None)), format!("access-key-for-another: {want}"));
    }
}
