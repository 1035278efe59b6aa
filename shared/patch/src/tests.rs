//! Plans and rollouts, from AWS's answers to what is done and told.
#![allow(clippy::needless_pass_by_value, reason = "a test says what it means in place")]

use serde_json::{Value, json};

use crate::facts::Facts;
use crate::kev::Kev;
use crate::plan::{NodePlan, Own, Plan, Route, plan};
use crate::priority::Band;
use crate::rfc3339;
use crate::rollout::{Turn, turns};
use crate::run::{At, Kind, Outcome, Run};
use crate::settings::Settings;
use crate::target::last_of_each;

/// 2026-03-02, a Monday, 08:00.
const NOW: i64 = 1_772_438_400_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn at(ms: i64) -> String {
    rfc3339(ms)
}

fn instance(id: &str, tags: Value) -> Value {
    let tags: Vec<Value> =
        tags.as_object().unwrap().iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "InstanceId": id, "ImageId": "ami-1", "State": { "Name": "running" }, "Tags": tags,
            "IamInstanceProfile": { "Arn": "arn:aws:iam::111122223333:instance-profile/web" } })
}

/// One node `i-1` that is managed, and nothing else.
fn facts(tags: Value) -> Facts {
    let mut facts = Facts::default();
    facts.take("ec2:DescribeInstances", &json!({ "Reservations": [{ "Instances": [instance("i-1", tags)] }] }));
    let node = json!({ "InstanceId": "i-1", "PingStatus": "Online", "PlatformName": "Debian GNU/Linux" });
    facts.take("ssm:DescribeInstanceInformation", &json!({ "InstanceInformationList": [node] }));
    facts
}

fn package(name: &str, fixed: &str) -> Value {
    json!({ "name": name, "version": "1.0", "release": "1", "packageManager": "OS", "fixedInVersion": fixed })
}

fn finding(cve: &str, more: &Value, packages: &[Value]) -> Value {
    let mut finding = json!({
        "findingArn": format!("arn:aws:inspector2:eu-west-1:111122223333:finding/{cve}"), "status": "ACTIVE",
        "type": "PACKAGE_VULNERABILITY", "severity": "HIGH", "firstObservedAt": at(NOW - DAY),
        "resources": [{ "type": "AWS_EC2_INSTANCE", "id": "i-1" }],
        "packageVulnerabilityDetails": { "vulnerabilityId": cve, "vulnerablePackages": packages },
    });
    for (key, value) in more.as_object().unwrap() {
        finding[key] = value.clone();
    }
    finding
}

fn with(mut facts: Facts, findings: &[Value]) -> Facts {
    facts.take("inspector2:ListFindings", &json!({ "findings": findings }));
    facts
}

fn window(mut facts: Facts, opens_ms: i64, task: Option<&str>) -> Facts {
    facts.take(
        "ssm:DescribeMaintenanceWindowTargets",
        &json!({ "Targets": [
        { "WindowId": "mw-1", "Targets": [{ "Key": "InstanceIds", "Values": ["i-1"] }] } ] }),
    );
    if let Some(task) = task {
        facts
            .take("ssm:DescribeMaintenanceWindowTasks", &json!({ "Tasks": [{ "WindowId": "mw-1", "TaskArn": task }] }));
    }
    let opens = at(opens_ms).replace(":00.000Z", "Z");
    facts.take("ssm:DescribeMaintenanceWindows", &json!({ "WindowIdentities": [
        { "WindowId": "mw-1", "Name": "nightly", "Enabled": true, "Duration": 3, "Cutoff": 1, "NextExecutionTime": opens } ] }));
    facts
}

fn planned(facts: &Facts) -> Plan {
    plan(facts, &Settings::default(), Own::default(), NOW)
}

fn only(facts: &Facts) -> NodePlan {
    let mut plan = planned(facts);
    assert_eq!(plan.nodes.len(), 1, "{plan:?}");
    plan.nodes.remove(0)
}

fn why(node: &NodePlan) -> &str {
    match &node.route {
        Route::Held { why } | Route::Later { why } | Route::Emergency { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn exploited_and_reachable_comes_first_with_the_reason() {
    let kev = r#"{"vulnerabilities":[{"cveID":"CVE-2026-0001","dueDate":"2026-03-03"}]}"#;
    let path = finding("path", &json!({ "type": "NETWORK_REACHABILITY" }), &[]);
    let mut facts = with(
        facts(json!({})),
        &[path, finding("CVE-2026-0001", &json!({ "severity": "MEDIUM" }), &[package("openssl", "1.1-1")])],
    );
    facts.kev = Kev::parse(kev).unwrap();
    let node = only(&facts);
    assert_eq!(node.band, Band::Emergency);
    assert_eq!(
        node.reasons,
        ["CVE-2026-0001 (medium), known to be exploited, due 2026-03-03, reachable from the network"]
    );
    // CISA's date is earlier than the time of an exploited one.
    assert_eq!(at(node.deadline_ms.unwrap()), "2026-03-04T00:00:00.000Z");
    assert!(why(&node).contains("no maintenance window covers it"));
    assert!(node.route.is_emergency() && !node.work.baseline);
}

#[test]
fn two_findings_of_one_package_are_one_fix_to_the_higher_version() {
    let facts = with(
        facts(json!({})),
        &[
            finding("CVE-1", &json!({}), &[package("openssl", "1.2-1")]),
            finding("CVE-2", &json!({}), &[package("openssl", "1.10-1")]),
            finding("CVE-2", &json!({}), &[package("openssl", "1.10-1")]),
        ],
    );
    let node = only(&facts);
    assert_eq!(node.work.fixes.len(), 1);
    assert_eq!((node.work.fixes[0].fixed.as_str(), node.findings.len()), ("1.10-1", 2));
}

#[test]
fn a_finding_without_a_fixed_version_is_told_and_nothing_is_installed() {
    let node = only(&with(facts(json!({})), &[finding("CVE-1", &json!({}), &[package("openssl", "NotAvailable")])]));
    assert!(why(&node).contains("closes CVE-1"), "{node:?}");
    let library = json!({ "name": "log4j", "version": "2.1", "packageManager": "JAR", "fixedInVersion": "2.17" });
    let node = only(&with(facts(json!({})), &[finding("CVE-1", &json!({}), &[library])]));
    assert!(why(&node).contains("no package of the host"), "{node:?}");
}

#[test]
fn a_ring_tag_with_a_typing_error_is_told_and_nothing_is_patched() {
    let node = only(&with(facts(json!({ "ring": "porod" })), &[finding("CVE-1", &json!({}), &[package("a", "2-1")])]));
    assert!(why(&node).contains("is `prod` meant?"), "{node:?}");
    assert_eq!(node.ring, None);
    assert!(Run::of(&node, &Settings::default(), "111122223333", "eu-west-1", NOW).is_none());
}

#[test]
fn what_is_exempt_ours_stopped_or_a_groups_is_left_alone_with_the_reason() {
    let hole = [finding("CVE-1", &json!({ "severity": "CRITICAL" }), &[package("a", "2-1")])];
    for (tags, said) in [
        (json!({ "riposte:exempt": "until the migration" }), "exempts it"),
        (json!({ "riposte:own": "" }), "Riposte's own"),
        (
            json!({ "aws:autoscaling:groupName": "web" }),
            "the Auto Scaling group web, which launches what is as old again: renew the image ami-1",
        ),
    ] {
        assert!(why(&only(&with(facts(tags), &hole))).contains(said), "{said}");
    }
    let no = only(&with(facts(json!({ "riposte:exempt": "false" })), &hole));
    assert!(!why(&no).contains("exempt"));
    let roles = ["web".to_owned()];
    let own = plan(&with(facts(json!({})), &hole), &Settings::default(), Own { roles: &roles }, NOW);
    assert!(why(&own.nodes[0]).contains("Riposte's own"));
    let mut stopped = with(facts(json!({})), &hole);
    stopped.nodes.get_mut("i-1").unwrap().state = "stopped".to_owned();
    assert!(why(&only(&stopped)).contains("stopped"));
}

#[test]
fn a_machine_that_nobody_manages_is_told_with_why() {
    let mut facts = Facts::default();
    let mut without = instance("i-1", json!({}));
    without["IamInstanceProfile"] = Value::Null;
    let list = json!([{ "Instances": [without, instance("i-2", json!({}))] }]);
    facts.take("ec2:DescribeInstances", &json!({ "Reservations": list }));
    let lost = json!({ "InstanceId": "i-3", "PingStatus": "ConnectionLost" });
    facts.take("ssm:DescribeInstanceInformation", &json!({ "InstanceInformationList": [lost] }));
    let told = planned(&facts).unknown;
    let said: Vec<_> = told.iter().map(|(id, why)| (id.as_str(), why.as_str())).collect();
    assert!(
        said[0].1.contains("no role")
            && said[1].1.contains("agent is missing")
            && said[2].1.contains("stopped answering"),
        "{said:?}"
    );
}

#[test]
fn a_window_in_time_is_waited_for_and_one_too_late_is_not() {
    let hole = [finding("CVE-1", &json!({ "severity": "CRITICAL" }), &[package("a", "2-1")])];
    let node = only(&window(with(facts(json!({})), &hole), NOW + 2 * DAY, None));
    let Route::Window { opens_ms, last_start_ms, .. } = &node.route else { panic!("{node:?}") };
    assert_eq!((*opens_ms, *last_start_ms), (NOW + 2 * DAY, NOW + 2 * DAY + 2 * HOUR));
    let late = only(&window(with(facts(json!({})), &hole), NOW + 7 * DAY, None));
    assert!(why(&late).contains("opens at 2026-03-09T08:00:00.000Z, too late; it becomes an emergency at"), "{late:?}");
    let exploited = [finding(
        "CVE-1",
        &json!({ "exploitAvailable": "YES", "firstObservedAt": at(NOW - 2 * DAY) }),
        &[package("a", "2-1")],
    )];
    assert!(only(&window(with(facts(json!({})), &exploited), NOW + 2 * DAY, None)).route.is_emergency());
}

#[test]
fn a_window_that_never_opens_is_told_and_holds_nothing_up() {
    let hole = [finding("CVE-1", &json!({ "firstObservedAt": at(NOW - 29 * DAY) }), &[package("a", "2-1")])];
    let mut facts = window(with(facts(json!({})), &hole), NOW + DAY, None);
    facts.windows.0.get_mut("mw-1").unwrap().enabled = false;
    assert_eq!(why(&only(&facts)), "the window mw-1 never opens: it is switched off");
    let never = Settings::parse(r#"{"emergency":"never"}"#).unwrap();
    let held = plan(&facts, &never, Own::default(), NOW);
    assert!(why(&held.nodes[0]).contains("want no emergency"));
}

#[test]
fn what_patches_already_is_left_to_it() {
    let hole = [finding("CVE-1", &json!({}), &[package("a", "2-1")])];
    let task = window(with(facts(json!({})), &hole), NOW + DAY, Some("AWS-RunPatchBaseline"));
    assert!(matches!(&only(&task).route, Route::Deferred { to, .. } if to.contains("mw-1")));
    let mut policy = with(facts(json!({})), &hole);
    policy.take(
        "ssm:ListAssociations",
        &json!({ "Associations": [
        { "Name": "AWS-RunPatchBaseline", "AssociationName": "AWS-QuickSetup-PatchPolicy-ScanForPatches-LA-1",
          "ScheduleExpression": "cron(0 1 * * ? *)", "Targets": [{ "Key": "InstanceIds", "Values": ["*"] }] },
        { "Name": "AWS-GatherSoftwareInventory", "Targets": [{ "Key": "InstanceIds", "Values": ["*"] }] },
        { "Name": "AWS-RunPatchBaseline", "AssociationName": "AWS-QuickSetup-PatchPolicy-InstallPatches-LA-1",
          "ScheduleExpression": "cron(0 2 ? * SUN *)", "Targets": [{ "Key": "InstanceIds", "Values": ["*"] }] } ] }),
    );
    let node = only(&policy);
    let Route::Deferred { to, at_ms: Some(next) } = &node.route else { panic!("{node:?}") };
    assert!(to.contains("InstallPatches") && at(*next) == "2026-03-08T02:00:00.000Z");
    let mut busy = with(facts(json!({})), &hole);
    busy.take("ssm:ListCommands", &json!({ "Commands": [
        { "CommandId": "c-1", "DocumentName": "AWS-RunPatchBaseline", "Status": "InProgress", "InstanceIds": ["i-1"] } ] }));
    assert_eq!(why(&only(&busy)), "the command c-1 (AWS-RunPatchBaseline) is under way");
}

#[test]
fn what_is_not_a_package_is_told() {
    let mut facts = with(
        facts(json!({})),
        &[finding(
            "CVE-9",
            &json!({ "resources": [
        { "type": "AWS_ECR_CONTAINER_IMAGE", "id": "arn:aws:ecr:eu-west-1:111122223333:repository/web/sha256:1" } ] }),
            &[package("a", "2")],
        )],
    );
    facts.take("lambda:ListFunctions", &json!({ "Functions": [{ "FunctionArn": "f", "Runtime": "python3.8" }] }));
    facts.take("eks:DescribeCluster", &json!({ "cluster": { "arn": "c", "version": "1.29" } }));
    facts.take(
        "eks:DescribeClusterVersions",
        &json!({ "clusterVersions": [
        { "clusterVersion": "1.29", "endOfStandardSupportDate": at(NOW + 30 * DAY) } ] }),
    );
    let told: Vec<String> =
        planned(&facts).others.iter().map(|other| format!("{} {}", other.service, other.what)).collect();
    assert!(told[0].contains("ecr CVE-9") && told[0].contains("a is fixed in 2"), "{told:?}");
    assert!(told[1].contains("eks the support of kubernetes 1.29 ends at 2026-04-01"), "{told:?}");
    assert!(told[2].contains("python3.8 ended at 2024-10-14"), "{told:?}");
}

#[test]
fn deprecated_images_failed_associations_and_unapproved_updates_are_told() {
    let mut facts = facts(json!({}));
    facts.take(
        "ec2:DescribeImages",
        &json!({ "Images": [
        { "ImageId": "ami-1", "DeprecationTime": at(NOW - DAY) }, { "ImageId": "ami-2" } ] }),
    );
    facts.take(
        "ssm:ListAssociations",
        &json!({ "Associations": [
        { "AssociationId": "a-1", "Name": "AWS-RunPatchBaseline", "Overview": { "Status": "Failed" } } ] }),
    );
    facts.take(
        "ssm:DescribeInstancePatchStates",
        &json!({ "InstancePatchStates": [
        { "InstanceId": "i-1", "AvailableSecurityUpdateCount": 3, "OperationEndTime": at(NOW - HOUR) } ] }),
    );
    let told: Vec<String> = planned(&facts).others.iter().map(|other| other.what.clone()).collect();
    assert!(told[0].contains("the image ami-1, deprecated since 2026-03-01"), "{told:?}");
    assert!(told[1].contains("AWS-RunPatchBaseline failed"), "{told:?}");
    let node = only(&facts);
    assert!(
        why(&node).contains("approve them there") && node.reasons[0].contains("3 security updates exist"),
        "{node:?}"
    );
}

#[test]
fn node_groups_of_an_old_image_and_unmet_compliance_are_told() {
    let mut facts = facts(json!({}));
    let group = json!({ "nodegroupArn": "g", "version": "1.32", "amiType": "AL2_x86_64", "releaseVersion": "1.32.1-20250101",
        "health": { "issues": [{ "code": "Ec2LaunchTemplateNotFound", "message": "gone" }] } });
    facts.take("eks:DescribeNodegroup", &json!({ "nodegroup": group }));
    let path = "/aws/service/eks/optimized-ami/1.32/amazon-linux-2/recommended/release_version";
    facts.take("ssm:GetParameter", &json!({ "Parameter": { "Name": path, "Value": "1.32.9-20251120" } }));
    let unmet = |kind: &str, status: &str| {
        json!({ "ComplianceType": kind, "ResourceId": "i-1", "Status": status, "OverallSeverity": "CRITICAL",
                "NonCompliantSummary": { "NonCompliantCount": 2 } })
    };
    let items =
        [unmet("Association", "NON_COMPLIANT"), unmet("Patch", "NON_COMPLIANT"), unmet("Custom:Disk", "COMPLIANT")];
    facts.take("ssm:ListResourceComplianceSummaries", &json!({ "ResourceComplianceSummaryItems": items }));
    let told: Vec<String> = planned(&facts).others.iter().map(|other| other.what.clone()).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[0].contains("EKS says Ec2LaunchTemplateNotFound: gone"), "{told:?}");
    assert!(told[1].contains("Amazon Linux 2") && told[1].contains("2025-11-26"), "{told:?}");
    assert!(told[2].contains("1.32.1-20250101, and AWS recommends 1.32.9-20251120"), "{told:?}");
    assert_eq!(told[3], "its compliance `Association` is not met: 2 item(s), the worst critical");
}

#[test]
fn recorded_answers_that_are_none_are_named_by_their_line() {
    let mut facts = Facts::default();
    let error = facts.take_recorded("\n{\"call\":\"ssm:ListCommands\",\"body\":{}}\n{\"call\":1}").unwrap_err();
    assert!(error.to_string().starts_with("line 3: it is no `{\"call\""));
    assert!(facts.take_recorded("x").unwrap_err().to_string().starts_with("line 1: it is no JSON"));
    // A finding that cannot be read is told, and costs no other.
    facts.take("inspector2:ListFindings", &json!({ "findings": [{}, finding("CVE-1", &json!({}), &[])] }));
    assert_eq!((facts.unread.len(), facts.findings.len()), (1, 1));
}

fn run(node: &str, ring: &str) -> Run {
    let hole = [finding("CVE-1", &json!({ "firstObservedAt": at(NOW - 29 * DAY) }), &[package("a", "2-1")])];
    let mut plan = only(&with(facts(json!({ "ring": ring })), &hole));
    plan.node = node.to_owned();
    Run::of(&plan, &Settings::default(), "111122223333", "eu-west-1", NOW).unwrap()
}

fn ended(mut run: Run, kind: Kind) -> Run {
    run.at = At::Ended;
    run.outcome = Some(Outcome { kind, why: String::new(), at_ms: NOW });
    run
}

#[test]
fn rings_go_one_after_the_other_and_a_few_at_a_time() {
    let rings = Settings::parse(r#"{"rings":{"at_once":2}}"#).unwrap().rings;
    let runs: Vec<Run> =
        ["i-1", "i-2", "i-3"].map(|id| run(id, "dev")).into_iter().chain([run("i-4", "prod")]).collect();
    let given = turns(&rings, &runs, NOW);
    let now =
        |turns: &std::collections::BTreeMap<String, Turn>| turns.values().filter(|turn| **turn == Turn::Now).count();
    assert_eq!(now(&given), 2);
    assert!(matches!(&given[&runs[3].id], Turn::Later(why) if why.contains("`dev` is first")));
    let mut asked = vec![run("i-1", "dev"), run("i-4", "prod")];
    asked[0].asked = true;
    assert_eq!(now(&turns(&rings, &asked, NOW)), 0, "a ring that a person is asked about holds the next");
    asked[0] = ended(asked[0].clone(), Kind::Patched);
    assert_eq!(now(&turns(&rings, &asked, NOW)), 1);
}

#[test]
fn the_first_failed_health_check_stops_its_ring_and_those_after_it() {
    let rings = Settings::default().rings;
    let mut runs = vec![run("i-0", "dev"), ended(run("i-1", "staging"), Kind::Unhealthy), run("i-2", "prod")];
    let given = turns(&rings, &runs, NOW);
    assert_eq!(given[&runs[0].id], Turn::Now);
    runs[0] = ended(runs[0].clone(), Kind::Patched);
    let Turn::Stopped(why) = &turns(&rings, &runs, NOW)[&runs[2].id] else { panic!() };
    assert!(why.contains("i-1 is unhealthy"), "{why}");
    runs[1].release("arn:aws:iam::111122223333:user/ann", NOW);
    assert_eq!(turns(&rings, &runs, NOW)[&runs[2].id], Turn::Now);
    let failures =
        vec![ended(run("i-1", "dev"), Kind::NotPatched), ended(run("i-2", "dev"), Kind::Failed), run("i-3", "dev")];
    assert!(matches!(&turns(&rings, &failures, NOW)[&failures[2].id], Turn::Stopped(_)));
}

#[test]
fn the_same_undertaking_has_the_same_id() {
    let (a, b) = (run("i-1", "dev"), run("i-1", "dev"));
    assert_eq!(a.id, b.id);
    assert_ne!(a.id, run("i-2", "dev").id);
}

#[test]
fn of_what_is_named_the_last_run_of_each_node_is_brought_back() {
    let installed = |node: &str, ring: &str, at: Option<i64>| {
        let mut run = ended(run(node, ring), Kind::Patched);
        (run.installed_ms, run.id) = (at, format!("{node}-{}", at.unwrap_or_default()));
        run
    };
    let runs = vec![
        installed("i-1", "dev", Some(NOW - DAY)),
        installed("i-1", "dev", Some(NOW)),
        installed("i-2", "dev", None),
        installed("i-3", "prod", Some(NOW)),
    ];
    let of = |target: &str| {
        let found = last_of_each(runs.clone(), &[target.parse().unwrap()]);
        found.into_iter().map(|run| run.id).collect::<Vec<_>>()
    };
    assert_eq!(of("ring:dev"), [format!("i-1-{NOW}")]);
    assert_eq!(of("CVE-1"), [format!("i-1-{NOW}"), format!("i-3-{NOW}")]);
    assert!(of("i-2").is_empty() && of("tag:ring=staging").is_empty());
}

#[test]
fn packages_of_distributor_are_told_apart_and_not_on_windows() {
    let settings = Settings::parse(r#"{"distributor":{"agent":"AmazonCloudWatchAgent"}}"#).unwrap();
    let hole = [finding("CVE-1", &json!({ "severity": "CRITICAL" }), &[package("agent", "2-1"), package("a", "2-1")])];
    let work = |facts: &Facts| plan(facts, &settings, Own::default(), NOW).nodes.remove(0).work;
    let facts = with(facts(json!({})), &hole);
    let debian = work(&facts);
    assert_eq!(debian.by_distributor()[0].distributor.as_deref(), Some("AmazonCloudWatchAgent"));
    assert_eq!(debian.by_host().iter().map(|fix| fix.package.as_str()).collect::<Vec<_>>(), ["a"]);
    let mut windows = facts.clone();
    windows.nodes.get_mut("i-1").unwrap().platform = "Microsoft Windows Server 2022".to_owned();
    assert!(work(&windows).by_distributor().is_empty());
}

#[test]
fn an_agent_that_fell_silent_on_a_running_machine_is_told_and_an_old_silence_is_not() {
    let silent = |minutes: i64, state: &str, tags: Value, ping: &str| {
        let mut facts = facts(tags);
        facts.nodes.get_mut("i-1").unwrap().state = state.to_owned();
        let node = json!({ "InstanceId": "i-1", "PingStatus": ping, "LastPingDateTime": at(NOW - minutes * 60_000) });
        facts.take("ssm:DescribeInstanceInformation", &json!({ "InstanceInformationList": [node] }));
        planned(&facts).silent.len()
    };
    assert_eq!(silent(31, "running", json!({}), "ConnectionLost"), 1);
    assert_eq!(silent(31, "running", json!({}), "Online"), 0);
    assert_eq!(silent(20, "running", json!({}), "ConnectionLost"), 0, "a reboot");
    assert_eq!(silent(25 * 60, "running", json!({}), "ConnectionLost"), 0, "no news");
    assert_eq!(silent(31, "stopped", json!({}), "ConnectionLost"), 0);
    assert_eq!(silent(31, "running", json!({ "riposte:exempt": "yes" }), "ConnectionLost"), 0);
    assert_eq!(silent(31, "running", json!({ "riposte:own": "" }), "ConnectionLost"), 0);
}

#[test]
fn a_record_has_the_plans_fields_beside_its_own_and_reads_one_of_before() {
    let run = run("i-1", "dev");
    let mut record = serde_json::to_value(&run).unwrap();
    assert_eq!((&record["node"], &record["ring"], &record["band"]), (&json!("i-1"), &json!("dev"), &json!("high")));
    assert_eq!(serde_json::from_value::<Run>(record.clone()).unwrap(), run);
    for newer in ["unfixable", "tagged_ms", "stale_scans"] {
        record.as_object_mut().unwrap().remove(newer);
    }
    assert_eq!(serde_json::from_value::<Run>(record).unwrap(), run);
}
