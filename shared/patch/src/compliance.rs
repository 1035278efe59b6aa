//! A node's patch state, as the last scan or install left it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::read;

/// Counts of one node's patches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compliance {
    /// Approved by the baseline and not installed.
    pub missing: u64,
    /// Installing them failed.
    pub failed: u64,
    /// Installed, and waiting for a reboot.
    pub pending_reboot: u64,
    /// Security updates that exist and that the baseline has not approved yet.
    pub available_security: u64,
    /// Of those not compliant, the critical ones.
    pub critical: u64,
    /// Of those not compliant, those of security.
    pub security: u64,
    /// The patch group.
    pub group: String,
    /// The baseline.
    pub baseline: String,
    /// Whether the last operation was an install; a scan else.
    pub installed: bool,
    /// When the last operation began: milliseconds since 1970.
    pub began_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
}

impl Compliance {
    /// From `DescribeInstancePatchStates`: the node, and its state.
    pub(crate) fn of(state: &Value) -> Option<(String, Self)> {
        let id = read::some(state, "InstanceId")?;
        let count = |name: &str| read::count(state, name);
        let compliance = Self {
            missing: count("MissingCount"),
            failed: count("FailedCount"),
            pending_reboot: count("InstalledPendingRebootCount"),
            available_security: count("AvailableSecurityUpdateCount"),
            critical: count("CriticalNonCompliantCount"),
            security: count("SecurityNonCompliantCount"),
            group: read::text(state, "PatchGroup").to_owned(),
            baseline: read::text(state, "BaselineId").to_owned(),
            installed: read::text(state, "Operation") == "Install",
            began_ms: read::time(state, "OperationStartTime"),
            ended_ms: read::time(state, "OperationEndTime"),
        };
        Some((id, compliance))
    }

    /// The state of the one node of an answer.
    pub(crate) fn only(answer: &Value, node: &str) -> Option<Self> {
        read::list(answer, "InstancePatchStates")
            .filter_map(Self::of)
            .find(|(id, _)| id == node)
            .map(|(_, state)| state)
    }

    /// Whether there is something to install.
    #[must_use]
    pub fn needs(&self) -> bool {
        self.missing > 0 || self.failed > 0
    }
}
