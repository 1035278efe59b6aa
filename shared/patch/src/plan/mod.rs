//! The plan: what each node needs, why, by when, and which way it goes.

mod left;
mod route;
mod silent;

use std::collections::{BTreeMap, HashMap};

use riposte_core::finding::Severity;
use riposte_core::seal::short_hash;
use serde::{Deserialize, Serialize};

pub use self::left::Left;
pub use self::route::Route;
use self::route::{held, replacement, route};
pub use self::silent::Silent;
use crate::commands::Fix;
use crate::compliance::Compliance;
use crate::facts::Facts;
use crate::missing::{Remembered, Since, remember};
use crate::node::{Manager, Node};
use crate::others::{self, Other};
use crate::priority::{self, Band};
use crate::settings::Settings;
use crate::vulnerability::Vulnerability;
use crate::{rfc3339, ring, version};

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
    /// Nothing is installed: the node is replaced by what its Auto Scaling group launches by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<Replace>,
}

impl Work {
    /// The packages that the host's own package manager updates, or a baseline override approves.
    #[must_use]
    pub fn by_host(&self) -> Vec<Fix> {
        self.fixes.iter().filter(|fix| fix.distributor.is_none()).cloned().collect()
    }

    /// Those that Distributor installs.
    #[must_use]
    pub fn by_distributor(&self) -> Vec<&Fix> {
        self.fixes.iter().filter(|fix| fix.distributor.is_some()).collect()
    }
}

/// A node that is replaced rather than patched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replace {
    /// Its Auto Scaling group.
    pub group: String,
    /// The image that it was launched from.
    pub old: String,
    /// The image that the group launches by now: its id, or `resolve:ssm:…`.
    pub new: String,
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
    #[serde(default)]
    pub unfixable: Vec<String>,
}

impl NodePlan {
    /// What tells this undertaking from others of the node: the window's occurrence, or what it closes.
    #[must_use]
    pub fn slot(&self) -> String {
        match &self.route {
            Route::Window { id, opens_ms, .. } => format!("{id}@{}", rfc3339(*opens_ms)),
            _ if let Some(replace) = &self.work.replace => format!("image-{}", short_hash(&[&replace.new])),
            // Without findings: what has been missing since the same time.
            _ if self.findings.is_empty() => {
                self.deadline_ms.map_or_else(|| "baseline".to_owned(), |at| format!("baseline by {}", rfc3339(at)))
            }
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
    /// Running machines whose agents answered within the last day and no longer do.
    pub silent: Vec<Silent>,
    /// Machines that nobody can tell about: no agent, no scan.
    pub unknown: Vec<(String, String)>,
    /// Machines that a person must see to, sorted.
    pub left: Vec<Left>,
    /// Since when updates have been missing, to be remembered for the next plan.
    #[serde(skip)]
    pub missing: Remembered,
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

impl Own<'_> {
    /// Whether a node is ours.
    fn has(&self, node: &Node) -> bool {
        node.tags.contains_key(OWN_TAG) || node.profile.as_ref().is_some_and(|profile| self.roles.contains(profile))
    }
}

/// The tag of what is Riposte's own.
pub(crate) const OWN_TAG: &str = "riposte:own";

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
        silent: facts.nodes.values().filter_map(|node| silent::of(own, node, now_ms)).collect(),
        unknown: Vec::new(),
        left: Vec::new(),
        missing: remember(&facts.missing_since, &facts.compliance),
        others: others::of(facts, now_ms),
        unread: facts.unread.clone(),
    };
    for node in facts.nodes.values() {
        let findings = by_node.remove(node.id.as_str()).unwrap_or_default();
        let state = facts.compliance.get(&node.id);
        if let Some(planned) = one(facts, settings, own, now_ms, node, &findings, state, out.missing.get(&node.id)) {
            out.left.extend(Left::planned(own, node, &planned, now_ms));
            out.nodes.push(planned);
            continue;
        }
        let never = state.is_none().then_some("it was never scanned for patches");
        match node.why_unmanaged().or(never) {
            Some(why) => {
                out.left.extend(Left::unknown(own, node, why, now_ms));
                out.unknown.push((node.id.clone(), why.to_owned()));
            }
            None => out.current += 1,
        }
    }
    for id in by_node.into_keys() {
        out.unknown.push((
            id.to_owned(),
            "Inspector has findings of it, and neither EC2 nor Systems Manager knows it".to_owned(),
        ));
    }
    out.unknown.sort();
    out.left.sort();
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
    since: Option<&Since>,
) -> Option<NodePlan> {
    let told = |state: &Compliance| state.needs() || state.pending_reboot > 0 || state.available_security > 0;
    if findings.is_empty() && !state.is_some_and(told) {
        return None;
    }
    let reachable = facts.reachable.contains(&node.id);
    let weighed = priority::weigh(findings, state, since, reachable, &facts.kev, &settings.sla_hours);
    let (fixes, closed, unfixable) = fixes(node.manager(), &settings.distributor, findings);
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
        work: Work { baseline: missing || fixes.is_empty(), fixes, manager: node.manager(), replace: None },
        findings: closed,
        unfixable,
    };
    if let Some(replace) = replacement(facts, settings, node) {
        planned.work = Work { replace: Some(replace), manager: node.manager(), ..Work::default() };
    }
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
fn fixes(
    manager: Option<Manager>,
    distributor: &BTreeMap<String, String>,
    findings: &[&Vulnerability],
) -> (Vec<Fix>, Vec<Cite>, Vec<String>) {
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
                // What Distributor has put on a Windows host, no list of the host's updates shows.
                distributor: distributor.get(&package.name).filter(|_| manager != Manager::Windows).cloned(),
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
