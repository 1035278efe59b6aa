//! What patches nodes already, and when changes are allowed: maintenance windows, and the associations of State Manager
//! that patch (a patch policy of Quick Setup is such an association).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::node::Node;
use crate::{cron, read};

const HOUR_MS: i64 = 3_600_000;

/// The documents that patch.
const PATCHING: [&str; 5] = [
    "AWS-RunPatchBaseline",
    "AWS-RunPatchBaselineWithHooks",
    "AWS-RunPatchBaselineAssociation",
    "AWS-ApplyPatchBaseline",
    "AWS-InstallWindowsUpdates",
];

/// Whether a document patches, by its name or its ARN. Those that Quick Setup makes for a patch policy are named so.
#[must_use]
pub(crate) fn patches(document: &str) -> bool {
    let name = document.rsplit('/').next().unwrap_or(document);
    PATCHING.contains(&name) || name.contains("PatchPolicy")
}

/// Which nodes something is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selectors(Vec<(String, BTreeSet<String>)>);

impl Selectors {
    /// From a list of `Key` and `Values`.
    pub(crate) fn of(targets: Option<&Value>) -> Self {
        let all = targets.and_then(Value::as_array).into_iter().flatten();
        Self(all.map(|target| (read::text(target, "Key").to_owned(), strings(target.get("Values")))).collect())
    }

    pub(crate) fn of_ids(ids: Option<&Value>) -> Self {
        let ids = strings(ids);
        if ids.is_empty() { Self::default() } else { Self(vec![("InstanceIds".to_owned(), ids)]) }
    }

    /// Whether they mean a node: all selectors must. `None` where that cannot be told from tags, as of a resource group.
    #[must_use]
    pub fn mean(&self, node: &Node) -> Option<bool> {
        if self.0.is_empty() {
            return Some(false);
        }
        let mut unknown = false;
        for (key, values) in &self.0 {
            let met = match key.as_str() {
                "InstanceIds" | "ParameterValues" => values.contains(&node.id) || values.contains("*"),
                "tag-key" => values.iter().any(|key| node.tags.contains_key(key)),
                key => match key.strip_prefix("tag:") {
                    Some(tag) => node.tags.get(tag).is_some_and(|value| values.is_empty() || values.contains(value)),
                    None => {
                        unknown = true;
                        continue;
                    }
                },
            };
            if !met {
                return Some(false);
            }
        }
        if unknown { None } else { Some(true) }
    }
}

fn strings(list: Option<&Value>) -> BTreeSet<String> {
    let all = list.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A maintenance window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Window {
    /// `mw-…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// When it opens next: milliseconds since 1970. `None`: never again.
    pub opens_ms: Option<i64>,
    /// How long it is open, in milliseconds.
    pub lasts_ms: i64,
    /// So long before its end nothing is begun, in milliseconds.
    pub cutoff_ms: i64,
    /// Whether one of its tasks patches.
    pub patches: bool,
    /// The targets that are registered with it: each means nodes by itself.
    pub targets: Vec<Selectors>,
}

impl Window {
    /// From `DescribeMaintenanceWindows` or `GetMaintenanceWindow`. An end that has passed has no next time.
    pub(crate) fn of(window: &Value) -> Self {
        let hours = |name: &str| i64::try_from(read::count(window, name).min(24)).unwrap_or_default() * HOUR_MS;
        Self {
            id: read::text(window, "WindowId").to_owned(),
            name: read::text(window, "Name").to_owned(),
            enabled: window.get("Enabled").and_then(Value::as_bool).unwrap_or_default(),
            opens_ms: read::time(window, "NextExecutionTime"),
            lasts_ms: hours("Duration"),
            cutoff_ms: hours("Cutoff"),
            patches: false,
            targets: Vec::new(),
        }
    }

    /// Until when something may be begun in the occurrence that opens at `opens_ms`.
    #[must_use]
    pub fn last_start_ms(&self, opens_ms: i64) -> i64 {
        opens_ms + (self.lasts_ms - self.cutoff_ms).max(0)
    }

    /// Why it never opens; `None` where it does.
    #[must_use]
    pub fn why_never(&self) -> Option<&'static str> {
        match (self.enabled, self.opens_ms) {
            (false, _) => Some("it is switched off"),
            (true, None) => Some("its schedule names no further time"),
            (true, Some(_)) if self.lasts_ms <= self.cutoff_ms => Some("its cutoff is as long as itself"),
            _ => None,
        }
    }
}

/// Something that patches by itself: an association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The association's id.
    pub id: String,
    /// Its name, or its document's.
    pub name: String,
    /// When it runs, in AWS's words; empty for one that ran once.
    pub schedule: String,
    /// When it ran last.
    pub last_ms: Option<i64>,
    /// Its state, as State Manager tells it.
    pub status: String,
    /// Whom it means.
    pub targets: Selectors,
    /// Whether it only looks.
    pub scans_only: bool,
}

impl Policy {
    /// From `ListAssociations`; `None` for one that does not patch.
    pub(crate) fn of(association: &Value) -> Option<Self> {
        let document = read::text(association, "Name");
        let name = read::text(association, "AssociationName");
        if !patches(document) && !name.contains("PatchPolicy") {
            return None;
        }
        let mut targets = Selectors::of(association.get("Targets"));
        if targets == Selectors::default() {
            targets = Selectors::of_ids(association.get("InstanceId").map(|id| serde_json::json!([id])).as_ref());
        }
        let shown = if name.is_empty() { document } else { name };
        Some(Self {
            id: read::text(association, "AssociationId").to_owned(),
            name: shown.to_owned(),
            schedule: read::text(association, "ScheduleExpression").to_owned(),
            last_ms: read::time(association, "LastExecutionDate"),
            status: association.get("Overview").map(|o| read::text(o, "Status").to_owned()).unwrap_or_default(),
            targets,
            // The list does not tell the parameters; Quick Setup says it in the name.
            scans_only: name.contains("ScanForPatches") || document.contains("ScanForPatches"),
        })
    }

    /// When it runs next.
    #[must_use]
    pub fn next_ms(&self, now_ms: i64) -> Option<i64> {
        cron::next(&self.schedule, self.last_ms, now_ms)
    }
}

/// A command that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// The command.
    pub command: String,
    /// Its document.
    pub document: String,
    /// Whom it means.
    pub targets: Selectors,
}

impl Busy {
    /// From `ListCommands`; `None` for one that has ended or does not patch.
    pub(crate) fn of(command: &Value) -> Option<Self> {
        let document = read::text(command, "DocumentName");
        let is_ours = read::text(command, "Comment").starts_with(crate::COMMENT);
        let under_way = matches!(read::text(command, "Status"), "Pending" | "InProgress" | "Cancelling");
        // Distributor runs the host's package manager too, and two at once break each other.
        let installs = document.rsplit('/').next() == Some("AWS-ConfigureAWSPackage");
        if !under_way || !(patches(document) || installs || is_ours) {
            return None;
        }
        let mut targets = Selectors::of_ids(command.get("InstanceIds"));
        if targets == Selectors::default() {
            targets = Selectors::of(command.get("Targets"));
        }
        Some(Self { command: read::text(command, "CommandId").to_owned(), document: document.to_owned(), targets })
    }
}

/// Windows by their ids, completed by what their targets and tasks say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Windows(pub(crate) BTreeMap<String, Window>);

impl Windows {
    pub(crate) fn take(&mut self, window: &Value) {
        let window = Window::of(window);
        let kept = self.0.remove(&window.id).unwrap_or_default();
        self.0.insert(window.id.clone(), Window { patches: kept.patches, targets: kept.targets, ..window });
    }

    pub(crate) fn take_target(&mut self, target: &Value) {
        let window = self.0.entry(read::text(target, "WindowId").to_owned()).or_default();
        window.targets.push(Selectors::of(target.get("Targets")));
    }

    pub(crate) fn take_task(&mut self, task: &Value) {
        let window = self.0.entry(read::text(task, "WindowId").to_owned()).or_default();
        window.patches |= patches(read::text(task, "TaskArn"));
    }

    /// Those that mean a node, the next first. Of those that never open the last ones.
    #[must_use]
    pub fn of(&self, node: &Node) -> Vec<&Window> {
        let mut all: Vec<_> =
            self.0.values().filter(|window| window.targets.iter().any(|t| t.mean(node) == Some(true))).collect();
        all.sort_by_key(|window| (window.why_never().is_some(), window.opens_ms));
        all
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Window> {
        self.0.values()
    }
}
