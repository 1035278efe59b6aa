//! Mutes: findings that somebody took the responsibility for, with a reason and until a day.

use jiff::civil::Date;
use riposte_core::arn::matches;
use riposte_core::text::plain;
use serde::Deserialize;
use thiserror::Error;

use crate::check_of;
use crate::finding::AuditFinding;

/// A mute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mute {
    /// The check's id, or `*`.
    pub check: String,
    /// The resource's ARN; `*` stands for any characters.
    pub resource: String,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Date,
}

/// Why mutes are refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MuteError {
    /// Not of the shape.
    #[error("{}", plain(.0, 300))]
    Shape(String),
    /// One that lacks what it must have.
    #[error("mute {number}: {}", plain(.wrong, 200))]
    Mute {
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        wrong: String,
    },
}

impl Mute {
    /// Reads a list of mutes.
    ///
    /// # Errors
    /// Where one has no reason, no day, or names a check that does not exist.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, MuteError> {
        let values: Vec<serde_json::Value> =
            serde_json::from_str(text).map_err(|error| MuteError::Shape(error.to_string()))?;
        let read = |(index, value): (usize, serde_json::Value)| {
            let wrong = |wrong: String| MuteError::Mute { number: index + 1, wrong };
            let mute: Self = serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
            if mute.reason.trim().is_empty() {
                return Err(wrong("no reason".to_owned()));
            }
            if mute.check != "*" && check_of(&mute.check).is_none() {
                return Err(wrong(format!("there is no check `{}`", mute.check)));
            }
            Ok(mute)
        };
        values.into_iter().enumerate().map(read).collect()
    }

    /// Reads one mute, as a parameter holds it: a JSON object.
    ///
    /// # Errors
    /// As [`Mute::parse_all`].
    pub fn read(text: &str) -> Result<Self, MuteError> {
        let one = Self::parse_all(&format!("[{text}]"))?;
        one.into_iter().next().ok_or_else(|| MuteError::Shape("it is empty".to_owned()))
    }

    /// Whether its last day is over.
    #[must_use]
    pub fn is_expired(&self, today: Date) -> bool {
        self.until < today
    }

    /// Whether it is about a finding.
    #[must_use]
    pub fn covers(&self, finding: &AuditFinding) -> bool {
        (self.check == "*" || self.check == finding.check) && matches(&self.resource, &finding.resource)
    }

    /// As it stands on a finding.
    #[must_use]
    pub fn note(&self) -> String {
        format!("{} (until {})", plain(&self.reason, 200), self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mute_has_a_check_a_reason_and_a_day() {
        let one = |check: &str, reason: &str, until: &str| {
            format!(
                "[{{\"check\":\"{check}\",\"resource\":\"arn:aws:s3:::*\",\"reason\":\"{reason}\",\"until\":\"{until}\"}}]"
            )
        };
        let good = Mute::parse_all(&one("s3-bucket-not-versioned", "scratch", "2026-12-31")).unwrap();
        assert!(
            !good[0].is_expired("2026-12-31".parse().unwrap()) && good[0].is_expired("2027-01-01".parse().unwrap())
        );
        for (check, reason, until) in
            [("s3-bucket-not-versioned", "", "2026-12-31"), ("no-such", "x", "2026-12-31"), ("*", "x", "soon")]
        {
            let error = Mute::parse_all(&one(check, reason, until)).unwrap_err();
            assert!(error.to_string().starts_with("mute 1: "), "{error}");
        }
        assert!(Mute::parse_all("[{\"check\":\"*\",\"resource\":\"*\",\"reason\":\"x\"}]").is_err(), "no end");
        assert!(Mute::parse_all("{}").is_err());
    }
}
