//! `riposte patch plan` offline, and what is wrong with files.
#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

/// What came of a call.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// The command without an environment: no region, no credentials, no home.
fn riposte(arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_riposte")).args(arguments).env_clear().output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Recorded answers of an account with two nodes, one of them with a typing error in its ring.
fn facts() -> String {
    let instance = |id: &str, ring: &str| {
        json!({ "InstanceId": id, "State": { "Name": "running" },
                "Tags": [{ "Key": "ring", "Value": ring }, { "Key": "Name", "Value": "=cmd|'<b>'" }] })
    };
    let node = |id: &str| json!({ "InstanceId": id, "PingStatus": "Online", "PlatformName": "Ubuntu" });
    let finding = |id: &str| {
        json!({
            "findingArn": format!("arn:aws:inspector2:eu-west-1:111122223333:finding/{id}"), "status": "ACTIVE",
            "type": "PACKAGE_VULNERABILITY", "severity": "CRITICAL", "firstObservedAt": "2026-02-20T00:00:00Z",
            "resources": [{ "type": "AWS_EC2_INSTANCE", "id": id }],
            "packageVulnerabilityDetails": { "vulnerabilityId": "CVE-2026-4242", "vulnerablePackages": [
                { "name": "openssl", "version": "3.0.2", "packageManager": "OS", "fixedInVersion": "3.0.2-0ubuntu1.15" } ] },
        })
    };
    let answers = [
        (
            "ec2:DescribeInstances",
            json!({ "Reservations": [{ "Instances": [instance("i-1", "dev"), instance("i-2", "porod")] }] }),
        ),
        ("ssm:DescribeInstanceInformation", json!({ "InstanceInformationList": [node("i-1"), node("i-2")] })),
        ("inspector2:ListFindings", json!({ "findings": [finding("i-1"), finding("i-2")] })),
    ];
    answers.iter().map(|(call, body)| json!({ "call": call, "body": body }).to_string() + "\n").collect()
}

fn plan(name: &str, facts: &str, more: &[&str]) -> Ran {
    let path = std::env::temp_dir().join(format!("riposte-patch-{}-{name}.jsonl", std::process::id()));
    fs::write(&path, facts).unwrap();
    let arguments = ["patch", "plan", "--facts", path.to_str().unwrap(), "--at", "2026-03-02T08:00:00Z"];
    let ran = riposte(&[arguments.as_slice(), more].concat());
    fs::remove_file(path).unwrap();
    ran
}

#[test]
fn a_plan_is_made_offline_in_every_form() {
    let ran = plan("jsonl", &facts(), &["--format", "jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows[0]["priority"]), (2, &json!("urgent")));
    assert_eq!(rows[0]["installs"], "openssl to 3.0.2-0ubuntu1.15");
    assert_eq!(rows[0]["deadline"], "2026-02-27T00:00:00.000Z");
    assert!(rows[0]["way"].as_str().unwrap().starts_with("at once: no maintenance window"), "{rows:?}");
    assert!(rows[1]["way"].as_str().unwrap().contains("is `prod` meant?"), "{rows:?}");
    let csv = plan("csv", &facts(), &["--format", "csv"]).out;
    assert!(csv.contains("\"'=cmd|'<b>'\""), "{csv}");
    let page = plan("html", &facts(), &["--format", "html"]).out;
    assert!(page.contains("=cmd|&#39;&lt;b&gt;&#39;") && !page.contains("<b>"), "{page}");
    let table = plan("table", &facts(), &[]).out;
    assert!(table.starts_with("NODE") && table.ends_with("0 managed nodes without a missing patch\n"), "{table}");
}

#[test]
fn targets_choose_and_wrong_ones_are_refused() {
    let of =
        |target: &str| plan(&target.replace([':', '='], "-"), &facts(), &["--target", target, "--format", "jsonl"]);
    for (target, rows) in [("i-1", 1), ("ring:dev", 1), ("ring:prod", 0), ("CVE-2026-4242", 2), ("tag:ring=porod", 1)] {
        assert_eq!(of(target).out.lines().count(), rows, "{target}");
    }
    let wrong = of("web");
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("must be a node"), "{}", wrong.err);
    let mistyped = of("ring:porod");
    assert_eq!((mistyped.code, mistyped.out.as_str()), (2, ""));
    assert!(
        mistyped.err.contains("there is no ring `porod`") && mistyped.err.contains("is `prod` meant?"),
        "{}",
        mistyped.err
    );
}

#[test]
fn a_malformed_file_is_named_with_the_place() {
    let ran = plan("broken", "{\"call\":\"ssm:ListCommands\",\"body\":{}}\nnonsense\n", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("line 2: it is no JSON"), "{}", ran.err);
    let kev = std::env::temp_dir().join(format!("riposte-kev-{}.csv", std::process::id()));
    fs::write(&kev, "cveID,dueDate\nCVE-2026-4242,soon\n").unwrap();
    let ran = plan("kev", &facts(), &["--kev", kev.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("line 2, CVE-2026-4242: `dueDate` is no date"), "{}", ran.err);
    fs::write(&kev, "cveID,dueDate\nCVE-2026-4242,2026-03-01\n").unwrap();
    let ran = plan("kev-good", &facts(), &["--kev", kev.to_str().unwrap(), "--format", "jsonl"]);
    assert!(ran.out.contains("known to be exploited, due 2026-03-01"), "{}{}", ran.out, ran.err);
    fs::remove_file(kev).unwrap();
}

#[test]
fn declared_groups_are_checked_before_anything_is_read() {
    let path = std::env::temp_dir().join(format!("riposte-groups-{}.json", std::process::id()));
    fs::write(&path, r#"{"groups":[{"id":"sg-1","ingress":[{"protocol":"tcp","peers":["everyone"]}]}]}"#).unwrap();
    let ran = riposte(&["apply-groups", path.to_str().unwrap(), "--dry-run"]);
    fs::remove_file(&path).unwrap();
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("group `sg-1`, ingress rule 1: a peer must be a network"), "{}", ran.err);
}
