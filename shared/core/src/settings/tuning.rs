//! A detector switched off, or changed in severity, by whoever runs it.

use std::str::FromStr;

use crate::finding::{Finding, Severity};
use crate::text::plain;

/// What a setting says of a detector: the value of `/riposte/detectors/ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tuning {
    /// `off`: what it finds is left out, and counted.
    Off,
    /// A severity: what it finds has this one.
    Severity(Severity),
}

impl FromStr for Tuning {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        text.parse().map(Self::Severity).map_err(|_| {
            format!(
                "must be `off` or a severity (informational, low, medium, high, critical), not `{}`",
                plain(text, 40)
            )
        })
    }
}

impl Tuning {
    /// Applies it to a finding, which says so; `None` where it is left out.
    #[must_use]
    pub fn applied(self, finding: Finding) -> Option<Finding> {
        match self {
            Self::Off => None,
            Self::Severity(severity) if severity == finding.severity => Some(finding),
            Self::Severity(severity) => {
                let why = format!("{} [severity set from {} by a setting]", finding.why, finding.severity);
                Some(Finding { severity, why, ..finding })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::finding;

    #[test]
    fn a_changed_severity_is_said_and_off_leaves_out() {
        let low = "low".parse::<Tuning>().unwrap().applied(finding()).unwrap();
        assert_eq!(low.severity, Severity::Low);
        assert!(low.why.ends_with("[severity set from high by a setting]"), "{}", low.why);
        assert_eq!("high".parse::<Tuning>().unwrap().applied(finding()).unwrap(), finding());
        assert_eq!("off".parse::<Tuning>().unwrap().applied(finding()), None);
        assert!("quiet".parse::<Tuning>().unwrap_err().contains("`quiet`"));
    }
}
