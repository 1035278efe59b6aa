//! How patching goes: the document under `/riposte/patch/settings`, JSON, checked whole.

use std::collections::BTreeMap;

use riposte_core::finding::Severity;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::commands;

const HOUR_MS: i64 = 3_600_000;

/// Where the document stands in Parameter Store.
pub const PATH: &str = "/riposte/patch/settings";

/// What is wrong with the document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("setting `{PATH}`, {place}: {wrong}")]
pub struct SettingsError {
    /// The field, or the line and column.
    pub place: String,
    /// What is wrong.
    pub wrong: String,
}

/// Within how many hours of its being seen first a vulnerability must be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sla {
    /// One that is known to be exploited, whatever its severity. CISA's own date holds where it is earlier.
    pub exploited: u32,
    /// A critical one.
    pub critical: u32,
    /// A high one.
    pub high: u32,
    /// A medium one.
    pub medium: u32,
    /// Any other.
    pub low: u32,
}

impl Default for Sla {
    fn default() -> Self {
        Self { exploited: 72, critical: 7 * 24, high: 30 * 24, medium: 90 * 24, low: 180 * 24 }
    }
}

impl Sla {
    /// The time for a severity, in milliseconds.
    #[must_use]
    pub fn of(&self, severity: Severity) -> i64 {
        let hours = match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low | Severity::Informational => self.low,
        };
        i64::from(hours) * HOUR_MS
    }

    /// The time for what is exploited, in milliseconds.
    #[must_use]
    pub fn of_exploited(&self) -> i64 {
        i64::from(self.exploited) * HOUR_MS
    }
}

/// Which nodes go first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rings {
    /// The tag whose value names a node's ring.
    pub tag: String,
    /// The rings, the first first.
    pub order: Vec<String>,
    /// The ring of nodes without the tag; the last one where nothing is said.
    pub untagged: Option<String>,
    /// How many nodes of a ring are patched at once.
    pub at_once: usize,
    /// After so many failures of any kind nothing more is begun. A failed health check stops at once.
    pub most_failures: usize,
}

impl Default for Rings {
    fn default() -> Self {
        Self {
            tag: "ring".to_owned(),
            order: ["dev", "staging", "prod"].map(str::to_owned).to_vec(),
            untagged: None,
            at_once: 5,
            most_failures: 2,
        }
    }
}

/// Whether a node may be rebooted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reboot {
    /// Where an update needs it.
    #[default]
    IfNeeded,
    /// Never; what waits for one is told.
    Never,
}

/// When there is no window in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Emergency {
    /// A person is asked.
    #[default]
    Ask,
    /// The guardrails decide alone.
    Act,
    /// It is told, and nothing is done.
    Never,
}

/// What becomes of members of Auto Scaling groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupMembers {
    /// They are told, with the image.
    #[default]
    Tell,
    /// They are replaced where their group launches another image by now; others are told.
    Replace,
    /// They are patched in place. What the group launches next is as old as before.
    Patch,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The deadlines, in hours.
    pub sla_hours: Sla,
    /// The rings.
    pub rings: Rings,
    /// Reboots.
    pub reboot: Reboot,
    /// Emergencies.
    pub emergency: Emergency,
    /// So long before a deadline a node that no window comes for is an emergency, in hours.
    pub emergency_hours: u32,
    /// Whether the root volume's snapshot is taken first. Without one there is no sure way back, and a person is asked.
    pub snapshot: bool,
    /// Alarms of CloudWatch that must not ring: neither before nor after.
    pub alarms: Vec<String>,
    /// How long a command may take, in minutes.
    pub command_minutes: u32,
    /// How long a node may take to be healthy again, in minutes.
    pub health_minutes: u32,
    /// How long Inspector may take to see that a finding is gone, in hours.
    pub inspector_hours: u32,
    /// Members of Auto Scaling groups.
    pub group_members: GroupMembers,
    /// Where baseline overrides are put: `s3://BUCKET/PREFIX`, which the nodes' roles can read. Then packages that findings
    /// name are installed by Patch Manager, and else by the host's own package manager.
    pub overrides: Option<String>,
    /// Packages that Distributor installs: the host's name of each, and Distributor's.
    pub distributor: BTreeMap<String, String>,
    /// CISA's list: `s3://BUCKET/KEY`.
    pub kev: Option<String>,
    /// Declared security groups that the schedule applies: a parameter's path below `/riposte/patch/groups/`, or
    /// `s3://BUCKET/KEY`.
    pub groups: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sla_hours: Sla::default(),
            rings: Rings::default(),
            reboot: Reboot::IfNeeded,
            emergency: Emergency::Ask,
            emergency_hours: 48,
            snapshot: false,
            alarms: Vec::new(),
            command_minutes: 120,
            health_minutes: 15,
            inspector_hours: 24,
            group_members: GroupMembers::Tell,
            overrides: None,
            distributor: BTreeMap::new(),
            kev: None,
            groups: None,
        }
    }
}

impl Settings {
    /// Reads the document. An empty one is the defaults.
    ///
    /// # Errors
    /// Names the field or the place.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let settings: Self = serde_json::from_str(text).map_err(|error| SettingsError {
            place: format!("line {}, column {}", error.line(), error.column()),
            wrong: crate::plain(&error.to_string()),
        })?;
        settings.checked()
    }

    fn checked(self) -> Result<Self, SettingsError> {
        let wrong = |place: &str, wrong: String| Err(SettingsError { place: place.to_owned(), wrong });
        let rings = &self.rings;
        if rings.order.is_empty() || rings.order.iter().any(|ring| ring.trim().is_empty()) {
            return wrong("`rings.order`", "must name at least one ring, and none may be empty".to_owned());
        }
        let twice =
            rings.order.iter().enumerate().find(|(n, ring)| rings.order.iter().take(*n).any(|other| other == *ring));
        if let Some((_, ring)) = twice {
            return wrong("`rings.order`", format!("names `{}` twice", crate::plain(ring)));
        }
        if let Some(ring) = rings.untagged.as_ref().filter(|ring| !rings.order.contains(ring)) {
            return wrong("`rings.untagged`", format!("`{}` is none of `rings.order`", crate::plain(ring)));
        }
        if rings.at_once == 0 {
            return wrong("`rings.at_once`", "must be at least 1".to_owned());
        }
        if rings.most_failures == 0 {
            return wrong("`rings.most_failures`", "must be at least 1".to_owned());
        }
        // AWS bounds what a command may take to two days.
        for (place, value, most) in [
            ("`command_minutes`", self.command_minutes, 2_880),
            ("`health_minutes`", self.health_minutes, 1_440),
            ("`inspector_hours`", self.inspector_hours, 720),
        ] {
            if !(1..=most).contains(&value) {
                return wrong(place, format!("must be from 1 to {most}, not {value}"));
            }
        }
        if let Some((package, name)) = self.distributor.iter().find(|(_, name)| !commands::is_distributors(name)) {
            let name = crate::plain(name);
            return wrong(
                "`distributor`",
                format!("`{}` names `{name}`, which is no package's name", crate::plain(package)),
            );
        }
        for (place, source) in [("`kev`", &self.kev), ("`groups`", &self.groups), ("`overrides`", &self.overrides)] {
            let is_object = |source: &str| s3(source).is_some();
            let is_parameter = place == "`groups`" && source.as_deref().is_some_and(|s| s.starts_with(GROUPS_PREFIX));
            if let Some(source) = source.as_deref().filter(|source| !is_object(source) && !is_parameter) {
                return wrong(place, format!("`{}` is no `s3://BUCKET/KEY`", crate::plain(source)));
            }
        }
        Ok(self)
    }
}

/// Below it stand declared security groups in Parameter Store.
pub const GROUPS_PREFIX: &str = "/riposte/patch/groups/";

/// The bucket and the key of `s3://BUCKET/KEY`.
#[must_use]
pub fn s3(source: &str) -> Option<(&str, &str)> {
    let (bucket, key) = source.strip_prefix("s3://")?.split_once('/')?;
    (!bucket.is_empty() && !key.is_empty()).then_some((bucket, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default() {
        assert_eq!(Settings::parse(" ").unwrap(), Settings::default());
        let read =
            Settings::parse(r#"{"rings":{"order":["canary","all"],"at_once":2},"sla_hours":{"critical":24}}"#).unwrap();
        assert_eq!((read.rings.at_once, read.rings.tag.as_str(), read.sla_hours.high), (2, "ring", 720));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, said) in [
            ("{\"ring\":1}", "line 1, column 7: unknown field `ring`"),
            ("{\"rings\":{\"order\":[]}}", "`rings.order`: must name"),
            ("{\"rings\":{\"order\":[\"a\",\"a\"]}}", "names `a` twice"),
            ("{\"rings\":{\"untagged\":\"x\"}}", "`x` is none of"),
            ("{\"rings\":{\"at_once\":0}}", "`rings.at_once`"),
            ("{\"command_minutes\":0}", "`command_minutes`: must be from 1"),
            ("{\"kev\":\"http://x\"}", "`kev`: `http://x` is no"),
            ("{\"distributor\":{\"a\":\"b c\"}}", "`distributor`: `a` names `b c`, which is no package's name"),
            ("{\"reboot\":\"maybe\"}", "unknown variant `maybe`"),
        ] {
            let error = Settings::parse(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
