//! A finding as a line: for programs or for people.
//!
//! Names, addresses and user agents in it were chosen by whoever made the call. Both forms show them without
//! letting them steer a terminal.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::LazyLock;

use riposte_core::catalogue::{all_metas, runner_of};
use riposte_core::finding::{Confidence, Finding, Severity};
use riposte_core::text::is_unsafe;
use serde::Serialize;

use super::table::Table;
use super::{csv, ocsf, sarif};
use crate::screen::Screen;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Rows, for people: equal findings as one with a count
    Table,
    /// One JSON object a line, for programs
    Jsonl,
    /// For spreadsheets: no cell is taken for a formula
    Csv,
    /// OCSF Detection Findings, one a line
    Ocsf,
    /// One SARIF document
    Sarif,
}

/// Writes findings in a format.
#[derive(Debug)]
pub(crate) struct Writer {
    format: Format,
    begun: bool,
    rules: sarif::Rules,
    table: Table,
}

impl Writer {
    /// `informational`: whether a table has rows of informational findings.
    pub(crate) fn new(format: Format, screen: Screen, informational: bool) -> Self {
        Self { format, begun: false, rules: sarif::Rules::default(), table: Table::new(screen, informational) }
    }

    /// The format.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// What stands above the first finding.
    fn begin(&mut self, out: &mut impl Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        match self.format {
            Format::Jsonl | Format::Ocsf => Ok(()),
            Format::Csv => out.write_all(csv::line(csv::COLUMNS).as_bytes()),
            Format::Sarif => sarif::begin(out),
            Format::Table => Ok(()),
        }
    }

    /// What stands below the last finding. A document is one without any, too.
    pub(crate) fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        match self.format {
            Format::Sarif => {
                self.begin(out)?;
                sarif::end(out, &self.rules)
            }
            Format::Csv => self.begin(out),
            Format::Table => self.table.end(out),
            Format::Jsonl | Format::Ocsf => Ok(()),
        }
    }

    /// One finding, from a line of a file; `count` where it stands for so many of its kind.
    pub(crate) fn finding(
        &mut self,
        out: &mut impl Write,
        finding: &Finding,
        place: (&str, u64),
        count: Option<u64>,
    ) -> io::Result<()> {
        self.begin(out)?;
        let (file, _) = place;
        let many = count.unwrap_or(1);
        match self.format {
            Format::Jsonl => out.write_all(json_line(finding, file, count)?.as_bytes()),
            Format::Csv => out.write_all(csv::row(finding, file, many).as_bytes()),
            Format::Ocsf => writeln!(out, "{}", inert(ocsf::event(finding, file, many).to_string())),
            Format::Sarif => sarif::result(out, &mut self.rules, finding, place, many),
            Format::Table => self.table.add(out, finding, many),
        }
    }
}

/// The keys, in their order.
#[derive(Serialize)]
struct Line<'a> {
    event_id: Option<&'a str>,
    event_time: Option<&'a str>,
    event_name: &'a str,
    account: Option<&'a str>,
    region: Option<&'a str>,
    detector: &'a str,
    title: &'a str,
    severity: Severity,
    confidence: Confidence,
    technique: &'a [String],
    principal: &'a str,
    target: String,
    why: &'a str,
    actions: Vec<&'a str>,
    file: &'a str,
    schema_version: u32,
    event_source: Option<&'a str>,
    error_code: Option<&'a str>,
    source_ip: Option<&'a str>,
    user_agent: Option<&'a str>,
    access_key: Option<&'a str>,
    function: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

/// The version of a finding's JSON. Its shape is published (`docs/schemas/finding.json`).
const SCHEMA_VERSION: u32 = 1;

/// The function that runs a detector of the catalog.
fn function(detector: &str) -> Option<&'static str> {
    static FUNCTIONS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
        let named = all_metas().filter_map(|meta| Some((meta.id, runner_of(meta)?.name)));
        named.collect()
    });
    FUNCTIONS.get(detector).copied()
}

fn json_line(finding: &Finding, file: &str, count: Option<u64>) -> serde_json::Result<String> {
    fn known(text: &str) -> Option<&str> {
        (!text.is_empty()).then_some(text)
    }
    let line = Line {
        event_id: known(&finding.scope.event_id),
        event_time: finding.event_time.as_deref(),
        event_name: &finding.event_name,
        account: known(&finding.scope.account),
        region: known(&finding.scope.region),
        detector: &finding.detector,
        title: &finding.title,
        severity: finding.severity,
        confidence: finding.confidence,
        technique: &finding.technique,
        principal: finding.principal.label(),
        target: finding.target.key(),
        why: &finding.why,
        actions: finding.response.iter().map(|response| response.action.as_str()).collect(),
        file,
        schema_version: SCHEMA_VERSION,
        event_source: finding.event_source.as_deref(),
        error_code: finding.error_code.as_deref(),
        source_ip: finding.principal.source_ip.as_deref(),
        user_agent: finding.principal.user_agent.as_deref(),
        access_key: finding.principal.access_key_id.as_deref(),
        function: function(&finding.detector),
        count,
    };
    let mut text = inert(serde_json::to_string(&line)?);
    text.push('\n');
    Ok(text)
}

/// JSON with the characters escaped that JSON would let through to a terminal. It means the same: outside strings
/// JSON has none of them.
pub(crate) fn inert(json: String) -> String {
    if json.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
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
    fn nothing_reaches_the_terminal_and_nothing_is_lost() {
        let text = "é \u{9b}31m \u{202e} \u{7f} \u{e0041} \u{1b}[2J \u{feff} 漢";
        let json = inert(serde_json::to_string(text).unwrap());
        assert!(!json.chars().any(is_unsafe), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        assert!(json.contains('é') && json.contains("\\u009b"), "{json}");
    }
}
