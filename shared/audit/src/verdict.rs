//! What a check says of a resource.

use serde::{Deserialize, Serialize};

/// How a resource stands to a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Status {
    /// It is as it should be.
    #[serde(rename = "PASS")]
    Pass,
    /// It is not.
    #[serde(rename = "FAIL")]
    Fail,
    /// No API tells: a person must look.
    #[serde(rename = "MANUAL")]
    Manual,
    /// A fact is missing, or AWS did not answer. Never taken for a pass.
    #[serde(rename = "NOT_ASSESSED")]
    NotAssessed,
}

impl Status {
    /// As it stands in a finding.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Manual => "MANUAL",
            Self::NotAssessed => "NOT_ASSESSED",
        }
    }
}

/// What is known after a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Passed, and why.
    Pass(String),
    /// Failed, and why.
    Fail(String),
    /// A person must look, and at what.
    Manual(String),
    /// The check does not concern the resource.
    Skip,
}

/// Why a resource could not be assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown(pub String);

/// A verdict, or why there is none.
pub type Answer = Result<Verdict, Unknown>;

impl Verdict {
    /// Failed where `wrong`.
    ///
    /// # Errors
    /// Never: it is an [`Answer`] so that checks can end with it.
    pub fn fail_if(wrong: bool, bad: &str, good: &str) -> Answer {
        Ok(if wrong { Self::Fail(bad.to_owned()) } else { Self::Pass(good.to_owned()) })
    }

    /// Failed where there is something to say, passed otherwise.
    ///
    /// # Errors
    /// Never: it is an [`Answer`] so that checks can end with it.
    pub fn fail_with(wrong: Option<String>, good: &str) -> Answer {
        Ok(wrong.map_or_else(|| Self::Pass(good.to_owned()), Self::Fail))
    }

    /// Failed where something is more than `most` days old; `None` is nothing that ages.
    ///
    /// # Errors
    /// Never: it is an [`Answer`] so that checks can end with it.
    pub fn fail_older(days: Option<i64>, most: i64, wrong: impl FnOnce(i64) -> String, good: &str) -> Answer {
        Self::fail_with(days.filter(|days| *days > most).map(wrong), good)
    }

    /// Failed where any are named, in a sentence that begins with `bad`.
    ///
    /// # Errors
    /// Never: it is an [`Answer`] so that checks can end with it.
    pub fn fail_for(names: &[String], bad: &str, good: &str) -> Answer {
        const SHOWN: usize = 10;
        if names.is_empty() {
            return Ok(Self::Pass(good.to_owned()));
        }
        let shown: Vec<_> = names.iter().take(SHOWN).map(|name| riposte_core::text::plain(name, 160)).collect();
        let more = names.len().saturating_sub(SHOWN);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        Ok(Self::Fail(format!("{bad}: {}{rest}", shown.join(", "))))
    }
}
