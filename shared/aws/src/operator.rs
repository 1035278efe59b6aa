//! What the operator's command needs of AWS: the settings, the ledger, and the parameters that it
//! writes.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::ParameterType;
use aws_types::SdkConfig;
use riposte_core::event::Scope;
use riposte_core::settings::{LEDGER_KEY_PATH, MODE_PATH, Mode};
use serde_json::{Value, json};

use crate::actions::Actions;
use crate::fault::Fault;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::Ledger;
use crate::settings::{self, LoadError, Loaded};

/// How long the operator's undo may hold a target, in milliseconds.
const LEASE_MS: i64 = 60_000;

/// The parts that the operator's verbs use.
#[derive(Debug)]
pub struct Operator {
    /// The settings and the guardrails. Broken ones keep nobody from looking at incidents and undoing them.
    pub loaded: Loaded,
    /// The ledger.
    pub ledger: Ledger,
    /// All actions.
    pub actions: Actions,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) region: String,
}

impl Operator {
    /// Reads the settings and makes the parts.
    ///
    /// # Errors
    /// Names the setting that is missing or malformed, or says why they could not be read.
    pub async fn connect(config: &SdkConfig) -> Result<Self, LoadError> {
        Self::with(config, Actions::all(config)).await
    }

    /// The same with these actions.
    pub(crate) async fn with(config: &SdkConfig, actions: Actions) -> Result<Self, LoadError> {
        let loaded = settings::read(&Client::new(config)).await?;
        let settings = &loaded.settings;
        let client = aws_sdk_dynamodb::Client::new(config);
        Ok(Self {
            ledger: Ledger::new(client, &settings.ledger_table, &settings.ledger_key),
            actions,
            sns: aws_sdk_sns::Client::new(config),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            loaded,
        })
    }

    /// Who calls, as AWS knows it: an ARN; `None` where AWS does not say.
    pub async fn caller(&self) -> Option<String> {
        match self.identity().await {
            Ok(arn) => Some(arn),
            Err(fault) => {
                tracing::warn!(%fault, "who calls could not be read");
                None
            }
        }
    }

    /// The account of whoever calls, and who that is: an ARN.
    ///
    /// # Errors
    /// Where AWS does not say.
    pub async fn account(&self) -> Result<(String, String), Fault> {
        let caller = self.identity().await?;
        let account = riposte_core::arn::account_of(&caller).unwrap_or_default().to_owned();
        Ok((account, caller))
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// For notices.
    #[must_use]
    pub fn topic(&self) -> &aws_sdk_sns::Client {
        &self.sns
    }

    /// Who calls, as AWS knows it.
    pub(crate) async fn identity(&self) -> Result<String, Fault> {
        const CALL: &str = "sts:GetCallerIdentity";
        let scope = Scope { event_id: String::new(), account: String::new(), region: self.region.clone() };
        let body = self.actions.site(&scope).get(CALL, json!({})).await?;
        let arn = body.get("Arn").and_then(Value::as_str);
        Ok(arn.ok_or_else(|| Fault::refused(CALL, "there is no `Arn` in the answer"))?.to_owned())
    }

    /// An invocation of the operator's own. `id` must differ from that of every other.
    #[must_use]
    pub fn invocation(id: &str) -> Invocation {
        Invocation { id: format!("operator-{id}"), deadline_ms: now_ms() + LEASE_MS }
    }
}

/// The mode as it is set, read without the other settings: it can be changed when they are broken.
///
/// # Errors
/// Where the parameter cannot be read. `Ok(Err(…))`: it holds something else.
pub async fn mode(config: &SdkConfig) -> Result<Result<Mode, String>, Fault> {
    let answer = Client::new(config).get_parameter().name(MODE_PATH).send().await;
    let answer = answer.map_err(Fault::of("ssm:GetParameter"))?;
    let value = answer.parameter().and_then(|parameter| parameter.value()).unwrap_or_default();
    Ok(value.parse())
}

/// Sets the mode. Functions follow within a minute.
///
/// # Errors
/// Where the parameter cannot be written.
pub async fn set_mode(config: &SdkConfig, mode: Mode) -> Result<(), Fault> {
    let put = Client::new(config)
        .put_parameter()
        .name(MODE_PATH)
        .value(mode.as_str())
        .r#type(ParameterType::String)
        .overwrite(true);
    put.send().await.map_err(Fault::of("ssm:PutParameter"))?;
    Ok(())
}

/// Creates the ledger's key as a SecureString, unless there is one: a new key would break the seal of
/// every incident in the ledger. Says whether it was created.
///
/// # Errors
/// Where the parameter cannot be written.
pub async fn create_ledger_key(config: &SdkConfig, key: &str) -> Result<bool, Fault> {
    let put = Client::new(config)
        .put_parameter()
        .name(LEDGER_KEY_PATH)
        .description("Seals the undo recipes in Riposte's ledger. Do not change it: seals would no longer hold.")
        .value(key)
        .r#type(ParameterType::SecureString)
        .overwrite(false);
    match put.send().await.map_err(Fault::of("ssm:PutParameter")) {
        Ok(_) => Ok(true),
        Err(fault) if fault.code == "ParameterAlreadyExists" => Ok(false),
        Err(fault) => Err(fault),
    }
}
