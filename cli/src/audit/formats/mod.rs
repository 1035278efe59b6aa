//! How findings are written.

mod csv;
mod exchange;
mod html;
mod sarif;
mod table;

use std::fmt::Write as _;
use std::io::Write;

use anyhow::Result;
use jiff::Timestamp;
use riposte_audit::{AuditFinding, Check};
use riposte_core::text::is_unsafe;

use crate::screen::Screen;

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people: what failed, and what could not be assessed
    Table,
    /// A JSON object a line
    Jsonl,
    /// For spreadsheets
    Csv,
    /// OCSF compliance findings, a JSON object a line
    Ocsf,
    /// Findings as Security Hub takes them, one JSON list
    Asff,
    /// For code scanning
    Sarif,
    /// A page
    Html,
}

/// Writes findings as they come.
pub(super) trait Writer<W: Write> {
    fn begin(&mut self, _: &mut W) -> Result<()> {
        Ok(())
    }

    fn finding(&mut self, out: &mut W, finding: &AuditFinding) -> Result<()>;

    fn end(&mut self, _: &mut W) -> Result<()> {
        Ok(())
    }
}

impl Format {
    pub(super) fn writer<W: Write>(
        self,
        checks: Vec<&'static Check>,
        now: Timestamp,
        screen: Screen,
    ) -> Box<dyn Writer<W>> {
        match self {
            Self::Table => Box::new(table::Table::new(screen)),
            Self::Jsonl => Box::new(Lines),
            Self::Csv => Box::new(csv::Csv),
            Self::Ocsf => Box::new(exchange::Ocsf { now }),
            Self::Asff => Box::new(exchange::Asff { now, first: true }),
            Self::Sarif => Box::new(sarif::Sarif { checks, first: true }),
            Self::Html => Box::new(html::Html),
        }
    }
}

/// A JSON object a line.
struct Lines;

impl<W: Write> Writer<W> for Lines {
    fn finding(&mut self, out: &mut W, finding: &AuditFinding) -> Result<()> {
        Ok(writeln!(out, "{}", steady(&serde_json::to_string(finding)?))?)
    }
}

/// JSON in which no character steers a terminal: those that may are written as JSON escapes them.
fn steady(json: &str) -> String {
    if !json.contains(is_unsafe) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_does_not_steer_a_terminal() {
        let text = steady("{\"why\":\"a\u{202e}b\u{e0001}\"}");
        assert_eq!(text, "{\"why\":\"a\\u202eb\\udb40\\udc01\"}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["why"], "a\u{202e}b\u{e0001}");
    }
}
