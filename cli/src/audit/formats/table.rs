//! Lines for people: what failed and what could not be assessed, the first of each check.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use riposte_audit::{AuditFinding, Status};
use riposte_core::text::plain;

use super::Writer;
use crate::screen::{Screen, cut};

/// So many resources of one check are shown.
const SHOWN: u64 = 25;

/// Counts what it has shown of each check.
pub(super) struct Table {
    of_check: BTreeMap<String, u64>,
    screen: Screen,
    begun: bool,
}

impl Table {
    pub(super) fn new(screen: Screen) -> Self {
        Self { of_check: BTreeMap::new(), screen, begun: false }
    }
}

/// From this width on a finding is one line.
const WIDE: usize = 180;

impl<W: Write> Writer<W> for Table {
    fn finding(&mut self, out: &mut W, finding: &AuditFinding) -> Result<()> {
        if finding.status == Status::Pass && finding.change.is_none() {
            return Ok(());
        }
        let count = self.of_check.entry(finding.check.clone()).or_default();
        *count += 1;
        if *count > SHOWN {
            return Ok(());
        }
        let status = if finding.muted.is_some() { "MUTED" } else { finding.status.as_str() };
        let why = finding
            .muted
            .as_ref()
            .map_or_else(|| finding.why.clone(), |note| format!("{}; muted: {note}", finding.why));
        let why = finding.change.map_or_else(|| why.clone(), |change| format!("{}: {why}", change.as_str()));
        let head = format!("{:<12}  {:<13}  {:<14}  {:<44}", "STATUS", "SEVERITY", "REGION", "CHECK");
        let wide = self.screen.width >= WIDE;
        if !std::mem::replace(&mut self.begun, true) {
            let head =
                if wide { format!("{head}  RESOURCE: WHY") } else { "STATUS        SEVERITY       CHECK".to_owned() };
            writeln!(out, "{}", self.screen.heading(&head))?;
        }
        let severity = self.screen.severity(finding.severity, &format!("{:<13}", finding.severity));
        let (region, check) = (plain(&finding.region, 14), plain(&finding.check, 60));
        let (resource, why) = (plain(&finding.resource, 200), plain(&why, 400));
        if wide {
            writeln!(out, "{status:<12}  {severity}  {region:<14}  {check:<44}  {resource}: {why}")?;
        } else {
            writeln!(out, "{status:<12}  {severity}  {}", cut(&check, self.screen.width.saturating_sub(29)))?;
            writeln!(out, "{}", self.screen.line(4, &format!("{resource} ({region})")))?;
            writeln!(out, "{}", self.screen.line(4, &why))?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut W) -> Result<()> {
        for (check, count) in self.of_check.iter().filter(|(_, count)| **count > SHOWN) {
            writeln!(out, "{} more of {}: --format jsonl, csv or html has them all", count - SHOWN, plain(check, 60))?;
        }
        Ok(())
    }
}
