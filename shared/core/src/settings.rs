//! Settings and secrets as they stand under `/riposte/` in SSM Parameter Store, checked whole: what is
//! missing or malformed is named by its path, before the first event is answered.

mod contain_for;
mod known;
mod live;
mod mended;
mod tuning;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::action::ActionId;
use crate::detect::Trusted;
use crate::exclusion::Exclusion;
use crate::finding::Severity;
use crate::ssh::Limits;

pub use known::{KNOWN, Known, known};
pub use live::{LiveOnly, ModeSetting};
pub use mended::{Broken, Defaults, Instead, Mended, notice as notice_of_broken};
pub use tuning::Tuning;

/// The path under which everything stands.
pub const PREFIX: &str = "/riposte/";

/// The path of the mode, which the operator's command writes.
pub const MODE_PATH: &str = "/riposte/mode";

/// The path of the key of the mark on Riposte's own calls. A SecureString of 32 bytes in base64.
pub const LEDGER_KEY_PATH: &str = "/riposte/secrets/ledger-key";

/// Before the name of who signs records of the ledger: a public key, Ed25519, 32 bytes in base64.
pub const SIGNERS_PREFIX: &str = "/riposte/ledger-keys/";
/// Before the same name: the private key's seed, 32 bytes in base64. Outside of [`PREFIX`], so that whoever reads the
/// settings does not read it: each function's role may read its own alone.
pub const PRIVATE_KEYS_PREFIX: &str = "/riposte-keys/";

/// The path of the topic's ARN.
pub const TOPIC_PATH: &str = "/riposte/topic-arn";
/// The path of the ledger's name.
pub const TABLE_PATH: &str = "/riposte/ledger-table";
const OWN_ROLES_PATH: &str = "/riposte/own-roles";
const PROTECTED_PATH: &str = "/riposte/protected-principals";
const PROTECTED_ADDRESSES_PATH: &str = "/riposte/protected-addresses";
const BREAKER_ACCOUNT_PATH: &str = "/riposte/breaker/account";
const BREAKER_DETECTOR_PATH: &str = "/riposte/breaker/detector";
/// The path of the log groups whose lines are answered.
pub const LOG_GROUPS_PATH: &str = "/riposte/log-watch/groups";
/// The path of the user's guardrails, each under its name.
pub const GUARDRAILS_PREFIX: &str = "/riposte/guardrails/";
/// The path of the exclusions, each under its name.
pub const EXCLUSIONS_PREFIX: &str = "/riposte/exclusions/";
/// The path of what patching reads.
pub const PATCH_PREFIX: &str = "/riposte/patch/";
/// The path of what is said of detectors, each under its id.
pub const DETECTORS_PREFIX: &str = "/riposte/detectors/";
/// The path of runbooks, each under its detector's id.
pub const RUNBOOKS_PREFIX: &str = "/riposte/runbooks/";
/// The path of how long an action contains, each under the action's id.
pub const CONTAIN_FOR_PREFIX: &str = "/riposte/contain-for/";
/// The path that `riposte test` writes, and nothing reads.
pub const TEST_PATH: &str = "/riposte/test";
const APPROVAL_HOURS_PATH: &str = "/riposte/approval-hours";
/// The path of the event bus.
pub const EVENT_BUS_PATH: &str = "/riposte/event-bus";
const NOTICE_FORM_PATH: &str = "/riposte/notice-form";
/// The path of the account audit's mutes, each under its name.
pub const MUTES_PREFIX: &str = "/riposte/mutes/";
const NOTICE_SEVERITY_PATH: &str = "/riposte/notice-severity";
const STACKS_PATH: &str = "/riposte/stack-resources";
const TRUSTED_PATH: &str = "/riposte/trusted-accounts";
const LEARNING_DAYS_PATH: &str = "/riposte/behavior/learning-days";
const SSH_FAILURES_PATH: &str = "/riposte/ssh/failures";
const SSH_WINDOW_PATH: &str = "/riposte/ssh/window-seconds";
const SSH_LOGIN_PATH: &str = "/riposte/ssh/failures-before-login";

/// A year.
const LONGEST_LEARNING_DAYS: u32 = 365;

/// A day.
const LONGEST_WINDOW_SECONDS: u32 = 86_400;

/// What every stack writes, and nobody else: where none of them is there, nothing is deployed.
pub const OF_THE_STACK: [&str; 3] = [TABLE_PATH, TOPIC_PATH, OWN_ROLES_PATH];

/// What the responder may do at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Everything is computed, recorded and told; nothing is changed. The default.
    Shadow,
    /// Actions that the guardrails allow are taken.
    Live,
    /// The kill switch: nothing is changed, whatever else is set.
    Halt,
}

impl Mode {
    /// As it stands in the parameter.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Live => "live",
            Self::Halt => "halt",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "shadow" => Ok(Self::Shadow),
            "live" => Ok(Self::Live),
            "halt" => Ok(Self::Halt),
            other => Err(format!("must be `shadow`, `live` or `halt`, not `{}`", crate::text::plain(other, 40))),
        }
    }
}

/// A secret. It has no way into a log line: `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Wraps the bytes of a secret.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for the one computation that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A guardrail of the user's own: Cedar text under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomGuardrail {
    /// The last part of its path.
    pub id: String,
    /// Cedar policies.
    pub text: String,
}

/// How many actions an hour are taken before people are asked first. What acts that often is either under an attack of a
/// size that people must see, or mistaken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// In the account, by all functions.
    pub account: u32,
    /// Because of one detector.
    pub detector: u32,
}

impl Breaker {
    /// The highest numbers that can be set.
    const MOST: u32 = 100_000;
}

impl Default for Breaker {
    fn default() -> Self {
        Self { account: 2_000, detector: 1_000 }
    }
}

/// All settings of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What may be done at all.
    pub mode: Mode,
    /// What alone is live, in live mode.
    pub live_only: LiveOnly,
    /// How long a person may take to approve, in hours. Then it is denied.
    pub approval_hours: u32,
    /// For how many seconds these actions contain before the clock takes back what they did.
    pub contain_for: BTreeMap<ActionId, i64>,
    /// What is said of single detectors, by their ids.
    pub tunings: BTreeMap<String, Tuning>,
    /// Where people read what to do, by the detectors' ids.
    pub runbooks: BTreeMap<String, String>,
    /// The EventBridge bus that gets an event for each outcome.
    pub event_bus: Option<String>,
    /// Whether what machines get of a notice is JSON.
    pub notice_json: bool,
    /// The SNS topic that notices go to.
    pub topic_arn: String,
    /// The DynamoDB table of the ledger.
    pub ledger_table: String,
    /// Makes the mark on Riposte's own calls.
    pub ledger_key: Secret,
    /// Who may sign records of the ledger: name → public key.
    pub signers: BTreeMap<String, [u8; 32]>,
    /// The ARNs of the responder's own roles, which no action touches.
    pub own_roles: Vec<String>,
    /// ARN patterns (with `*`) of principals that are never acted against.
    pub protected_principals: Vec<String>,
    /// Networks whose addresses are never denied: the user's own offices.
    pub protected_addresses: Vec<IpNet>,
    /// From so many actions an hour on, people are asked first.
    pub breaker: Breaker,
    /// The user's guardrails.
    pub guardrails: Vec<CustomGuardrail>,
    /// Findings that nobody wants to hear.
    pub exclusions: Vec<Exclusion>,
    /// How long a baseline of behavior learns before it speaks, in seconds.
    pub behavior_learning_s: i64,
    /// When an address is an attacker.
    pub ssh: Limits,
    /// Whether a person is asked before a resource that a stack made is changed: its next run would change it back.
    pub ask_about_stacks: bool,
    /// Findings below it are recorded and not told, unless something was changed.
    pub notice_severity: Severity,
    /// The other accounts and organizations of the same owner.
    pub trusted: Arc<Trusted>,
    /// The log groups that the schedule pulls.
    pub log_groups: Vec<String>,
    /// Paths that nothing reads: most likely typing errors, worth a warning.
    pub unknown: Vec<String>,
}

/// What is said of a setting that is not there.
const MISSING: &str = "is missing";

/// A setting that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("setting `{path}` {wrong}")]
pub struct SettingsError {
    /// The parameter's path.
    pub path: String,
    /// What is wrong; never a secret's value.
    pub wrong: String,
}

impl SettingsError {
    /// Whether the setting is not there at all.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.wrong == MISSING
    }

    fn new(path: &str, wrong: impl Into<String>) -> Self {
        Self { path: path.to_owned(), wrong: wrong.into() }
    }
}

impl Settings {
    /// Reads settings from parameters: path → decrypted value.
    ///
    /// # Errors
    /// Names the first setting that is missing or malformed.
    pub fn from_parameters(parameters: &BTreeMap<String, String>) -> Result<Self, SettingsError> {
        let optional = |path: &str| parameters.get(path).map(|value| value.trim());
        let required = |path: &str| match optional(path) {
            None => Err(SettingsError::new(path, MISSING)),
            Some("") => Err(SettingsError::new(path, "is empty")),
            Some(value) => Ok(value),
        };
        let defaults = Limits::default();
        let whole = |path: &str, default: u32, most: u32| match optional(path) {
            None => Ok(default),
            Some(text) => text.parse::<u32>().ok().filter(|n| (1..=most).contains(n)).ok_or_else(|| {
                let shown = crate::text::plain(text, 40);
                SettingsError::new(path, format!("must be a whole number from 1 to {most}, not `{shown}`"))
            }),
        };
        let word = |path: &str, yes: &str, no: &str| match optional(path) {
            None => Ok(false),
            Some(text) if text == no => Ok(false),
            Some(text) if text == yes => Ok(true),
            Some(other) => {
                let shown = crate::text::plain(other, 40);
                Err(SettingsError::new(path, format!("must be `{no}` or `{yes}`, not `{shown}`")))
            }
        };
        let mode: ModeSetting =
            required(MODE_PATH)?.parse().map_err(|wrong: String| SettingsError::new(MODE_PATH, wrong))?;
        let default_seconds = u32::try_from(defaults.window_ms / 1000).unwrap_or(600);
        Ok(Self {
            mode: mode.mode,
            live_only: mode.only,
            approval_hours: whole(APPROVAL_HOURS_PATH, 24, 720)?,
            contain_for: contain_for::read(parameters)?,
            tunings: family(parameters, DETECTORS_PREFIX, str::parse)?,
            runbooks: family(parameters, RUNBOOKS_PREFIX, runbook)?,
            event_bus: optional(EVENT_BUS_PATH).filter(|bus| !bus.is_empty()).map(event_bus).transpose()?,
            notice_json: word(NOTICE_FORM_PATH, "json", "text")?,
            topic_arn: arn(TOPIC_PATH, required(TOPIC_PATH)?, ":sns:")?,
            ledger_table: required(TABLE_PATH)?.to_owned(),
            ledger_key: ledger_key(required(LEDGER_KEY_PATH)?)?,
            signers: signers(parameters)?,
            own_roles: list(required(OWN_ROLES_PATH)?)
                .iter()
                .map(|role| arn(OWN_ROLES_PATH, role, ":role/"))
                .collect::<Result<_, _>>()?,
            protected_principals: optional(PROTECTED_PATH)
                .map(list)
                .unwrap_or_default()
                .iter()
                .map(|pattern| arn(PROTECTED_PATH, pattern, ":iam:"))
                .collect::<Result<_, _>>()?,
            protected_addresses: optional(PROTECTED_ADDRESSES_PATH)
                .map(list)
                .unwrap_or_default()
                .iter()
                .map(|network| addresses(network))
                .collect::<Result<_, _>>()?,
            breaker: Breaker {
                account: whole(BREAKER_ACCOUNT_PATH, Breaker::default().account, Breaker::MOST)?,
                detector: whole(BREAKER_DETECTOR_PATH, Breaker::default().detector, Breaker::MOST)?,
            },
            guardrails: guardrails(parameters),
            exclusions: exclusions(parameters)?,
            behavior_learning_s: i64::from(whole(LEARNING_DAYS_PATH, 7, LONGEST_LEARNING_DAYS)?) * 24 * 3600,
            ssh: Limits {
                window_ms: i64::from(whole(SSH_WINDOW_PATH, default_seconds, LONGEST_WINDOW_SECONDS)?) * 1000,
                failures: whole(SSH_FAILURES_PATH, defaults.failures, Limits::MAX_FAILURES)?,
                failures_before_login: whole(SSH_LOGIN_PATH, defaults.failures_before_login, Limits::MAX_FAILURES)?,
            },
            ask_about_stacks: word(STACKS_PATH, "ask", "act")?,
            notice_severity: optional(NOTICE_SEVERITY_PATH)
                .map_or(Ok(Severity::Medium), str::parse)
                .map_err(|wrong| SettingsError::new(NOTICE_SEVERITY_PATH, wrong))?,
            trusted: optional(TRUSTED_PATH)
                .map_or(Ok(Trusted::default()), str::parse)
                .map(Arc::new)
                .map_err(|wrong| SettingsError::new(TRUSTED_PATH, wrong))?,
            log_groups: optional(LOG_GROUPS_PATH)
                .map(list)
                .unwrap_or_default()
                .iter()
                .map(|group| log_group(group))
                .collect::<Result<_, _>>()?,
            unknown: parameters.keys().filter(|path| known(path).is_none()).cloned().collect(),
        })
    }
}

/// A family of settings: the last part of each path, and its value read by `read`.
fn family<T>(
    parameters: &BTreeMap<String, String>,
    prefix: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<BTreeMap<String, T>, SettingsError> {
    let named = parameters.iter().filter_map(|(path, text)| Some((path, path.strip_prefix(prefix)?, text.trim())));
    named
        .map(|(path, name, text)| {
            read(text).map(|value| (name.to_owned(), value)).map_err(|wrong| SettingsError::new(path, wrong))
        })
        .collect()
}

fn runbook(text: &str) -> Result<String, String> {
    let sound = text.starts_with("https://") && text.len() <= 1000 && text.bytes().all(|b| b.is_ascii_graphic());
    sound.then(|| text.to_owned()).ok_or_else(|| {
        format!("must be an https address of at most 1000 characters, not `{}`", crate::text::plain(text, 80))
    })
}

fn event_bus(text: &str) -> Result<String, SettingsError> {
    let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/');
    let is_name = text.len() <= 256 && text.bytes().all(name);
    if is_name || (text.starts_with("arn:") && text.contains(":events:") && text.contains(":event-bus/")) {
        return Ok(text.to_owned());
    }
    let shown = crate::text::plain(text, 120);
    Err(SettingsError::new(EVENT_BUS_PATH, format!("must be the name or the ARN of an event bus, not `{shown}`")))
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn arn(path: &str, text: &str, part: &str) -> Result<String, SettingsError> {
    if text.starts_with("arn:") && text.contains(part) {
        Ok(text.to_owned())
    } else {
        let shown = crate::text::plain(text, 120);
        Err(SettingsError::new(path, format!("must be an ARN with `{part}`, not `{shown}`")))
    }
}

/// A network, or an address alone.
fn addresses(text: &str) -> Result<IpNet, SettingsError> {
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from));
    network.ok_or_else(|| {
        let shown = crate::text::plain(text, 60);
        SettingsError::new(PROTECTED_ADDRESSES_PATH, format!("must list CIDRs, not `{shown}`"))
    })
}

/// The name of a log group, as CloudWatch Logs takes it, or a pattern of names.
fn log_group(name: &str) -> Result<String, SettingsError> {
    let of_a_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/' | b'#' | b'*');
    if name.len() <= 512 && name.bytes().all(of_a_name) {
        return Ok(name.to_owned());
    }
    let shown = crate::text::plain(name, 80);
    Err(SettingsError::new(LOG_GROUPS_PATH, format!("must list names of log groups, not `{shown}`")))
}

fn ledger_key(text: &str) -> Result<Secret, SettingsError> {
    // The value is a secret: the message says what is wrong with it and shows none of it.
    match BASE64_STANDARD.decode(text) {
        Ok(bytes) if bytes.len() >= 32 => Ok(Secret(bytes)),
        Ok(_) => Err(SettingsError::new(LEDGER_KEY_PATH, "must hold at least 32 bytes")),
        Err(_) => Err(SettingsError::new(LEDGER_KEY_PATH, "is not base64")),
    }
}

fn signers(parameters: &BTreeMap<String, String>) -> Result<BTreeMap<String, [u8; 32]>, SettingsError> {
    let named = parameters.iter().filter_map(|(path, text)| Some((path, path.strip_prefix(SIGNERS_PREFIX)?, text)));
    let read = |(path, name, text): (&String, &str, &String)| {
        let bytes = BASE64_STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        let key = bytes.ok_or_else(|| SettingsError::new(path, "is no public key: 32 bytes in base64"))?;
        Ok((name.to_owned(), key))
    };
    named.map(read).collect()
}

/// One that is malformed is an error: who wrote it believes that something is left out.
fn exclusions(parameters: &BTreeMap<String, String>) -> Result<Vec<Exclusion>, SettingsError> {
    let named = parameters.iter().filter_map(|(path, text)| Some((path, path.strip_prefix(EXCLUSIONS_PREFIX)?, text)));
    named
        .map(|(path, name, text)| Exclusion::read(name, text).map_err(|wrong| SettingsError::new(path, wrong)))
        .collect()
}

fn guardrails(parameters: &BTreeMap<String, String>) -> Vec<CustomGuardrail> {
    parameters
        .iter()
        .filter_map(|(path, text)| {
            let id = path.strip_prefix(GUARDRAILS_PREFIX)?.to_owned();
            Some(CustomGuardrail { id, text: text.clone() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusions_are_read_by_their_names_and_a_broken_one_is_an_error() {
        let mut parameters = good();
        let text = "{detectors: ['s3-*'], principal: '*:role/scanner', reason: it scans, expires: '2199-01-01'}";
        parameters.insert(format!("{EXCLUSIONS_PREFIX}scanner"), text.to_owned());
        let settings = Settings::from_parameters(&parameters).unwrap();
        assert_eq!((settings.exclusions.len(), settings.unknown.len()), (1, 0));
        assert_eq!(settings.exclusions[0].name, "scanner");
        parameters.insert(format!("{EXCLUSIONS_PREFIX}wide"), text.replace("*:role/scanner", "*"));
        let error = Settings::from_parameters(&parameters).unwrap_err();
        assert_eq!(error.path, "/riposte/exclusions/wide");
        assert!(error.to_string().contains("would hide the detector as a whole"), "{error}");
    }

    fn good() -> BTreeMap<String, String> {
        [
            (MODE_PATH, "shadow"),
            (TOPIC_PATH, "arn:aws:sns:eu-west-1:111122223333:riposte"),
            (TABLE_PATH, "riposte-ledger"),
            (LEDGER_KEY_PATH, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
            (OWN_ROLES_PATH, "arn:aws:iam::111122223333:role/a, arn:aws:iam::111122223333:role/b"),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into()
    }

    #[test]
    fn defaults_stand_where_nothing_is_set() {
        let settings = Settings::from_parameters(&good()).unwrap();
        assert_eq!(settings.mode, Mode::Shadow);
        assert_eq!(settings.ssh, Limits::default());
        assert_eq!(settings.notice_severity, Severity::Medium);
        assert_eq!(settings.own_roles.len(), 2);
        assert!(settings.unknown.is_empty());
    }

    #[test]
    fn each_required_setting_is_named_when_it_is_missing() {
        for path in good().keys() {
            let mut parameters = good();
            parameters.remove(path);
            assert_eq!(
                Settings::from_parameters(&parameters).unwrap_err().to_string(),
                format!("setting `{path}` is missing")
            );
        }
    }

    #[test]
    fn malformed_settings_are_named() {
        for (path, value) in [
            (MODE_PATH, "on"),
            (TOPIC_PATH, "riposte"),
            (OWN_ROLES_PATH, "role/a"),
            (PROTECTED_PATH, "break-glass"),
            (LEARNING_DAYS_PATH, "0"),
            (LEARNING_DAYS_PATH, "a week"),
            (SSH_FAILURES_PATH, "0"),
            (SSH_LOGIN_PATH, "1001"),
            (SSH_WINDOW_PATH, "ten"),
            (SSH_LOGIN_PATH, "-1"),
            (NOTICE_SEVERITY_PATH, "loud"),
            (STACKS_PATH, "never"),
            (TRUSTED_PATH, "4444-5555-6666"),
            (TABLE_PATH, " "),
            (LOG_GROUPS_PATH, "a b"),
            (LOG_GROUPS_PATH, "/var/log/secure,{"),
        ] {
            let mut parameters = good();
            parameters.insert(path.to_owned(), value.to_owned());
            assert_eq!(Settings::from_parameters(&parameters).unwrap_err().path, path);
        }
    }

    #[test]
    fn a_bad_secret_is_named_and_not_shown() {
        for value in ["c2hvcnQ=", "not base64, but secret"] {
            let mut parameters = good();
            parameters.insert(LEDGER_KEY_PATH.to_owned(), value.to_owned());
            let text = Settings::from_parameters(&parameters).unwrap_err().to_string();
            assert!(text.contains(LEDGER_KEY_PATH) && !text.contains(value), "{text}");
        }
        let settings = Settings::from_parameters(&good()).unwrap();
        assert!(!format!("{settings:?}").contains("0123456789"));
    }

    #[test]
    fn an_unknown_path_is_reported() {
        let mut parameters = good();
        parameters.insert("/riposte/ssh/failure".to_owned(), "3".to_owned());
        assert_eq!(Settings::from_parameters(&parameters).unwrap().unknown, ["/riposte/ssh/failure"]);
    }
}
