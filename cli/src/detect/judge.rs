//! Which detectors judge: the catalogue and the user's rules, chosen by the command line.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use riposte_aws::rules::load;
use riposte_core::catalogue::all_metas;
use riposte_core::detect::behavior::{BEHAVIORS, sequences};
use riposte_core::detect::threats::THREATS;
use riposte_core::detect::{Detector, detectors};
use riposte_core::finding::Severity;
use riposte_scan::judge::Judge;

use crate::near::near;
use crate::usage::Usage;

/// The detectors of the catalogue and of these folders, or of the folders alone.
///
/// # Errors
/// Names each broken rule with its file and line, and an id that there is not, with those that it may mean.
pub(crate) fn judge(
    rules: &[PathBuf],
    rules_alone: bool,
    only: &[String],
    least: Option<Severity>,
    behaviors: bool,
) -> Result<Judge> {
    let mut all: Vec<&'static dyn Detector> = if rules_alone { Vec::new() } else { detectors().to_vec() };
    if behaviors {
        all.extend(sequences());
    }
    let mut seen: BTreeSet<_> = all.iter().map(|detector| detector.meta().id).collect();
    let mut faults = Vec::new();
    for folder in rules {
        match load(folder, &seen.iter().copied().collect::<Vec<_>>()) {
            Ok(loaded) if loaded.is_empty() => {
                faults.push(format!("{}: there is no rule (a .yml or .yaml file) in it", folder.display()));
            }
            Ok(loaded) => {
                seen.extend(loaded.iter().map(|detector| detector.meta().id));
                all.extend(loaded);
            }
            Err(errors) => faults.extend(errors.iter().map(ToString::to_string)),
        }
    }
    if !faults.is_empty() {
        return Err(Usage(faults.join("\n")).into());
    }
    seen.extend(THREATS.iter().filter(|_| !rules_alone).map(|detector| detector.meta.id));
    seen.extend(BEHAVIORS.iter().filter(|_| behaviors).map(|meta| meta.id));
    if let Some(id) = only.iter().find(|id| !seen.contains(id.as_str())) {
        return Err(unknown(id, &seen).into());
    }
    let judge = Judge::choosing(all, only, least);
    Ok(if rules_alone { judge } else { judge.with_threats(only) })
}

/// Whether detectors of the catalog have these ids.
///
/// # Errors
/// Names the one that there is not, with those that it may mean.
pub(crate) fn check(only: &[String]) -> Result<()> {
    judge(&[], false, only, None, false).map(drop)
}

fn unknown(id: &str, known: &BTreeSet<&'static str>) -> Usage {
    if BEHAVIORS.iter().chain(sequences().iter().map(|d| d.meta())).any(|meta| meta.id == id) {
        return Usage(format!("`{id}` compares with a baseline: say --baseline"));
    }
    if all_metas().any(|meta| meta.id == id && !known.contains(id)) {
        return Usage(format!("`{id}` does not read CloudTrail events, or is left out by another option"));
    }
    Usage(format!("there is no detector {}", near(id, known.iter().copied(), "riposte detectors")))
}
