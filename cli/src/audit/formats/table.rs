//! Lines for people: what failed and what could not be assessed, the first of each check.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use riposte_audit::{AuditFinding, Status};
use riposte_core::text::plain;

use super::Writer;

/// So many resources of one check are shown.
const SHOWN: u64 = 25;

/// Counts what it has shown of each check.
#[derive(Default)]
pub(super) struct Table {
    of_check: BTreeMap<String, u64>,
}

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
        writeln!(
            out,
            "{status:<12}  {:<13}  {:<14}  {:<44}  {}: {}",
            finding.severity,
            plain(&finding.region, 14),
            plain(&finding.check, 60),
            plain(&finding.resource, 200),
            plain(&why, 400),
        )?;
        Ok(())
    }

    fn end(&mut self, out: &mut W) -> Result<()> {
        for (check, count) in self.of_check.iter().filter(|(_, count)| **count > SHOWN) {
            writeln!(out, "{} more of {}: the other formats have all", count - SHOWN, plain(check, 60))?;
        }
        Ok(())
    }
}
