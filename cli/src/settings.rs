//! `riposte settings`: what is set, and what is wrong with it, before and after it is written.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Result, bail};
use riposte_aws::clients::SdkConfig;
use riposte_aws::operator;
use riposte_core::catalogue::all_metas;
use riposte_core::detect::renamed;
use riposte_core::settings::{
    DETECTORS_PREFIX, Defaults, KNOWN, LEDGER_KEY_PATH, MODE_PATH, Mended, PREFIX, RUNBOOKS_PREFIX, known,
};
use riposte_core::text::plain;
use serde_json::json;

use crate::mode::not_deployed;
use crate::near::near;
use crate::screen::Screen;
use crate::usage::Usage;

/// What is done.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// List every setting: what is set, or the default
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Set one, if it is valid
    Set {
        /// Its path, with or without /riposte/
        path: String,
        /// Its value
        value: String,
    },
    /// Remove one: the default holds again
    Unset {
        /// Its path, with or without /riposte/
        path: String,
    },
    /// Check all that is set; fails where something is wrong
    Check,
}

/// Runs it.
pub(crate) async fn run(out: &mut impl Write, config: &SdkConfig, verb: Verb, screen: &Screen) -> Result<()> {
    let parameters = operator::parameters(config).await?;
    if parameters.is_empty() {
        bail!(not_deployed(config));
    }
    match verb {
        Verb::List { json } => list(out, &parameters, json, screen),
        Verb::Check => check(out, &parameters),
        Verb::Set { path, value } => {
            let path = whole(&path);
            writable(&path)?;
            if path == MODE_PATH {
                return Err(Usage("the mode is set by `riposte mode`, which says what that means".to_owned()).into());
            }
            valid(&parameters, &path, &value)?;
            for warning in warnings(&path) {
                writeln!(out, "warning: {warning}")?;
            }
            let old = parameters.get(&path).map_or("unset".to_owned(), |old| format!("`{}`", plain(old, 200)));
            operator::put(config, &path, &value).await?;
            Ok(writeln!(
                out,
                "{path} is `{}` (it was {old}); the functions follow within a minute",
                plain(&value, 200)
            )?)
        }
        Verb::Unset { path } => {
            let path = whole(&path);
            writable(&path)?;
            if path == MODE_PATH {
                return Err(
                    Usage("the mode cannot be unset; `riposte mode shadow` is what it would be".to_owned()).into()
                );
            }
            if !operator::remove(config, &path).await? {
                bail!("{path} is not set");
            }
            let default = known(&path).map_or("", |known| known.default);
            let now = if default.is_empty() {
                "nothing stands for it".to_owned()
            } else {
                format!("the default `{default}` holds")
            };
            Ok(writeln!(out, "{path} is removed; {now}")?)
        }
    }
}

/// A path as it stands in Parameter Store.
pub(crate) fn whole(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("{PREFIX}{path}") }
}

/// Whether a person may write a path.
fn writable(path: &str) -> Result<()> {
    match known(path) {
        None => {
            let paths = KNOWN.iter().map(|known| known.path);
            Err(Usage(format!("nothing reads the setting {}", near(path, paths, "riposte settings list"))).into())
        }
        Some(known) if known.deployed => {
            Err(Usage(format!("{path} is written by the deployment ({}); it is not set by hand", known.what)).into())
        }
        Some(_) => Ok(()),
    }
}

/// Refuses a value that would be broken at the path. What else is broken is no reason.
pub(crate) fn valid(parameters: &BTreeMap<String, String>, path: &str, value: &str) -> Result<()> {
    let mut with = parameters.clone();
    with.insert(path.to_owned(), value.to_owned());
    let mended = Mended::of(with, None, &Defaults::new());
    let broken = match mended {
        Ok(mended) => mended.broken.into_iter().map(|broken| broken.error).find(|error| error.path == path),
        Err(error) => match error {
            riposte_core::guardrail::GuardrailError::Setting(error) if error.path == path => Some(error),
            _ => None,
        },
    };
    match broken {
        Some(error) => bail!("nothing was written: the value {}", error.wrong),
        None => Ok(()),
    }
}

/// What may not be meant so.
fn warnings(path: &str) -> Vec<String> {
    let named = path.strip_prefix(DETECTORS_PREFIX).or_else(|| path.strip_prefix(RUNBOOKS_PREFIX));
    let unknown = named.filter(|id| !all_metas().any(|meta| meta.id == renamed::current(id)));
    let said = |id: &str| {
        format!(
            "the catalog has no detector {}; it may be a rule of yours",
            near(id, all_metas().map(|meta| meta.id), "riposte detectors")
        )
    };
    unknown.map(said).into_iter().collect()
}

fn list(out: &mut impl Write, parameters: &BTreeMap<String, String>, as_json: bool, screen: &Screen) -> Result<()> {
    let mut row = |path: &str, value: Option<&str>, default: &str, what: &str| -> Result<()> {
        let value = if path == LEDGER_KEY_PATH { value.map(|_| "(secret)") } else { value };
        if as_json {
            let line = json!({ "path": path, "value": value, "default": default, "what": what });
            return Ok(writeln!(out, "{line}")?);
        }
        let shown = match (value, default) {
            (Some(value), _) => plain(value, 300),
            (None, "") => "(unset)".to_owned(),
            (None, default) => format!("{default} (default)"),
        };
        writeln!(out, "{}", screen.heading(path))?;
        writeln!(out, "{}", screen.line(4, &shown))?;
        Ok(writeln!(out, "{}", screen.line(4, what))?)
    };
    for known in KNOWN {
        if !known.path.ends_with('/') {
            row(known.path, parameters.get(known.path).map(String::as_str), known.default, known.what)?;
            continue;
        }
        let family: Vec<_> = parameters.iter().filter(|(path, _)| path.starts_with(known.path)).collect();
        if family.is_empty() {
            row(&format!("{}NAME", known.path), None, known.default, known.what)?;
        }
        for (path, value) in family {
            row(path, Some(value), known.default, known.what)?;
        }
    }
    for (path, value) in parameters.iter().filter(|(path, _)| known(path).is_none()) {
        row(path, Some(value), "", "nothing reads it: is it misspelt?")?;
    }
    Ok(())
}

fn check(out: &mut impl Write, parameters: &BTreeMap<String, String>) -> Result<()> {
    let mut wrong = Vec::new();
    match Mended::of(parameters.clone(), None, &Defaults::new()) {
        Ok(mended) => wrong.extend(mended.broken.iter().map(|broken| broken.error.to_string())),
        Err(error) => wrong.push(error.to_string()),
    }
    for path in parameters.keys() {
        if known(path).is_none() {
            wrong.push(format!("nothing reads `{}`: is it misspelt?", plain(path, 200)));
        }
        for warning in warnings(path) {
            writeln!(out, "warning: {path}: {warning}")?;
        }
    }
    for line in &wrong {
        writeln!(out, "{}", plain(line, 600))?;
    }
    if !wrong.is_empty() {
        bail!("{} of {} settings are wrong", wrong.len(), parameters.len());
    }
    Ok(writeln!(out, "{} settings, all valid", parameters.len())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> BTreeMap<String, String> {
        [
            ("/riposte/mode", "shadow"),
            ("/riposte/topic-arn", "arn:aws:sns:eu-west-1:111122223333:riposte"),
            ("/riposte/ledger-table", "riposte-ledger"),
            ("/riposte/secrets/ledger-key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
            ("/riposte/own-roles", "arn:aws:iam::111122223333:role/a"),
        ]
        .map(|(path, value)| (path.to_owned(), value.to_owned()))
        .into()
    }

    #[test]
    fn a_value_that_would_be_broken_is_refused_by_what_is_wrong() {
        for (path, value, wrong) in [
            ("/riposte/approval-hours", "soon", "whole number from 1 to 720"),
            ("/riposte/event-bus", "a bus", "event bus"),
            ("/riposte/runbooks/open-admin-port", "http://x", "https"),
            ("/riposte/detectors/open-admin-port", "quiet", "`off` or a severity"),
            ("/riposte/guardrails/never", "forbid (principal, action, resource) when { false };", "valid guardrail"),
            ("/riposte/exclusions/x", "{}", "missing field"),
        ] {
            let error = valid(&good(), path, value).unwrap_err().to_string();
            assert!(error.starts_with("nothing was written") && error.contains(wrong), "{path}: {error}");
        }
        assert!(valid(&good(), "/riposte/approval-hours", "48").is_ok());
        let broken = BTreeMap::from([("/riposte/mode".to_owned(), "on".to_owned())]);
        let both: BTreeMap<_, _> = good().into_iter().chain(broken).collect();
        assert!(valid(&both, "/riposte/approval-hours", "48").is_ok(), "what else is broken is no reason");
    }

    #[test]
    fn a_path_that_nothing_reads_and_one_of_the_deployment_are_refused() {
        assert_eq!(whole("approval-hours"), "/riposte/approval-hours");
        let refused = |path: &str| writable(&whole(path)).unwrap_err().to_string();
        assert!(
            refused("approval-hour").contains("did you mean `/riposte/approval-hours`"),
            "{}",
            refused("approval-hour")
        );
        assert!(refused("topic-arn").contains("written by the deployment"));
        assert!(writable("/riposte/guardrails/mine").is_ok());
    }

    #[test]
    fn a_secret_is_not_listed() {
        let mut out = Vec::new();
        list(&mut out, &good(), false, &Screen::plain(80)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("(secret)") && !text.contains("MDEyMzQ1"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
