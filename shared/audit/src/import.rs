//! Compliance findings of other tools and clouds, in OCSF: Security Hub's connectors for Azure and Google Cloud, and any
//! auditor's file.
//!
//! Read are the classes 2003 (compliance finding) and 2004 (detection finding, with a status code), of OCSF 1.x. A result
//! that can't be told is NOT_ASSESSED.

use riposte_core::finding::Severity;
use riposte_core::text::plain;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::finding::AuditFinding;
use crate::verdict::Status;
use crate::view::{at, list, text};

/// Why a record is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// No JSON object.
    #[error("not JSON: {}", plain(.0, 200))]
    Json(String),
    /// A version that is not known.
    #[error("OCSF version `{}`: versions 1.x are read", plain(.0, 40))]
    Version(String),
    /// Another class of event.
    #[error("class `{}` is no compliance finding (2003) or detection finding (2004)", plain(.0, 40))]
    Class(String),
    /// A part that must be there.
    #[error("no `{0}`")]
    Missing(&'static str),
}

/// Reads one OCSF event.
///
/// # Errors
/// Where it is none, or none of a finding.
pub fn ocsf(event: &Value) -> Result<AuditFinding, ImportError> {
    if !event.is_object() {
        return Err(ImportError::Json("a finding is an object".to_owned()));
    }
    let version = text(event, "metadata.version").ok_or(ImportError::Missing("metadata.version"))?;
    if !version.starts_with("1.") {
        return Err(ImportError::Version(version.to_owned()));
    }
    let class = event.get("class_uid").and_then(Value::as_u64).ok_or(ImportError::Missing("class_uid"))?;
    if ![2003, 2004].contains(&class) {
        return Err(ImportError::Class(class.to_string()));
    }
    let resource = list(event, "resources").first().ok_or(ImportError::Missing("resources"))?;
    let uid =
        text(resource, "uid").or_else(|| text(resource, "name")).ok_or(ImportError::Missing("resources[0].uid"))?;
    let of = |paths: &[&str]| paths.iter().find_map(|path| text(event, path)).unwrap_or_default().to_owned();
    let cloud = text(event, "cloud.provider")
        .or_else(|| text(event, "unmapped.provider"))
        .unwrap_or("unknown")
        .to_ascii_lowercase();
    let why = of(&["compliance.status_detail", "status_detail", "message", "finding_info.desc"]);
    Ok(AuditFinding {
        check: of(&["metadata.event_code", "compliance.control", "finding_info.analytic.uid", "finding_info.uid"]),
        title: of(&["finding_info.title", "message"]),
        severity: severity(event),
        service: text(resource, "group.name").or_else(|| text(resource, "type")).unwrap_or_default().to_owned(),
        account: of(&["cloud.account.uid", "cloud.project_uid"]),
        region: text(resource, "region").or_else(|| text(event, "cloud.region")).unwrap_or_default().to_owned(),
        resource: uid.to_owned(),
        resource_id: text(resource, "name").unwrap_or(uid).to_owned(),
        status: status(event),
        controls: controls(event),
        why,
        evidence: Map::new(),
        muted: None,
        change: None,
        cloud: (cloud != "aws").then_some(cloud),
    })
}

fn severity(event: &Value) -> Severity {
    match event.get("severity_id").and_then(Value::as_u64) {
        Some(2) => Severity::Low,
        Some(3) => Severity::Medium,
        Some(4) => Severity::High,
        Some(5 | 6) => Severity::Critical,
        _ => Severity::Informational,
    }
}

fn status(event: &Value) -> Status {
    match at(event, "compliance.status_id").and_then(Value::as_u64) {
        Some(1) => return Status::Pass,
        Some(2) => return Status::Manual,
        Some(3) => return Status::Fail,
        _ => {}
    }
    let word = ["compliance.status", "status_code"].iter().find_map(|path| text(event, path)).unwrap_or_default();
    match word.to_ascii_uppercase().as_str() {
        "PASS" | "PASSED" => Status::Pass,
        "FAIL" | "FAILED" => Status::Fail,
        "MANUAL" | "WARNING" => Status::Manual,
        _ => Status::NotAssessed,
    }
}

/// Controls under our frameworks' names: `PCI-4.0:8.4.2`. Those of others keep theirs.
fn controls(event: &Value) -> Vec<String> {
    let mut controls = Vec::new();
    for (name, numbers) in at(event, "unmapped.compliance").and_then(Value::as_object).into_iter().flatten() {
        let numbers = numbers.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str);
        controls.extend(numbers.map(|number| format!("{}:{number}", framework(name))));
    }
    let standards = list(event, "compliance.standards").iter().filter_map(Value::as_str);
    let standards: Vec<_> = standards.map(framework).collect();
    for requirement in list(event, "compliance.requirements").iter().filter_map(Value::as_str) {
        // Security Hub says `PCI DSS v4.0.1/8.4.2`.
        match requirement.rsplit_once(['/', ' ']) {
            Some((name, number)) => controls.push(format!("{}:{number}", framework(name))),
            None => controls.extend(standards.iter().map(|standard| format!("{standard}:{requirement}"))),
        }
    }
    controls.sort();
    controls.dedup();
    controls
}

fn framework(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    if has("pci") && (has("4") || !has("3")) {
        "PCI-4.0".to_owned()
    } else if has("800-53") || has("800_53") {
        "NIST-800-53".to_owned()
    } else if has("27001") {
        "ISO-27001".to_owned()
    } else if has("soc2") || has("soc 2") || has("soc-2") {
        "SOC-2".to_owned()
    } else {
        name.replace(':', "-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn azure() -> Value {
        json!({"class_uid": 2004, "metadata": {"version": "1.5.0", "event_code": "storage_default_network_access_rule_is_denied"},
            "severity_id": 4, "status_code": "FAIL", "status_detail": "open to all networks", "cloud": {"provider": "azure", "account": {"uid": "sub-1"}},
            "finding_info": {"title": "Storage is open"}, "resources": [{"uid": "/subscriptions/sub-1/x", "name": "x", "region": "westeurope", "type": "Microsoft.Storage"}],
            "unmapped": {"compliance": {"CIS-2.0": ["3.7"], "PCI-4.0": ["1.3.1"], "ISO27001-2022": ["A.8.20"]}}})
    }

    #[test]
    fn findings_of_other_clouds_are_read() {
        let finding = ocsf(&azure()).unwrap();
        assert_eq!(
            (finding.status, finding.severity, finding.cloud.as_deref()),
            (Status::Fail, Severity::High, Some("azure"))
        );
        assert_eq!(finding.controls, ["CIS-2.0:3.7", "ISO-27001:A.8.20", "PCI-4.0:1.3.1"]);
        let hub = json!({"class_uid": 2003, "metadata": {"version": "1.6.0"}, "severity_id": 5, "cloud": {"provider": "GCP", "account": {"uid": "p"}},
            "compliance": {"control": "Bucket.1", "status_id": 1, "standards": ["SOC 2"], "requirements": ["CC6.1"]},
            "resources": [{"uid": "//storage/x"}], "finding_info": {"title": "t"}});
        let finding = ocsf(&hub).unwrap();
        assert_eq!(
            (finding.status, finding.check.as_str(), finding.controls),
            (Status::Pass, "Bucket.1", vec!["SOC-2:CC6.1".to_owned()])
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused_or_not_assessed() {
        let with = |path: &str, value: Value| {
            let mut event = azure();
            *event.pointer_mut(path).unwrap() = value;
            ocsf(&event)
        };
        assert_eq!(with("/metadata/version", json!("0.9.0")), Err(ImportError::Version("0.9.0".into())));
        assert_eq!(with("/metadata/version", json!("2.0.0")), Err(ImportError::Version("2.0.0".into())));
        assert_eq!(with("/class_uid", json!(3002)), Err(ImportError::Class("3002".into())));
        assert_eq!(with("/resources", json!([])), Err(ImportError::Missing("resources")));
        assert_eq!(with("/status_code", json!("???")).unwrap().status, Status::NotAssessed);
        assert!(ocsf(&json!([])).is_err());
    }
}
