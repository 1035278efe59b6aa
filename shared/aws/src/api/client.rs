//! The client: calls sent over the SDK's runtime.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::recursion_detection::RecursionDetectionInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::defaults::{DefaultPluginParams, default_plugins};
use aws_smithy_runtime::client::http::connection_poisoning::ConnectionPoisoningInterceptor;
use aws_smithy_runtime::client::orchestrator::endpoints::StaticUriEndpointResolver;
use aws_smithy_runtime::client::orchestrator::{AuthSchemeAndEndpointOrchestrationV2, invoke};
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::endpoint::{EndpointPrefix, EndpointResolverParams, SharedEndpointResolver};
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, Error, Input, Output,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_runtime_api::client::runtime_plugin::{RuntimePlugins, StaticRuntimePlugin};
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_smithy_types::error::ErrorMetadata;
use aws_types::SigningName;
use aws_types::app_name::AppName;
use aws_types::region::SigningRegion;
use aws_types::sdk_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use super::encode::Request;
use super::endpoint::{Endpoint, is_label};
use super::model::{Model, Operation, Protocol, Service};
use super::{Answer, Api, Boxed, Call, decode, encode, refusal};
use crate::fault::{Fault, Kind};

/// Sends calls to AWS with the credentials, retries, time limits and endpoints of an [`SdkConfig`].
pub struct Client {
    config: SdkConfig,
    models: Vec<&'static Model>,
    /// What is the same for all calls of a service in a region, made once.
    made: Mutex<HashMap<Destination, RuntimePlugins>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Destination {
    service: &'static str,
    region: String,
    elsewhere: Option<usize>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("models", &self.models.len()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the services of `models`, with their parameters and endpoints.
    #[must_use]
    pub fn new(config: &SdkConfig, models: &[&'static Model]) -> Self {
        Self { config: config.clone(), models: models.to_vec(), made: Mutex::new(HashMap::new()) }
    }

    /// Sends one call, and gives the answer's body as it came, unread: what lies in an object.
    ///
    /// # Errors
    /// As [`Api::send`].
    pub async fn fetch(&self, call: &Call) -> Result<Vec<u8>, Fault> {
        Ok(self.made(call).await?.2.body)
    }

    async fn sent(&self, call: &Call) -> Result<Answer, Fault> {
        let (service, operation, raw) = self.made(call).await?;
        self.answer(service, operation, call, &raw)
    }

    /// The answer to a call as it came, and the model that it is read by.
    async fn made(&self, call: &Call) -> Result<(&'static Service<'static>, &'static Operation<'static>, Raw), Fault> {
        let refused = |reason: String| Fault::refused(call.name(), reason);
        let model = self.models.iter().find(|model| model.name() == call.service);
        let model = model.ok_or_else(|| refused("the service is not among the client's models".to_owned()))?;
        let service = model.service().map_err(|error| refused(error.to_owned()))?;
        let operation = service.operation(&call.operation);
        let operation = operation.ok_or_else(|| refused("the operation is not in the models".to_owned()))?;
        if !is_label(&call.region) {
            return Err(refused(format!("`{}` is not a region", call.region)));
        }
        let request = encode::request(service, &call.operation, operation, &call.parameters);
        let request = request.map_err(|wrong| refused(wrong.to_string()))?;
        let destination =
            Destination { service: model.name(), region: call.region.clone(), elsewhere: operation.elsewhere };
        let mut layer = Layer::new("call");
        layer.store_put(Metadata::new(call.operation.clone(), service.id));
        if let Some(mark) = &call.mark {
            let mark = AppName::new(mark.clone());
            layer.store_put(mark.map_err(|error| refused(format!("the call cannot be marked so: {error}")))?);
        }
        let attempts = Attempts::default();
        let mut parts = RuntimeComponentsBuilder::new("call");
        parts.push_interceptor(attempts.clone());
        let plugins = self.plugins(service, &destination).map_err(refused)?.with_operation_plugin(
            StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(parts),
        );
        let output = invoke(service.id, &call.operation, Input::erase(request), &plugins).await;
        let repeated = attempts.0.load(Ordering::Relaxed) > 1;
        let output = output.map_err(|error| Fault { repeated, ..Fault::of(call.name())(named(error)) })?;
        let raw = output.downcast::<Raw>().map_err(|_| refused("the runtime mixed up two answers".to_owned()))?;
        Ok((service, operation, raw))
    }

    #[allow(clippy::unused_self, reason = "it reads as the client's second half")]
    fn answer(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        call: &Call,
        raw: &Raw,
    ) -> Result<Answer, Fault> {
        // The call was made: what cannot be read is no refusal, and what there is now must be looked at again.
        let body = decode::body(service, operation, raw).map_err(|reason| Fault {
            kind: Kind::Transient,
            call: call.name().into(),
            code: String::new(),
            reason,
            repeated: false,
        })?;
        let header = |name: &str| raw.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let request_id = header("x-amzn-requestid").or_else(|| header("x-amz-request-id")).unwrap_or_default();
        Ok(Answer { request_id, body })
    }

    fn plugins(&self, service: &Service<'static>, destination: &Destination) -> Result<RuntimePlugins, String> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plugins) = made.get(destination) {
            return Ok(plugins.clone());
        }
        let plugins = self.make(service, destination)?;
        made.insert(destination.clone(), plugins.clone());
        Ok(plugins)
    }

    /// Where the calls go: to the configured endpoint, of the service or of all, or to AWS's.
    fn endpoint(&self, service: &Service<'_>, destination: &Destination) -> Result<(Endpoint, bool), String> {
        let key = ServiceConfigKey::builder()
            .service_id(service.id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .map_err(|error| error.to_string())?;
        let all = self.config.endpoint_url().map(str::to_owned);
        let configured = if self.config.get_origin("endpoint_url").is_client_config() {
            all
        } else {
            self.config.service_config().and_then(|config| config.load_config(key)).or(all)
        };
        let region = &destination.region;
        if let Some(url) = configured {
            return Ok((Endpoint { url, signing_region: region.clone() }, false));
        }
        let endpoints = destination.elsewhere.and_then(|index| service.elsewhere.get(index));
        let endpoint = endpoints.unwrap_or(&service.endpoints).of(region);
        endpoint
            .map(|endpoint| (endpoint, true))
            .ok_or_else(|| format!("{} is not in {region}'s partition", service.id))
    }

    fn make(&self, service: &Service<'static>, destination: &Destination) -> Result<RuntimePlugins, String> {
        let (endpoint, is_aws) = self.endpoint(service, destination)?;
        let config = &self.config;
        let mut layer = Layer::new("service");
        layer.store_put(AuthSchemeAndEndpointOrchestrationV2);
        layer.store_put(ApiMetadata::new(destination.service, env!("CARGO_PKG_VERSION")));
        layer.store_put(SigningName::from_static(service.signing));
        layer.store_put(SigningRegion::from(aws_types::region::Region::new(endpoint.signing_region)));
        layer.store_put(SigV4OperationSigningConfig {
            signing_options: signing(service),
            ..SigV4OperationSigningConfig::default()
        });
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(SharedRequestSerializer::new(Writer { is_aws }));
        layer.store_put(SharedResponseDeserializer::new(Reader { protocol: service.protocol }));
        if let Some(retries) = config.retry_config() {
            layer.store_put(retries.clone());
        }
        if let Some(limits) = config.timeout_config() {
            layer.store_put(limits.clone());
        }
        if let Some(protection) = config.stalled_stream_protection() {
            layer.store_put(protection);
        }
        if let Some(name) = config.app_name() {
            layer.store_put(name.clone());
        }
        let mut parts = RuntimeComponentsBuilder::new("service");
        parts.set_endpoint_resolver(Some(SharedEndpointResolver::new(StaticUriEndpointResolver::uri(endpoint.url))));
        parts.set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
            StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
        )));
        parts.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
        if let Some(credentials) = config.credentials_provider() {
            parts.set_identity_resolver(SCHEME_ID, credentials);
        }
        if let Some(cache) = config.identity_cache() {
            parts.set_identity_cache(Some(cache));
        }
        if let Some(client) = config.http_client() {
            parts.set_http_client(Some(client));
        }
        if let Some(sleep) = config.sleep_impl() {
            parts.set_sleep_impl(Some(sleep));
        }
        parts.set_time_source(Some(config.time_source().unwrap_or_default()));
        parts.push_interceptor(ConnectionPoisoningInterceptor::new());
        parts.push_interceptor(ServiceClockSkewInterceptor::new());
        parts.push_interceptor(RequestInfoInterceptor::new());
        parts.push_interceptor(UserAgentInterceptor::new());
        parts.push_interceptor(InvocationIdInterceptor::new());
        parts.push_interceptor(RecursionDetectionInterceptor::new());
        parts.push_retry_classifier(HttpStatusCodeClassifier::default());
        parts.push_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new());
        parts.push_retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new());
        parts.push_retry_classifier(ServiceClockSkewClassifier::<ErrorMetadata>::new());
        let mut defaults = DefaultPluginParams::new()
            .with_is_aws_sdk(true)
            .with_retry_partition_name(format!("{}-{}", destination.service, destination.region));
        if let Some(version) = config.behavior_version() {
            defaults = defaults.with_behavior_version(version);
        }
        Ok(RuntimePlugins::new()
            .with_client_plugins(default_plugins(defaults))
            .with_client_plugin(StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(parts)))
    }
}

impl Api for Client {
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
        Box::pin(self.sent(call))
    }
}

/// Counts the attempts of a call.
#[derive(Debug, Clone, Default)]
struct Attempts(Arc<AtomicUsize>);

#[dyn_dispatch_hint]
impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "Attempts"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// S3 signs a path as it is, and the checksum of what is sent.
fn signing(service: &Service<'_>) -> SigningOptions {
    let is_s3 = service.signing == "s3";
    let mut options = SigningOptions::default();
    options.double_uri_encode = !is_s3;
    options.normalize_uri_path = !is_s3;
    options.content_sha256_header = is_s3;
    options
}

/// The runtime's error with its service error named.
fn named(error: SdkError<Error, HttpResponse>) -> SdkError<ErrorMetadata, HttpResponse> {
    error.map_service_error(|error| {
        error.downcast().unwrap_or_else(|other| ErrorMetadata::builder().message(format!("{other:?}")).build())
    })
}

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) status: u16,
    /// With names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

#[derive(Debug)]
struct Writer {
    /// Whether the endpoint is AWS's own: only there does an account's id stand before the host.
    is_aws: bool,
}

impl SerializeRequest for Writer {
    fn serialize_input(&self, input: Input, config: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        let input: Request = input.downcast().map_err(|_| "the runtime mixed up two requests")?;
        if let Some(prefix) = input.host_prefix.filter(|_| self.is_aws) {
            config.interceptor_state().store_put(EndpointPrefix::new(prefix)?);
        }
        config.interceptor_state().store_put(EndpointResolverParams::new(()));
        let length = input.body.len();
        let mut request = HttpRequest::new(SdkBody::from(input.body));
        request.set_method(&input.method)?;
        request.set_uri(input.target)?;
        for (name, value) in input.headers {
            request.headers_mut().try_append(name, value)?;
        }
        if length > 0 || matches!(input.method.as_str(), "POST" | "PUT") {
            request.headers_mut().insert("content-length", length.to_string());
        }
        Ok(request)
    }
}

#[derive(Debug)]
struct Reader {
    protocol: Protocol,
}

impl DeserializeResponse for Reader {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        _: &ConfigBag,
    ) -> Result<Output, OrchestratorError<Error>> {
        if !response.status().is_success() {
            return Err(OrchestratorError::operation(Error::erase(refusal::read(self.protocol, response))));
        }
        let headers = response.headers().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        Ok(Output::erase(Raw {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response.body().bytes().unwrap_or_default().to_vec(),
        }))
    }
}
