//! Which records are scanned for what, and how what is found is written: the same options for `detect` and `hunt`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use clap::builder::NonEmptyStringValueParser;
use riposte_core::detect::Trusted;
use riposte_core::finding::Severity;
use riposte_scan::filter::{Moment, Where};
use riposte_scan::hunt::Question;

use super::output::Format;
use crate::usage::Usage;

/// The options.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// Scan with this detector alone (repeatable)
    #[arg(long, value_name = "ID")]
    pub(crate) only: Vec<String>,
    /// Leave out detectors that are less severe: informational, low, medium, high or critical
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) min_severity: Option<Severity>,
    /// Accounts and organizations of the same owner, with commas between: what is opened to them is not external
    /// (repeatable)
    #[arg(long, value_name = "IDS", value_parser = typed::<Trusted>)]
    trusted_accounts: Vec<String>,
    /// Scan records from this time on: RFC 3339, a date, or a time ago (24h, 7d)
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Scan records before this time
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// Scan what these did: an ARN, a name, an access key or an account, with * and ? (repeatable)
    #[arg(long, value_name = "PATTERN", value_parser = NonEmptyStringValueParser::new())]
    principal: Vec<String>,
    /// Scan records of which this holds: PATH=VALUE, PATH!=VALUE, PATH or !PATH; a value may have * and ?, or be a
    /// range of addresses (repeatable: all must hold)
    #[arg(long = "where", value_name = "CONDITION", value_parser = typed::<Where>)]
    wheres: Vec<String>,
    /// Write every informational finding by itself, instead of a count for each principal, detector and day
    #[arg(long)]
    pub(crate) each: bool,
    /// Show informational findings in a table too
    #[arg(long)]
    informational: bool,
    /// Leave out what the exclusions of this file cover: YAML, a map from names to {detectors, principal, target,
    /// network, reason, expires}; what they leave out is counted (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) exclusions: Vec<PathBuf>,
    /// How findings are written; by default a table on a terminal and JSON lines elsewhere
    #[arg(long)]
    pub(crate) format: Option<Format>,
}

/// What was typed, where it can be read. It is read where it is needed: functions are sent the text.
fn typed<T: FromStr<Err = String>>(text: &str) -> Result<String, String> {
    text.parse::<T>().map(|_| text.to_owned())
}

impl Asked {
    /// What is asked of every record.
    ///
    /// # Errors
    /// Wrong usage: no record can be after one time and before an earlier one.
    pub(crate) fn question(&self) -> Result<Question> {
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since.as_ms() >= until.as_ms()
        {
            return Err(Usage("--since is not before --until: no record is in between".to_owned()).into());
        }
        Ok(Question {
            only: self.only.clone(),
            least: self.min_severity,
            trusted: self.trusted_accounts.clone(),
            since_ms: self.since.map(Moment::as_ms),
            until_ms: self.until.map(Moment::as_ms),
            principals: self.principal.clone(),
            wheres: self.wheres.clone(),
            // An exclusion looks at each by itself.
            fold: !self.each && self.exclusions.is_empty(),
        })
    }

    /// How findings are written.
    pub(crate) fn format(&self) -> Format {
        self.format.unwrap_or(if io::stdout().is_terminal() { Format::Table } else { Format::Jsonl })
    }

    /// Whether informational findings are shown.
    pub(crate) fn all(&self) -> bool {
        self.informational || self.each
    }
}
