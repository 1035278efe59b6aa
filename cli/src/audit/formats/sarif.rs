//! SARIF 2.1.0: the checks as rules, and what failed as results.

use std::io::Write;

use anyhow::Result;
use riposte_audit::{AuditFinding, Check, Status};
use riposte_core::finding::Severity;
use serde_json::json;

use super::Writer;

pub(super) struct Sarif {
    pub(super) checks: Vec<&'static Check>,
    pub(super) first: bool,
}

impl<W: Write> Writer<W> for Sarif {
    fn begin(&mut self, out: &mut W) -> Result<()> {
        let rules: Vec<_> = self
            .checks
            .iter()
            .map(|check| {
                json!({"id": check.id, "shortDescription": {"text": check.title}, "fullDescription": {"text": check.what},
                    "help": {"text": check.fix}, "properties": {"tags": check.controls(), "security-severity": score(check.severity)}})
            })
            .collect();
        let driver = json!({"name": "Riposte", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
        Ok(write!(
            out,
            "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\"results\":["
        )?)
    }

    fn finding(&mut self, out: &mut W, f: &AuditFinding) -> Result<()> {
        let (kind, level) = match f.status {
            Status::Pass => return Ok(()),
            Status::Fail if f.severity >= Severity::High => ("fail", "error"),
            Status::Fail if f.severity == Severity::Medium => ("fail", "warning"),
            Status::Fail => ("fail", "note"),
            Status::Manual => ("review", "none"),
            Status::NotAssessed => ("open", "none"),
        };
        out.write_all(if std::mem::take(&mut self.first) { b"\n" } else { b",\n" })?;
        let mut result = json!({"ruleId": f.check, "kind": kind, "level": level, "message": {"text": f.why},
            "locations": [{"logicalLocations": [{"fullyQualifiedName": f.resource, "name": f.resource_id, "kind": "resource"}]}],
            "partialFingerprints": {"resource/v1": format!("{}/{}", f.check, f.resource)}});
        if let (Some(note), Some(object)) = (&f.muted, result.as_object_mut()) {
            object.insert("suppressions".to_owned(), json!([{"kind": "external", "justification": note}]));
        }
        Ok(write!(out, "{result}")?)
    }

    fn end(&mut self, out: &mut W) -> Result<()> {
        Ok(out.write_all(b"\n]}]}\n")?)
    }
}

fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Informational => "0.0",
    }
}
