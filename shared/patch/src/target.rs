//! What a person names: nodes, a ring, a tag, a vulnerability.

use std::fmt;
use std::str::FromStr;

use crate::plan::NodePlan;
use crate::ring::which;
use crate::run::Run;
use crate::settings::Rings;

/// Which nodes are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One, by its id.
    Node(String),
    /// Those of a ring.
    Ring(String),
    /// Those with a tag of this value.
    Tag(String, String),
    /// Those that a vulnerability is open on.
    Vulnerability(String),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = |rest: &str| (!rest.is_empty()).then(|| rest.to_owned());
        let found = match text.split_once(':') {
            Some(("ring", name)) => named(name).map(Self::Ring),
            Some(("tag", pair)) => pair
                .split_once('=')
                .filter(|(key, _)| !key.is_empty())
                .map(|(k, v)| Self::Tag(k.to_owned(), v.to_owned())),
            Some(("cve", id)) => named(id).map(Self::Vulnerability),
            None if text.starts_with("CVE-") => named(text).map(Self::Vulnerability),
            None if is_node(text) => named(text).map(Self::Node),
            _ => None,
        };
        found.ok_or_else(|| {
            format!(
                "must be a node (`i-…`, `mi-…`), `ring:NAME`, `tag:KEY=VALUE` or `CVE-…`, not `{}`",
                crate::plain(text)
            )
        })
    }
}

/// Whether a text is a node's id.
#[must_use]
pub fn is_node(text: &str) -> bool {
    let rest = text.strip_prefix("i-").or_else(|| text.strip_prefix("mi-"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.len() <= 32 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(id) => write!(f, "{}", crate::plain(id)),
            Self::Ring(name) => write!(f, "ring:{}", crate::plain(name)),
            Self::Tag(key, value) => write!(f, "tag:{}={}", crate::plain(key), crate::plain(value)),
            Self::Vulnerability(id) => write!(f, "{}", crate::plain(id)),
        }
    }
}

impl Target {
    /// Holds a ring's name to the rings that there are: one with a typing error would mean no node, and say nothing.
    ///
    /// # Errors
    /// Names the rings, and the one that was most likely meant.
    pub fn known(&self, rings: &Rings) -> Result<(), String> {
        match self {
            Self::Ring(name) if !rings.order.contains(name) => {
                Err(format!("there is no ring `{}`: {}", crate::plain(name), which(rings, name)))
            }
            _ => Ok(()),
        }
    }

    /// Whether it means a node of the plan.
    #[must_use]
    pub fn means(&self, node: &NodePlan) -> bool {
        match self {
            Self::Node(id) => node.node == *id,
            Self::Ring(name) => node.ring.as_deref() == Some(name.as_str()),
            Self::Tag(key, value) => node.tags.get(key) == Some(value),
            Self::Vulnerability(id) => node.findings.iter().any(|finding| finding.id == *id),
        }
    }
}

/// The last run of each node that is meant, of those that have installed something.
#[must_use]
pub fn last_of_each(mut runs: Vec<Run>, targets: &[Target]) -> Vec<Run> {
    runs.retain(|run| run.installed_ms.is_some() && targets.iter().any(|target| target.means(&run.plan)));
    runs.sort_by(|a, b| a.plan.node.cmp(&b.plan.node).then(b.installed_ms.cmp(&a.installed_ms)));
    runs.dedup_by(|earlier, last| earlier.plan.node == last.plan.node);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_others_refused() {
        for text in ["i-0abc", "mi-1", "ring:dev", "tag:env=prod", "tag:env=", "CVE-2026-1"] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        for text in ["", "i-", "ring:", "tag:env", "i-1;reboot", "web"] {
            assert!(text.parse::<Target>().unwrap_err().contains(text), "{text}");
        }
    }

    #[test]
    fn a_ring_that_there_is_none_of_is_told_and_nothing_is_meant_by_it() {
        let rings = Rings::default();
        let known = |text: &str| text.parse::<Target>().unwrap().known(&rings);
        for text in ["ring:dev", "ring:prod", "tag:ring=prdo", "i-1", "CVE-2026-1"] {
            assert_eq!(known(text), Ok(()));
        }
        assert_eq!(
            known("ring:prdo").unwrap_err(),
            "there is no ring `prdo`: the rings are `dev`, `staging`, `prod`; is `prod` meant?"
        );
        assert!(!known("ring:blue\u{202e}").unwrap_err().contains("meant"));
    }
}
