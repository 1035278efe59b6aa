//! Findings on their way to standard output, and what they add up to.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use jiff::Timestamp;
use riposte_audit::states::Change;
use riposte_audit::{AuditFinding, Check, Status};
use riposte_core::finding::Severity;

use super::formats::{Format, Writer};
use crate::screen::Screen;

/// Counts by status, and the failures by severity. Muted findings are counted apart.
#[derive(Debug, Default)]
pub(super) struct Totals {
    by_status: BTreeMap<Status, u64>,
    failures: BTreeMap<Severity, u64>,
    muted: u64,
    by_change: BTreeMap<Change, u64>,
}

impl Totals {
    fn add(&mut self, finding: &AuditFinding) {
        if finding.muted.is_some() {
            self.muted += 1;
            return;
        }
        *self.by_status.entry(finding.status).or_default() += 1;
        if let Some(change) = finding.change {
            *self.by_change.entry(change).or_default() += 1;
        }
        if finding.status == Status::Fail {
            *self.failures.entry(finding.severity).or_default() += 1;
        }
    }

    /// So many of a status.
    pub(super) fn count(&self, status: Status) -> u64 {
        self.by_status.get(&status).copied().unwrap_or_default()
    }

    /// Whether a check of a severity or more failed.
    pub(super) fn failed_at_least(&self, least: Severity) -> bool {
        self.failures.range(least..).any(|(_, count)| *count > 0)
    }

    /// One line for people.
    pub(super) fn summarize(&self, out: &mut impl Write, unreadable: u64) -> Result<()> {
        let failures: Vec<_> =
            self.failures.iter().rev().map(|(severity, count)| format!("{count} {severity}")).collect();
        let failures = if failures.is_empty() { String::new() } else { format!(" ({})", failures.join(", ")) };
        write!(
            out,
            "{} failed{failures}, {} passed, {} for a person to look at, {} not assessed",
            self.count(Status::Fail),
            self.count(Status::Pass),
            self.count(Status::Manual),
            self.count(Status::NotAssessed),
        )?;
        for (change, count) in &self.by_change {
            write!(out, ", {count} {}", change.as_str())?;
        }
        if self.muted > 0 {
            write!(out, ", {} muted", self.muted)?;
        }
        if unreadable > 0 {
            write!(out, ", {unreadable} lines or findings could not be read")?;
        }
        Ok(writeln!(out)?)
    }
}

/// Writes findings as they come.
pub(super) struct Report<W: Write> {
    writer: Box<dyn Writer<W>>,
    out: W,
    totals: Totals,
}

impl<W: Write + 'static> Report<W> {
    pub(super) fn new(
        format: Format,
        mut out: W,
        checks: Vec<&'static Check>,
        now: Timestamp,
        screen: Screen,
    ) -> Result<Self> {
        let mut writer = format.writer(checks, now, screen);
        writer.begin(&mut out)?;
        Ok(Self { writer, out, totals: Totals::default() })
    }

    pub(super) fn add(&mut self, finding: &AuditFinding) -> Result<()> {
        self.totals.add(finding);
        self.writer.finding(&mut self.out, finding)
    }

    pub(super) fn finish(mut self) -> Result<Totals> {
        self.writer.end(&mut self.out)?;
        self.out.flush()?;
        Ok(self.totals)
    }
}
