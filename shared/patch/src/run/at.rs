//! Where a run stands: its steps, and how far each has come.

use serde::{Deserialize, Serialize};

/// What is sent to the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The scan before.
    Scan,
    /// The install.
    Install,
    /// A package of Distributor, by its place among those that there are.
    Distribute(u8),
    /// The package manager's list, after it.
    Query,
    /// The scan after.
    Rescan,
    /// The versions from before, brought back.
    RollBack,
}

impl Stage {
    /// Its word, as it stands in the command's comment.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Install => "install",
            Self::Distribute(_) => "distribute",
            Self::Query => "query",
            Self::Rescan => "rescan",
            Self::RollBack => "roll-back",
        }
    }
}

/// What is done with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Looked whether it was sent already, and whether anything else patches.
    Look,
    /// Sent. Nothing tells whether it was, if the answer is lost: so it is looked for before it is sent again.
    Send,
    /// Waited for.
    Poll,
    /// Cancelled: it does not end.
    Cancel,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// Whether the node answers.
    Node,
    /// Its patch state.
    State,
    /// The window.
    Window,
    /// Its tags, where they were read too long ago to decide by.
    Tags,
    /// What the guardrails say.
    Decide,
    /// The user's alarms, before.
    AlarmsBefore,
    /// A command.
    Command(Stage, Phase),
    /// The patch state that the scan left.
    ScanRead,
    /// Which patches are open before.
    PatchesBefore,
    /// The root volume.
    Volume,
    /// Whether its snapshot is there already.
    SnapshotLook,
    /// The snapshot is taken.
    SnapshotCreate,
    /// Its tags once more, where they were read too long ago.
    TagsAgain,
    /// What the guardrails say now, right before the snapshot and the install.
    Confirm,
    /// Whether an association, as of a patch policy, is at work on it right before something is installed.
    Associations(Stage),
    /// Whether the agent answers again.
    HealthAgent,
    /// EC2's status checks.
    HealthStatus,
    /// The user's alarms, after.
    HealthAlarms,
    /// The patch state that the second scan left.
    RescanRead,
    /// Which patches are open after.
    PatchesAfter,
    /// Whether Inspector still shows the findings.
    Inspector,
    /// The baseline override is put in its place: the same however often.
    Override,
    /// Whether its Auto Scaling group still has it.
    Member,
    /// It is terminated, for the group to launch another in its place.
    Retire,
    /// Whether the group is whole again.
    Refill,
    /// Whether what the group launched is of another image.
    Fresh,
    /// The root volume is replaced from the snapshot.
    Replace,
    /// That is waited for.
    ReplacePoll,
    /// Nothing is left to do.
    Ended,
}

impl At {
    /// Which of the ten steps it belongs to.
    #[must_use]
    pub fn step(self) -> u8 {
        match self {
            Self::Node | Self::State => 1,
            Self::Window => 2,
            Self::Tags | Self::Decide => 3,
            Self::AlarmsBefore | Self::Command(Stage::Scan, _) | Self::ScanRead => 4,
            Self::PatchesBefore | Self::Volume | Self::SnapshotLook | Self::SnapshotCreate => 5,
            Self::TagsAgain
            | Self::Confirm
            | Self::Associations(_)
            | Self::Command(Stage::Install | Stage::Distribute(_) | Stage::RollBack, _)
            | Self::Override
            | Self::Member
            | Self::Retire
            | Self::Replace
            | Self::ReplacePoll => 6,
            Self::HealthAgent | Self::HealthStatus | Self::HealthAlarms | Self::Refill => 7,
            Self::Command(Stage::Query | Stage::Rescan, _) | Self::RescanRead | Self::PatchesAfter | Self::Fresh => 8,
            Self::Inspector => 9,
            Self::Ended => 10,
        }
    }
}

/// The ten steps' names.
pub const STEPS: [&str; 10] =
    ["discover", "window", "decision", "scan", "snapshot", "install", "health", "rescan", "inspector", "report"];
