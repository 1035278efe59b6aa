//! What goes wrong: bad nodes, kills after every call, throttling, lost answers, duplicates, other tools.

use riposte_patch::run::Kind;
use serde_json::{Value, json};

use super::manager::{account, node};
use super::{Begin, Fleet, SETTINGS};
use crate::invocation::now_ms;
use crate::testing::Fault;

#[tokio::test]
async fn a_node_that_goes_away_before_anything_is_done_is_told() {
    for (key, value, said) in [("ping", "ConnectionLost", "does not answer"), ("ping", "none", "does not know it")] {
        let fleet = Fleet::one();
        fleet.begin(None).await.unwrap();
        fleet.state(|state| state["nodes"]["i-1"][key] = json!(value));
        fleet.rounds(1).await;
        let outcome = fleet.run().await.outcome.unwrap();
        assert_eq!(outcome.kind, Kind::Unreachable);
        assert!(outcome.why.contains(said), "{}", outcome.why);
    }
    // Between the look at it and the command.
    let fleet = Fleet::one();
    fleet.begin(None).await.unwrap();
    fleet.aws.before("SendCommand", |world| world.script.state["nodes"]["i-1"]["ping"] = json!("none"));
    fleet.rounds(1).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Unreachable);
}

#[tokio::test]
async fn a_node_that_is_stopped_or_terminated_after_the_install_is_unhealthy() {
    for state in ["stopped", "terminated"] {
        let fleet = Fleet::one();
        fleet.begin(None).await.unwrap();
        fleet.aws.before("DescribeInstanceStatus", move |world| {
            world.script.state["nodes"]["i-1"]["ec2"] = json!(state);
        });
        fleet.rounds(2).await;
        let outcome = fleet.run().await.outcome.unwrap();
        assert_eq!((outcome.kind, outcome.why), (Kind::Unhealthy, format!("it is {state}")));
    }
}

#[tokio::test]
async fn a_document_that_is_not_shared_fails_with_awss_word() {
    let fleet = Fleet::one();
    fleet.state(|state| state["unshared"] = json!("AWS-RunShellScript"));
    fleet.begin(None).await.unwrap();
    fleet.rounds(1).await;
    let outcome = fleet.run().await.outcome.unwrap();
    assert_eq!(outcome.kind, Kind::Failed);
    assert!(outcome.why.contains("InvalidDocument"), "{}", outcome.why);
    assert_eq!(fleet.version("i-1"), "3.0.9-1");
}

fn foreign(status: &str) -> Value {
    json!({ "id": "theirs", "node": "i-1", "document": "AWS-RunPatchBaseline", "comment": "theirs", "parameters": {},
            "began": now_ms() - 60_000, "ends": i64::MAX, "status": status, "output": "" })
}

#[tokio::test]
async fn somebody_elses_command_is_waited_for_and_never_met() {
    let fleet = Fleet::one();
    fleet.begin(None).await.unwrap();
    fleet.state(|state| state["commands"] = json!([foreign("InProgress")]));
    fleet.rounds(1).await;
    assert_eq!(fleet.commands("scan"), 0);
    fleet.state(|state| state["commands"] = json!([foreign("Success")]));
    fleet.rounds(3).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched);
    let fleet = Fleet::one();
    fleet.begin(None).await.unwrap();
    fleet.state(|state| state["commands"] = json!([foreign("InProgress")]));
    fleet.rounds(4).await;
    let outcome = fleet.run().await.outcome.unwrap();
    assert_eq!((outcome.kind, fleet.commands("scan")), (Kind::Blocked, 0));
}

/// Killed after so many calls, with its leases run out, and taken up again.
#[tokio::test]
async fn killed_after_every_call_the_next_goes_on_and_nothing_is_done_twice() {
    let mut calls = 0;
    loop {
        let fleet = Fleet::one();
        fleet.begin(None).await.unwrap();
        let ended = fleet.aws.run_for(calls, fleet.rounds(3)).await;
        fleet.aws.end_leases();
        fleet.rounds(4).await;
        let run = fleet.run().await;
        assert_eq!(run.outcome.as_ref().unwrap().kind, Kind::Patched, "killed after {calls} calls: {run:?}");
        let sent = ["scan", "install", "query", "rescan"].map(|stage| fleet.commands(stage));
        assert_eq!(sent, [1, 1, 1, 1], "killed after {calls} calls");
        assert_eq!(fleet.state(|state| state["snapshots"].as_array().unwrap().len()), 1, "killed after {calls} calls");
        if ended.is_some() {
            break;
        }
        calls += 1;
    }
    assert!(calls > 40, "only {calls} calls");
}

#[tokio::test]
async fn throttled_or_without_an_answer_every_call_is_made_good() {
    let operations = [
        "DescribeInstanceInformation",
        "DescribeInstancePatchStates",
        "ListCommands",
        "SendCommand",
        "GetCommandInvocation",
        "DescribeInstances",
        "DescribeSnapshots",
        "CreateSnapshot",
        "DescribeInstanceStatus",
        "ListFindings",
    ];
    for operation in operations {
        for fault in [Fault::THROTTLED, Fault::Timeout, Fault::LostAnswer, Fault::Code(500, "InternalServerError")] {
            for skip in 0..3 {
                let fleet = Fleet::one();
                fleet.begin(None).await.unwrap();
                fleet.aws.fail_after(operation, skip, fault.clone());
                fleet.rounds(4).await;
                let run = fleet.run().await;
                assert_eq!(run.outcome.as_ref().unwrap().kind, Kind::Patched, "{operation} {fault:?} {skip}: {run:?}");
                let sent = ["scan", "install", "query", "rescan"].map(|stage| fleet.commands(stage));
                assert_eq!(sent, [1, 1, 1, 1], "{operation} {fault:?} {skip}");
                assert_eq!(fleet.state(|state| state["snapshots"].as_array().unwrap().len()), 1);
            }
        }
    }
}

#[tokio::test]
async fn refused_calls_end_the_run_with_the_reason() {
    let fleet = Fleet::one();
    fleet.begin(None).await.unwrap();
    fleet.aws.fail("SendCommand", Fault::DENIED);
    fleet.rounds(1).await;
    let outcome = fleet.run().await.outcome.unwrap();
    assert_eq!(outcome.kind, Kind::Failed);
    assert!(outcome.why.contains("AccessDenied"), "{}", outcome.why);
}

#[tokio::test]
async fn the_same_finding_again_and_rounds_side_by_side_are_one_run() {
    let fleet = Fleet::one();
    let (a, b) = tokio::join!(fleet.begin(None), fleet.begin(None));
    let (Begin::Run(a), Begin::Run(b)) = (&a.unwrap()[0], &b.unwrap()[0]) else { panic!() };
    assert_eq!(a, b);
    let (first, second) = tokio::join!(fleet.round(), fleet.round());
    assert!(first.unwrap().busy != second.unwrap().busy, "one round at a time");
    fleet.rounds(3).await;
    assert_eq!(fleet.commands("install"), 1);
    // The finding again, after it: it is closed, so that nothing is planned.
    assert_eq!(fleet.begin(None).await.unwrap(), []);
    assert_eq!(fleet.runs().await.len(), 1);
}

#[tokio::test]
async fn a_node_has_one_run_at_a_time() {
    let fleet = Fleet::one();
    fleet.begin(None).await.unwrap();
    fleet.state(|state| {
        state["findings"][0]["findingArn"] = json!("arn:aws:inspector2:eu-west-1:111122223333:finding/other");
    });
    assert_eq!(fleet.begin(None).await.unwrap(), [Begin::Not("another run has the node".to_owned())]);
}

#[tokio::test]
async fn a_record_that_somebody_changed_is_not_carried_out() {
    let fleet = Fleet::one();
    fleet.begin(None).await.unwrap();
    let id = fleet.run().await.id;
    fleet.aws.world(|world| {
        let item = world.table.items.get_mut(&format!("patch#{id}")).unwrap();
        let record = item["record"]["S"].as_str().unwrap().replace("libssl3", "evil");
        item.insert("record".to_owned(), json!({ "S": record }));
    });
    let loaded = fleet.loaded().await;
    let error = fleet.patcher(&loaded).walk(&id, &super::invocation()).await.unwrap_err();
    assert!(error.to_string().contains("signature does not hold"), "{error}");
}

#[tokio::test]
async fn an_exempt_node_is_left_alone_by_the_guardrails_too() {
    let mut exempt = node();
    exempt["tags"] = json!({ "ring": "dev", "riposte:exempt": "true" });
    let fleet = Fleet::of(account(&[("i-1", exempt)]), SETTINGS);
    let loaded = fleet.loaded().await;
    let patcher = fleet.patcher(&loaded);
    let settings = patcher.settings().unwrap();
    let mut planned = patcher.plan(&settings, None).await.unwrap().nodes.remove(0);
    assert!(planned.route.to_string().contains("exempts it"), "{}", planned.route);
    // Even where a person names it.
    planned.route = riposte_patch::plan::Route::ByHand;
    patcher.begin(&planned, &settings, Some("ann")).await.unwrap();
    fleet.rounds(1).await;
    let outcome = fleet.run().await.outcome.unwrap();
    assert_eq!(outcome.kind, Kind::Planned);
    assert!(outcome.why.contains("exempt-tag"), "{}", outcome.why);
}

#[tokio::test]
async fn a_scan_that_grew_older_than_two_hours_is_made_again_before_the_install() {
    let settings = r#"{"snapshot":true,"emergency":"act","emergency_hours":96,"command_minutes":600}"#;
    let fleet = Fleet::of(account(&[("i-1", node())]), settings);
    fleet.begin(None).await.unwrap();
    fleet.aws.before("CreateSnapshot", |world| {
        world.script.state["commands"].as_array_mut().unwrap().push(foreign("InProgress"));
    });
    fleet.rounds(4).await;
    assert_eq!((fleet.commands("scan"), fleet.commands("install")), (1, 0));
    fleet.state(|state| {
        for command in state["commands"].as_array_mut().unwrap().iter_mut().filter(|one| one["id"] == "theirs") {
            command["status"] = json!("Success");
        }
    });
    fleet.rounds(3).await;
    let run = fleet.run().await;
    assert_eq!(run.outcome.as_ref().unwrap().kind, Kind::Patched, "{run:?}");
    assert_eq!(["scan", "scan-2", "install"].map(|stage| fleet.commands(stage)), [1, 1, 1]);
    assert_eq!(fleet.state(|state| state["snapshots"].as_array().unwrap().len()), 1);
}

#[tokio::test]
async fn an_association_of_a_patch_policy_is_waited_for_and_not_for_ever() {
    let fleet = Fleet::one();
    fleet.state(|state| state["nodes"]["i-1"]["association"] = json!("InProgress"));
    fleet.begin(None).await.unwrap();
    fleet.rounds(1).await;
    assert_eq!((fleet.commands("scan"), fleet.commands("install")), (1, 0));
    fleet.state(|state| state["nodes"]["i-1"]["association"] = json!("Success"));
    fleet.rounds(3).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched);
    let fleet = Fleet::one();
    fleet.state(|state| state["nodes"]["i-1"]["association"] = json!("InProgress"));
    fleet.begin(None).await.unwrap();
    fleet.rounds(4).await;
    let outcome = fleet.run().await.outcome.unwrap();
    assert_eq!((outcome.kind, fleet.commands("install")), (Kind::Blocked, 0));
    assert!(outcome.why.contains("the association AWS-QuickSetup-PatchPolicy"), "{}", outcome.why);
}

#[tokio::test]
async fn a_node_that_is_exempted_or_stopped_while_its_window_is_waited_for_is_left_alone() {
    for (exempt, kind, said) in [(true, Kind::Planned, "exempt"), (false, Kind::Unreachable, "it is stopped")] {
        let fleet = Fleet::one();
        let opens = now_ms() + 5 * 3_600_000;
        fleet.state(|state| state["windows"]["mw-1"] = json!({ "opens": opens, "enabled": true }));
        fleet.begin(None).await.unwrap();
        fleet.state(|state| {
            if exempt {
                state["nodes"]["i-1"]["tags"]["riposte:exempt"] = json!("yes");
            } else {
                state["nodes"]["i-1"]["ec2"] = json!("stopped");
            }
        });
        fleet.rounds(8).await;
        let outcome = fleet.run().await.outcome.unwrap();
        assert_eq!(outcome.kind, kind, "{outcome:?}");
        assert!(outcome.why.contains(said), "{}", outcome.why);
        assert_eq!(fleet.commands("scan"), 0);
    }
}

#[tokio::test]
async fn a_node_outside_ec2_is_known_by_its_own_tags() {
    let mut outside = node();
    outside["tags"]["riposte:exempt"] = json!("yes");
    let fleet = Fleet::of(account(&[("mi-1", node())]), r#"{"emergency":"act","emergency_hours":96}"#);
    fleet.begin(None).await.unwrap();
    fleet.rounds(1).await;
    assert!(fleet.run().await.asked);
    fleet.state(|state| state["nodes"]["mi-1"] = outside);
    let loaded = fleet.loaded().await;
    let id = fleet.run().await.id;
    fleet.patcher(&loaded).approve(&id, "ann").await.unwrap();
    fleet.rounds(1).await;
    let outcome = fleet.run().await.outcome.unwrap();
    assert_eq!((outcome.kind, fleet.commands("scan")), (Kind::Planned, 0), "{outcome:?}");
}
