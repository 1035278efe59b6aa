//! Settings and secrets read from Parameter Store, kept for a minute.
//!
//! A minute, so that the kill switch bites within a minute. Where Parameter Store does not answer, the event is tried
//! again. Where it refuses, and where a setting is broken, what was good last is used ([`Mended`]).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_ssm::Client;
use riposte_core::guardrail::{GuardrailError, Guardrails};
use riposte_core::settings::{
    Broken, Defaults, Instead, Mended, OF_THE_STACK, PREFIX, PRIVATE_KEYS_PREFIX, Settings, SettingsError, TABLE_PATH,
    TOPIC_PATH,
};
use riposte_core::text::plain;
use thiserror::Error;
use tokio::sync::Mutex;

use crate::by_hand::OPERATOR;
use crate::clock::now_ms;
use crate::fault::Fault;
use crate::ledger::{Keys, Signer};

/// How long settings are used before they are read again: a minute, less the time that an invocation
/// may spend between reading them and its last decision.
const MAX_AGE_MS: i64 = 45_000;

/// Settings, and the guardrails made from them.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// The guardrails, parsed.
    pub guardrails: Guardrails,
    /// What is broken, and what is used in its place.
    pub broken: Vec<Broken>,
    /// The private key that the ledger's records are signed with, where there is one.
    pub signer: Option<Arc<Signer>>,
    /// The parameters as they are used.
    used: BTreeMap<String, String>,
    /// Whether people were told of what is broken.
    told: AtomicBool,
}

impl Loaded {
    /// A parameter as it is used, by its whole path.
    #[must_use]
    pub fn parameter(&self, path: &str) -> Option<&str> {
        self.used.get(path).map(String::as_str)
    }

    /// Whether they are those of a stack: one that it writes is there. `riposte init` alone writes none of them.
    #[must_use]
    pub fn is_deployed(&self) -> bool {
        let missing =
            |path: &&str| self.broken.iter().any(|broken| broken.error.path == **path && broken.error.is_missing());
        !OF_THE_STACK.iter().all(missing)
    }

    fn of(mended: Mended, signer: Option<Arc<Signer>>) -> Self {
        let Mended { settings, guardrails, broken, used } = mended;
        Self { settings, guardrails, broken, signer, used, told: AtomicBool::new(false) }
    }

    /// What the ledger signs with and verifies by.
    #[must_use]
    pub fn keys(&self) -> Keys {
        Keys::of(&self.settings, self.signer.clone())
    }

    /// The parameters below a path, by their names.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.used.iter().filter_map(move |(path, text)| Some((path.strip_prefix(prefix)?, text.as_str())))
    }

    /// Whether people are yet to be told of what is broken; they are, from now on.
    pub(crate) fn tell_now(&self) -> bool {
        !self.broken.is_empty() && !self.told.swap(true, Ordering::Relaxed)
    }
}

/// Why settings could not be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Parameter Store did not answer, or refused.
    #[error("the settings under `{PREFIX}` could not be read: {0}")]
    Read(#[from] Fault),
    /// One is missing or malformed, and nothing can stand for it.
    #[error(transparent)]
    Broken(#[from] GuardrailError),
    /// The private key.
    #[error(transparent)]
    Key(#[from] SettingsError),
}

impl LoadError {
    /// Whether reading them again at once may go better.
    #[must_use]
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Read(fault) if fault.worth_retrying())
    }
}

/// Reads settings at most once a minute.
#[derive(Debug)]
pub struct SettingsCache {
    /// Whose they are: the name of the private key.
    name: &'static str,
    client: Client,
    defaults: Defaults,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// When they were read, in milliseconds since 1970.
    read_ms: i64,
    /// The last ones that were good, or could be mended.
    loaded: Option<Arc<Loaded>>,
    /// Read once.
    signer: Option<Arc<Signer>>,
}

impl SettingsCache {
    /// An empty cache for the function `name`. `defaults` stand for required settings that are broken and were never
    /// good.
    #[must_use]
    pub fn new(name: &'static str, client: Client, defaults: Defaults) -> Self {
        Self { name, client, defaults, kept: Mutex::new(Kept::default()) }
    }

    /// The settings, at most a minute old.
    ///
    /// # Errors
    /// Says why they could not be read, or names one that nothing can stand for.
    pub async fn get(&self) -> Result<Arc<Loaded>, LoadError> {
        let mut kept = self.kept.lock().await;
        if let Some(loaded) = &kept.loaded
            && now_ms() - kept.read_ms < MAX_AGE_MS
        {
            return Ok(Arc::clone(loaded));
        }
        let (found, signer) = tokio::join!(parameters(&self.client), self.signer(kept.signer.as_ref()));
        let last = kept.loaded.as_ref().map(|loaded| &loaded.used);
        let loaded = match found {
            Ok(found) => {
                let loaded = Loaded::of(Mended::of(found, last, &self.defaults)?, Some(signer?));
                for path in &loaded.settings.unknown {
                    tracing::warn!(path, "nothing reads this setting: is it misspelled?");
                }
                loaded
            }
            // Somebody has taken the permission away, or the parameters' key. What was read last is used, and
            // nothing is changed: the kill switch may have been thrown since.
            Err(fault) if !fault.worth_retrying() && last.is_some() => {
                let mut mended = Mended::of(last.cloned().unwrap_or_default(), None, &self.defaults)?;
                let wrong = format!("and all below it cannot be read: {}", plain(&fault.to_string(), 300));
                let error = SettingsError { path: PREFIX.to_owned(), wrong };
                mended.guardrails = mended.guardrails.observing(vec![error.to_string()]);
                mended.broken.push(Broken { error, instead: Instead::DefaultAndObserve });
                Loaded::of(mended, Some(signer?))
            }
            Err(fault) => return Err(fault.into()),
        };
        let loaded = Arc::new(loaded);
        *kept = Kept { read_ms: now_ms(), signer: loaded.signer.clone(), loaded: Some(Arc::clone(&loaded)) };
        Ok(loaded)
    }

    /// The function's private key, which no other function may read.
    async fn signer(&self, kept: Option<&Arc<Signer>>) -> Result<Arc<Signer>, LoadError> {
        match kept {
            Some(signer) => Ok(Arc::clone(signer)),
            None => signer(&self.client, self.name).await.map(Arc::new),
        }
    }

    /// Has them read anew at the next use: somebody has changed one.
    pub async fn expire(&self) {
        self.kept.lock().await.read_ms = 0;
    }
}

/// Reads all settings now for the operator's command, and mends what is broken.
///
/// # Errors
/// As [`SettingsCache::get`].
pub async fn read(client: &Client) -> Result<Loaded, LoadError> {
    // The table's name is the template's. A topic that nobody has takes no notice, and says so.
    let defaults = [(TABLE_PATH, "riposte-ledger"), (TOPIC_PATH, "arn:aws:sns:us-east-1:000000000000:none")];
    let defaults: Defaults = defaults.map(|(path, value)| (path, value.to_owned())).into();
    let (found, signer) = tokio::join!(parameters(client), signer(client, OPERATOR));
    // Who may only look has none, and needs none.
    let signer = signer.map(Arc::new).inspect_err(|error| tracing::debug!(%error, "there is no key to sign with")).ok();
    Ok(Loaded::of(Mended::of(found?, None, &defaults)?, signer))
}

/// The same with a client of its own.
///
/// # Errors
/// As [`SettingsCache::get`].
pub async fn read_by(config: &aws_types::SdkConfig) -> Result<Loaded, LoadError> {
    read(&Client::new(config)).await
}

/// The private key of `name`.
///
/// # Errors
/// Where it cannot be read, or is none.
async fn signer(client: &Client, name: &str) -> Result<Signer, LoadError> {
    let path = format!("{PRIVATE_KEYS_PREFIX}{name}");
    let answer = client.get_parameter().name(&path).with_decryption(true).send().await;
    let wrong = |wrong: &str| SettingsError { path: path.clone(), wrong: wrong.to_owned() };
    match answer.map_err(Fault::of("ssm:GetParameter")) {
        Ok(answer) => {
            let text = answer.parameter().and_then(|parameter| parameter.value()).unwrap_or_default();
            Ok(Signer::read(name, text).map_err(wrong)?)
        }
        Err(fault) if fault.code == "ParameterNotFound" => Err(wrong("is missing: `riposte init` makes it").into()),
        Err(fault) => Err(fault.into()),
    }
}

/// All parameters under `/riposte/`, decrypted.
///
/// # Errors
/// Where Parameter Store does not answer, or refuses.
pub async fn parameters(client: &Client) -> Result<BTreeMap<String, String>, Fault> {
    below(client, PREFIX).await
}

/// The parameters below a path, decrypted, by their paths.
///
/// # Errors
/// Where Parameter Store does not answer, or refuses.
pub async fn parameters_below(path: &str, config: &aws_types::SdkConfig) -> Result<BTreeMap<String, String>, Fault> {
    below(&Client::new(config), path).await
}

async fn below(client: &Client, path: &str) -> Result<BTreeMap<String, String>, Fault> {
    let mut all = BTreeMap::new();
    let mut token = None;
    loop {
        let page = client
            .get_parameters_by_path()
            .path(path.trim_end_matches('/'))
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
