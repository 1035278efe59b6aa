//! What the detectors of bare changes say they are about: the thing that was changed, not who did it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::fixture::firing;
use crate::detect::named::{all_named, named};
use crate::detect::{ACCOUNT, NETWORK};
use crate::event::ApiCall;
use crate::finding::Target;

fn call(request: &Value, response: &Value) -> ApiCall {
    let record = json!({ "eventName": "A", "requestParameters": request, "responseElements": response });
    ApiCall::new(record.as_object().unwrap().clone(), None, None)
}

#[test]
fn every_spelling_of_ec2_is_found_and_the_request_goes_first() {
    let old = call(&json!({ "vpcId": "vpc-1" }), &json!({ "vpc": { "vpcId": "vpc-2" } }));
    let new = call(&json!({ "ARequest": { "VpcId": "vpc-1" } }), &json!(null));
    let many =
        call(&json!({ "ARequest": { "VpcId": [{ "tag": 1, "content": "vpc-1" }, { "tag": 2 }] } }), &json!(null));
    let answered = call(&json!({ "ARequest": "" }), &json!({ "vpc": { "vpcId": "vpc-1" } }));
    for call in [old, new, many, answered] {
        assert_eq!(named(&call, &["vpcId"]).as_deref(), Some("vpc-1"), "{:?}", call.record());
    }
}

#[test]
fn the_first_name_wins_wherever_it_stands() {
    let call = call(&json!({ "name": "app", "parts": [{ "arn": "arn:1" }] }), &json!(null));
    assert_eq!(named(&call, &["arn", "name"]).as_deref(), Some("arn:1"));
    assert_eq!(named(&call, &["id", "name"]).as_deref(), Some("app"));
    assert_eq!(named(&call, &["id"]), None);
}

#[test]
fn all_of_a_name_are_found_numbers_too() {
    let call = call(&json!({ "ownerId": 444_455_556_666_u64 }), &json!({ "a": [{ "ownerId": "111122223333" }] }));
    assert_eq!(all_named(&call, "OwnerId"), ["444455556666", "111122223333"]);
}

#[test]
fn a_finding_names_what_was_changed_not_who_did_it() {
    let mut seen = BTreeSet::new();
    for detector in NETWORK.typed.iter().chain(ACCOUNT.typed) {
        let id = detector.meta().id;
        for fixture in firing(id) {
            for finding in fixture.run(&[*detector]).findings {
                if let Target::Resource { id: target, .. } = &finding.target {
                    assert_ne!(target, finding.principal.label(), "{id}/{}", fixture.name);
                    assert_ne!(target, "(unknown)", "{id}/{}", fixture.name);
                    seen.insert(id);
                }
            }
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}
