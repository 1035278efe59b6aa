//! A list of many targets in one call: each is a finding of its own, with a response of its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::fixture::{everything, fixture};
use crate::action::Response;
use crate::detect::{Facts, run};
use crate::event::ApiCall;
use crate::finding::Finding;
use crate::incident::Incident;

fn found(detector: &str, name: &str, pointer: &str, list: Value) -> Vec<Finding> {
    let mut record = Value::Object(fixture(detector, name).call().record().as_object().unwrap().clone());
    *record.pointer_mut(pointer).unwrap() = list;
    let call = ApiCall::new(record.as_object().unwrap().clone(), None, None);
    let report = run(&everything(), &call, &call.scope().unwrap(), &Facts::default());
    report.findings.into_iter().filter(|finding| finding.detector == detector).collect()
}

#[test]
fn two_hundred_targets_are_two_hundred_incidents_and_none_is_left_out() {
    let id = |n: usize| format!("fl-{n:017x}");
    let pointer = "/requestParameters/DeleteFlowLogsRequest/FlowLogId";
    let members = |all: &mut dyn Iterator<Item = usize>| -> Value {
        all.map(|n| json!({ "tag": n + 1, "content": id(n) })).collect()
    };
    let found_all = found("flow-logs-deleted", "several", pointer, members(&mut (0..200)));
    let asked: BTreeSet<String> = found_all
        .iter()
        .map(|finding| finding.response.as_ref().map(Response::resource).unwrap().unwrap().key())
        .collect();
    assert_eq!(asked, (0..200).map(|n| format!("flow-log/{}", id(n))).collect());
    let incidents: BTreeSet<String> = found_all.iter().map(Incident::id_of).collect();
    assert_eq!(incidents.len(), 200);
    // One that is named twice is one.
    let twice = found("flow-logs-deleted", "several", pointer, members(&mut (0..3).chain(0..3)));
    assert_eq!(twice.len(), 3);
}
