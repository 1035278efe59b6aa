//! Behavior, compared with a baseline: events are put in the order of their times, as far as memory allows, and judged
//! against what is known by then.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec::IntoIter;

use anyhow::Result;
use riposte_aws::atlas::Databases;
use riposte_core::detect::behavior::{Atlas, Baseline, History, Observed, Reorder};
use riposte_core::finding::{Finding, Severity};
use riposte_core::text::plain;

use crate::usage::Usage;

/// Where an event was read.
#[derive(Debug, Clone)]
pub(super) struct At {
    pub(super) file: Arc<str>,
    pub(super) line: u64,
}

/// Compares, or only learns.
pub(crate) struct Behavior {
    history: History,
    reorder: Reorder<At>,
    learning_s: i64,
    /// Nothing is found while it learns.
    learns: bool,
    only: Vec<String>,
    least: Option<Severity>,
    /// Findings of the end that were not handed out yet.
    rest: IntoIter<(Finding, At)>,
}

impl Behavior {
    /// Compares with a history, which grows as events come.
    pub(super) fn comparing(history: History, learning_s: i64, only: &[String], least: Option<Severity>) -> Self {
        let reorder = Reorder::holding(Reorder::<At>::MOST);
        Self { history, reorder, learning_s, learns: false, only: only.to_vec(), least, rest: Vec::new().into_iter() }
    }

    /// Only adds to a history.
    pub(super) fn learning(history: History) -> Self {
        Self { learns: true, ..Self::comparing(history, 0, &[], None) }
    }

    /// Takes an event in; what is found in those whose turn it is.
    pub(super) fn take(&mut self, observed: Observed, at: At) -> Vec<(Finding, At)> {
        match self.reorder.push(observed, at) {
            Some((observed, at)) => self.judge(&observed, &at),
            None => Vec::new(),
        }
    }

    /// What is found in the events that still wait, one after the other.
    pub(super) fn rest(&mut self) -> Option<(Finding, At)> {
        loop {
            if let Some(found) = self.rest.next() {
                return Some(found);
            }
            let (observed, at) = self.reorder.pop()?;
            self.rest = self.judge(&observed, &at).into_iter();
        }
    }

    fn judge(&mut self, observed: &Observed, at: &At) -> Vec<(Finding, At)> {
        let mut found = Vec::new();
        for observation in &observed.observations {
            let judged = observation.judge(&self.history, self.learning_s);
            for mark in &judged.marks {
                self.history.note(mark);
            }
            let wanted = |finding: &Finding| {
                !self.learns
                    && (self.only.is_empty() || self.only.contains(&finding.detector))
                    && self.least.is_none_or(|least| finding.severity >= least)
            };
            found.extend(judged.finding.filter(wanted).map(|finding| (finding, at.clone())));
        }
        found
    }

    /// What was learned, once all events were taken.
    pub(super) fn learned(mut self) -> History {
        while self.rest().is_some() {}
        self.history
    }

    /// What has to be said of the order and of memory, for the end of the run.
    pub(super) fn remarks(&self) -> Vec<String> {
        let counted = [
            (self.reorder.twice(), "events came twice and were compared once"),
            (self.reorder.late(), "events came later than memory reaches back, and were compared when they came"),
            (self.history.evicted(), "records of behavior were forgotten: there were too many"),
        ];
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count:>9}  {what}")).collect()
    }
}

/// Reads a baseline.
///
/// # Errors
/// Names the file that cannot be read, or the line that is none.
pub(crate) fn read(path: &Path) -> Result<History> {
    let shown = plain(&path.to_string_lossy(), 300);
    let text = fs::read_to_string(path).map_err(|error| Usage(format!("{shown}: {error}")))?;
    let baseline = Baseline::read(&text, History::MOST).map_err(|error| Usage(format!("{shown}, {error}")))?;
    Ok(baseline.history)
}

/// Reads MaxMind's databases.
///
/// # Errors
/// Names the one that cannot be used.
pub(crate) fn atlas(paths: &[PathBuf]) -> Result<Box<dyn Atlas>> {
    let mut databases = Databases::default();
    for path in paths {
        databases.add(path).map_err(|error| Usage(error.to_string()))?;
    }
    Ok(Box::new(databases))
}
