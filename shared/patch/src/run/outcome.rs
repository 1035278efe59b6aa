//! How a run ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Seen to be done.
    Patched,
    /// Done, as the host's own list says; Inspector still shows a finding.
    Unconfirmed,
    /// Done, and an update waits for a reboot that the settings forbid.
    PendingReboot,
    /// Some of it.
    Partly,
    /// None of it, whatever the command said.
    NotPatched,
    /// There was nothing left to do.
    Nothing,
    /// The guardrails let nothing be done: it is recorded and told.
    Planned,
    /// The window was missed, moved or switched off.
    Missed,
    /// Something else patches the node.
    Blocked,
    /// The node was not reachable before anything was done.
    Unreachable,
    /// Something failed before anything was installed.
    Failed,
    /// The node did not come back, or is not healthy.
    Unhealthy,
    /// Brought back to what it was.
    RolledBack,
}

impl Kind {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Patched => "patched",
            Self::Unconfirmed => "unconfirmed",
            Self::PendingReboot => "pending-reboot",
            Self::Partly => "partly",
            Self::NotPatched => "not-patched",
            Self::Nothing => "nothing",
            Self::Planned => "planned",
            Self::Missed => "missed",
            Self::Blocked => "blocked",
            Self::Unreachable => "unreachable",
            Self::Failed => "failed",
            Self::Unhealthy => "unhealthy",
            Self::RolledBack => "rolled-back",
        }
    }

    /// Whether its ring stops at once.
    #[must_use]
    pub fn stops_the_ring(self) -> bool {
        self == Self::Unhealthy
    }

    /// Whether it counts towards the failures after which nothing more is begun.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::NotPatched | Self::Failed | Self::Unhealthy | Self::Partly)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What.
    pub kind: Kind,
    /// Why, in a sentence.
    pub why: String,
    /// When: milliseconds since 1970.
    pub at_ms: i64,
}
