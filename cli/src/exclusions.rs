//! `riposte exclusions`: what the functions are told to leave out, until when and why.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use riposte_aws::clients::SdkConfig;
use riposte_aws::operator::{self, Operator};
use riposte_core::exclusion::Exclusion;
use riposte_core::settings::EXCLUSIONS_PREFIX;
use riposte_core::text::plain;
use serde_json::json;

use crate::settings::valid;

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
    let mut wrong = 0;
    for file in files {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        match Exclusion::read_all(&text) {
            Ok(all) => writeln!(out, "{}: {} exclusions, all valid", file.display(), all.len())?,
            Err(why) => {
                wrong += 1;
                writeln!(out, "{}: {why}", file.display())?;
            }
        }
    }
    if wrong > 0 {
        bail!("{wrong} of {} files are wrong", files.len());
    }
    Ok(())
}

/// Runs what needs an account.
pub(crate) async fn run(out: &mut impl Write, config: &SdkConfig, verb: Verb) -> Result<()> {
    match verb {
        Verb::List { json } => {
            let operator = Operator::connect(config).await?;
            list(out, &operator, jiff::Timestamp::now().as_millisecond(), json)
        }
        Verb::Check { files } => check(out, &files),
        Verb::Set { name, file } => {
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let path = format!("{EXCLUSIONS_PREFIX}{name}");
            valid(&operator::parameters(config).await?, &path, &text)?;
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

/// Lists them, by name. Those that have ended leave nothing out, and are shown so.
fn list(out: &mut impl Write, operator: &Operator, now_ms: i64, as_json: bool) -> Result<()> {
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
        writeln!(out, "{name:<24}  {state} {}  {}: {reason}", exclusion.expires, exclusion.scope())?;
    }
    Ok(())
}
