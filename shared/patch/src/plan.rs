//! The plan: what each node needs, why, by when, and which way it goes.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use riposte_core::finding::Severity;
use riposte_core::guardrail::is_exempt;
use riposte_core::seal::short_hash;
use serde::{Deserialize, Serialize};

use crate::commands::Fix;
use crate::compliance::Compliance;
use crate::facts::Facts;
use crate::node::{Manager, Node};
use crate::others::{self, Other};
use crate::priority::{self, Band};
use crate::settings::{Emergency, Settings};
use crate::vulnerability::Vulnerability;
use crate::{rfc3339, ring, version};

const HOUR_MS: i64 = 3_600_000;

/// A finding, as a plan and a record name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cite {
    /// The finding.
    pub arn: String,
    /// The vulnerability.
    pub id: String,
}

/// What is installed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Whether all that the baseline approves is, and not the named packages alone.
    pub baseline: bool,
    /// The packages that findings name.
    pub fixes: Vec<Fix>,
    /// The host's package manager; `None` where there is no command for it.
    pub manager: Option<Manager>,
}

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

/// One node's part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodePlan {
    /// Which.
    pub node: String,
    /// Its name.
    pub name: Option<String>,
    /// Its ring; `None` where its tag names none that there is.
    pub ring: Option<String>,
    /// Its tags, for the guardrails.
    pub tags: BTreeMap<String, String>,
    /// How pressing it is.
    pub band: Band,
    /// The worst severity.
    pub severity: Severity,
    /// Why.
    pub reasons: Vec<String>,
    /// By when: milliseconds since 1970.
    pub deadline_ms: Option<i64>,
    /// Which way.
    pub route: Route,
    /// What is installed.
    pub work: Work,
    /// The findings that it closes, sorted.
    pub findings: Vec<Cite>,
    /// Findings that no package of this host closes yet, by the vulnerability.
    pub unfixable: Vec<String>,
}

impl NodePlan {
    /// What tells this undertaking from others of the node: the window's occurrence, or what it closes.
    #[must_use]
    pub fn slot(&self) -> String {
        match &self.route {
            Route::Window { id, opens_ms, .. } => format!("{id}@{}", rfc3339(*opens_ms)),
            _ if self.findings.is_empty() => "baseline".to_owned(),
            _ => {
                let arns: Vec<&str> = self.findings.iter().map(|finding| finding.arn.as_str()).collect();
                format!("findings-{}", short_hash(&arns))
            }
        }
    }
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// When it was made.
    pub at_ms: i64,
    /// The nodes that need something, the most pressing first.
    pub nodes: Vec<NodePlan>,
    /// Managed nodes that need nothing.
    pub current: usize,
    /// Machines that nobody can tell about: no agent, no scan.
    pub unknown: Vec<(String, String)>,
    /// What is not a package.
    pub others: Vec<Other>,
    /// What could not be read.
    pub unread: Vec<String>,
}

/// What is never patched.
#[derive(Debug, Clone, Copy, Default)]
pub struct Own<'a> {
    /// The names of our own roles: a machine that has one is ours.
    pub roles: &'a [String],
}

/// Makes the plan.
#[must_use]
pub fn plan(facts: &Facts, settings: &Settings, own: Own<'_>, now_ms: i64) -> Plan {
    let mut by_node: HashMap<&str, Vec<&Vulnerability>> = HashMap::new();
    for finding in facts.findings.iter().filter(|finding| finding.kind == "AWS_EC2_INSTANCE") {
        by_node.entry(&finding.resource).or_default().push(finding);
    }
    let mut out = Plan {
        at_ms: now_ms,
        nodes: Vec::new(),
        current: 0,
        unknown: Vec::new(),
        others: others::of(facts, now_ms),
        unread: facts.unread.clone(),
    };
    for node in facts.nodes.values() {
        let findings = by_node.remove(node.id.as_str()).unwrap_or_default();
        let state = facts.compliance.get(&node.id);
        match one(facts, settings, own, now_ms, node, &findings, state) {
            Some(planned) => out.nodes.push(planned),
            None => match node.why_unmanaged() {
                Some(why) => out.unknown.push((node.id.clone(), why.to_owned())),
                None if state.is_none() => {
                    out.unknown.push((node.id.clone(), "it was never scanned for patches".to_owned()));
                }
                None => out.current += 1,
            },
        }
    }
    for id in by_node.into_keys() {
        out.unknown.push((
            id.to_owned(),
            "Inspector has findings of it, and neither EC2 nor Systems Manager knows it".to_owned(),
        ));
    }
    out.unknown.sort();
    out.nodes.sort_by(|a, b| {
        let deadline = |node: &NodePlan| node.deadline_ms.unwrap_or(i64::MAX);
        b.band.cmp(&a.band).then(deadline(a).cmp(&deadline(b))).then_with(|| a.node.cmp(&b.node))
    });
    out
}

#[allow(clippy::too_many_arguments, reason = "one node, with all that is known of it")]
fn one(
    facts: &Facts,
    settings: &Settings,
    own: Own<'_>,
    now_ms: i64,
    node: &Node,
    findings: &[&Vulnerability],
    state: Option<&Compliance>,
) -> Option<NodePlan> {
    let told = |state: &Compliance| state.needs() || state.pending_reboot > 0 || state.available_security > 0;
    if findings.is_empty() && !state.is_some_and(told) {
        return None;
    }
    let reachable = facts.reachable.contains(&node.id);
    let weighed = priority::weigh(findings, state, reachable, &facts.kev, &settings.sla_hours);
    let (fixes, closed, unfixable) = fixes(node.manager(), findings);
    let missing = state.is_some_and(Compliance::needs);
    let pending = state.is_some_and(|state| state.pending_reboot > 0);
    let mut planned = NodePlan {
        node: node.id.clone(),
        name: node.name.clone(),
        ring: ring::of(&settings.rings, &node.tags).ok(),
        tags: node.tags.clone(),
        band: weighed.band,
        severity: weighed.severity,
        reasons: weighed.reasons,
        deadline_ms: weighed.deadline_ms,
        route: Route::ByHand,
        work: Work { baseline: missing || fixes.is_empty(), fixes, manager: node.manager() },
        findings: closed,
        unfixable,
    };
    planned.route = match held(facts, settings, own, now_ms, node, &planned, missing, pending) {
        Some(why) => Route::Held { why },
        None => route(facts, settings, now_ms, node, planned.deadline_ms),
    };
    if planned.route.is_emergency() && !planned.work.fixes.is_empty() {
        // In a hurry what is named and nothing else: the rest has its window.
        planned.work.baseline = false;
    }
    Some(planned)
}

/// One fix for each package, to the highest version that any finding wants; the findings that they close; and those
/// that no package of the host closes.
fn fixes(manager: Option<Manager>, findings: &[&Vulnerability]) -> (Vec<Fix>, Vec<Cite>, Vec<String>) {
    let mut fixes: BTreeMap<String, Fix> = BTreeMap::new();
    let (mut closed, mut unfixable) = (Vec::new(), Vec::new());
    for finding in findings {
        let mut all = !finding.packages.is_empty();
        for package in &finding.packages {
            let (Some(fixed), Some(manager), true) = (&package.fixed, manager, package.of_system) else {
                all = false;
                continue;
            };
            let fix = fixes.entry(package.name.clone()).or_insert_with(|| Fix {
                package: package.name.clone(),
                installed: package.installed.clone(),
                fixed: fixed.clone(),
            });
            if version::compare(manager, fixed, &fix.fixed) == std::cmp::Ordering::Greater {
                fix.fixed.clone_from(fixed);
            }
        }
        if all {
            closed.push(Cite { arn: finding.arn.clone(), id: finding.id.clone() });
        } else {
            unfixable.push(finding.id.clone());
        }
    }
    closed.sort();
    closed.dedup();
    unfixable.sort();
    unfixable.dedup();
    (fixes.into_values().collect(), closed, unfixable)
}

/// Why nothing is done on a node.
#[allow(clippy::too_many_arguments, reason = "one node, with all that is known of it")]
fn held(
    facts: &Facts,
    settings: &Settings,
    own: Own<'_>,
    now_ms: i64,
    node: &Node,
    planned: &NodePlan,
    missing: bool,
    pending: bool,
) -> Option<String> {
    if node.tags.contains_key("riposte:own") || node.profile.as_ref().is_some_and(|p| own.roles.contains(p)) {
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
    if let Some(group) = node.group().filter(|_| !settings.group_members) {
        let image = node.image.as_deref().unwrap_or("(unknown)");
        return Some(format!(
            "it belongs to the Auto Scaling group {}, which launches what is as old again: renew the image {} and replace its instances",
            crate::plain(group),
            crate::plain(image)
        ));
    }
    if !missing && planned.work.fixes.is_empty() {
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
fn route(facts: &Facts, settings: &Settings, now_ms: i64, node: &Node, deadline_ms: Option<i64>) -> Route {
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
