//! Which way a node goes: in a window, left to something else, at once, later or not at all.

use std::fmt;

use riposte_core::guardrail::is_exempt;
use serde::{Deserialize, Serialize};

use super::{NodePlan, Own, Replace};
use crate::facts::Facts;
use crate::node::Node;
use crate::settings::{Emergency, GroupMembers, Settings};
use crate::{rfc3339, ring};

const HOUR_MS: i64 = 3_600_000;

/// Which way a node goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "way")]
pub enum Route {
    /// In a maintenance window.
    Window {
        /// `mw-…`
        id: String,
        /// Its name.
        name: String,
        /// When it opens.
        opens_ms: i64,
        /// Until when something may be begun in it.
        last_start_ms: i64,
    },
    /// Something patches it in time already: it is left to that.
    Deferred {
        /// What.
        to: String,
        /// When, where it can be told.
        at_ms: Option<i64>,
    },
    /// At once: no window comes in time.
    Emergency {
        /// Why.
        why: String,
    },
    /// At once: a person has named it.
    ByHand,
    /// Nothing is done yet.
    Later {
        /// Why.
        why: String,
    },
    /// Nothing is done.
    Held {
        /// Why.
        why: String,
    },
}

impl Route {
    /// Its name.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Window { .. } => "window",
            Self::Deferred { .. } => "deferred",
            Self::Emergency { .. } => "emergency",
            Self::ByHand => "by hand",
            Self::Later { .. } => "later",
            Self::Held { .. } => "held",
        }
    }

    /// Whether Riposte patches.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Window { .. } | Self::Emergency { .. } | Self::ByHand)
    }

    /// Whether it goes without a window.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        matches!(self, Self::Emergency { .. })
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window { id, name, opens_ms, .. } => {
                write!(f, "in the window {} ({}) at {}", crate::plain(id), crate::plain(name), rfc3339(*opens_ms))
            }
            Self::Deferred { to, at_ms: Some(at) } => {
                write!(f, "left to {}, next at {}", crate::plain(to), rfc3339(*at))
            }
            Self::Deferred { to, at_ms: None } => write!(f, "left to {}", crate::plain(to)),
            Self::Emergency { why } => write!(f, "at once: {why}"),
            Self::ByHand => f.write_str("at once: a person asks for it"),
            Self::Later { why } => write!(f, "not yet: {why}"),
            Self::Held { why } => write!(f, "not patched: {why}"),
        }
    }
}

/// What takes a node's place: where the settings want that, what its group launches by now, if it is another image.
pub(super) fn replacement(facts: &Facts, settings: &Settings, node: &Node) -> Option<Replace> {
    let group = node.group().filter(|_| settings.group_members == GroupMembers::Replace)?;
    let (old, new) = (node.image.as_deref()?, facts.groups.image(group)?);
    let replace = || Replace { group: group.to_owned(), old: old.to_owned(), new: new.to_owned() };
    (old != new).then(replace)
}

/// What is told of a member of an Auto Scaling group that is not patched in place.
fn of_group(facts: &Facts, node: &Node, group: &str) -> String {
    let image = crate::plain(node.image.as_deref().unwrap_or("(unknown)"));
    let group_name = crate::plain(group);
    match facts.groups.image(group).filter(|newer| Some(*newer) != node.image.as_deref()) {
        Some(newer) => format!(
            "it belongs to the Auto Scaling group {group_name}, which launches the image {} by now, and runs {image}: replace it",
            crate::plain(newer)
        ),
        None => format!(
            "it belongs to the Auto Scaling group {group_name}, which launches what is as old again: renew the image {image} and replace its instances"
        ),
    }
}

/// Why nothing is done on a node.
#[allow(clippy::too_many_arguments, reason = "one node, with all that is known of it")]
pub(super) fn held(
    facts: &Facts,
    settings: &Settings,
    own: Own<'_>,
    now_ms: i64,
    node: &Node,
    planned: &NodePlan,
    missing: bool,
    pending: bool,
) -> Option<String> {
    if own.has(node) {
        return Some("it is Riposte's own".to_owned());
    }
    if is_exempt(&node.tags, &rfc3339(now_ms)) {
        return Some("its tag `riposte:exempt` exempts it".to_owned());
    }
    if let Err(wrong) = ring::of(&settings.rings, &node.tags) {
        return Some(wrong);
    }
    if node.state == "stopped" || node.state == "stopping" {
        return Some("it is stopped".to_owned());
    }
    if let Some(why) = node.why_unmanaged() {
        return Some(why.to_owned());
    }
    let in_place = settings.group_members == GroupMembers::Patch || planned.work.replace.is_some();
    if let Some(group) = node.group().filter(|_| !in_place) {
        return Some(of_group(facts, node, group));
    }
    if planned.work.replace.is_none() && !missing && planned.work.fixes.is_empty() {
        return Some(match planned.unfixable.first() {
            Some(first) if planned.work.manager.is_none() => {
                format!(
                    "no command is known for its platform `{}` ({})",
                    crate::plain(&node.platform),
                    crate::plain(first)
                )
            }
            Some(first) => format!("no package of the host with a fixed version closes {}", crate::plain(first)),
            None if pending => "updates are installed and wait for a reboot".to_owned(),
            None => "security updates exist that its baseline has not approved: approve them there".to_owned(),
        });
    }
    let busy = facts.busy.iter().find(|busy| busy.targets.mean(node) != Some(false))?;
    Some(format!("the command {} ({}) is under way", crate::plain(&busy.command), crate::plain(&busy.document)))
}

/// To what patches already, else to the next window, where either comes in time; else at once.
pub(super) fn route(facts: &Facts, settings: &Settings, now_ms: i64, node: &Node, deadline_ms: Option<i64>) -> Route {
    let in_time = |at: i64| deadline_ms.is_none_or(|deadline| at <= deadline);
    let mut late: Option<String> = None;
    let begins = deadline_ms.map(|deadline| deadline - i64::from(settings.emergency_hours) * HOUR_MS);
    for policy in facts.policies.iter().filter(|policy| !policy.scans_only && policy.targets.mean(node) != Some(false))
    {
        match policy.next_ms(now_ms) {
            Some(at) if in_time(at) => {
                return Route::Deferred { to: format!("the association {}", policy.name), at_ms: Some(at) };
            }
            Some(at) => {
                late =
                    Some(format!("the association {} comes at {}, too late", crate::plain(&policy.name), rfc3339(at)));
            }
            // When it comes cannot be told; where there is time it is left to come.
            None if !policy.schedule.is_empty() && begins.is_none_or(|begins| begins > now_ms) => {
                return Route::Deferred { to: format!("the association {}", policy.name), at_ms: None };
            }
            None => {}
        }
    }
    for window in facts.windows.of(node) {
        if let Some(why) = window.why_never() {
            late.get_or_insert_with(|| format!("the window {} never opens: {why}", crate::plain(&window.id)));
            continue;
        }
        let Some(opens_ms) = window.opens_ms else { continue };
        if !in_time(opens_ms) {
            late = Some(format!("the window {} opens at {}, too late", crate::plain(&window.id), rfc3339(opens_ms)));
            break;
        }
        if window.patches {
            return Route::Deferred { to: format!("the tasks of the window {}", window.id), at_ms: Some(opens_ms) };
        }
        let last_start_ms = window.last_start_ms(opens_ms);
        return Route::Window { id: window.id.clone(), name: window.name.clone(), opens_ms, last_start_ms };
    }
    let none = late.unwrap_or_else(|| "no maintenance window covers it".to_owned());
    match begins {
        None => Route::Later { why: format!("{none}, and nothing presses") },
        Some(begins) if begins > now_ms => {
            Route::Later { why: format!("{none}; it becomes an emergency at {}", rfc3339(begins)) }
        }
        Some(_) if settings.emergency == Emergency::Never => {
            Route::Later { why: format!("{none}, and the settings want no emergency patching") }
        }
        Some(_) => Route::Emergency { why: none },
    }
}
