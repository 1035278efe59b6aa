//! What became of an incident, in the one vocabulary that lists, notices, message attributes, events, metrics, the
//! dashboard and programs take their word from.
//!
//! The ledger's [`State`] says how far the work has come and is nobody's word: no surface shows it.

use std::collections::BTreeSet;
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
    /// What was changed was rolled back.
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

    /// As a sentence says it: `needs approval`.
    #[must_use]
    pub fn words(self) -> String {
        self.as_str().replace('-', " ")
    }

    /// As a notice's subject says it: `NEEDS APPROVAL`.
    #[must_use]
    pub fn headline(self) -> String {
        self.words().to_uppercase()
    }

    /// The outcomes that a word of a filter means: its own, or those of a word of earlier releases.
    fn meant(word: &str) -> Option<&'static [Self]> {
        if let Some(own) = Self::ALL.iter().position(|outcome| outcome.as_str() == word) {
            return Self::ALL.get(own..=own);
        }
        Some(match word {
            "asked" => &[Self::NeedsApproval],
            "intended" => &[Self::UnderWay],
            "applied" => &[Self::VerificationFailed],
            "verified" => &[Self::Contained, Self::NoActionNeeded],
            "failed" => &[Self::PartlyDone, Self::ActionFailed],
            _ => return None,
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The outcomes that a filter asks for: one, or several with commas between them. Words of earlier releases (`asked`,
/// `verified`, `failed`, …) are taken for what they meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes(BTreeSet<Outcome>);

impl Outcomes {
    /// These.
    #[must_use]
    pub fn of(outcomes: &[Outcome]) -> Self {
        Self(outcomes.iter().copied().collect())
    }

    /// Whether an incident has one of them.
    #[must_use]
    pub fn has(&self, incident: &Incident) -> bool {
        self.0.contains(&Outcome::of(incident))
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.0.iter().map(|outcome| outcome.as_str()).collect();
        f.pad(&words.join(","))
    }
}

impl FromStr for Outcomes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = BTreeSet::new();
        for word in text.split(',').map(str::trim) {
            all.extend(Outcome::meant(word).ok_or_else(|| {
                let known: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
                format!("must be one of {}, not `{}`", known.join(", "), crate::text::plain(word, 40))
            })?);
        }
        Ok(Self(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_one_word_in_every_form() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(Outcomes::of(&[outcome])));
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
            assert_eq!(outcome.headline().to_lowercase().replace(' ', "-"), outcome.as_str());
        }
    }

    #[test]
    fn a_filter_takes_several_and_the_words_of_earlier_releases() {
        use Outcome::{ActionFailed, Contained, NeedsApproval, NoActionNeeded, PartlyDone, Undone};
        for (text, meant) in [
            ("contained", &[Contained][..]),
            ("undone, needs-approval", &[NeedsApproval, Undone]),
            ("asked", &[NeedsApproval]),
            ("verified", &[Contained, NoActionNeeded]),
            ("failed", &[PartlyDone, ActionFailed]),
        ] {
            let read: Outcomes = text.parse().unwrap();
            assert_eq!(read, Outcomes::of(meant), "{text}");
            assert_eq!(read.to_string().parse(), Ok(read), "{text}");
        }
        for wrong in ["open", "", "contained,", "Contained"] {
            assert!(wrong.parse::<Outcomes>().unwrap_err().contains("needs-approval"), "{wrong}");
        }
    }

    #[test]
    fn every_state_of_the_ledger_and_of_older_items_has_an_outcome_that_its_old_word_finds() {
        use crate::settings::Mode;
        let mut seen = BTreeSet::new();
        for word in ["observed", "asked", "denied", "intended", "applied", "verified", "failed", "undone"] {
            for changed in [Changed::No, Changed::Yes, Changed::Unknown] {
                let mut incident = Incident::open(crate::testing::finding(), "f", Mode::Live, 0);
                // As it is read from an item of the ledger.
                incident.state = serde_json::from_value(word.into()).unwrap();
                incident.changed = changed;
                assert!(word.parse::<Outcomes>().unwrap().has(&incident), "{word} {changed:?}");
                seen.insert(Outcome::of(&incident));
            }
        }
        assert_eq!(seen, BTreeSet::from(Outcome::ALL));
    }
}
