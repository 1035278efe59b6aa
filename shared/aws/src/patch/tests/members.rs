//! Members of Auto Scaling groups: told with the image, or replaced rather than patched.

use riposte_patch::run::Kind;
use serde_json::json;

use super::manager::{account, node};
use super::{Begin, Fleet};
use crate::invocation::now_ms;
use crate::testing::Fault;

const REPLACE: &str = r#"{"snapshot":true,"emergency":"act","emergency_hours":96,"group_members":"replace"}"#;

/// `i-1`, an old member of the group `web`, and `i-2`, which needs nothing; the group launches `ami-2` by now.
fn fleet(settings: &str) -> Fleet {
    let mut old = node();
    old["tags"]["aws:autoscaling:groupName"] = json!("web");
    let mut fresh = old.clone();
    fresh["packages"]["libssl3"] = fresh["archive"]["libssl3"].clone();
    fresh["scanned"] = json!(now_ms());
    let fleet = Fleet::of(account(&[("i-1", old), ("i-2", fresh)]), settings);
    fleet.state(|state| {
        state["image"] = json!("ami-2");
        state["findings"].as_array_mut().unwrap().truncate(1);
    });
    fleet
}

#[tokio::test]
async fn a_member_is_told_with_the_image_and_left_alone() {
    let fleet = fleet(super::SETTINGS);
    let [Begin::Not(why)] = &fleet.begin(None).await.unwrap()[..] else { panic!() };
    assert!(why.contains("which launches the image ami-2 by now, and runs ami-1: replace it"), "{why}");
}

#[tokio::test]
async fn a_member_is_replaced_once_and_seen_to_be() {
    let fleet = fleet(REPLACE);
    fleet.begin(None).await.unwrap();
    fleet.rounds(1).await;
    // There is no way back, so a person is asked.
    let run = fleet.run().await;
    assert!(run.asked && run.decided_by.as_ref().unwrap().contains("patch-without-way-back"), "{run:?}");
    let loaded = fleet.loaded().await;
    fleet.patcher(&loaded).approve(&run.id, "ann").await.unwrap();
    fleet.rounds(2).await;
    let run = fleet.run().await;
    let outcome = run.outcome.clone().unwrap();
    assert_eq!(outcome.kind, Kind::Patched, "{outcome:?}");
    assert!(outcome.why.contains("replaced by i-9, of the image ami-2"), "{}", outcome.why);
    assert_eq!((fleet.state(|state| state["retired"].clone()), fleet.commands("scan")), (json!(1), 0));
    let back = fleet.patcher(&loaded).roll_back(&run.id, "ann").await.unwrap_err();
    assert!(back.to_string().contains("roll back the image"), "{back}");
}

#[tokio::test]
async fn a_group_that_is_not_whole_again_or_launches_the_old_is_told() {
    for (how, kind, said) in [
        ("never refills", Kind::Unhealthy, "1 healthy instances in service and wants 2"),
        ("launches the old", Kind::NotPatched, "of the old image ami-1 again"),
    ] {
        let fleet = fleet(REPLACE);
        fleet.state(|state| state["group"] = json!(how));
        fleet.begin(Some("ann")).await.unwrap();
        fleet.rounds(2).await;
        let outcome = fleet.run().await.outcome.unwrap();
        assert_eq!(outcome.kind, kind, "{how}: {outcome:?}");
        assert!(outcome.why.contains(said), "{how}: {}", outcome.why);
    }
}

#[tokio::test]
async fn killed_or_without_an_answer_no_second_member_is_taken() {
    let mut calls = 0;
    loop {
        let fleet = fleet(REPLACE);
        fleet.begin(Some("ann")).await.unwrap();
        let ended = fleet.aws.run_for(calls, fleet.rounds(2)).await;
        fleet.aws.end_leases();
        fleet.rounds(3).await;
        let run = fleet.run().await;
        assert_eq!(run.outcome.as_ref().unwrap().kind, Kind::Patched, "killed after {calls} calls: {run:?}");
        assert_eq!(fleet.state(|state| state["retired"].clone()), json!(1), "killed after {calls} calls");
        if ended.is_some() {
            break;
        }
        calls += 1;
    }
    for fault in [Fault::THROTTLED, Fault::Timeout, Fault::LostAnswer] {
        let fleet = fleet(REPLACE);
        fleet.begin(Some("ann")).await.unwrap();
        fleet.aws.fail_after("TerminateInstanceInAutoScalingGroup", 0, fault.clone());
        fleet.rounds(2).await;
        assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched, "{fault:?}");
        assert_eq!(fleet.state(|state| state["retired"].clone()), json!(1), "{fault:?}");
    }
}
