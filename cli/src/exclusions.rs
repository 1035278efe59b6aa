//! `riposte exclusions`: what the functions leave out, until when and why.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use riposte_aws::clients::SdkConfig;
use riposte_aws::fault::Fault;
use riposte_aws::metrics::{EXCLUSION, Metric, NAMESPACE};
use riposte_aws::operator::{self, Operator};
use riposte_core::catalogue::all_metas;
use riposte_core::exclusion::Exclusion;
use riposte_core::incident::rfc3339;
use riposte_core::settings::EXCLUSIONS_PREFIX;
use riposte_core::text::plain;
use serde_json::{Value, json};

use crate::connect::connected;
use crate::near::near;
use crate::screen::{Screen, counted};
use crate::settings::{of_a_stack, valid, weakening};
use crate::undo::confirmed;

/// What is done; without it they are listed.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// List them
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Set one from a file: YAML or JSON with detectors, principal, target, network, reason and expires; asks where it would
    /// hide attacks on Riposte itself
    Set {
        /// Its name
        name: String,
        /// The file
        file: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Remove one
    Remove {
        /// Its name
        name: String,
    },
    /// Check files, each of one exclusion or a map from names to exclusions; needs no account
    Check {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Checks files, without an account.
pub(crate) fn check(out: &mut impl Write, files: &[PathBuf]) -> Result<()> {
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let mut wrong = 0;
    for file in files {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        match Exclusion::read_file(&name, &text) {
            Ok(all) => {
                writeln!(out, "{}: {}, all valid", file.display(), counted(all.len(), "exclusion"))?;
                for doubt in all.iter().flat_map(|exclusion| doubts(exclusion, now_ms)) {
                    writeln!(out, "  warning: {doubt}")?;
                }
            }
            Err(why) => {
                wrong += 1;
                writeln!(out, "{}: {why}", file.display())?;
            }
        }
    }
    if wrong > 0 {
        bail!("{wrong} of {} cannot be used", counted(files.len(), "file"));
    }
    Ok(())
}

/// Why an exclusion that is valid may leave nothing out.
pub(crate) fn doubts(exclusion: &Exclusion, now_ms: i64) -> Vec<String> {
    let name = plain(&exclusion.name, 60);
    let mut doubts = Vec::new();
    if exclusion.has_expired(now_ms) {
        doubts.push(format!("`{name}` ended on {}: it leaves nothing out", exclusion.expires));
    }
    let known: Vec<&str> = all_metas().map(|meta| meta.id).collect();
    for pattern in exclusion.unknown_detectors(&known) {
        let said = near(pattern, known.iter().copied(), "riposte detectors");
        doubts.push(format!("`{name}` names a detector that the catalog does not have: {said}"));
    }
    doubts
}

/// Runs what needs an account.
pub(crate) async fn run(out: &mut impl Write, config: &SdkConfig, verb: Verb, screen: &Screen) -> Result<()> {
    match verb {
        Verb::List { json } => {
            let operator = connected(config).await?;
            list(out, &operator, jiff::Timestamp::now().as_millisecond(), json, screen).await
        }
        Verb::Check { files } => check(out, &files),
        Verb::Set { name, file, yes } => {
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let path = format!("{EXCLUSIONS_PREFIX}{name}");
            valid(&of_a_stack(config).await?, &path, &text)?;
            let exclusion = Exclusion::read(&name, &text).map_err(anyhow::Error::msg)?;
            let hidden = weakening::of_exclusion(&exclusion);
            let doubts = doubts(&exclusion, jiff::Timestamp::now().as_millisecond());
            for doubt in hidden.iter().chain(&doubts) {
                writeln!(out, "{}", screen.line(0, &format!("warning: {doubt}")))?;
            }
            if !hidden.is_empty() && !yes && !confirmed(out, "set it all the same?")? {
                bail!("nothing was written");
            }
            operator::put(config, &path, text.trim()).await?;
            Ok(writeln!(out, "{path} is set; the functions follow within a minute")?)
        }
        Verb::Remove { name } => {
            let path = format!("{EXCLUSIONS_PREFIX}{name}");
            if !operator::remove(config, &path).await? {
                bail!("{path} is not set");
            }
            Ok(writeln!(out, "{path} is removed")?)
        }
    }
}

/// So many days back what was left out is counted.
const DAYS: i64 = 14;

/// How many findings an exclusion has left out, as the functions counted them.
async fn left_out(operator: &Operator, name: &str, now_ms: i64) -> Result<f64, Fault> {
    const DAY_MS: i64 = 86_400_000;
    let parameters = json!({
        "Namespace": NAMESPACE,
        "MetricName": Metric::Excluded.name(),
        "Dimensions": [{ "Name": EXCLUSION, "Value": name }],
        "StartTime": rfc3339(now_ms - DAYS * DAY_MS),
        "EndTime": rfc3339(now_ms),
        "Period": DAY_MS / 1000,
        "Statistics": ["Sum"],
    });
    let answer = operator.call("cloudwatch:GetMetricStatistics", parameters).await?;
    let points = answer.get("Datapoints").and_then(Value::as_array).into_iter().flatten();
    Ok(points.filter_map(|point| point.get("Sum")?.as_f64()).fold(0.0, |all, sum| all + sum))
}

/// Lists them, by name, each with what it left out. Those that have ended leave nothing out, and are shown so. What
/// cannot be counted is named, and makes the command fail after the list.
async fn list(out: &mut impl Write, operator: &Operator, now_ms: i64, as_json: bool, screen: &Screen) -> Result<()> {
    let exclusions = &operator.loaded.settings.exclusions;
    if exclusions.is_empty() && !as_json {
        return Ok(writeln!(out, "no exclusions: nothing is left out")?);
    }
    let mut unknown = None;
    for exclusion in exclusions {
        let expired = exclusion.has_expired(now_ms);
        let count = match left_out(operator, &exclusion.name, now_ms).await {
            Ok(count) => Some(count),
            Err(fault) => {
                unknown.get_or_insert(fault);
                None
            }
        };
        if as_json {
            let line = json!({
                "name": exclusion.name,
                "leaves_out": exclusion.scope(),
                "expires": exclusion.expires.to_string(),
                "expired": expired,
                "reason": exclusion.reason,
                "findings": count.map(|count| count as u64),
                "days": DAYS,
            });
            writeln!(out, "{line}")?;
            continue;
        }
        let (name, reason) = (plain(&exclusion.name, 60), plain(&exclusion.reason, 300));
        let state = if expired { "expired" } else { "until" };
        let line = format!("{name:<24}  {state} {}  {}: {reason}", exclusion.expires, exclusion.scope());
        writeln!(out, "{}", screen.line(0, &line))?;
        let count = count.map_or_else(|| "unknown".to_owned(), |count| format!("{count:.0}"));
        writeln!(out, "{}", screen.line(2, &format!("findings left out in {DAYS} days: {count}")))?;
    }
    match unknown {
        None => Ok(()),
        Some(fault) => bail!("what exclusions left out cannot be read: {}", plain(&fault.to_string(), 400)),
    }
}
