//! Findings as OCSF: a Detection Finding (class 2004) a line, as Security Lake and Security Hub take it.

use jiff::Timestamp;
use riposte_core::finding::{Confidence, Finding, Severity};
use serde_json::{Value, json};

/// The version of the schema.
const SCHEMA: &str = "1.5.0";

/// One finding. `count` is how many records made it.
pub(super) fn event(finding: &Finding, file: &str, count: u64) -> Value {
    let scope = &finding.scope;
    let actor = &finding.principal;
    let time = finding.event_time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
    let time = time.map_or(0, Timestamp::as_millisecond);
    let (severity_id, severity) = match finding.severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    };
    let (confidence_id, confidence) = match finding.confidence {
        Confidence::Low => (1, "Low"),
        Confidence::Medium => (2, "Medium"),
        Confidence::High => (3, "High"),
    };
    let attacks: Vec<_> = finding.technique.iter().map(|id| json!({ "technique": { "uid": id } })).collect();
    let uid = if scope.event_id.is_empty() {
        format!("{}/{}", finding.detector, finding.target.key())
    } else {
        format!("{}/{}/{}", scope.event_id, finding.detector, finding.target.key())
    };
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200_401,
        "type_name": "Detection Finding: Create",
        "time": time,
        "count": count,
        "severity_id": severity_id,
        "severity": severity,
        "confidence_id": confidence_id,
        "confidence": confidence,
        "status_id": 1,
        "status": "New",
        "message": finding.why,
        "is_alert": finding.severity >= Severity::Medium,
        "metadata": {
            "version": SCHEMA,
            "profiles": ["cloud"],
            "product": { "name": "Riposte", "vendor_name": "Riposte", "version": env!("CARGO_PKG_VERSION") },
            "log_name": file,
        },
        "finding_info": {
            "uid": uid,
            "title": finding.title,
            "desc": finding.why,
            "first_seen_time": time,
            "analytic": { "uid": finding.detector, "name": finding.title, "type_id": 1, "type": "Rule" },
            "attacks": attacks,
        },
        "cloud": { "provider": "AWS", "region": scope.region, "account": { "uid": scope.account, "type": "AWS Account", "type_id": 10 } },
        "resources": [{ "uid": finding.target.key(), "role_id": 1, "role": "Target" }],
        "evidences": [{
            "actor": { "user": { "uid": actor.arn, "name": actor.name, "type": actor.kind, "credential_uid": actor.access_key_id } },
            "api": { "operation": finding.event_name, "request": { "uid": scope.event_id } },
            "src_endpoint": source(actor.source_ip.as_deref()),
        }],
    })
}

/// An address, or the name of a service.
fn source(from: Option<&str>) -> Value {
    match from {
        Some(from) if from.parse::<std::net::IpAddr>().is_ok() => json!({ "ip": from }),
        Some(from) => json!({ "name": from }),
        None => Value::Null,
    }
}
