//! What is left to a person: what needs care, and Riposte neither patches nor leaves to something that does.

use riposte_core::guardrail::is_exempt;
use serde::Serialize;

use super::{NodePlan, Own, Route};
use crate::node::Node;
use crate::rfc3339;

/// One such machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Left {
    /// Which.
    pub node: String,
    /// Its name.
    pub name: Option<String>,
    /// Why it is left.
    pub why: String,
}

impl Left {
    /// A machine of the plan: one that is not patched, or whose deadline has passed without that anything comes for it.
    /// `None` for one that is patched, for one that a person has exempted, and for our own.
    pub(super) fn planned(own: Own<'_>, node: &Node, planned: &NodePlan, now_ms: i64) -> Option<Self> {
        let late = planned.deadline_ms.filter(|deadline| *deadline < now_ms);
        let why = match (&planned.route, late) {
            (Route::Held { why }, late) => {
                let late = late.map(|at| format!("; its deadline was {}", rfc3339(at))).unwrap_or_default();
                format!("{} ({}){late}", crate::plain(why), planned.band)
            }
            (route, Some(at)) if !route.is_ours() => format!("{route}; its deadline was {}", rfc3339(at)),
            _ => return None,
        };
        Self::of(own, node, why, now_ms)
    }

    /// A running machine of which nobody can tell what it needs.
    pub(super) fn unknown(own: Own<'_>, node: &Node, why: &str, now_ms: i64) -> Option<Self> {
        Self::of(own, node, why.to_owned(), now_ms)
    }

    fn of(own: Own<'_>, node: &Node, why: String, now_ms: i64) -> Option<Self> {
        let runs = matches!(node.state.as_str(), "running" | "");
        let wanted = own.has(node) || is_exempt(&node.tags, &rfc3339(now_ms));
        (runs && !wanted).then(|| Self { node: node.id.clone(), name: node.name.clone(), why })
    }
}
