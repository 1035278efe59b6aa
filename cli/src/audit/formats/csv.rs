//! CSV, safe to open in a spreadsheet.

use std::io::Write;

use anyhow::Result;
use riposte_audit::AuditFinding;
use riposte_audit::states::Change;
use riposte_core::text::plain;

use super::Writer;

pub(super) struct Csv;

impl<W: Write> Writer<W> for Csv {
    fn begin(&mut self, out: &mut W) -> Result<()> {
        Ok(out.write_all(
            b"check,title,severity,service,account,region,resource,resource_id,status,controls,why,muted,cloud,change\r\n",
        )?)
    }

    fn finding(&mut self, out: &mut W, f: &AuditFinding) -> Result<()> {
        let severity = f.severity.to_string();
        let controls = f.controls.join(" ");
        let (muted, cloud) = (f.muted.as_deref().unwrap_or_default(), f.cloud.as_deref().unwrap_or("aws"));
        let cells = [
            &f.check,
            &f.title,
            &severity,
            &f.service,
            &f.account,
            &f.region,
            &f.resource,
            &f.resource_id,
            f.status.as_str(),
            &controls,
            &f.why,
            muted,
            cloud,
            finding_change(f),
        ];
        let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
        Ok(write!(out, "{}\r\n", cells.join(","))?)
    }
}

fn finding_change(finding: &AuditFinding) -> &'static str {
    finding.change.map(Change::as_str).unwrap_or_default()
}

/// A spreadsheet takes a cell that begins like a formula for one.
fn cell(text: &str) -> String {
    let text = plain(text, 2000);
    let guarded = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text };
    if guarded.contains([',', '"', ';']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_no_second_line() {
        assert_eq!(cell("=HYPERLINK(\"x\",1)"), "\"'=HYPERLINK(\"\"x\"\",1)\"");
        assert_eq!(cell("a\nb"), "a\\u{a}b");
        assert_eq!(cell("plain"), "plain");
    }
}
