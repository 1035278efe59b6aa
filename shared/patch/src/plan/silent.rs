//! Agents that fell silent: a machine that runs and no longer answers Systems Manager cannot be patched, nor watched.

use riposte_core::guardrail::is_exempt;
use serde::Serialize;

use super::Own;
use crate::node::{Node, Ping};
use crate::rfc3339;

const MINUTE_MS: i64 = 60_000;

/// A reboot, an update of the agent or a short loss of the network is over by then.
const SILENT_MS: i64 = 30 * MINUTE_MS;

/// What has been silent for longer was told already, or was so before anybody watched.
const NEWS_MS: i64 = 24 * 60 * MINUTE_MS;

/// A running machine whose agent no longer answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Silent {
    /// Which.
    pub node: String,
    /// Its name.
    pub name: Option<String>,
    /// When the agent answered last: milliseconds since 1970.
    pub since_ms: i64,
}

/// Whether a node's agent fell silent of late, while the node runs. One that is stopped, exempt or ours is none.
pub(super) fn of(own: Own<'_>, node: &Node, now_ms: i64) -> Option<Silent> {
    let since_ms = node.pinged_ms.filter(|_| matches!(node.ping, Ping::Lost | Ping::Inactive))?;
    let is_new = (SILENT_MS..NEWS_MS).contains(&now_ms.saturating_sub(since_ms));
    // Of a machine outside EC2 nobody can tell whether it runs.
    let runs = node.state == "running";
    if !is_new || !runs || own.has(node) || is_exempt(&node.tags, &rfc3339(now_ms)) {
        return None;
    }
    Some(Silent { node: node.id.clone(), name: node.name.clone(), since_ms })
}
