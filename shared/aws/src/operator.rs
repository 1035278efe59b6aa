//! What the operator's command needs of AWS: the settings, the ledger, and the parameters that it
//! writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_ssm::types::ParameterType;
use aws_types::SdkConfig;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use riposte_core::catalogue::FUNCTIONS;
use riposte_core::event::Scope;
use riposte_core::incident::Incident;
use riposte_core::settings::{
    LEDGER_KEY_PATH, MODE_PATH, ModeSetting, PRIVATE_KEYS_PREFIX, SIGNERS_PREFIX, TABLE_PATH, TEST_PATH,
};
use serde_json::{Value, json};

use crate::actions::Actions;
use crate::api::{Api, Call, Client as ApiClient, Model, models};
use crate::by_hand::OPERATOR;
use crate::fault::{Fault, Kind};
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Ledger, Signer};
use crate::notices;
use crate::responder::Bus;
use crate::settings::{self, LoadError, Loaded};

/// What the command calls beside the actions.
static MODELS: [&Model; 9] = [
    &models::CLOUDFORMATION,
    &models::CLOUDTRAIL,
    &models::CLOUDWATCH,
    &models::EVENTS,
    &models::LAMBDA,
    &models::SNS,
    &models::SQS,
    &models::SSM,
    &models::STS,
];

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
    pub(crate) api: Arc<dyn Api>,
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
            ledger: Ledger::new(client, &settings.ledger_table, loaded.keys()),
            actions,
            sns: aws_sdk_sns::Client::new(config),
            api: Arc::new(ApiClient::new(config, &MODELS)),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            loaded,
        })
    }

    /// The way to the event bus.
    pub(crate) fn bus(&self) -> Bus<'_> {
        Bus { api: self.api.as_ref(), region: &self.region }
    }

    /// Notifies of what a person did: by the topic, and by an event on the operator's bus where one is set. Says which of
    /// them refused, and why: what was done stands all the same.
    pub async fn announce(&self, incident: &Incident) -> Vec<String> {
        let settings = &self.loaded.settings;
        let sent = notices::publish(&self.sns, settings, incident).await.map(drop);
        let put = notices::emit(self.api.as_ref(), &self.region, settings, incident).await;
        let refused = |what: &str, result: Result<(), Fault>| result.err().map(|fault| format!("{what}: {fault}"));
        [refused("the topic was not notified", sent), refused("the event bus was not notified", put)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Whether there is an event bus of this name, or with this ARN.
    ///
    /// # Errors
    /// Where it may not be looked at, or AWS does not answer.
    pub async fn has_bus(config: &SdkConfig, bus: &str) -> Result<bool, Fault> {
        let home = config.region().map(ToString::to_string).unwrap_or_default();
        let region = notices::region_of(bus).unwrap_or(&home);
        let api = ApiClient::new(config, &[&models::EVENTS]);
        let described = |name: &str| {
            let call = Call::new("events:DescribeEventBus", region, json!({ "Name": name }));
            let api = &api;
            async move {
                match api.send(&call).await {
                    Ok(answer) => Ok(Some(answer.body)),
                    Err(fault) if fault.kind == Kind::Gone => Ok(None),
                    Err(fault) => Err(fault),
                }
            }
        };
        // A bus of another account is described by its ARN alone, and not to everybody.
        if described(bus).await?.is_some() {
            return Ok(true);
        }
        // Emulators know buses by their names. One of this name is meant where it has this ARN.
        let Some((_, name)) = bus.split_once(":event-bus/") else { return Ok(false) };
        let found = described(name).await?;
        Ok(found.is_some_and(|found| found.get("Arn").and_then(Value::as_str) == Some(bus)))
    }

    /// A call of the command's own, in the region that it works in.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn call(&self, name: &str, parameters: Value) -> Result<Value, Fault> {
        Ok(self.api.send(&Call::new(name, &self.region, parameters)).await?.body)
    }

    /// Writes the setting that nothing reads: the event of `riposte test`.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn write_test_setting(&self, value: &str) -> Result<(), Fault> {
        let parameters = json!({ "Name": TEST_PATH, "Value": value, "Type": "String", "Overwrite": true });
        self.call("ssm:PutParameter", parameters).await.map(drop)
    }

    /// A caller in a role's place.
    ///
    /// # Errors
    /// Where the role may not be taken.
    pub async fn as_role(&self, config: &SdkConfig, role: &str, session: &str) -> Result<InRole, Fault> {
        const CALL: &str = "sts:AssumeRole";
        let body = self.call(CALL, json!({ "RoleArn": role, "RoleSessionName": session })).await?;
        let text = |key: &str| {
            let value = body.get("Credentials").and_then(|all| all.get(key)).and_then(Value::as_str);
            value.map(str::to_owned).ok_or_else(|| Fault::refused(CALL, format!("there is no `{key}` in the answer")))
        };
        let token = Some(text("SessionToken")?);
        let credentials = Credentials::new(text("AccessKeyId")?, text("SecretAccessKey")?, token, None, "assumed");
        let config = config.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build();
        Ok(InRole { api: ApiClient::new(&config, &MODELS), region: self.region.clone() })
    }

    /// The region that it works in.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
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

/// Calls with a role's credentials.
#[derive(Debug)]
pub struct InRole {
    api: ApiClient,
    region: String,
}

impl InRole {
    /// A call in the command's region.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn call(&self, name: &str, parameters: Value) -> Result<Value, Fault> {
        Ok(self.api.send(&Call::new(name, &self.region, parameters)).await?.body)
    }
}

/// Whether the stack's own settings are in this account and region.
///
/// # Errors
/// Where Parameter Store does not answer, or refuses.
pub async fn is_deployed(config: &SdkConfig) -> Result<bool, Fault> {
    let answer = Client::new(config).get_parameter().name(TABLE_PATH).send().await;
    match answer.map_err(Fault::of("ssm:GetParameter")) {
        Ok(_) => Ok(true),
        Err(fault) if fault.kind == Kind::Gone => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// Who calls, by an ARN.
///
/// # Errors
/// Where AWS does not say.
pub async fn whoami(config: &SdkConfig) -> Result<String, Fault> {
    const CALL: &str = "sts:GetCallerIdentity";
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let answer = ApiClient::new(config, &[&models::STS]).send(&Call::new(CALL, &region, json!({}))).await?;
    let arn = answer.body.get("Arn").and_then(Value::as_str);
    Ok(arn.ok_or_else(|| Fault::refused(CALL, "there is no `Arn` in the answer"))?.to_owned())
}

/// All parameters as they are set, path → value.
///
/// # Errors
/// Where Parameter Store does not answer, or refuses.
pub async fn parameters(config: &SdkConfig) -> Result<BTreeMap<String, String>, Fault> {
    settings::parameters(&Client::new(config)).await
}

/// Writes one parameter. What is longer than the standard tier holds is charged as an advanced one.
///
/// # Errors
/// Where it cannot be written.
pub async fn put(config: &SdkConfig, path: &str, value: &str) -> Result<(), Fault> {
    let put = Client::new(config).put_parameter().name(path).value(value).r#type(ParameterType::String).overwrite(true);
    let put = put.tier(aws_sdk_ssm::types::ParameterTier::IntelligentTiering);
    put.send().await.map_err(Fault::of("ssm:PutParameter"))?;
    Ok(())
}

/// Removes one parameter, and says whether it was there.
///
/// # Errors
/// Where it cannot be removed.
pub async fn remove(config: &SdkConfig, path: &str) -> Result<bool, Fault> {
    match Client::new(config).delete_parameter().name(path).send().await.map_err(Fault::of("ssm:DeleteParameter")) {
        Ok(_) => Ok(true),
        Err(fault) if fault.kind == Kind::Gone => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// The mode as it is set, read without the other settings: it can be changed when they are broken.
///
/// # Errors
/// Where the parameter cannot be read. `Ok(Err(…))`: it holds something else.
pub async fn mode(config: &SdkConfig) -> Result<Result<ModeSetting, String>, Fault> {
    let answer = Client::new(config).get_parameter().name(MODE_PATH).send().await;
    let answer = answer.map_err(Fault::of("ssm:GetParameter"))?;
    let value = answer.parameter().and_then(|parameter| parameter.value()).unwrap_or_default();
    Ok(value.parse())
}

/// Sets the mode. Functions follow within a minute.
///
/// # Errors
/// Where the parameter cannot be written.
pub async fn set_mode(config: &SdkConfig, mode: &ModeSetting) -> Result<(), Fault> {
    let put = Client::new(config)
        .put_parameter()
        .name(MODE_PATH)
        .value(mode.to_string())
        .r#type(ParameterType::String)
        .overwrite(true);
    put.send().await.map_err(Fault::of("ssm:PutParameter"))?;
    Ok(())
}

/// A secret, as [`create_keys`] found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its path in Parameter Store.
    pub path: String,
    /// Whether it was made now; else it was there, and is kept: with a new one nothing that is recorded would hold.
    pub created: bool,
}

/// Makes the secrets that are not there yet: the key of the mark, and for each function and the operator's command a
/// private key with its public one. `random` gives 32 random bytes.
///
/// # Errors
/// Where a parameter can be neither read nor written, or there are no random bytes.
pub async fn create_keys<E: From<Fault>>(
    config: &SdkConfig,
    random: impl Fn() -> Result<[u8; 32], E>,
) -> Result<Vec<Key>, E> {
    let client = Client::new(config);
    let (mark, created) = kept_or_made(&client, LEDGER_KEY_PATH, "Marks Riposte's own calls.", &random).await?;
    drop(mark);
    let mut keys = vec![Key { path: LEDGER_KEY_PATH.to_owned(), created }];
    for name in FUNCTIONS.iter().map(|function| function.name).chain([OPERATOR]) {
        let path = format!("{PRIVATE_KEYS_PREFIX}{name}");
        let about = format!("Signs the ledger's records of {name}. Only {name} may read it.");
        let (private, created) = kept_or_made(&client, &path, &about, &random).await?;
        let wrong = |wrong| E::from(Fault::refused("ssm:GetParameter", format!("`{path}` {wrong}")));
        let public = Signer::read(name, &private).map_err(wrong)?.public();
        publish(&client, &format!("{SIGNERS_PREFIX}{name}"), &public).await?;
        keys.push(Key { path, created });
    }
    Ok(keys)
}

/// A secret that is there; else one that is made now, and whether it was.
async fn kept_or_made<E: From<Fault>>(
    client: &Client,
    path: &str,
    about: &str,
    random: &impl Fn() -> Result<[u8; 32], E>,
) -> Result<(String, bool), E> {
    if let Some(text) = read(client, path).await? {
        return Ok((text, false));
    }
    let text = BASE64_STANDARD.encode(random()?);
    let put = client.put_parameter().name(path).description(format!("{about} Do not change it."));
    let put = put.value(&text).r#type(ParameterType::SecureString).overwrite(false).send().await;
    match put.map_err(Fault::of("ssm:PutParameter")) {
        Ok(_) => Ok((text, true)),
        // Somebody was faster.
        Err(fault) if fault.code == "ParameterAlreadyExists" => {
            let there = read(client, path).await?;
            Ok((there.ok_or_else(|| Fault::conflict("ssm:GetParameter", format!("`{path}` comes and goes")))?, false))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Writes a public key, where it does not stand there already.
async fn publish(client: &Client, path: &str, public: &str) -> Result<(), Fault> {
    if read(client, path).await?.as_deref() == Some(public) {
        return Ok(());
    }
    let put = client.put_parameter().name(path).value(public).r#type(ParameterType::String).overwrite(true);
    put.send().await.map_err(Fault::of("ssm:PutParameter"))?;
    Ok(())
}

async fn read(client: &Client, path: &str) -> Result<Option<String>, Fault> {
    let answer = client.get_parameter().name(path).with_decryption(true).send().await;
    match answer.map_err(Fault::of("ssm:GetParameter")) {
        Ok(answer) => Ok(answer.parameter().and_then(|parameter| parameter.value()).map(str::to_owned)),
        Err(fault) if fault.code == "ParameterNotFound" => Ok(None),
        Err(fault) => Err(fault),
    }
}
