//! What an inventory holds of patching: the instances, and what Systems Manager says of each.

use serde::{Deserialize, Serialize};

use crate::index::Index;
use crate::verdict::Unknown;
use crate::view::text;

/// An instance, or another machine that Systems Manager manages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// `i-…` or `mi-…`
    pub id: String,
    /// Platform and version, as the agent says; empty where it does not.
    pub platform: String,
    /// Whether the agent is there, as Systems Manager says; `None` where it does not know the machine.
    pub agent: Option<String>,
    /// `COMPLIANT` or `NON_COMPLIANT` with its patch baseline; `None` where no baseline was run.
    pub patches: Result<Option<String>, Unknown>,
}

/// Every machine: what Systems Manager knows, and the instances that it does not.
#[must_use]
pub fn machines(index: &Index) -> Vec<Machine> {
    let managed: Vec<Machine> = index
        .views("ssm", "managed-instance")
        .map(|view| {
            let says = |name: &str| {
                view.text(&format!("DescribeInstanceInformation.{name}")).ok().flatten().unwrap_or_default()
            };
            let summaries = view.list("ListResourceComplianceSummaries.ResourceComplianceSummaryItems");
            let patch = |items: &[serde_json::Value]| {
                let of_patches = items.iter().find(|item| text(item, "ComplianceType") == Some("Patch"));
                of_patches.and_then(|item| text(item, "Status")).map(str::to_owned)
            };
            Machine {
                account: view.resource.account.clone(),
                region: view.resource.region.clone(),
                id: view.resource.label().to_owned(),
                platform: format!("{} {}", says("PlatformName"), says("PlatformVersion")).trim().to_owned(),
                agent: Some(format!("{} {}", says("PingStatus"), says("AgentVersion")).trim().to_owned()),
                patches: summaries.map(patch),
            }
        })
        .collect();
    let known = |id: &str| managed.iter().any(|machine| machine.id == id);
    let running = index.views("ec2", "instance").filter(|view| {
        let state = view.text("DescribeInstances.State.Name").ok().flatten();
        !matches!(state, Some("terminated" | "shutting-down")) && !known(view.resource.label())
    });
    let unmanaged: Vec<Machine> = running
        .map(|view| Machine {
            account: view.resource.account.clone(),
            region: view.resource.region.clone(),
            id: view.resource.label().to_owned(),
            platform: view.text("DescribeInstances.PlatformDetails").ok().flatten().unwrap_or_default().to_owned(),
            agent: None,
            patches: Err(Unknown("Systems Manager does not know it".to_owned())),
        })
        .collect();
    managed.into_iter().chain(unmanaged).collect()
}
