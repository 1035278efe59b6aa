//! `riposte report shadow`: what would have been done, how often and to whom, and what promotes each detector.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use anyhow::{Result, bail};
use jiff::Timestamp;
use riposte_aws::ledger::Wanted;
use riposte_aws::operator::Operator;
use riposte_core::approval::Judgment;
use riposte_core::finding::Severity;
use riposte_core::guardrail::Effect;
use riposte_core::incident::Incident;
use riposte_core::settings::Mode;
use riposte_core::text::plain;
use serde::Serialize;

use crate::dashboard;
use crate::screen::Screen;
use crate::usage::Usage;

/// What is reported.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    pub(crate) pages: dashboard::ReportOptions,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// What shadow mode would have done, by detector
    Shadow {
        /// Of so many days
        #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
}

/// Of one detector.
#[derive(Debug, Serialize)]
struct Row {
    detector: String,
    severity: Severity,
    /// Incidents in shadow mode.
    incidents: u64,
    /// Live mode would have acted.
    would_act: u64,
    /// Live mode would have asked a person.
    would_ask: u64,
    /// Guardrails would have held it in live mode too.
    held: u64,
    /// No action is known, or nothing was left to do.
    no_action: u64,
    principals: BTreeSet<String>,
    targets: usize,
    /// How many a person called right, and wrong, in every mode.
    true_positives: u64,
    false_positives: u64,
    /// Of those that were marked, how many were right: 0 to 1; none where none was marked.
    precision: Option<f64>,
    promote: String,
    #[serde(skip)]
    seen: BTreeSet<String>,
}

/// The day's length in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// More incidents than this are not read.
const MOST: usize = 100_000;

/// Writes it.
pub(crate) async fn run(out: &mut impl Write, operator: &Operator, options: &Options, screen: &Screen) -> Result<()> {
    let Some(What::Shadow { days, json }) = options.what else {
        return Err(Usage("what is reported: `shadow`, or `--html FILE`".to_owned()).into());
    };
    let since = Timestamp::now().as_millisecond() - i64::from(days) * DAY_MS;
    let wanted = Wanted { since_ms: Some(since), ..Wanted::default() };
    let listed = operator.ledger.list_of(&wanted, MOST, |_| true).await?;
    let rows = counted(&listed.incidents);
    if json {
        for row in &rows {
            writeln!(out, "{}", serde_json::to_string(row)?)?;
        }
    } else {
        table(out, &rows, days, screen)?;
    }
    if listed.more {
        bail!("only the newest {MOST} incidents were counted: say fewer --days");
    }
    if !listed.unreadable.is_empty() {
        bail!("{} incident(s) could not be read and are not counted", listed.unreadable.len());
    }
    Ok(())
}

/// By detector, the most frequent first.
fn counted(incidents: &[Incident]) -> Vec<Row> {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for incident in incidents {
        let finding = &incident.finding;
        let row = rows.entry(&finding.detector).or_insert_with(|| Row {
            detector: finding.detector.clone(),
            severity: finding.severity,
            incidents: 0,
            would_act: 0,
            would_ask: 0,
            held: 0,
            no_action: 0,
            principals: BTreeSet::new(),
            targets: 0,
            true_positives: 0,
            false_positives: 0,
            precision: None,
            promote: format!("riposte mode live --also {}", finding.detector),
            seen: BTreeSet::new(),
        });
        match incident.mark.as_ref().map(|mark| mark.judgment) {
            Some(Judgment::TruePositive) => row.true_positives += 1,
            Some(Judgment::FalsePositive) => row.false_positives += 1,
            None => {}
        }
        if incident.mode != Mode::Shadow {
            continue;
        }
        row.incidents += 1;
        row.severity = row.severity.max(finding.severity);
        match incident.verdict.as_ref().map(|verdict| verdict.live) {
            Some(Some(Effect::Act)) => row.would_act += 1,
            Some(Some(Effect::Ask)) => row.would_ask += 1,
            Some(Some(Effect::Observe) | None) => row.held += 1,
            None => row.no_action += 1,
        }
        row.principals
            .insert(finding.principal.principal_arn().unwrap_or_else(|| finding.principal.label()).to_owned());
        row.seen.insert(finding.target.key());
    }
    let mut rows: Vec<Row> = rows.into_values().filter(|row| row.incidents > 0).collect();
    for row in &mut rows {
        row.targets = row.seen.len();
        let marked = row.true_positives + row.false_positives;
        row.precision = (marked > 0).then(|| row.true_positives as f64 / marked as f64);
    }
    rows.sort_by(|a, b| b.would_act.cmp(&a.would_act).then(b.incidents.cmp(&a.incidents)));
    rows
}

/// `1 incident`, `2 incidents`.
fn counted_as(number: impl std::fmt::Display, what: &str) -> String {
    let number = number.to_string();
    format!("{number} {what}{}", if number == "1" { "" } else { "s" })
}

/// How many principals are named.
const NAMED: usize = 3;

fn table(out: &mut impl Write, rows: &[Row], days: u32, screen: &Screen) -> Result<()> {
    if rows.is_empty() {
        return Ok(writeln!(out, "no incident in shadow mode within {}", counted_as(days, "day"))?);
    }
    for row in rows {
        let severity = screen.severity(row.severity, &row.severity.to_string());
        writeln!(out, "{}  {severity}", screen.heading(&plain(&row.detector, 80)))?;
        let mut parts =
            vec![format!("{} on {}", counted_as(row.incidents, "incident"), counted_as(row.targets, "target"))];
        for (count, what) in [
            (row.would_act, "would have been acted on"),
            (row.would_ask, "would have been asked about"),
            (row.held, "held by guardrails in live mode too"),
            (row.no_action, "without an action"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        writeln!(out, "{}", screen.line(2, &parts.join(", ")))?;
        let named: Vec<_> = row.principals.iter().take(NAMED).map(|who| plain(who, 120)).collect();
        let more = row.principals.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        writeln!(out, "{}", screen.line(2, &format!("by {}{more}", named.join(", "))))?;
        let marks = match row.precision {
            Some(precision) => format!(
                "marked: {} right, {} wrong; precision {:.0} %",
                row.true_positives,
                row.false_positives,
                precision * 100.0
            ),
            None => "none is marked: riposte mark ID true-positive|false-positive".to_owned(),
        };
        writeln!(out, "{}", screen.line(2, &marks))?;
        if row.would_act > 0 {
            let but = match row.false_positives {
                0 => "",
                _ => "   (after an exclusion of what was wrong: docs/guardrails.md)",
            };
            writeln!(out, "{}", screen.line(2, &format!("promote: {}{but}", row.promote)))?;
        }
    }
    let sum = |of: fn(&Row) -> u64| rows.iter().map(of).sum::<u64>();
    let (incidents, act) = (sum(|row| row.incidents), sum(|row| row.would_act));
    Ok(writeln!(
        out,
        "{} of {} in {}; {act} would have been acted on",
        counted_as(incidents, "incident"),
        counted_as(rows.len(), "detector"),
        counted_as(days, "day")
    )?)
}
