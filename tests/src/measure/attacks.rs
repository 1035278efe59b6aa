//! Recorded attacks: each technique that changes something or reads credentials is found, under the
//! right ATT&CK technique.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::files;
use super::run::Run;

/// One attack: what is asked of the catalogue. The name is the file's; ATT&CK ids are those that fit
/// what is done, a sub-technique or its parent.
struct Attack {
    name: &'static str,
    techniques: &'static [&'static str],
}

/// What each attack does, in ATT&CK's words.
const ATTACKS: &[Attack] = &[
    Attack { name: "credential-access.ec2-get-password-data", techniques: &["T1552", "T1555"] },
    Attack { name: "credential-access.ec2-steal-instance-credentials", techniques: &["T1552", "T1651", "T1059"] },
    Attack { name: "credential-access.secretsmanager-batch-retrieve-secrets", techniques: &["T1555"] },
    Attack { name: "credential-access.secretsmanager-retrieve-secrets", techniques: &["T1555"] },
    Attack { name: "credential-access.ssm-retrieve-securestring-parameters", techniques: &["T1552", "T1555"] },
    Attack { name: "defense-evasion.cloudtrail-delete", techniques: &["T1562"] },
    Attack { name: "defense-evasion.cloudtrail-event-selectors", techniques: &["T1562"] },
    Attack { name: "defense-evasion.cloudtrail-stop", techniques: &["T1562"] },
    Attack { name: "defense-evasion.dns-delete-logs", techniques: &["T1562"] },
    Attack { name: "defense-evasion.organizations-leave", techniques: &["T1562", "T1070", "T1666"] },
    Attack { name: "defense-evasion.vpc-remove-flow-logs", techniques: &["T1562"] },
    Attack { name: "discovery.ec2-download-user-data", techniques: &["T1552", "T1580"] },
    Attack { name: "execution.ec2-launch-unusual-instances", techniques: &["T1578", "T1496", "T1204"] },
    Attack { name: "execution.ec2-user-data", techniques: &["T1059", "T1037", "T1578", "T1651"] },
    Attack { name: "execution.ssm-send-command", techniques: &["T1651", "T1059", "T1021"] },
    Attack { name: "execution.ssm-start-session", techniques: &["T1651", "T1059", "T1021"] },
    Attack { name: "exfiltration.ec2-security-group-open-port-22-ingress", techniques: &["T1562"] },
    Attack { name: "exfiltration.ec2-share-ami", techniques: &["T1537"] },
    Attack { name: "exfiltration.ec2-share-ebs-snapshot", techniques: &["T1537"] },
    Attack { name: "exfiltration.rds-share-snapshot", techniques: &["T1537"] },
    Attack { name: "impact.bedrock-invoke-model", techniques: &["T1496"] },
    Attack { name: "initial-access.console-login-without-mfa", techniques: &["T1078"] },
    Attack { name: "lateral-movement.ec2-instance-connect", techniques: &["T1021", "T1098"] },
    Attack { name: "lateral-movement.ec2-serial-console-send-ssh-public-key", techniques: &["T1021", "T1098"] },
    Attack { name: "persistence.iam-backdoor-role", techniques: &["T1098", "T1484"] },
    Attack { name: "persistence.iam-backdoor-user", techniques: &["T1098"] },
    Attack { name: "persistence.iam-create-admin-user", techniques: &["T1098", "T1136"] },
    Attack { name: "persistence.iam-create-backdoor-role", techniques: &["T1098", "T1136", "T1484"] },
    Attack { name: "persistence.iam-create-user-login-profile", techniques: &["T1098"] },
    Attack { name: "persistence.lambda-backdoor-function", techniques: &["T1098", "T1546", "T1505", "T1190"] },
    Attack {
        name: "persistence.lambda-layer-extension",
        techniques: &["T1525", "T1546", "T1505", "T1574", "T1648", "T1195"],
    },
    Attack { name: "persistence.lambda-overwrite-code", techniques: &["T1525", "T1546", "T1505", "T1574", "T1648"] },
    Attack { name: "persistence.rolesanywhere-create-trust-anchor", techniques: &["T1098", "T1556"] },
    Attack { name: "persistence.sts-federation-token", techniques: &["T1098", "T1078", "T1550"] },
    Attack { name: "privilege-escalation.iam-update-user-login-profile", techniques: &["T1098"] },
];

/// What the attacks gave.
#[derive(Debug)]
pub struct Measured {
    /// The part of the page.
    pub page: String,
    /// Attacks that are not found under their technique.
    pub missed: Vec<String>,
    /// Files of the folder that the table does not know: somebody must say what they are.
    pub unknown: Vec<String>,
}

/// Runs the catalogue over `cloudtrail/attacks` of the corpus.
///
/// # Errors
/// Where a record cannot be read or judged.
pub fn measure(corpus: &Path) -> Result<Measured> {
    let mut measured = Measured {
        page: "| attack | records | found by (severity, ATT&CK) |\n|---|---|---|\n".to_owned(),
        missed: Vec::new(),
        unknown: Vec::new(),
    };
    for (name, text) in files(&corpus.join("cloudtrail/attacks"), "json")? {
        let Some(attack) = ATTACKS.iter().find(|attack| attack.name == name) else {
            measured.unknown.push(name);
            continue;
        };
        let records = records(&text).with_context(|| name.clone())?;
        let mut run = Run::new();
        let mut found = BTreeSet::new();
        let mut right = false;
        for record in &records {
            for finding in run.findings(record).with_context(|| name.clone())? {
                right |= finding.technique.iter().any(|id| fits(id, attack.techniques));
                let techniques = finding.technique.join(" ");
                found.insert(format!("`{}` ({}, {techniques})", finding.detector, finding.severity));
            }
        }
        if !right {
            measured.missed.push(name.clone());
        }
        let found: Vec<_> = found.into_iter().collect();
        writeln!(measured.page, "| {name} | {} | {} |", records.len(), found.join("<br>"))?;
    }
    let (all, missed) = (ATTACKS.len(), measured.missed.len());
    writeln!(measured.page, "\n{} of {all} attacks are found under a technique that fits what they do.", all - missed)?;
    Ok(measured)
}

/// The records of a CloudTrail file.
pub(super) fn records(text: &str) -> Result<Vec<Value>> {
    let file: Value = serde_json::from_str(text)?;
    let list = file.get("Records").and_then(Value::as_array).or_else(|| file.as_array());
    Ok(list.context("neither `Records` nor a list")?.clone())
}

/// The same technique, or a sub-technique of it.
fn fits(found: &str, wanted: &[&str]) -> bool {
    wanted.iter().any(|id| found == *id || found.strip_prefix(id).is_some_and(|rest| rest.starts_with('.')))
}
