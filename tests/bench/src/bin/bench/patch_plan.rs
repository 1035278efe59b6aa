//! A plan for 10,000 nodes with 100,000 findings: how long it takes, from AWS's answers on, and how much memory.

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use riposte_patch::facts::Facts;
use riposte_patch::plan::{Own, plan};
use riposte_patch::settings::Settings;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::program::memory;
use crate::stats::Summary;

const NODES: usize = 10_000;
const FINDINGS: usize = 100_000;
/// 2026-03-02.
const NOW_MS: i64 = 1_772_438_400_000;

/// Of one process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Once {
    seconds: f64,
    peak_mb: f64,
}

/// Of several.
#[derive(Debug, Serialize)]
pub(crate) struct Plans {
    nodes: usize,
    findings: usize,
    seconds: Summary,
    peak_mb: Summary,
}

/// Measures in this process, which must not have done anything else.
pub(crate) fn measure() -> Result<Once> {
    let mut facts = Facts::default();
    let mut took = Duration::ZERO;
    // Page by page, as the account gives them: what an answer weighs before it is taken is let go at once.
    let mut take = |call: &str, body: Value| {
        let begun = Instant::now();
        facts.take(call, &body);
        took += begun.elapsed();
    };
    for page in 0..NODES / 50 {
        let ids: Vec<usize> = (page * 50..(page + 1) * 50).collect();
        let instances: Vec<Value> = ids.iter().map(|id| instance(*id)).collect();
        take("ec2:DescribeInstances", json!({ "Reservations": [{ "Instances": instances }] }));
        let nodes: Vec<Value> = ids
            .iter()
            .map(
                |id| json!({ "InstanceId": format!("i-{id}"), "PingStatus": "Online", "PlatformName": "Amazon Linux" }),
            )
            .collect();
        take("ssm:DescribeInstanceInformation", json!({ "InstanceInformationList": nodes }));
        let states: Vec<Value> = ids
            .iter()
            .map(|id| {
                json!({ "InstanceId": format!("i-{id}"), "MissingCount": id % 5, "FailedCount": 0, "PatchGroup": "",
                        "BaselineId": "pb-1", "Operation": "Scan", "OperationEndTime": "2026-03-01T00:00:00Z" })
            })
            .collect();
        take("ssm:DescribeInstancePatchStates", json!({ "InstancePatchStates": states }));
    }
    for page in 0..FINDINGS / 100 {
        let findings: Vec<Value> = (page * 100..(page + 1) * 100).map(finding).collect();
        take("inspector2:ListFindings", json!({ "findings": findings }));
    }
    let begun = Instant::now();
    let made = black_box(plan(&facts, &Settings::default(), Own::default(), NOW_MS));
    took += begun.elapsed();
    ensure!(made.nodes.len() == NODES, "the plan has {} nodes", made.nodes.len());
    Ok(Once { seconds: took.as_secs_f64(), peak_mb: memory(std::process::id())?.peak / 1024.0 })
}

fn instance(id: usize) -> Value {
    let ring = ["dev", "staging", "prod"].get(id % 3).copied().unwrap_or_default();
    json!({
        "InstanceId": format!("i-{id}"), "ImageId": "ami-0123456789abcdef0", "State": { "Name": "running" },
        "IamInstanceProfile": { "Arn": "arn:aws:iam::111122223333:instance-profile/web" },
        "Tags": [{ "Key": "Name", "Value": format!("web-{id}") }, { "Key": "ring", "Value": ring },
                 { "Key": "team", "Value": "web" }, { "Key": "env", "Value": ring }],
    })
}

fn finding(number: usize) -> Value {
    let node = number % NODES;
    json!({
        "findingArn": format!("arn:aws:inspector2:eu-west-1:111122223333:finding/{number:032x}"),
        "awsAccountId": "111122223333", "type": "PACKAGE_VULNERABILITY", "status": "ACTIVE", "severity": "HIGH",
        "description": "a flaw in a library that lets an attacker do what an attacker should not be able to do",
        "firstObservedAt": "2026-02-20T00:00:00Z", "exploitAvailable": if number.is_multiple_of(50) { "YES" } else { "NO" },
        "epss": { "score": 0.02 }, "resources": [{ "type": "AWS_EC2_INSTANCE", "id": format!("i-{node}") }],
        "packageVulnerabilityDetails": { "vulnerabilityId": format!("CVE-2026-{}", number % 4000), "vulnerablePackages": [
            { "name": format!("package-{}", number % 37), "version": "3.0.8", "release": "1.amzn2023", "packageManager": "OS",
              "fixedInVersion": "3.0.8-1.amzn2023.0.2" } ] },
    })
}

/// Measures in processes of their own.
pub(crate) fn repeat(runs: usize) -> Result<Plans> {
    let program = std::env::current_exe()?;
    let mut all = Vec::new();
    for _ in 0..runs.min(5) {
        let output = Command::new(&program).arg("--patch-plan").output().context("the benchmark's own program")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        all.push(serde_json::from_slice::<Once>(&output.stdout)?);
    }
    Ok(Plans {
        nodes: NODES,
        findings: FINDINGS,
        seconds: Summary::of(all.iter().map(|once| once.seconds)),
        peak_mb: Summary::of(all.iter().map(|once| once.peak_mb)),
    })
}
