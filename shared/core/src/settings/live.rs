//! The mode as it is set: for all, or live for some and shadow for the rest.

use std::fmt;
use std::str::FromStr;

use super::Mode;
use crate::action::ActionId;
use crate::detect::renamed;
use crate::finding::{Finding, Severity};
use crate::text::plain;

/// The value of `/riposte/mode`: a mode, and behind `live` what alone it is for:
/// `live detectors=open-all-ports actions=revoke-ingress severity=critical`. One value, so that a change of it is one
/// write, and so that a function that does not know the second half takes it for broken and stays in shadow mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeSetting {
    /// The mode.
    pub mode: Mode,
    /// What alone is live.
    pub only: LiveOnly,
}

/// What alone is live; the rest is in shadow mode. Empty lists, and no severity, say nothing. What is said must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveOnly {
    /// Because of these detectors alone.
    pub detectors: Vec<String>,
    /// These actions alone.
    pub actions: Vec<ActionId>,
    /// From this severity on.
    pub severity: Option<Severity>,
}

impl LiveOnly {
    /// Whether everything is live.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an action because of a finding is live.
    #[must_use]
    pub fn covers(&self, action: &str, finding: &Finding) -> bool {
        let detector = self.detectors.is_empty()
            || self.detectors.iter().any(|id| renamed::current(id) == renamed::current(&finding.detector));
        let action = self.actions.is_empty() || self.actions.iter().any(|id| id.as_str() == action);
        detector && action && self.severity.is_none_or(|least| finding.severity >= least)
    }
}

impl From<Mode> for ModeSetting {
    fn from(mode: Mode) -> Self {
        Self { mode, only: LiveOnly::default() }
    }
}

impl fmt::Display for ModeSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mode.as_str())?;
        if !self.only.detectors.is_empty() {
            write!(f, " detectors={}", self.only.detectors.join(","))?;
        }
        if !self.only.actions.is_empty() {
            let actions: Vec<_> = self.only.actions.iter().map(|action| action.as_str()).collect();
            write!(f, " actions={}", actions.join(","))?;
        }
        self.only.severity.map_or(Ok(()), |severity| write!(f, " severity={severity}"))
    }
}

impl FromStr for ModeSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let mode: Mode = words.next().unwrap_or_default().parse()?;
        let mut only = LiveOnly::default();
        for word in words {
            if mode != Mode::Live {
                return Err(format!("can say what alone is live behind `live` only, not behind `{mode}`"));
            }
            match word.split_once('=') {
                Some(("detectors", ids)) => {
                    only.detectors = ids.split(',').map(detector).collect::<Result<_, _>>()?;
                }
                Some(("actions", ids)) => only.actions = ids.split(',').map(action).collect::<Result<_, _>>()?,
                Some(("severity", least)) => only.severity = Some(least.parse()?),
                _ => {
                    let shown = plain(word, 60);
                    return Err(format!(
                        "may say `detectors=`, `actions=` and `severity=` behind `live`, not `{shown}`"
                    ));
                }
            }
        }
        Ok(Self { mode, only })
    }
}

/// A detector's id. Whether there is such a detector is not known here: it may be a user's.
fn detector(id: &str) -> Result<String, String> {
    let sound = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    sound.then(|| id.to_owned()).ok_or_else(|| format!("names a detector `{}`, which is no id", plain(id, 60)))
}

fn action(id: &str) -> Result<ActionId, String> {
    let known = ActionId::ALL.into_iter().find(|action| action.as_str() == id);
    known.ok_or_else(|| format!("names an action `{}` that there is not", plain(id, 60)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::finding;

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "shadow",
            "live",
            "halt",
            "live detectors=open-all-ports,open-admin-port",
            "live detectors=mine actions=revoke-ingress severity=critical",
        ] {
            assert_eq!(text.parse::<ModeSetting>().unwrap().to_string(), text);
        }
        for (text, wrong) in [
            ("", "must be"),
            ("on", "must be"),
            ("shadow detectors=a", "behind `live` only"),
            ("live detectors=", "no id"),
            ("live actions=nuke", "nuke"),
            ("live severity=loud", "loud"),
            ("live everything", "everything"),
        ] {
            assert!(text.parse::<ModeSetting>().unwrap_err().contains(wrong), "{text}");
        }
    }

    #[test]
    fn all_that_is_said_must_hold() {
        let covers = |text: &str| text.parse::<ModeSetting>().unwrap().only.covers("revoke-ingress", &finding());
        for (text, live) in [
            ("live", true),
            ("live detectors=open-admin-port", true),
            ("live detectors=other,open-admin-port actions=revoke-ingress severity=high", true),
            ("live detectors=other", false),
            ("live actions=deny-source", false),
            ("live severity=critical", false),
            ("live detectors=open-admin-port severity=critical", false),
        ] {
            assert_eq!(covers(text), live, "{text}");
        }
    }

    #[test]
    fn a_former_id_stands_for_the_detector_of_today() {
        let only = "live detectors=queue-emptied".parse::<ModeSetting>().unwrap().only;
        let found = Finding { detector: "sqs-queue-purged".to_owned(), ..finding() };
        assert!(only.covers("x", &found));
    }
}
