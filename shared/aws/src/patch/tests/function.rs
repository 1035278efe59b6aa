//! The function as it is invoked: ticks and findings, until the node is patched.

use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::Context;
use riposte_core::catalogue::PATCHER;
use riposte_patch::run::Kind;
use serde_json::{Value, json};

use super::Fleet;
use crate::actions::{Actions, ApplySecurityGroup, CreateSecurityGroup};
use crate::clock;
use crate::guard::{self, Base, HandlerError};
use crate::patch::PatchGuard;
use crate::testing::{Fault, ScriptedApi};

pub(super) fn function(fleet: &Fleet) -> PatchGuard {
    let config = fleet.aws.config();
    let api = Arc::new(ScriptedApi(fleet.aws.clone()));
    let actions = Actions::new(&config).with(ApplySecurityGroup).with(CreateSecurityGroup).through(api.clone());
    let base = Base::new(PATCHER, "111122223333".to_owned(), &config, actions);
    PatchGuard::new(base, &config, "eu-west-1".to_owned()).through(api)
}

fn event(source: &str, kind: &str) -> String {
    json!({ "version": "0", "id": "e-1", "source": source, "detail-type": kind, "account": "111122223333",
            "region": "eu-west-1", "time": "2026-01-02T03:04:05Z", "detail": {} })
    .to_string()
}

pub(super) async fn deliver(fleet: &Fleet) -> Result<Value, HandlerError> {
    let tick = event("aws.events", "Scheduled Event");
    guard::handle(&function(fleet), &tick, &Context::default()).await
}

pub(super) async fn tick(fleet: &Fleet) -> Value {
    deliver(fleet).await.unwrap()
}

async fn ticks(fleet: &Fleet) {
    for _ in 0..40 {
        tick(fleet).await;
        if fleet.runs().await.iter().any(|run| run.is_done() && run.notified) {
            return;
        }
        clock::sleep(Duration::from_secs(300)).await;
    }
}

#[tokio::test]
async fn ticks_alone_patch_a_node_in_new_processes_each_time() {
    let fleet = Fleet::one();
    ticks(&fleet).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched);
    assert_eq!(fleet.commands("install"), 1);
}

#[tokio::test]
async fn a_finding_begins_it_and_a_hundred_read_the_account_once() {
    let fleet = Fleet::one();
    let finding = event("aws.inspector2", "Inspector2 Finding");
    let function = function(&fleet);
    for _ in 0..100 {
        guard::handle(&function, &finding, &Context::default()).await.unwrap();
    }
    let read = fleet.aws.calls().iter().filter(|call| *call == "ec2:DescribeInstances").count();
    // Once for the plan, and perhaps for the snapshot's volume.
    assert!(read <= 2, "{read}");
    assert_eq!(fleet.runs().await.len(), 1);
}

/// Each stage's command was sent once, and one snapshot taken.
fn done_once(fleet: &Fleet, how: &str) {
    let sent = ["scan", "install", "query", "rescan"].map(|stage| fleet.commands(stage));
    assert_eq!(sent, [1, 1, 1, 1], "{how}");
    assert_eq!(fleet.state(|state| state["snapshots"].as_array().unwrap().len()), 1, "{how}");
}

#[tokio::test]
async fn a_tick_that_is_killed_after_any_call_costs_nothing_but_time() {
    let mut calls = 0;
    loop {
        let fleet = Fleet::one();
        let ended = fleet.aws.run_for(calls, tick(&fleet)).await;
        fleet.aws.end_leases();
        ticks(&fleet).await;
        let how = format!("killed after {calls} calls");
        assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched, "{how}");
        done_once(&fleet, &how);
        if ended.is_some() {
            break;
        }
        calls += 1;
    }
    assert!(calls > 60, "only {calls} calls");
}

#[tokio::test]
async fn throttled_ticks_and_findings_that_are_delivered_twice_are_one_run() {
    let operations =
        ["DescribeInstances", "ListFindings", "SendCommand", "GetCommandInvocation", "CreateSnapshot", "ListCommands"];
    for operation in operations {
        for fault in [Fault::THROTTLED, Fault::LostAnswer] {
            let fleet = Fleet::one();
            for skip in [0, 2] {
                fleet.aws.fail_after(operation, skip, fault.clone());
            }
            let tick = event("aws.events", "Scheduled Event");
            let finding = event("aws.inspector2", "Inspector2 Finding");
            for _ in 0..40 {
                let function = function(&fleet);
                let contexts = ["a", "b", "c", "d"].map(|id| {
                    let mut context = Context::default();
                    context.request_id = id.to_owned();
                    context
                });
                // One that cannot go on fails, and is delivered again: that is the queue's doing.
                let deliver = |text, n: usize| guard::handle(&function, text, &contexts[n]);
                let _ = tokio::join!(deliver(&tick, 0), deliver(&finding, 1), deliver(&tick, 2), deliver(&finding, 3));
                if fleet.runs().await.iter().any(|run| run.is_done() && run.notified) {
                    break;
                }
                clock::sleep(Duration::from_secs(300)).await;
            }
            let how = format!("{operation} {fault:?}");
            assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched, "{how}");
            done_once(&fleet, &how);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_beside_the_nodes_is_told_and_holds_nothing_up() {
    let fleet = Fleet::one();
    fleet.aws.fail_always("DescribeDBInstances", Fault::DENIED);
    fleet.aws.fail_always("ListClusters", Fault::DENIED);
    ticks(&fleet).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched);
}

/// Nodes whose agents fell silent two hours ago.
fn silent(count: usize) -> Fleet {
    let quiet = |n: usize| {
        let mut quiet = super::manager::node();
        quiet["ping"] = json!("ConnectionLost");
        quiet["pinged"] = json!(clock::now_ms() - 2 * 3_600_000);
        (format!("i-{n}"), quiet)
    };
    let nodes: Vec<(String, Value)> = (0..count).map(quiet).collect();
    let nodes: Vec<(&str, Value)> = nodes.iter().map(|(id, node)| (id.as_str(), node.clone())).collect();
    Fleet::of(super::manager::account(&nodes), super::SETTINGS)
}

#[tokio::test]
async fn an_agent_that_fell_silent_is_one_incident_however_often_it_is_looked_for() {
    let fleet = silent(1);
    for _ in 0..3 {
        tick(&fleet).await;
        clock::sleep(Duration::from_secs(300)).await;
    }
    let incidents = fleet.incidents().await;
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    let finding = &incidents[0].finding;
    assert_eq!((finding.detector.as_str(), finding.target.to_string()), ("ssm-agent-silent", "ssm/i-0".to_owned()));
    assert!(finding.why.contains("stopped, removed, or cut off"), "{}", finding.why);
}

#[tokio::test]
async fn many_agents_that_fall_silent_at_once_are_one_incident() {
    let fleet = silent(12);
    tick(&fleet).await;
    tick(&fleet).await;
    let incidents = fleet.incidents().await;
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert!(incidents[0].finding.why.contains("12 running machines"), "{}", incidents[0].finding.why);
}

#[tokio::test]
async fn a_silence_that_cannot_be_recorded_is_recorded_at_the_next_tick() {
    let fleet = silent(1);
    let function = function(&fleet);
    let text = event("aws.events", "Scheduled Event");
    fleet.aws.fail("TransactWriteItems", Fault::DENIED);
    assert!(guard::handle(&function, &text, &Context::default()).await.is_err());
    guard::handle(&function, &text, &Context::default()).await.unwrap();
    assert_eq!(fleet.incidents().await.len(), 1);
}
