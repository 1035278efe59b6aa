//! The function as it is invoked: ticks and findings, until the node is patched.

use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::Context;
use riposte_core::catalogue::PATCHER;
use riposte_patch::run::Kind;
use serde_json::{Value, json};

use super::Fleet;
use crate::actions::Actions;
use crate::clock;
use crate::guard::{self, Base};
use crate::patch::PatchGuard;
use crate::testing::{Fault, ScriptedApi};

fn function(fleet: &Fleet) -> PatchGuard {
    let config = fleet.aws.config();
    let base = Base::new(PATCHER, "111122223333".to_owned(), &config, Actions::new(&config));
    PatchGuard::new(base, &config, "eu-west-1".to_owned()).through(Arc::new(ScriptedApi(fleet.aws.clone())))
}

fn event(source: &str, kind: &str) -> String {
    json!({ "version": "0", "id": "e-1", "source": source, "detail-type": kind, "account": "111122223333",
            "region": "eu-west-1", "time": "2026-01-02T03:04:05Z", "detail": {} })
    .to_string()
}

async fn tick(fleet: &Fleet) -> Value {
    let tick = event("aws.events", "Scheduled Event");
    guard::handle(&function(fleet), &tick, &Context::default()).await.unwrap()
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

#[tokio::test]
async fn a_tick_that_is_killed_at_any_call_costs_nothing_but_time() {
    for calls in (0..160).step_by(7) {
        let fleet = Fleet::one();
        fleet.aws.run_for(calls, tick(&fleet)).await;
        fleet.aws.end_leases();
        ticks(&fleet).await;
        assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched, "killed after {calls} calls");
        assert_eq!(fleet.commands("install"), 1, "killed after {calls} calls");
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
