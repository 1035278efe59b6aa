//! `riposte audit` and `riposte checks` as programs and people call them, bad input above all.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "helpers of tests, which clippy does not take for tests"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with files, and the command run without an environment.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn inventory(&self, resources: &[Value]) -> PathBuf {
        let lines: Vec<_> = resources.iter().map(Value::to_string).collect();
        self.file("inventory.jsonl", &lines.join("\n"))
    }
}

fn audit(inventory: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_riposte"));
    command.env_clear().arg("audit").arg("--inventory").arg(inventory).args(more).output().unwrap()
}

fn findings(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn resource(service: &str, kind: &str, arn: &str, facts: Value) -> Value {
    let id = arn.rsplit([':', '/']).next().unwrap();
    json!({"version": 1, "service": service, "type": kind, "account": "111122223333", "region": "eu-west-1",
        "arn": arn, "id": id, "name": id, "tags": {}, "facts": facts})
}

fn group(id: &str, cidr: &str) -> Value {
    resource(
        "ec2",
        "security-group",
        &format!("arn:aws:ec2:eu-west-1:111122223333:security-group/{id}"),
        json!({"DescribeSecurityGroups": {"GroupName": "web", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
            "IpRanges": [{"CidrIp": cidr}]}], "IpPermissionsEgress": []}}),
    )
}

const SSH: [&str; 4] = ["--framework", "ssh.json", "--format", "jsonl"];

/// A framework of one check, so that one check runs.
fn only(desk: &Desk, check: &str) -> Vec<String> {
    let text = json!({"id": "ONE", "title": "one", "controls": [{"id": "1", "checks": [check]}]}).to_string();
    let path = desk.file(SSH[1], &text);
    ["--framework", path.to_str().unwrap(), "--format", "jsonl"].map(str::to_owned).to_vec()
}

fn run(desk: &Desk, resources: &[Value], check: &str, more: &[&str]) -> Output {
    let options = only(desk, check);
    let options: Vec<&str> = options.iter().map(String::as_str).chain(more.iter().copied()).collect();
    audit(&desk.inventory(resources), &options)
}

#[test]
fn a_finding_is_a_line_with_all_that_it_must_have() {
    let desk = Desk::new();
    let output =
        run(&desk, &[group("sg-1", "0.0.0.0/0"), group("sg-2", "10.0.0.0/8")], "ec2-security-group-ssh-open", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let all = findings(&output);
    let statuses: Vec<_> =
        all.iter().map(|f| (f["resource_id"].as_str().unwrap(), f["status"].as_str().unwrap())).collect();
    assert_eq!(statuses, [("sg-1", "FAIL"), ("sg-2", "PASS")]);
    for field in [
        "check",
        "title",
        "severity",
        "service",
        "account",
        "region",
        "resource",
        "resource_id",
        "status",
        "controls",
        "why",
        "evidence",
    ] {
        assert!(!all[0][field].is_null(), "{field}");
    }
    let controls: Vec<_> = all[0]["controls"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    assert!(["CIS-5.0:5.3", "FSBP:EC2.13", "ONE:1"].iter().all(|c| controls.contains(c)), "{controls:?}");
}

#[test]
fn the_exit_code_says_how_it_went() {
    let desk = Desk::new();
    let denied = resource(
        "ec2",
        "security-group",
        "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-3",
        json!({"DescribeSecurityGroups": {"error": {"code": "UnauthorizedOperation", "message": "no"}}}),
    );
    let one =
        |resources: &[Value], more: &[&str]| run(&desk, resources, "ec2-security-group-ssh-open", more).status.code();
    assert_eq!(one(&[group("sg-1", "0.0.0.0/0")], &["--fail-on", "high"]), Some(4));
    assert_eq!(one(&[group("sg-1", "0.0.0.0/0")], &["--fail-on", "critical"]), Some(0));
    assert_eq!(one(std::slice::from_ref(&denied), &[]), Some(3));
    assert_eq!(one(&[denied, group("sg-1", "0.0.0.0/0")], &["--fail-on", "high"]), Some(4));
    assert_eq!(one(&[], &["--severity", "huge"]), Some(2));
    assert_eq!(one(&[], &["--service", "no-such"]), Some(2));
    assert_eq!(one(&[], &["--service", "s3"]), Some(2), "no check of the framework is left");
    assert_eq!(one(&[group("sg-1", "10.0.0.0/8")], &["--fail-on", "high"]), Some(0));
    let missing = audit(Path::new("no-such-inventory.jsonl"), &[]);
    assert_eq!(missing.status.code(), Some(1), "{}", err(&missing));
}

#[test]
fn a_service_that_could_not_be_listed_is_not_assessed() {
    let desk = Desk::new();
    let account = resource(
        "s3",
        "account",
        "arn:aws:iam::111122223333:root",
        json!({"ListBuckets": {"error": {"code": "AccessDenied", "message": "no"}}}),
    );
    let output = run(&desk, &[account], "s3-bucket-not-versioned", &[]);
    assert_eq!((output.status.code(), findings(&output)[0]["status"].as_str()), (Some(3), Some("NOT_ASSESSED")));
}

#[test]
fn an_inventory_of_a_newer_version_is_refused_and_a_broken_line_is_named() {
    let desk = Desk::new();
    let mut newer = group("sg-1", "0.0.0.0/0");
    newer["version"] = json!(2);
    let output = audit(&desk.inventory(&[newer]), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("inventory.jsonl:1: the inventory has version 2"), "{}", err(&output));
    let broken = desk.file("broken.jsonl", &format!("{}\n{{\"version\":1}}\nnonsense\n", group("sg-1", "10.0.0.0/8")));
    let output = audit(&broken, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(err(&output).contains("broken.jsonl:2:") && err(&output).contains("broken.jsonl:3:"), "{}", err(&output));
}

#[test]
fn a_framework_with_an_unknown_check_is_refused_with_its_place() {
    let desk = Desk::new();
    let output = run(&desk, &[], "no-such-check", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("line 1: control `1` names the check `no-such-check`"), "{}", err(&output));
}

#[test]
fn mutes_have_a_reason_and_an_end() {
    let desk = Desk::new();
    let mute = |reason: &str, until: &str| {
        let text =
            json!([{"check": "ec2-security-group-ssh-open", "resource": "*sg-1", "reason": reason, "until": until}])
                .to_string();
        let path = desk.file("mutes.json", &text);
        run(
            &desk,
            &[group("sg-1", "0.0.0.0/0")],
            "ec2-security-group-ssh-open",
            &["--fail-on", "low", "--mutes", path.to_str().unwrap()],
        )
    };
    let muted = mute("a bastion", "9999-12-31");
    assert_eq!(muted.status.code(), Some(0));
    assert!(findings(&muted)[0]["muted"].as_str().unwrap().contains("a bastion") && err(&muted).contains("1 muted"));
    assert_eq!(mute("", "9999-12-31").status.code(), Some(2));
    let over = mute("a bastion", "2020-01-01");
    assert_eq!(over.status.code(), Some(4));
    assert!(err(&over).contains("ended on 2020-01-01"), "{}", err(&over));
}

#[test]
fn ten_thousand_findings_of_a_control_are_counted_and_not_all_shown() {
    let desk = Desk::new();
    let groups: Vec<_> = (0..10_000).map(|n| group(&format!("sg-{n}"), "0.0.0.0/0")).collect();
    let options = only(&desk, "ec2-security-group-ssh-open");
    let output = audit(&desk.inventory(&groups), &[&options[0], &options[1], "--format", "table"]);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(text.lines().count() < 40 && text.contains("9975 more of ec2-security-group-ssh-open"), "{text}");
    assert!(err(&output).contains("10000 failed"), "{}", err(&output));
}

#[test]
fn a_bucket_of_another_partition_and_a_long_policy_are_evaluated() {
    let desk = Desk::new();
    let statements: Vec<_> = (0..150)
        .map(|n| json!({"Sid": format!("s{n}"), "Effect": "Allow", "Principal": {"AWS": "arn:aws-cn:iam::111122223333:root"}, "Action": "s3:GetObject", "Resource": "arn:aws-cn:s3:::logs/*"}))
        .chain([json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws-cn:s3:::logs", "arn:aws-cn:s3:::logs/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}})])
        .collect();
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    assert!(policy.len() > 20_000);
    let bucket = resource("s3", "bucket", "arn:aws-cn:s3:::logs", json!({"GetBucketPolicy": {"Policy": policy}}));
    let output = run(&desk, &[bucket], "s3-bucket-accepts-clear-text", &[]);
    assert_eq!(findings(&output)[0]["status"], "PASS", "{}", err(&output));
}

#[test]
fn findings_of_other_tools_are_read_by_version() {
    let desk = Desk::new();
    let event = |version: &str| {
        json!({"class_uid": 2004, "metadata": {"version": version, "event_code": "vm_open"}, "severity_id": 4, "status_code": "FAIL",
        "cloud": {"provider": "azure", "account": {"uid": "s"}}, "finding_info": {"title": "t"}, "resources": [{"uid": "/vm/1"}]})
    };
    let file = desk.file("other.json", &json!([event("1.5.0"), event("0.9.0")]).to_string());
    let options = ["--import", file.to_str().unwrap(), "--format", "jsonl"];
    let output = audit(&desk.inventory(&[]), &options);
    let all = findings(&output);
    assert_eq!((output.status.code(), all.len(), all[0]["cloud"].as_str()), (Some(3), 1, Some("azure")));
    assert!(err(&output).contains("finding 2: OCSF version `0.9.0`"), "{}", err(&output));
}

#[test]
fn every_machine_format_can_be_read_back() {
    let desk = Desk::new();
    let evil = group("sg-1\u{1b}[31m<script>", "0.0.0.0/0");
    for format in ["asff", "sarif"] {
        let output = audit(&desk.inventory(std::slice::from_ref(&evil)), &["--format", format]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap();
    }
    for format in ["jsonl", "ocsf"] {
        for line in String::from_utf8(audit(&desk.inventory(std::slice::from_ref(&evil)), &["--format", format]).stdout)
            .unwrap()
            .lines()
        {
            serde_json::from_str::<Value>(line).unwrap();
        }
    }
    for format in ["table", "csv", "html"] {
        let text = String::from_utf8(audit(&desk.inventory(std::slice::from_ref(&evil)), &["--format", format]).stdout)
            .unwrap();
        assert!(!text.contains('\u{1b}') && (format != "html" || !text.contains("<script>")), "{format}");
    }
}

#[test]
fn an_earlier_run_says_what_is_new_open_and_resolved() {
    let desk = Desk::new();
    let check = "ec2-security-group-ssh-open";
    let before = run(&desk, &[group("sg-1", "0.0.0.0/0"), group("sg-2", "0.0.0.0/0")], check, &[]);
    let file = desk.file("before.jsonl", &String::from_utf8(before.stdout).unwrap());
    let compare = ["--compare", file.to_str().unwrap()];
    let groups = [group("sg-1", "0.0.0.0/0"), group("sg-2", "10.0.0.0/8"), group("sg-3", "0.0.0.0/0")];
    let after = run(&desk, &groups, check, &compare);
    let changes: Vec<_> =
        findings(&after).iter().map(|f| f["change"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(changes, ["open", "resolved", "new"], "{}", err(&after));
    assert!(err(&after).contains("1 new, 1 open, 1 resolved"), "{}", err(&after));
    // What was resolved and fails again is reopened.
    let file = desk.file("after.jsonl", &String::from_utf8(after.stdout).unwrap());
    let again = run(&desk, &[group("sg-2", "::/0")], check, &["--compare", file.to_str().unwrap()]);
    assert_eq!(findings(&again)[0]["change"], "reopened");
    let broken = desk.file("broken.jsonl", "{\"check\": 1}");
    let refused = run(&desk, &groups, check, &["--compare", broken.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2), "{}", err(&refused));
    assert!(err(&refused).contains("broken.jsonl:1: no finding"), "{}", err(&refused));
}
