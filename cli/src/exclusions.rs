//! `riposte exclusions`: what the functions are told to leave out, until when and why.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use riposte_aws::clients::SdkConfig;
use riposte_aws::fault::Fault;
use riposte_aws::metrics::{Metric, NAMESPACE};
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
use crate::settings::{of_a_stack, valid};

/// What is done; without it they are listed.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// List them
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Set one from a file: YAML or JSON with detectors, principal, target, network, reason and expires
    Set {
        /// Its name
        name: String,
        /// The file
        file: PathBuf,
    },
    /// Remove one
    Remove {
        /// Its name
        name: String,
    },
    /// Check files of exclusions, each a map from names to exclusions; needs no account
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
        match Exclusion::read_all(&text) {
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
        bail!("{wrong} of {} are wrong", counted(files.len(), "file"));
    }
    Ok(())
}

/// Why an exclusion that is valid may leave nothing out.
fn doubts(exclusion: &Exclusion, now_ms: i64) -> Vec<String> {
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
            let now_ms = jiff::Timestamp::now().as_millisecond();
            list(out, &operator, now_ms, json, screen)?;
            if json || operator.loaded.settings.exclusions.is_empty() {
                return Ok(());
            }
            let said = match left_out(&operator, now_ms).await {
                Ok(count) => format!("findings left out by all of them within {DAYS} days: {count:.0}"),
                Err(fault) => format!("how many findings they left out is not known: {fault}"),
            };
            Ok(writeln!(out, "{}", screen.line(0, &plain(&said, 400)))?)
        }
        Verb::Check { files } => check(out, &files),
        Verb::Set { name, file } => {
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let path = format!("{EXCLUSIONS_PREFIX}{name}");
            valid(&of_a_stack(config).await?, &path, &text)?;
            operator::put(config, &path, text.trim()).await?;
            let now_ms = jiff::Timestamp::now().as_millisecond();
            for doubt in Exclusion::read(&name, &text).iter().flat_map(|exclusion| doubts(exclusion, now_ms)) {
                writeln!(out, "warning: {doubt}")?;
            }
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

/// How many findings exclusions have left out, as the functions counted them.
async fn left_out(operator: &Operator, now_ms: i64) -> Result<f64, Fault> {
    const DAY_MS: i64 = 86_400_000;
    let parameters = json!({
        "Namespace": NAMESPACE,
        "MetricName": Metric::Excluded.name(),
        "StartTime": rfc3339(now_ms - DAYS * DAY_MS),
        "EndTime": rfc3339(now_ms),
        "Period": DAY_MS / 1000,
        "Statistics": ["Sum"],
    });
    let answer = operator.call("cloudwatch:GetMetricStatistics", parameters).await?;
    let points = answer.get("Datapoints").and_then(Value::as_array).into_iter().flatten();
    Ok(points.filter_map(|point| point.get("Sum")?.as_f64()).fold(0.0, |all, sum| all + sum))
}

/// Lists them, by name. Those that have ended leave nothing out, and are shown so.
fn list(out: &mut impl Write, operator: &Operator, now_ms: i64, as_json: bool, screen: &Screen) -> Result<()> {
    if operator.loaded.settings.exclusions.is_empty() && !as_json {
        return Ok(writeln!(out, "no exclusions: nothing is left out")?);
    }
    for exclusion in &operator.loaded.settings.exclusions {
        let expired = exclusion.has_expired(now_ms);
        if as_json {
            let line = json!({
                "name": exclusion.name,
                "leaves_out": exclusion.scope(),
                "expires": exclusion.expires.to_string(),
                "expired": expired,
                "reason": exclusion.reason,
            });
            writeln!(out, "{line}")?;
            continue;
        }
        let (name, reason) = (plain(&exclusion.name, 60), plain(&exclusion.reason, 300));
        let state = if expired { "expired" } else { "until" };
        let line = format!("{name:<24}  {state} {}  {}: {reason}", exclusion.expires, exclusion.scope());
        writeln!(out, "{}", screen.line(0, &line))?;
    }
    Ok(())
}
