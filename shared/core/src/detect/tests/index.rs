//! Who reads an event: by name and service, by root, by refusal, and by how the call ended.

use serde_json::{Value, json};

use super::fixture::everything;
use crate::detect::{EventName, Events, Head, Index, Outcome, detectors};
use crate::event::ApiCall;

fn call(record: &Value) -> ApiCall {
    ApiCall::new(record.as_object().unwrap().clone(), None, None)
}

#[test]
fn each_detector_is_asked_for_each_of_its_events_and_for_no_other_service() {
    let index = everything();
    for detector in detectors() {
        let meta = detector.meta();
        for EventName { source, name } in meta.events.names() {
            let failed = meta.outcome == Outcome::Failure;
            let reads = |source| {
                let head = Head { name, source: Some(source), failed, ..Head::default() };
                index.reading(&head).iter().any(|found| found.meta().id == meta.id)
            };
            assert!(reads(source), "{}: {name}", meta.id);
            assert!(!reads("elsewhere.amazonaws.com"), "{}: {name} of another service", meta.id);
        }
    }
}

#[test]
fn a_call_that_failed_reaches_only_those_that_want_it() {
    let index = everything();
    for detector in detectors() {
        let meta = detector.meta();
        for failed in [false, true] {
            let Events::Calls([EventName { source, name }, ..]) = meta.events else { continue };
            let head = Head { name, source: Some(source), failed, ..Head::default() };
            let read = index.reading(&head).iter().any(|found| found.meta().id == meta.id);
            assert_eq!(read, meta.outcome.covers(failed), "{}", meta.id);
        }
    }
}

#[test]
fn names_and_services_are_compared_without_case_as_sigma_does() {
    let head = Head { name: "STOPLOGGING", source: Some("CloudTrail.amazonaws.com"), ..Head::default() };
    let readers = everything().reading(&head);
    assert!(readers.iter().any(|detector| detector.meta().id == "trail-stopped"), "{readers:?}");
}

#[test]
fn an_event_of_nobody_costs_nothing() {
    let head = Head { name: "DescribeFleets", source: Some("gamelift.amazonaws.com"), ..Head::default() };
    assert!(everything().reading(&head).is_empty());
    assert!(Index::default().reading(&Head::default()).is_empty());
}

#[test]
fn refusals_are_known_in_all_their_spellings() {
    for (code, denied) in [
        ("AccessDenied", true),
        ("AccessDeniedException", true),
        ("Client.UnauthorizedOperation", true),
        ("UnauthorizedOperation", true),
        ("Client.DryRunOperation", false),
        ("ThrottlingException", false),
        ("NoSuchEntityException", false),
        ("AccessDeniedForTheFunOfIt", false),
    ] {
        assert_eq!(call(&json!({ "eventName": "X", "errorCode": code })).denied(), denied, "{code}");
    }
}

#[test]
fn root_is_the_user_itself_and_no_service_for_it() {
    for (identity, kind, root) in [
        (json!({ "type": "Root" }), "AwsApiCall", true),
        (json!({ "type": "Root", "invokedBy": "support.amazonaws.com" }), "AwsApiCall", false),
        (json!({ "type": "Root" }), "AwsServiceEvent", false),
        (json!({ "type": "IAMUser", "userName": "root" }), "AwsApiCall", false),
    ] {
        let record = json!({ "eventName": "X", "userIdentity": identity, "eventType": kind });
        assert_eq!(call(&record).by_root(), root, "{record}");
    }
}
