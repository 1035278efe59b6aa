//! `riposte report shadow`: what would have been done, how often and to whom, and what promotes each detector.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use anyhow::{Result, bail};
use jiff::Timestamp;
use riposte_aws::ledger::Wanted;
use riposte_aws::operator::Operator;
use riposte_core::approval::Judgment;
use riposte_core::detect::renamed;
use riposte_core::finding::Severity;
use riposte_core::guardrail::Effect;
use riposte_core::incident::Incident;
use riposte_core::settings::{Mode, ModeSetting};
use riposte_core::text::plain;
use serde::Serialize;

use crate::dashboard;
use crate::screen::{Screen, counted};
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
        /// How many days back
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
    /// The actions that would have been taken or asked about, each with the calls that it would have made.
    would_do: BTreeMap<String, BTreeSet<String>>,
    /// Some of the incidents, the newest first.
    incident_ids: Vec<String>,
    /// How many of them a person called right, and wrong.
    true_positives: u64,
    false_positives: u64,
    /// Of those that were marked, how many were right: 0 to 1; none where none was marked.
    precision: Option<f64>,
    /// What makes the detector live; nothing where it is.
    promote: Option<String>,
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
    let settings = &operator.loaded.settings;
    let mode = ModeSetting { mode: settings.mode, only: settings.live_only.clone() };
    let rows = by_detector(&listed.incidents, &mode);
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
        bail!("{} could not be read and are not counted", counted(listed.unreadable.len(), "incident"));
    }
    Ok(())
}

/// By detector, the most frequent first.
fn by_detector(incidents: &[Incident], mode: &ModeSetting) -> Vec<Row> {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for incident in incidents.iter().filter(|incident| incident.mode == Mode::Shadow) {
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
            would_do: BTreeMap::new(),
            incident_ids: Vec::new(),
            promote: promotion(&finding.detector, mode),
            seen: BTreeSet::new(),
        });
        row.incidents += 1;
        match incident.mark.as_ref().map(|mark| mark.judgment) {
            Some(Judgment::TruePositive) => row.true_positives += 1,
            Some(Judgment::FalsePositive) => row.false_positives += 1,
            None => {}
        }
        if row.incident_ids.len() < SHOWN {
            row.incident_ids.push(incident.id.clone());
        }
        let acts =
            incident.verdict.as_ref().and_then(|verdict| verdict.live).is_some_and(|live| live != Effect::Observe);
        if let Some(plan) = incident.plan.as_ref().filter(|_| acts) {
            let calls = plan.changes.iter().map(|change| change.call.clone());
            row.would_do.entry(plan.action.to_string()).or_default().extend(calls);
        }
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
    let mut rows: Vec<Row> = rows.into_values().collect();
    for row in &mut rows {
        row.targets = row.seen.len();
        let marked = row.true_positives + row.false_positives;
        row.precision = (marked > 0).then(|| row.true_positives as f64 / marked as f64);
    }
    rows.sort_by(|a, b| b.would_act.cmp(&a.would_act).then(b.incidents.cmp(&a.incidents)));
    rows
}

/// The command that makes a detector live as things stand; nothing where it is.
fn promotion(detector: &str, mode: &ModeSetting) -> Option<String> {
    let live = &mode.only.detectors;
    let is_live =
        mode.mode == Mode::Live && (live.is_empty() || live.iter().any(|id| renamed::current(id) == detector));
    (!is_live).then(|| format!("riposte mode live --also {detector}"))
}

/// So many incidents of a detector are named.
const SHOWN: usize = 5;

/// How many principals are named.
const NAMED: usize = 3;

fn table(out: &mut impl Write, rows: &[Row], days: u32, screen: &Screen) -> Result<()> {
    if rows.is_empty() {
        return Ok(writeln!(out, "no incident in shadow mode within {}", counted(days, "day"))?);
    }
    for row in rows {
        let severity = screen.severity(row.severity, &row.severity.to_string());
        writeln!(out, "{}  {severity}", screen.heading(&plain(&row.detector, 80)))?;
        let mut parts = vec![format!("{} on {}", counted(row.incidents, "incident"), counted(row.targets, "target"))];
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
        for (action, calls) in &row.would_do {
            let calls: Vec<_> = calls.iter().map(|call| plain(call, 80)).collect();
            let what = format!("would do: {} by {}", plain(action, 60), calls.join(", "));
            writeln!(out, "{}", screen.line(2, &what))?;
        }
        let named: Vec<_> = row.principals.iter().take(NAMED).map(|who| plain(who, 120)).collect();
        let more = row.principals.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        writeln!(out, "{}", screen.line(2, &format!("by {}{more}", named.join(", "))))?;
        let ids = row.incident_ids.join(" ");
        writeln!(out, "{}", screen.line(2, &format!("look at: {ids}")))?;
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
            let Some(promote) = &row.promote else {
                writeln!(out, "{}", screen.line(2, "it is live by now"))?;
                continue;
            };
            let but = match row.false_positives {
                0 => "",
                _ => "   (after an exclusion of what was wrong: docs/guardrails.md)",
            };
            writeln!(out, "{}", screen.line(2, &format!("promote: {promote}{but}")))?;
        }
    }
    let sum = |of: fn(&Row) -> u64| rows.iter().map(of).sum::<u64>();
    let (incidents, act) = (sum(|row| row.incidents), sum(|row| row.would_act));
    Ok(writeln!(
        out,
        "{} of {} in {}; {act} would have been acted on",
        counted(incidents, "incident"),
        counted(rows.len(), "detector"),
        counted(days, "day")
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_promotes_a_detector_is_what_the_mode_takes() {
        let of = |mode: &str| promotion("open-admin-port", &mode.parse().unwrap());
        let also = Some("riposte mode live --also open-admin-port".to_owned());
        assert_eq!((of("shadow"), of("live detectors=open-all-ports")), (also.clone(), also));
        assert_eq!((of("live"), of("live severity=high"), of("live detectors=open-admin-port")), (None, None, None));
    }
}
