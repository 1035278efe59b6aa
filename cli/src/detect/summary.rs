//! What was read and found, counted, for the end of the run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use riposte_core::finding::{Finding, Severity};
use riposte_core::text::plain;
use riposte_scan::report::Other;

use crate::screen::{Screen, counted, cut};

/// A row is no wider than this on the widest screen.
const WIDEST: usize = 400;

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) files: u64,
    pub(crate) records: u64,
    pub(crate) findings: u64,
    /// Informational findings, which are counted for each principal and day.
    pub(crate) remarked: u64,
    /// Files and records that could not be read.
    pub(crate) unreadable: u64,
    pub(crate) others: BTreeMap<Other, u64>,
    pub(crate) passed: u64,
    /// By the detector that would have to ask AWS.
    pub(crate) unanswered: BTreeMap<Cow<'static, str>, u64>,
    /// By the detector that could not judge.
    pub(crate) failures: BTreeMap<Cow<'static, str>, u64>,
    detectors: BTreeMap<String, Found>,
}

#[derive(Debug)]
struct Found {
    severity: Severity,
    title: String,
    count: u64,
}

impl Summary {
    /// Counts a finding.
    pub(crate) fn found(&mut self, finding: &Finding) {
        self.findings += 1;
        if let Some(found) = self.detectors.get_mut(&finding.detector) {
            found.count += 1;
            return;
        }
        let found = Found { severity: finding.severity, title: plain(&finding.title, 120), count: 1 };
        self.detectors.insert(finding.detector.clone(), found);
    }

    /// With the time that it took, for a screen; with informational detectors in rows of their own where they are wanted.
    /// Totals by severity, where the table has not said them already.
    pub(crate) fn after(&self, time: Duration, informational: bool, totals: bool, screen: Screen) -> impl Display {
        Timed { summary: self, time, informational, totals, screen }
    }

    /// How many there are of each severity, the worst first.
    fn totals(&self) -> String {
        let mut totals: BTreeMap<Severity, u64> = BTreeMap::new();
        for found in self.detectors.values() {
            *totals.entry(found.severity).or_default() += found.count;
        }
        let totals: Vec<_> = totals.iter().rev().map(|(severity, count)| format!("{count} {severity}")).collect();
        totals.join(", ")
    }
}

struct Timed<'a> {
    summary: &'a Summary,
    time: Duration,
    informational: bool,
    totals: bool,
    screen: Screen,
}

impl Display for Timed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Summary { files, records, findings, remarked, unreadable, others, passed, unanswered, failures, detectors } =
            self.summary;
        let mut rows: Vec<_> = detectors
            .iter()
            .filter(|(_, found)| self.informational || found.severity > Severity::Informational)
            .collect();
        rows.sort_by(|(_, a), (_, b)| b.severity.cmp(&a.severity).then(b.count.cmp(&a.count)));
        for (id, Found { severity, title, count }) in rows {
            let row = format!("{count:>9}  {severity:<13}  {:<36}  {title}", plain(id, 60));
            writeln!(f, "{}", cut(row.trim_end(), self.screen.width.min(WIDEST)))?;
        }
        for (id, count) in failures {
            writeln!(f, "{count:>9}  could not be evaluated by {}", plain(id, 60))?;
        }
        for (id, count) in unanswered {
            writeln!(f, "{count:>9}  need a look-up in AWS by {}", plain(id, 60))?;
        }
        if *remarked > 0 {
            writeln!(f, "{remarked:>9}  informational findings, counted for each principal and day")?;
        }
        for (kind, count) in others {
            writeln!(f, "{count:>9}  passed over: {kind}")?;
        }
        let seconds = self.time.as_secs_f64();
        let rate = if seconds > 0.0 { self.summary.records as f64 / seconds } else { 0.0 };
        let totals = self.summary.totals();
        if self.totals && !totals.is_empty() {
            writeln!(f, "{totals}")?;
        }
        let (files, records) = (counted(*files, "file"), counted(*records, "record"));
        write!(f, "{files}, {records}, {}, {unreadable} unreadable", counted(*findings, "finding"))?;
        if *passed > 0 {
            write!(f, ", {passed} passed over")?;
        }
        write!(f, "; {seconds:.1} s, {rate:.0} records/s")
    }
}
