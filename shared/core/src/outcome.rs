//! What became of an incident, in one vocabulary for lists, notices, events and programs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::incident::{Changed, Incident, State};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The offense is gone, by Riposte, as read again.
    Contained,
    /// There was nothing left to contain.
    NoActionNeeded,
    /// Changes were made, and reading again did not confirm them.
    VerificationFailed,
    /// Decided, and not ended.
    UnderWay,
    /// Some of the changes were made, and a later one was refused.
    PartlyDone,
    /// Nothing could be changed.
    ActionFailed,
    /// A person must approve first.
    NeedsApproval,
    /// A person said no, or nobody answered in time.
    Denied,
    /// What was changed was taken back.
    Undone,
    /// Recorded; nothing was changed.
    Observed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 10] = [
        Self::Contained,
        Self::NoActionNeeded,
        Self::VerificationFailed,
        Self::UnderWay,
        Self::PartlyDone,
        Self::ActionFailed,
        Self::NeedsApproval,
        Self::Denied,
        Self::Undone,
        Self::Observed,
    ];

    /// What became of an incident.
    #[must_use]
    pub fn of(incident: &Incident) -> Self {
        match incident.state {
            State::Verified if incident.changed != Changed::No => Self::Contained,
            State::Verified => Self::NoActionNeeded,
            State::Applied => Self::VerificationFailed,
            State::Intended => Self::UnderWay,
            State::Failed if incident.changed != Changed::No => Self::PartlyDone,
            State::Failed => Self::ActionFailed,
            State::Asked => Self::NeedsApproval,
            State::Denied => Self::Denied,
            State::Undone => Self::Undone,
            State::Observed => Self::Observed,
        }
    }

    /// As programs read it: `needs-approval`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contained => "contained",
            Self::NoActionNeeded => "no-action-needed",
            Self::VerificationFailed => "verification-failed",
            Self::UnderWay => "under-way",
            Self::PartlyDone => "partly-done",
            Self::ActionFailed => "action-failed",
            Self::NeedsApproval => "needs-approval",
            Self::Denied => "denied",
            Self::Undone => "undone",
            Self::Observed => "observed",
        }
    }

    /// As a notice's subject says it: `NEEDS APPROVAL`.
    #[must_use]
    pub fn headline(self) -> &'static str {
        match self {
            Self::Contained => "CONTAINED",
            Self::NoActionNeeded => "NO ACTION NEEDED",
            Self::VerificationFailed => "VERIFICATION FAILED",
            Self::UnderWay => "UNDER WAY",
            Self::PartlyDone => "PARTLY DONE",
            Self::ActionFailed => "ACTION FAILED",
            Self::NeedsApproval => "NEEDS APPROVAL",
            Self::Denied => "DENIED",
            Self::Undone => "UNDONE",
            Self::Observed => "OBSERVED",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text).ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|outcome| outcome.as_str()).collect();
            format!("must be one of {}, not `{}`", all.join(", "), crate::text::plain(text, 40))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_one_word_in_every_form() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
            assert_eq!(outcome.headline().to_lowercase().replace(' ', "-"), outcome.as_str());
        }
        assert!("open".parse::<Outcome>().unwrap_err().contains("needs-approval"));
    }
}
