//! A finding of the audit: one check's word on one resource.

use riposte_core::finding::Severity;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::states::Change;
use crate::verdict::Status;

/// One check's word on one resource, as a JSON line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditFinding {
    /// The check's id.
    pub check: String,
    /// The check's title.
    pub title: String,
    /// The check's severity.
    pub severity: Severity,
    /// The service.
    pub service: String,
    /// Twelve digits.
    pub account: String,
    /// The region, or `aws-global`.
    pub region: String,
    /// The resource's ARN.
    pub resource: String,
    /// The resource's id.
    pub resource_id: String,
    /// How it stands.
    pub status: Status,
    /// `CIS-5.0:5.3`, `FSBP:EC2.13`.
    pub controls: Vec<String>,
    /// Why, in a sentence.
    pub why: String,
    /// What was read, by its path in the inventory.
    pub evidence: Map<String, Value>,
    /// Who muted it and until when, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted: Option<String>,
    /// What became of the resource since the run that this one is compared to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// The cloud, where it is another than AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<String>,
}
