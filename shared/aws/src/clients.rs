//! SDK clients, one for each region that an event comes from.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_ssm::config::ProvideCredentials;
use aws_smithy_types::timeout::TimeoutConfig;
pub use aws_types::SdkConfig;
use aws_types::region::Region;
use riposte_core::text::plain;
use thiserror::Error;

use crate::api::is_label;
use crate::environment::{self, CertificateError, CredentialError, EndpointError, RetryError};
use crate::fault::in_short;
use crate::wire::{self, Trust};

/// How long one attempt of a call may take. A connection that answers nothing would otherwise hold the
/// invocation until Lambda ends it, with the lease taken.
const ATTEMPT: Duration = Duration::from_secs(5);

/// How long a call may take with all its attempts.
const CALL: Duration = Duration::from_secs(15);

/// The SDK's configuration: endpoint, region, profile and credentials as the AWS SDK reads them, with
/// time limits that fit into an invocation. In Lambda all of it is in the environment, and no file is looked for.
pub async fn configuration() -> SdkConfig {
    let limits = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(CALL).build();
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest()).timeout_config(limits);
    if !environment::is_lambda() {
        return loader.http_client(wire::client(Trust::System)).load().await;
    }
    let trust = if environment::names_certificates() { Trust::System } else { Trust::Amazon };
    let no_files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "").build();
    let credentials = EnvironmentVariableCredentialsProvider::new();
    loader.http_client(wire::client(trust)).profile_files(no_files).credentials_provider(credentials).load().await
}

/// What a configuration lacks, or holds that cannot be used, for a person's command: said before a client is made, since
/// the SDK's own words are long, and what it makes of a broken endpoint is a panic.
#[derive(Debug, Error)]
pub enum Unusable {
    /// An endpoint.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// Where root certificates are looked for.
    #[error(transparent)]
    Certificates(#[from] CertificateError),
    /// What is said of retries.
    #[error(transparent)]
    Retries(#[from] RetryError),
    /// What the environment has of credentials.
    #[error(transparent)]
    Environment(#[from] CredentialError),
    /// There is no region.
    #[error("no region is set: set AWS_REGION, or `region` in the profile that AWS_PROFILE names")]
    NoRegion,
    /// The region is no name of one.
    #[error("the region `{}` is no name of a region: set AWS_REGION to one such as us-east-1", plain(.0, 60))]
    Region(String),
    /// There are no credentials, or they cannot be had.
    #[error(
        "no credentials: {}; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in (`aws sso login`)",
        plain(.0.trim_end_matches('.'), 300)
    )]
    Credentials(String),
}

/// What can be said of the environment before anything is sent.
///
/// # Errors
/// Names what cannot be used.
pub fn check_environment() -> Result<(), Unusable> {
    environment::check_endpoints()?;
    environment::check_certificates()?;
    environment::check_retries()?;
    environment::check_credentials()?;
    Ok(())
}

/// The configuration of a person's command, checked.
///
/// # Errors
/// Says what is missing and what to do.
pub async fn checked() -> Result<SdkConfig, Unusable> {
    let config = with_endpoint().await?;
    let region = config.region().map(ToString::to_string).filter(|region| !region.is_empty());
    let region = region.ok_or(Unusable::NoRegion)?;
    if !is_label(&region) {
        return Err(Unusable::Region(region));
    }
    has_credentials(&config).await?;
    Ok(config)
}

/// Whether there are credentials and a usable endpoint, where no region is needed: a bucket says its own.
///
/// # Errors
/// Says what is missing and what to do.
pub async fn check_credentials() -> Result<(), Unusable> {
    has_credentials(&with_endpoint().await?).await
}

async fn with_endpoint() -> Result<SdkConfig, Unusable> {
    check_environment()?;
    let config = configuration().await;
    if let Some(url) = config.endpoint_url() {
        let name = "the endpoint_url of the profile".to_owned();
        environment::endpoint(url).map_err(|wrong| EndpointError { name, value: url.to_owned(), wrong })?;
    }
    Ok(config)
}

async fn has_credentials(config: &SdkConfig) -> Result<(), Unusable> {
    let provider = config.credentials_provider();
    let provider = provider.ok_or_else(|| Unusable::Credentials("none are configured".to_owned()))?;
    match provider.provide_credentials().await {
        Ok(_) => Ok(()),
        // The chain tells line by line what it has tried. What is to be done is the same.
        Err(error) => {
            let said = in_short(&error);
            let first = said.lines().next().unwrap_or_default().trim_end_matches(" Attempted:");
            Err(Unusable::Credentials(environment::profile().map_or_else(
                || first.to_owned(),
                |profile| format!("the profile `{}` of AWS_PROFILE gives none: {first}", plain(&profile, 80)),
            )))
        }
    }
}

/// Clients of one service, made when a region is first needed and kept. The resource is in the event's
/// region, which is not always the function's.
#[derive(Debug)]
pub struct Regional<C> {
    config: SdkConfig,
    make: fn(&SdkConfig) -> C,
    made: Mutex<HashMap<String, C>>,
}

impl<C: Clone> Regional<C> {
    /// No client yet.
    #[must_use]
    pub fn new(config: &SdkConfig, make: fn(&SdkConfig) -> C) -> Self {
        Self { config: config.clone(), make, made: Mutex::new(HashMap::new()) }
    }

    /// The client for `region`.
    #[must_use]
    pub fn of(&self, region: &str) -> C {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(region.to_owned())
            .or_insert_with(|| {
                let config = self.config.to_builder().region(Region::new(region.to_owned())).build();
                (self.make)(&config)
            })
            .clone()
    }
}
