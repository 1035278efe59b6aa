//! The wire: SDK requests read, answers written in the protocol of their service.

use std::collections::BTreeMap;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::fake::{Aws, Outcome};

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) service: String,
    /// Empty for services without regions.
    pub(crate) region: String,
    pub(crate) operation: String,
    /// The parameters of a query service, each under its full name: `Filter.1.Name`.
    pub(crate) form: BTreeMap<String, String>,
    /// The parameters of a JSON service.
    pub(crate) json: Value,
    /// Who says that it calls.
    pub(crate) agent: String,
}

impl Request {
    /// `service:Operation`.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    /// A parameter of a query service; empty where it is not given.
    pub(crate) fn get(&self, key: &str) -> &str {
        self.form.get(key).map_or("", String::as_str)
    }

    /// The values of a list of a query service: `key.1`, `key.2`…
    pub(crate) fn list(&self, key: &str) -> Vec<&str> {
        (1..).map_while(|n| self.form.get(&format!("{key}.{n}"))).map(String::as_str).collect()
    }

    /// A parameter of a JSON service; empty where it is not given.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or_default()
    }

    fn read(request: &HttpRequest) -> Self {
        let host = request.uri().split("://").nth(1).unwrap_or_default();
        let mut labels = host.split(['.', '/', ':']);
        let service = labels.next().unwrap_or_default().to_owned();
        let region = labels.next().filter(|label| *label != "amazonaws").unwrap_or_default().to_owned();
        let agent = request.headers().get("user-agent").unwrap_or_default();
        // The SDK writes what it knows of itself into a header of its own, the application's name among it.
        let agent = format!("{agent} {}", request.headers().get("x-amz-user-agent").unwrap_or_default());
        let body = request.body().bytes().unwrap_or_default();
        let body = String::from_utf8(body.to_vec()).unwrap();
        if let Some(target) = request.headers().get("x-amz-target") {
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let json = serde_json::from_str(&body).unwrap();
            return Self { service, region, operation, form: BTreeMap::new(), json, agent };
        }
        let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        let form: BTreeMap<_, _> = pairs.map(|(key, value)| (decoded(key), decoded(value))).collect();
        let operation =
            form.get("Action").cloned().unwrap_or_else(|| panic!("no operation in {}: {body}", request.uri()));
        Self { service, region, operation, form, json: Value::Null, agent }
    }
}

/// AWS's refusal of a call.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(super) status: u16,
    pub(super) code: String,
    /// More fields of a JSON service's error.
    more: Value,
}

impl Refused {
    pub(crate) fn new(code: &str) -> Self {
        Self::with(400, code)
    }

    pub(crate) fn with(status: u16, code: &str) -> Self {
        Self { status, code: code.to_owned(), more: json!({}) }
    }

    pub(crate) fn and(mut self, key: &str, value: Value) -> Self {
        self.more[key] = value;
        self
    }
}

/// An HTTP client whose every connection leads to the fake.
pub(super) fn client(aws: &Aws) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(aws.clone());
    http_client_fn(move |_, _| connector.clone())
}

impl HttpConnector for Aws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let aws = self.clone();
        HttpConnectorFuture::new(async move {
            let request = Request::read(&request);
            // Other futures may get in between, before the call is made and before its answer is seen.
            for _ in 0..aws.yields() {
                tokio::task::yield_now().await;
            }
            match aws.answer(&request) {
                Outcome::Answer(answer, number) => {
                    tokio::task::yield_now().await;
                    Ok(response(&request.service, &request.operation, answer, number))
                }
                Outcome::NoAnswer => Err(ConnectorError::timeout("no answer came".into())),
                Outcome::Silence => std::future::pending().await,
            }
        })
    }
}

fn response(service: &str, operation: &str, answer: Result<String, Refused>, number: usize) -> HttpResponse {
    let id = format!("request-{number}");
    let is_json = matches!(service, "dynamodb" | "ssm" | "logs");
    let status = answer.as_ref().map_or_else(|refused| refused.status, |_| 200);
    let body = match (service, answer) {
        (_, Ok(body)) if is_json => body,
        (_, Err(Refused { code, mut more, .. })) if is_json => {
            more["__type"] = json!(format!("com.amazonaws.test#{code}"));
            more["message"] = json!("the fake's words");
            more.to_string()
        }
        ("ec2", Ok(body)) => {
            format!("<{operation}Response><requestId>{id}</requestId>{body}</{operation}Response>")
        }
        ("ec2", Err(refused)) => format!(
            "<Response><Errors><Error><Code>{}</Code><Message>the fake's words</Message></Error></Errors>\
             <RequestID>{id}</RequestID></Response>",
            refused.code
        ),
        (_, Ok(body)) => format!(
            "<{operation}Response><{operation}Result>{body}</{operation}Result>\
             <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
        ),
        (_, Err(refused)) => format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>the fake's words</Message></Error>\
             <RequestId>{id}</RequestId></ErrorResponse>",
            refused.code
        ),
    };
    let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("x-amzn-requestid", id);
    response
}

/// `application/x-www-form-urlencoded`.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            other => out.push(other),
        }
    }
    String::from_utf8(out).unwrap()
}

/// `<name>text</name>`.
pub(super) fn element(name: &str, text: impl std::fmt::Display) -> String {
    let text = text.to_string().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<{name}>{text}</{name}>")
}

/// The same where there is a value, else nothing.
pub(super) fn optional(name: &str, text: Option<&impl std::fmt::Display>) -> String {
    text.map(|text| element(name, text)).unwrap_or_default()
}

/// `<name><item>…</item>…</name>`.
pub(super) fn list(name: &str, item: &str, items: impl IntoIterator<Item = String>) -> String {
    let items: String = items.into_iter().map(|inner| format!("<{item}>{inner}</{item}>")).collect();
    format!("<{name}>{items}</{name}>")
}

/// One page of `all` from `token` on, and the next token.
pub(super) fn page<'a, T>(all: &'a [T], size: usize, token: &str) -> (&'a [T], Option<String>) {
    let from = token.parse().unwrap_or(0).min(all.len());
    let to = (from + size).min(all.len());
    (&all[from..to], (to < all.len()).then(|| to.to_string()))
}
