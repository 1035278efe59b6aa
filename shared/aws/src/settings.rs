//! Settings and secrets read from Parameter Store, kept for a minute.
//!
//! A minute, so that the kill switch bites within a minute. Where they cannot be read again the event
//! is not answered with old ones: it fails and comes again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_ssm::Client;
use riposte_core::guardrail::{GuardrailError, Guardrails};
use riposte_core::settings::{PREFIX, Settings, SettingsError};
use thiserror::Error;
use tokio::sync::Mutex;

use crate::fault::Fault;

/// How long settings are used before they are read again: a minute, less the time that an invocation
/// may spend between reading them and its last decision.
pub const MAX_AGE: Duration = Duration::from_secs(45);

/// Settings, and the guardrails made from them.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// The guardrails, parsed.
    pub guardrails: Guardrails,
}

/// Why settings could not be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Parameter Store did not answer, or refused.
    #[error("the settings under `{PREFIX}` could not be read: {0}")]
    Read(#[from] Fault),
    /// One is missing or malformed.
    #[error(transparent)]
    Setting(#[from] SettingsError),
    /// A guardrail is malformed.
    #[error(transparent)]
    Guardrail(#[from] GuardrailError),
}

/// Reads settings at most once a minute.
#[derive(Debug)]
pub struct SettingsCache {
    client: Client,
    kept: Mutex<Option<(Instant, Arc<Loaded>)>>,
}

impl SettingsCache {
    /// An empty cache.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, kept: Mutex::new(None) }
    }

    /// The settings, at most a minute old.
    ///
    /// # Errors
    /// Names the setting that is missing or malformed, or says why they could not be read.
    pub async fn get(&self) -> Result<Arc<Loaded>, LoadError> {
        let mut kept = self.kept.lock().await;
        if let Some((at, loaded)) = kept.as_ref()
            && at.elapsed() < MAX_AGE
        {
            return Ok(Arc::clone(loaded));
        }
        let settings = read(&self.client).await?;
        for path in &settings.unknown {
            tracing::warn!(path, "nothing reads this setting: is it misspelt?");
        }
        let guardrails = Guardrails::new(&settings)?;
        let loaded = Arc::new(Loaded { settings, guardrails });
        *kept = Some((Instant::now(), Arc::clone(&loaded)));
        Ok(loaded)
    }
}

/// Reads all settings now.
///
/// # Errors
/// As [`SettingsCache::get`].
pub async fn read(client: &Client) -> Result<Settings, LoadError> {
    Ok(Settings::from_parameters(&parameters(client).await?)?)
}

/// All parameters under `/riposte/`, decrypted.
///
/// # Errors
/// Where Parameter Store does not answer, or refuses.
pub async fn parameters(client: &Client) -> Result<BTreeMap<String, String>, Fault> {
    let mut all = BTreeMap::new();
    let mut token = None;
    loop {
        let page = client
            .get_parameters_by_path()
            .path(PREFIX.trim_end_matches('/'))
            .recursive(true)
            .with_decryption(true)
            .set_next_token(token)
            .send()
            .await
            .map_err(Fault::of("ssm:GetParametersByPath"))?;
        for parameter in page.parameters() {
            if let (Some(name), Some(value)) = (parameter.name(), parameter.value()) {
                all.insert(name.to_owned(), value.to_owned());
            }
        }
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests;
