//! The ways that a run goes.

use riposte_patch::run::Kind;
use serde_json::{Value, json};

use super::manager::{account, node};
use super::{Begin, Fleet, SETTINGS};
use crate::invocation::now_ms;

const FIXED: &str = "3.0.11-1~deb12u2";

pub(super) fn with(more: &Value) -> Value {
    let mut node = node();
    for (key, value) in more.as_object().unwrap() {
        node[key] = value.clone();
    }
    node
}

async fn ended(more: Value) -> (Fleet, Kind, String) {
    let fleet = Fleet::of(account(&[("i-1", with(&more))]), SETTINGS);
    fleet.begin(None).await.unwrap();
    fleet.rounds(30).await;
    let outcome = fleet.run().await.outcome.unwrap();
    (fleet, outcome.kind, outcome.why)
}

#[tokio::test]
async fn a_finding_becomes_a_verified_fix_in_ten_steps() {
    let fleet = Fleet::one();
    assert!(matches!(fleet.begin(None).await.unwrap().as_slice(), [Begin::Run(_)]));
    fleet.rounds(3).await;
    let run = fleet.run().await;
    let outcome = run.outcome.clone().unwrap();
    assert_eq!(outcome.kind, Kind::Patched, "{outcome:?}");
    assert!(outcome.why.contains("Inspector shows none"), "{}", outcome.why);
    assert_eq!((fleet.version("i-1").as_str(), run.met_deadline()), (FIXED, Some(true)));
    let steps: Vec<u8> = run.timeline.iter().map(|entry| entry.step).collect();
    for step in [1, 3, 4, 5, 6, 7, 8, 9] {
        assert!(steps.contains(&step), "step {step} of {steps:?}");
    }
    assert_eq!(["scan", "install", "query", "rescan"].map(|stage| fleet.commands(stage)), [1, 1, 1, 1]);
    assert!(run.snapshot_id.is_some() && run.decided_by.unwrap().contains("live-mode"));
    // What it takes without the polls: see the page on patching.
    let polls = fleet.aws.calls().iter().filter(|call| *call == "ssm:GetCommandInvocation").count();
    assert!(run.calls as usize - polls <= 21, "{} calls, {polls} of them polls", run.calls);
    let told = fleet.aws.world(|world| world.sent.clone());
    assert_eq!(told.len(), 1);
    assert!(told[0].subject.starts_with("[Riposte] PATCH PATCHED: i-1"), "{}", told[0].subject);
}

#[tokio::test]
async fn the_baseline_is_installed_where_updates_are_missing_and_a_person_asks() {
    let fleet =
        Fleet::of(account(&[("i-1", with(&json!({ "missing": 7, "scanned": now_ms() - 86_400_000 })))]), SETTINGS);
    fleet.state(|state| state["findings"] = json!([]));
    // Nothing presses, so that only a person begins it.
    assert!(matches!(fleet.begin(None).await.unwrap().as_slice(), [Begin::Not(_)]));
    let loaded = fleet.loaded().await;
    let patcher = fleet.patcher(&loaded);
    let settings = patcher.settings().unwrap();
    let mut node = patcher.plan(&settings, None).await.unwrap().nodes.remove(0);
    node.route = riposte_patch::plan::Route::ByHand;
    patcher.begin(&node, &settings, Some("ann")).await.unwrap();
    fleet.rounds(3).await;
    let run = fleet.run().await;
    assert_eq!(run.outcome.clone().unwrap().kind, Kind::Patched, "{:?}", run.outcome);
    assert_eq!((run.before.unwrap().missing, run.after.unwrap().missing), (7, 0));
    // The compliance before, by name, over all its pages; and what became of each.
    assert_eq!((run.open_before.len(), run.open_after.len()), (7, 0));
    let delta = run.timeline.iter().find(|entry| entry.text.starts_with("installed: package-0.x86_64")).unwrap();
    assert!(delta.text.ends_with("; still open: none"), "{}", delta.text);
    assert_eq!(run.approved_by.as_deref(), Some("ann"));
}

#[tokio::test]
async fn by_a_baseline_override_patch_manager_installs_what_is_named_and_nothing_else() {
    let settings =
        r#"{"snapshot":true,"emergency":"act","emergency_hours":96,"overrides":"s3://riposte-patch-1/runs/"}"#;
    let mut both = node();
    both["packages"]["other"] = json!("1-1");
    both["archive"]["other"] = json!("2-1");
    let fleet = Fleet::of(account(&[("i-1", both)]), settings);
    fleet.begin(None).await.unwrap();
    fleet.rounds(3).await;
    let run = fleet.run().await;
    assert_eq!(run.outcome.clone().unwrap().kind, Kind::Patched, "{:?}", run.outcome);
    assert_eq!(fleet.version("i-1"), FIXED);
    fleet.state(|state| {
        assert_eq!(state["nodes"]["i-1"]["packages"]["other"], "1-1");
        assert!(state["objects"][format!("riposte-patch-1/runs/{}.json", run.id)].is_string());
        let install = state["commands"].as_array().unwrap().iter().find(|c| !c["approved"].is_null()).unwrap();
        assert_eq!(install["document"], "AWS-RunPatchBaseline");
    });
}

#[tokio::test]
async fn the_exit_status_alone_is_never_believed() {
    let (fleet, kind, why) = ended(json!({ "installs": "lies" })).await;
    assert_eq!(kind, Kind::NotPatched);
    assert!(why.contains("the install said Success, and libssl3 is 3.0.9-1, fixed in"), "{why}");
    assert_eq!(fleet.version("i-1"), "3.0.9-1");
    // It failed and has done its work: what is seen counts.
    let (_, kind, why) = ended(json!({ "installs": "fails-after" })).await;
    assert_eq!(kind, Kind::Patched);
    assert!(why.contains("the install said Failed"), "{why}");
    let (fleet, kind, why) = ended(json!({ "scans": "lies" })).await;
    assert_eq!((kind, fleet.commands("install")), (Kind::Failed, 0));
    assert!(why.contains("left no new patch state"), "{why}");
    let (fleet, kind, _) = ended(json!({ "scans": "fails" })).await;
    assert_eq!((kind, fleet.commands("install")), (Kind::Failed, 0));
    let (_, kind, _) = ended(json!({ "rescans": "lies" })).await;
    assert_eq!(kind, Kind::Failed);
}

#[tokio::test]
async fn a_command_that_never_ends_is_cancelled_and_the_node_is_looked_at() {
    let (fleet, kind, why) = ended(json!({ "installs": "never ends" })).await;
    assert_eq!(kind, Kind::NotPatched);
    assert!(why.contains("did not end in time and was canceled"), "{why}");
    assert!(fleet.state(|state| state["commands"].as_array().unwrap().iter().any(|c| c["status"] == "Cancelled")));
}

#[tokio::test]
async fn a_node_that_reboots_is_waited_for_and_one_that_stays_away_is_an_alarm() {
    let (_, kind, _) = ended(json!({ "installs": "reboots" })).await;
    assert_eq!(kind, Kind::Patched);
    let (fleet, kind, why) = ended(json!({ "installs": "dies" })).await;
    assert_eq!(kind, Kind::Unhealthy);
    assert!(why.contains("agent does not answer"), "{why}");
    let told = fleet.aws.world(|world| world.sent.clone());
    assert!(told[0].subject.contains("PATCH UNHEALTHY") && told[0].body.contains("riposte patch rollback"), "{told:?}");
}

#[tokio::test]
async fn an_unhealthy_node_stops_its_ring_until_a_person_lets_it_go_on() {
    let dying = with(&json!({ "installs": "dies" }));
    let prod = with(&json!({ "tags": { "ring": "prod" } }));
    let fleet = Fleet::of(account(&[("i-1", dying), ("i-2", prod)]), SETTINGS);
    fleet.begin(None).await.unwrap();
    fleet.rounds(3).await;
    let runs = fleet.runs().await;
    assert_eq!(runs[0].outcome.as_ref().unwrap().kind, Kind::Unhealthy);
    assert!(!runs[1].is_done() && !runs[1].has_touched());
    let stopped = fleet.round().await.unwrap().stopped;
    assert!(stopped[&runs[1].id].contains("i-1 is unhealthy"), "{stopped:?}");
    let loaded = fleet.loaded().await;
    fleet.patcher(&loaded).approve(&runs[0].id, "ann").await.unwrap();
    fleet.rounds(3).await;
    assert_eq!(fleet.runs().await[1].outcome.as_ref().unwrap().kind, Kind::Patched);
}

#[tokio::test]
async fn alarms_are_looked_at_before_and_after() {
    let settings = r#"{"snapshot":true,"emergency":"act","emergency_hours":96,"alarms":["web"]}"#;
    for (state, kind, installs) in [("OK", Kind::Patched, 1), ("ALARM", Kind::Failed, 0)] {
        let fleet = Fleet::of(account(&[("i-1", node())]), settings);
        fleet.state(|all| all["alarms"]["web"] = json!(state));
        fleet.begin(None).await.unwrap();
        fleet.rounds(3).await;
        assert_eq!((fleet.run().await.outcome.unwrap().kind, fleet.commands("install")), (kind, installs));
    }
    let fleet = Fleet::of(account(&[("i-1", node())]), settings);
    fleet.begin(None).await.unwrap();
    fleet.rounds(3).await;
    assert!(fleet.run().await.outcome.unwrap().why.contains("there is no alarm `web`"));
}

#[tokio::test]
async fn without_a_way_back_a_person_is_asked_and_told_once() {
    let fleet = Fleet::of(account(&[("i-1", node())]), r#"{"emergency":"act","emergency_hours":96}"#);
    fleet.begin(None).await.unwrap();
    fleet.rounds(1).await;
    let run = fleet.run().await;
    assert!(run.asked && run.decided_by.as_ref().unwrap().contains("patch-without-way-back"), "{run:?}");
    assert_eq!(fleet.commands("scan"), 0);
    let told = fleet.aws.world(|world| world.sent.clone());
    assert_eq!(told.len(), 1);
    assert!(told[0].body.contains(&format!("riposte patch approve {}", run.id)), "{}", told[0].body);
    let loaded = fleet.loaded().await;
    fleet.patcher(&loaded).approve(&run.id, "ann").await.unwrap();
    fleet.rounds(3).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched);
}

#[tokio::test]
async fn in_shadow_mode_it_is_planned_and_recorded_and_live_mode_takes_it_up() {
    let fleet = Fleet::one();
    let mode = |mode: &str| fleet.aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), mode.to_owned()));
    mode("shadow");
    fleet.begin(None).await.unwrap();
    fleet.rounds(1).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Planned);
    assert!(matches!(fleet.begin(None).await.unwrap().as_slice(), [Begin::Not(_)]));
    assert_eq!(fleet.state(|state| state["commands"].as_array().unwrap().len()), 0);
    mode("live");
    assert!(matches!(fleet.begin(None).await.unwrap().as_slice(), [Begin::Run(_)]));
    fleet.rounds(3).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched);
}

#[tokio::test]
async fn the_kill_switch_bites_between_the_scan_and_the_install() {
    let fleet = Fleet::one();
    fleet.begin(None).await.unwrap();
    fleet.aws.before("CreateSnapshot", |world| {
        world.ssm.insert("/riposte/mode".to_owned(), "halt".to_owned());
    });
    // The settings are those of the round: the next one has the new ones.
    let loaded = fleet.loaded().await;
    let short = crate::invocation::Invocation { deadline_ms: now_ms() + 30_000, ..super::invocation() };
    fleet.patcher(&loaded).round(&fleet.patcher(&loaded).settings().unwrap(), &short).await.unwrap();
    fleet.aws.world(|world| world.ssm.insert("/riposte/mode".to_owned(), "halt".to_owned()));
    fleet.rounds(1).await;
    let outcome = fleet.run().await.outcome.unwrap();
    assert!(outcome.why.contains("kill-switch"), "{outcome:?}");
    assert_eq!(fleet.commands("install"), 0);
}

#[tokio::test]
async fn a_window_is_waited_for_and_one_that_is_switched_off_is_missed() {
    for (enabled, kind) in [(true, Kind::Patched), (false, Kind::Missed)] {
        let opens = now_ms() + 5 * 3_600_000;
        let fleet = Fleet::one();
        fleet.state(|state| state["windows"]["mw-1"] = json!({ "opens": opens, "enabled": true }));
        fleet.begin(None).await.unwrap();
        fleet.rounds(4).await;
        assert_eq!(fleet.state(|state| state["commands"].as_array().unwrap().len()), 0, "before it opens");
        fleet.state(|state| state["windows"]["mw-1"]["enabled"] = json!(enabled));
        fleet.rounds(4).await;
        assert_eq!(fleet.run().await.outcome.unwrap().kind, kind);
    }
}

#[tokio::test]
async fn inspector_is_waited_for_and_not_for_ever() {
    let fleet = Fleet::one();
    fleet.state(|state| state["inspector_lags_ms"] = json!(3 * 3_600_000));
    fleet.begin(None).await.unwrap();
    fleet.rounds(2).await;
    assert!(!fleet.run().await.is_done());
    fleet.rounds(3).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::Patched);
    let fleet = Fleet::one();
    fleet.state(|state| state["inspector_lags_ms"] = json!(i64::MAX / 2));
    fleet.begin(None).await.unwrap();
    fleet.rounds(26).await;
    let outcome = fleet.run().await.outcome.unwrap();
    assert_eq!(outcome.kind, Kind::Unconfirmed);
    assert!(outcome.why.contains("Inspector still shows CVE-2026-4242"), "{}", outcome.why);
}

#[tokio::test]
async fn what_was_done_is_brought_back() {
    let fleet = Fleet::one();
    fleet.begin(None).await.unwrap();
    fleet.rounds(3).await;
    let loaded = fleet.loaded().await;
    let id = fleet.run().await.id;
    fleet.patcher(&loaded).roll_back(&id, "ann").await.unwrap();
    fleet.rounds(2).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::RolledBack);
    assert_eq!(
        (fleet.version("i-1").as_str(), fleet.state(|s| s["replaced"].as_array().unwrap().len())),
        ("3.0.9-1", 1)
    );
    assert!(fleet.patcher(&loaded).roll_back(&id, "ann").await.unwrap_err().to_string().contains("already"));
    // Without a snapshot: the versions from before.
    let fleet = Fleet::of(account(&[("i-1", node())]), r#"{"emergency":"act","emergency_hours":96}"#);
    fleet.begin(Some("ann")).await.unwrap();
    fleet.rounds(3).await;
    assert_eq!(fleet.version("i-1"), FIXED);
    fleet.patcher(&loaded).roll_back(&fleet.run().await.id, "ann").await.unwrap();
    fleet.rounds(2).await;
    let run = fleet.run().await;
    assert_eq!(run.outcome.unwrap().kind, Kind::RolledBack);
    assert_eq!(fleet.version("i-1"), "3.0.9-1");
}

#[tokio::test]
async fn packages_of_distributor_are_installed_by_it_one_by_one_and_seen_on_the_host() {
    let settings = r#"{"snapshot":true,"emergency":"act","emergency_hours":96,"distributor":{"libssl3":"OpenSSL"}}"#;
    let distributor = |version: &str| json!({ "distributor": { "OpenSSL": { "libssl3": version } } });
    for (version, kind) in [(FIXED, Kind::Patched), ("3.0.10-1", Kind::NotPatched)] {
        let fleet = Fleet::of(account(&[("i-1", with(&distributor(version)))]), settings);
        fleet.begin(None).await.unwrap();
        fleet.rounds(3).await;
        let run = fleet.run().await;
        assert_eq!(run.outcome.clone().unwrap().kind, kind, "{:?}", run.outcome);
        assert_eq!(["install", "distribute-1", "query"].map(|stage| fleet.commands(stage)), [0, 1, 1]);
        fleet.state(|state| {
            let all = state["commands"].as_array().unwrap();
            let sent = all.iter().find(|one| one["document"] == "AWS-ConfigureAWSPackage").unwrap();
            assert_eq!(sent["parameters"]["name"], json!(["OpenSSL"]));
        });
    }
    // Beside it the host's own package manager, for what Distributor does not have; and without a snapshot no way back.
    let both = r#"{"emergency":"act","emergency_hours":96,"distributor":{"agent":"Agent"}}"#;
    let mut node = with(&json!({ "distributor": { "Agent": { "agent": "2-1" } } }));
    node["packages"]["agent"] = json!("1-1");
    let fleet = Fleet::of(account(&[("i-1", node)]), both);
    fleet.state(|state| {
        let packages = &mut state["findings"][0]["packageVulnerabilityDetails"]["vulnerablePackages"];
        let agent =
            json!({ "name": "agent", "version": "1", "release": "1", "packageManager": "OS", "fixedInVersion": "2-1" });
        packages.as_array_mut().unwrap().push(agent);
    });
    fleet.begin(Some("ann")).await.unwrap();
    fleet.rounds(3).await;
    let run = fleet.run().await;
    assert_eq!(run.outcome.clone().unwrap().kind, Kind::Patched, "{:?}", run.outcome);
    assert_eq!(["install", "distribute-1"].map(|stage| fleet.commands(stage)), [1, 1]);
    let loaded = fleet.loaded().await;
    let refused = fleet.patcher(&loaded).roll_back(&run.id, "ann").await.unwrap_err().to_string();
    assert!(refused.contains("Distributor keeps no version from before"), "{refused}");
}

#[tokio::test]
async fn the_versions_from_before_are_the_hosts_and_not_the_findings() {
    let fleet = Fleet::of(account(&[("i-1", node())]), r#"{"emergency":"act","emergency_hours":96}"#);
    // Inspector looked at it before somebody updated it a little.
    fleet.state(|state| {
        state["findings"][0]["packageVulnerabilityDetails"]["vulnerablePackages"][0]["version"] = json!("3.0.8");
    });
    fleet.begin(Some("ann")).await.unwrap();
    fleet.rounds(3).await;
    assert_eq!(fleet.version("i-1"), FIXED);
    let loaded = fleet.loaded().await;
    fleet.patcher(&loaded).roll_back(&fleet.run().await.id, "ann").await.unwrap();
    fleet.rounds(2).await;
    assert_eq!(fleet.run().await.outcome.unwrap().kind, Kind::RolledBack);
    assert_eq!(fleet.version("i-1"), "3.0.9-1");
}

#[tokio::test]
async fn a_guardrail_has_a_person_asked_between_rings() {
    let text = r#"@id("prod-by-people")
        forbid (principal, action == Riposte::Action::"patch-node", resource)
        when { resource.hasTag("ring") && resource.getTag("ring") == "prod" }
        unless { context.approved };"#;
    let prod = with(&json!({ "tags": { "ring": "prod" } }));
    let fleet = Fleet::of(account(&[("i-1", node()), ("i-2", prod)]), SETTINGS);
    fleet.aws.world(|world| world.ssm.insert("/riposte/guardrails/prod-by-people".to_owned(), text.to_owned()));
    fleet.begin(None).await.unwrap();
    fleet.rounds(3).await;
    let runs = fleet.runs().await;
    assert_eq!(runs[0].outcome.as_ref().unwrap().kind, Kind::Patched);
    assert!(runs[1].asked && fleet.version("i-2") == "3.0.9-1", "{:?}", runs[1]);
    let loaded = fleet.loaded().await;
    fleet.patcher(&loaded).approve(&runs[1].id, "ann").await.unwrap();
    fleet.rounds(3).await;
    let runs = fleet.runs().await;
    assert_eq!((runs[1].outcome.as_ref().unwrap().kind, runs[1].approved_by.as_deref()), (Kind::Patched, Some("ann")));
}
