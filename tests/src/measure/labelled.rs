//! Labelled records: for each rule of another collection, some detector fires on all events that it is
//! meant for and on none of its benign twins.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use riposte_core::catalogue::all_metas;
use serde_json::Value;

use super::run::fired;

/// What the labelled records gave.
#[derive(Debug)]
pub struct Measured {
    /// The part of the page.
    pub page: String,
    /// How many rules have events that they are meant for.
    pub rules: usize,
    /// Those that no detector covers.
    pub missed: Vec<String>,
}

#[derive(Debug, Default)]
struct Rule {
    events: Vec<(bool, BTreeSet<String>)>,
}

/// Why a rule that is not covered is not.
const REASONS: &[(&str, &str)] = &[
    (
        "AWS.CloudTrail.IAMAssumeRoleBlacklistIgnored",
        "which roles nobody may take is a list of that account; a rule of one's own says it",
    ),
    (
        "AWS.EC2.Vulnerable.XZ.Image.Launched",
        "meant and benign differ by the image's id alone: a list of images, not a behavior",
    ),
    ("AWS.ECR.CRUD", "who may write to a registry is a list of that account; a rule of one's own says it"),
    ("AWS.UnusedRegion", "which regions are used is a list of that account; a rule of one's own says it"),
];

/// Runs the catalogue over `cloudtrail/labelled.jsonl` of the corpus. A rule with a threshold is fed so
/// many copies of each event.
///
/// # Errors
/// Where a record cannot be read or judged.
pub fn measure(corpus: &Path) -> Result<Measured> {
    let path = corpus.join("cloudtrail/labelled.jsonl");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let entry: Value = serde_json::from_str(line).with_context(|| format!("line {}", number + 1))?;
        let id = entry.get("rule_id").and_then(Value::as_str).context("no `rule_id`")?;
        let expected = entry.get("expected").and_then(Value::as_bool).context("no `expected`")?;
        let threshold = entry.get("threshold").and_then(Value::as_u64).unwrap_or(1);
        let log = entry.get("log").context("no `log`")?;
        let mut fired = fired(log, threshold).with_context(|| format!("line {}", number + 1))?;
        // A refused call is told of as refused alone: that is the other detector's deed, attempted.
        let attempted = all_metas().map(|meta| meta.id).filter(|id| fired.contains(format!("{id}-refused").as_str()));
        let attempted: Vec<_> = attempted.map(str::to_owned).collect();
        fired.extend(attempted);
        rules.entry(id.to_owned()).or_default().events.push((expected, fired));
    }
    let mut measured = Measured { page: String::new(), rules: 0, missed: Vec::new() };
    let page = &mut measured.page;
    writeln!(page, "| rule | meant for | benign twins | covered by |\n|---|---|---|---|")?;
    let mut only_silent = 0;
    for (id, Rule { events }) in &rules {
        let meant = events.iter().filter(|(expected, _)| *expected).count();
        let covering: Vec<_> = all_metas()
            .map(|meta| meta.id)
            .filter(|detector| events.iter().all(|(expected, fired)| fired.contains(*detector) == *expected))
            .collect();
        let shown = match (meant, covering.as_slice()) {
            (0, _) => {
                only_silent += 1;
                "(has benign twins only)".to_owned()
            }
            (_, []) => {
                measured.missed.push(id.clone());
                let reason = REASONS.iter().find(|(rule, _)| rule == id).map_or("no reason is known", |(_, why)| why);
                format!("**not covered**: {reason}")
            }
            (_, some) => some.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", "),
        };
        writeln!(page, "| {id} | {meant} | {} | {shown} |", events.len() - meant)?;
    }
    measured.rules = rules.len() - only_silent;
    let covered = measured.rules - measured.missed.len();
    writeln!(
        page,
        "\n{covered} of {} rules with events that they are meant for are covered; {only_silent} more have benign twins \
         only.",
        measured.rules
    )?;
    Ok(measured)
}
