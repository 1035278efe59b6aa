//! The way to AWS: connections that all clients share, and that read no certificate before one is needed.
//!
//! The SDK's own client reads all root certificates of the system when it is made, one client after the other, and of a
//! function's start that was a third. Here the clients share one: plain connections know no certificates, and those of
//! TLS are prepared when the first is made. In Lambda they trust Amazon's own roots, which are in the program; where a
//! server shows another issuer (another partition, a proxy), the system's roots decide, as they always did.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// Amazon's roots, which its services show.
const AMAZON: &str = include_str!("wire/amazon.pem");

/// Whose certificates are trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Amazon's, and where a server's is from somebody else, the system's.
    Amazon,
    /// The system's.
    System,
}

/// A client for all services.
pub(crate) fn client(trust: Trust) -> SharedHttpClient {
    let plain =
        Builder::new().build_with_connector_fn(|settings, components| connector(settings, components).build_http());
    let secure = Secure { trust, amazon: OnceLock::new(), system: OnceLock::new() };
    SharedHttpClient::new(Wire { plain, secure: Arc::new(secure) })
}

#[derive(Debug)]
struct Wire {
    plain: SharedHttpClient,
    secure: Arc<Secure>,
}

/// The clients of TLS, each made when it is first needed.
#[derive(Debug)]
struct Secure {
    trust: Trust,
    amazon: OnceLock<SharedHttpClient>,
    system: OnceLock<SharedHttpClient>,
}

impl Secure {
    fn of(&self, trust: Trust) -> &SharedHttpClient {
        let made = match trust {
            Trust::Amazon => &self.amazon,
            Trust::System => &self.system,
        };
        made.get_or_init(|| {
            Builder::new()
                .build_with_connector_fn(move |settings, components| secure(connector(settings, components), trust))
        })
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let (secure, settings, components) = (Arc::clone(&self.secure), settings.clone(), components.clone());
        SharedHttpConnector::new(Chosen {
            plain: self.plain.http_connector(&settings, &components),
            trust: secure.trust,
            secure: Arc::new(move |trust| secure.of(trust).http_connector(&settings, &components)),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.plain.connector_metadata()
    }
}

/// A connection that is chosen by the request's URL.
#[derive(Clone)]
struct Chosen {
    plain: SharedHttpConnector,
    trust: Trust,
    secure: Arc<dyn Fn(Trust) -> SharedHttpConnector + Send + Sync>,
}

impl fmt::Debug for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chosen").field("plain", &self.plain).field("trust", &self.trust).finish_non_exhaustive()
    }
}

impl HttpConnector for Chosen {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if !is_secure(request.uri()) {
            return self.plain.call(request);
        }
        // What cannot be sent twice is sent by those whose word is last.
        let (Trust::Amazon, Some(again)) = (self.trust, request.try_clone()) else {
            return (self.secure)(Trust::System).call(request);
        };
        let chosen = self.clone();
        HttpConnectorFuture::new(async move {
            match (chosen.secure)(Trust::Amazon).call(request).await {
                Err(error) if is_unknown_issuer(&error) => (chosen.secure)(Trust::System).call(again).await,
                answer => answer,
            }
        })
    }
}

fn is_secure(uri: &str) -> bool {
    uri.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
}

/// Whether the connection was given up before anything was sent, since nobody known has signed the server's certificate.
fn is_unknown_issuer(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("UnknownIssuer") {
            return true;
        }
        cause = error.source();
    }
    false
}

/// A connection as the SDK makes its own: with the environment's proxy.
fn connector(settings: Option<&HttpConnectorSettings>, components: Option<&RuntimeComponents>) -> ConnectorBuilder {
    let mut builder = Connector::builder();
    builder.set_connector_settings(settings.cloned());
    if let Some(components) = components {
        builder.set_sleep_impl(components.sleep_impl());
    }
    builder.set_proxy_config(Some(ProxyConfig::from_env()));
    builder
}

fn secure(builder: ConnectorBuilder, trust: Trust) -> Connector {
    let store = match trust {
        Trust::Amazon => TrustStore::empty().with_pem_certificate(AMAZON),
        Trust::System => TrustStore::default(),
    };
    let builder = builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    // A store is all that is set, and cannot be wrong.
    match TlsContext::builder().with_trust_store(store).build() {
        Ok(context) => builder.tls_context(context).build(),
        Err(_) => builder.build(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Mutex;

    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[test]
    fn amazons_roots_are_certificates() {
        assert_eq!(AMAZON.matches("BEGIN CERTIFICATE").count(), 5);
        // It ends the program where one is none.
        drop(secure(connector(None, None), Trust::Amazon));
    }

    /// A server that shows a certificate with this fault; no fault, and it answers.
    #[derive(Debug)]
    struct Server(&'static str);

    impl HttpConnector for Server {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let fault = self.0;
            HttpConnectorFuture::new(async move {
                if fault.is_empty() {
                    return Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::empty()));
                }
                let error = std::io::Error::other(format!("invalid peer certificate: {fault}"));
                Err(ConnectorError::io(error.into()))
            })
        }
    }

    /// Whether a request is answered where Amazon's roots find this fault, and whose roots were asked.
    async fn asked(trust: Trust, fault: &'static str) -> (bool, Vec<Trust>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let secure = move |trust| {
            log.lock().unwrap().push(trust);
            SharedHttpConnector::new(Server(if trust == Trust::Amazon { fault } else { "" }))
        };
        let chosen = Chosen { plain: SharedHttpConnector::new(Server("plain")), trust, secure: Arc::new(secure) };
        let answer = chosen.call(HttpRequest::get("https://host/").unwrap()).await;
        (answer.is_ok(), asked.lock().unwrap().clone())
    }

    #[tokio::test]
    async fn only_an_issuer_that_is_not_known_is_looked_for_elsewhere() {
        assert_eq!(asked(Trust::Amazon, "").await, (true, vec![Trust::Amazon]));
        assert_eq!(asked(Trust::Amazon, "UnknownIssuer").await, (true, vec![Trust::Amazon, Trust::System]));
        assert_eq!(asked(Trust::Amazon, "Expired").await, (false, vec![Trust::Amazon]));
        assert_eq!(asked(Trust::System, "UnknownIssuer").await, (true, vec![Trust::System]));
    }

    #[tokio::test]
    async fn a_plain_connection_reads_no_certificate() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1024];
            let length = stream.read(&mut asked).unwrap();
            stream.write_all(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        let chosen = Chosen {
            plain: SharedHttpConnector::new(connector(None, None).build_http()),
            trust: Trust::Amazon,
            secure: Arc::new(|trust| panic!("{trust:?}'s roots are read")),
        };
        assert_eq!(chosen.call(HttpRequest::get(&url).unwrap()).await.unwrap().status().as_u16(), 204);
        assert!(server.join().unwrap().starts_with("GET / "));
    }
}
