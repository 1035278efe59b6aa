//! What other security tools take: OCSF compliance findings, and Security Hub's own format.

use std::io::Write;

use anyhow::Result;
use jiff::Timestamp;
use riposte_audit::{AuditFinding, Status, check_of};
use riposte_core::finding::Severity;
use riposte_core::text::plain;
use serde_json::{Value, json};

use super::Writer;

/// OCSF 1.3, class 2003.
pub(super) struct Ocsf {
    pub(super) now: Timestamp,
}

impl<W: Write> Writer<W> for Ocsf {
    fn finding(&mut self, out: &mut W, f: &AuditFinding) -> Result<()> {
        let (status, status_id) = match f.status {
            Status::Pass => ("Pass", 1),
            Status::Fail => ("Fail", 3),
            Status::Manual => ("Warning", 2),
            Status::NotAssessed => ("Unknown", 0),
        };
        let standards: std::collections::BTreeSet<_> = f.controls.iter().filter_map(|c| c.split(':').next()).collect();
        let event = json!({
            "activity_id": 1, "activity_name": "Create", "category_uid": 2, "category_name": "Findings",
            "class_uid": 2003, "class_name": "Compliance Finding", "type_uid": 200_301,
            "time": self.now.as_millisecond(),
            "severity_id": severity_id(f.severity), "severity": severity_name(f.severity),
            "status_id": if f.muted.is_some() { 3 } else { 1 }, "status": if f.muted.is_some() { "Suppressed" } else { "New" },
            "message": f.why,
            "metadata": {"version": "1.3.0", "event_code": f.check, "product": {"name": "Riposte", "vendor_name": "Riposte", "version": env!("CARGO_PKG_VERSION")}},
            "compliance": {"control": f.check, "status": status, "status_id": status_id, "status_detail": f.why,
                "standards": standards, "requirements": f.controls},
            "finding_info": {"uid": uid(f), "title": f.title, "desc": description(f), "types": ["Software and Configuration Checks"]},
            "resources": [{"uid": f.resource, "name": f.resource_id, "region": f.region, "type": f.service, "group": {"name": f.service}}],
            "cloud": {"provider": f.cloud.as_deref().unwrap_or("AWS").to_uppercase(), "region": f.region, "account": {"uid": f.account}},
            "remediation": {"desc": fix(f)},
            "unmapped": {"evidence": f.evidence},
        });
        Ok(writeln!(out, "{event}")?)
    }
}

/// Security Hub's format. A list, since BatchImportFindings takes one.
pub(super) struct Asff {
    pub(super) now: Timestamp,
    pub(super) first: bool,
}

impl<W: Write> Writer<W> for Asff {
    fn begin(&mut self, out: &mut W) -> Result<()> {
        Ok(out.write_all(b"[")?)
    }

    fn finding(&mut self, out: &mut W, f: &AuditFinding) -> Result<()> {
        out.write_all(if std::mem::take(&mut self.first) { b"\n" } else { b",\n" })?;
        let status = match f.status {
            Status::Pass => "PASSED",
            Status::Fail => "FAILED",
            Status::Manual => "WARNING",
            Status::NotAssessed => "NOT_AVAILABLE",
        };
        let partition =
            f.resource.split(':').nth(1).filter(|p| f.resource.starts_with("arn:") && !p.is_empty()).unwrap_or("aws");
        let region = if f.region == "aws-global" { "us-east-1" } else { &f.region };
        let time = self.now.to_string();
        let finding = json!({
            "SchemaVersion": "2018-10-08",
            "Id": uid(f),
            "ProductArn": format!("arn:{partition}:securityhub:{region}:{}:product/{}/default", f.account, f.account),
            "GeneratorId": f.check,
            "AwsAccountId": f.account,
            "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
            "CreatedAt": time, "UpdatedAt": time,
            "Severity": {"Label": f.severity.to_string().to_uppercase()},
            "Title": plain(&f.title, 256),
            "Description": plain(&f.why, 1024),
            "Remediation": {"Recommendation": {"Text": plain(fix(f), 512)}},
            "Resources": [{"Type": "Other", "Id": f.resource, "Partition": partition, "Region": region}],
            "Compliance": {"Status": status, "RelatedRequirements": f.controls.iter().take(32).collect::<Vec<_>>()},
            "Workflow": {"Status": if f.muted.is_some() { "SUPPRESSED" } else if f.status == Status::Pass { "RESOLVED" } else { "NEW" }},
            "RecordState": "ACTIVE",
        });
        Ok(write!(out, "{finding}")?)
    }

    fn end(&mut self, out: &mut W) -> Result<()> {
        Ok(out.write_all(b"\n]\n")?)
    }
}

/// The same finding has the same name in every run.
fn uid(f: &AuditFinding) -> String {
    format!("riposte/{}/{}/{}/{}", f.check, f.account, f.region, f.resource)
}

fn description(f: &AuditFinding) -> &str {
    check_of(&f.check).map_or(&f.why, |check| check.why)
}

fn fix(f: &AuditFinding) -> &'static str {
    check_of(&f.check).map_or("", |check| check.fix)
}

fn severity_id(severity: Severity) -> u8 {
    match severity {
        Severity::Informational => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    }
}

fn severity_name(severity: Severity) -> Value {
    let text = severity.to_string();
    let mut letters = text.chars();
    Value::from(letters.next().map(|first| first.to_uppercase().to_string() + letters.as_str()).unwrap_or_default())
}
