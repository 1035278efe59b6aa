//! The environment variables that are read. Everything else is a setting in Parameter Store; these are
//! what Lambda or the template says of the function itself.
#![allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]

use riposte_core::settings::{Defaults, TABLE_PATH, TOPIC_PATH};
use thiserror::Error;

/// An environment variable that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("environment variable `{name}` {wrong}")]
pub struct EnvironmentError {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with it.
    pub wrong: &'static str,
}

/// The account that the function acts in, from `RIPOSTE_ACCOUNT_ID`. Events of other accounts are
/// recorded and told, never answered with this account's credentials.
///
/// # Errors
/// Where it is missing or not twelve digits.
pub fn account_id() -> Result<String, EnvironmentError> {
    const NAME: &str = "RIPOSTE_ACCOUNT_ID";
    let id = std::env::var(NAME).map_err(|_| EnvironmentError { name: NAME, wrong: "is missing" })?;
    if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
        Ok(id)
    } else {
        Err(EnvironmentError { name: NAME, wrong: "is not twelve digits" })
    }
}

/// The region that the function runs in, from `AWS_REGION`, as Lambda sets it.
///
/// # Errors
/// Where it is missing.
pub fn region() -> Result<String, EnvironmentError> {
    const NAME: &str = "AWS_REGION";
    std::env::var(NAME)
        .ok()
        .filter(|region| !region.is_empty())
        .ok_or(EnvironmentError { name: NAME, wrong: "is missing" })
}

/// The URL of the function's own queue, from `RIPOSTE_QUEUE_URL`; none where it was not deployed with one.
#[must_use]
pub fn queue_url() -> Option<String> {
    std::env::var("RIPOSTE_QUEUE_URL").ok().filter(|url| !url.is_empty())
}

/// What stands for the topic and the ledger where their settings are broken, from `RIPOSTE_TOPIC_ARN` and
/// `RIPOSTE_LEDGER_TABLE`.
#[must_use]
pub fn defaults() -> Defaults {
    let named = [(TOPIC_PATH, "RIPOSTE_TOPIC_ARN"), (TABLE_PATH, "RIPOSTE_LEDGER_TABLE")];
    named.into_iter().filter_map(|(path, name)| Some((path, std::env::var(name).ok()?))).collect()
}

/// The folder of a user's Sigma rules: `rules` beside the function's program, as Lambda unpacked it.
#[must_use]
pub fn rules_folder() -> Option<std::path::PathBuf> {
    std::env::var_os("LAMBDA_TASK_ROOT").map(|root| std::path::Path::new(&root).join("rules"))
}

/// The folder of a user's databases of addresses: `maxmind` beside the function's program, as Lambda unpacked it.
#[must_use]
pub fn atlas_folder() -> Option<std::path::PathBuf> {
    std::env::var_os("LAMBDA_TASK_ROOT").map(|root| std::path::Path::new(&root).join("maxmind"))
}
