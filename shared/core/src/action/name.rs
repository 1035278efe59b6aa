//! An action's name as the ledger holds it.

use serde::{Deserialize, Serialize};

use super::ActionId;
use crate::text::plain;

/// The name of an action that this release knows, or of one that a newer release wrote: such an incident is
/// listed and shown, and nothing acts on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ActionName {
    /// An action of this release.
    Known(ActionId),
    /// Another one.
    Newer(String),
}

impl ActionName {
    /// The action, where this release has it.
    #[must_use]
    pub fn known(&self) -> Option<ActionId> {
        match self {
            Self::Known(id) => Some(*id),
            Self::Newer(_) => None,
        }
    }

    /// The name as it stands in the ledger. Of a newer one, show it escaped.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(id) => id.as_str(),
            Self::Newer(name) => name,
        }
    }
}

impl From<ActionId> for ActionName {
    fn from(id: ActionId) -> Self {
        Self::Known(id)
    }
}

impl std::fmt::Display for ActionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&plain(self.as_str(), 60))
    }
}
