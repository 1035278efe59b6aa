mod client;
mod decode;
mod embedded;
mod encode;
mod pages;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Answer, Api, Boxed, Call, Client, models};
use crate::fault::{Fault, Kind};
use crate::testing::config_of;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

/// What a wire does with one request.
#[derive(Debug, Clone)]
enum Reply {
    /// Status, headers, body.
    Answer(u16, Vec<(&'static str, &'static str)>, String),
    /// No answer comes.
    Timeout,
    /// Nothing ever happens.
    Silence,
}

fn ok(body: impl Into<String>) -> Reply {
    Reply::Answer(200, vec![("x-amzn-requestid", "id-1")], body.into())
}

/// A request as it was sent.
#[derive(Debug, Clone)]
struct Sent {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Sent {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// Stands behind the HTTP client: gives the replies in turn, the last one for ever, and keeps what was sent.
#[derive(Debug, Clone)]
struct Wire(Arc<Mutex<(Vec<Reply>, Vec<Sent>)>>);

impl Wire {
    fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self(Arc::new(Mutex::new((replies.into_iter().collect(), Vec::new()))))
    }

    fn sent(&self) -> Vec<Sent> {
        self.0.lock().unwrap().1.clone()
    }

    /// A client over this wire that tries three times with hardly a pause.
    fn client(&self) -> Client {
        let connector = SharedHttpConnector::new(self.clone());
        Client::new(&config_of(http_client_fn(move |_, _| connector.clone())), models::ALL)
    }

    async fn call(&self, service: &str, operation: &str, parameters: Value) -> Result<Answer, Fault> {
        self.client().send(&Call::new(&format!("{service}:{operation}"), "eu-west-1", parameters)).await
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut wire = self.0.lock().unwrap();
        wire.1.push(Sent {
            method: request.method().to_owned(),
            uri: request.uri().to_owned(),
            headers: request.headers().iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            body: String::from_utf8(request.body().bytes().unwrap_or_default().to_vec()).unwrap(),
        });
        let reply = if wire.0.len() > 1 { wire.0.remove(0) } else { wire.0[0].clone() };
        HttpConnectorFuture::new(async move {
            match reply {
                Reply::Answer(status, headers, body) => {
                    let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
                    for (name, value) in headers {
                        response.headers_mut().insert(name, value);
                    }
                    Ok(response)
                }
                Reply::Timeout => Err(ConnectorError::timeout("no answer came".into())),
                Reply::Silence => std::future::pending().await,
            }
        })
    }
}

/// The request that a call makes, without sending it.
fn request(service: &str, operation: &str, parameters: &Value) -> Result<super::encode::Request, String> {
    let model = models::of(service).unwrap().service().unwrap();
    let found = model.operation(operation).unwrap_or_else(|| panic!("{service}:{operation} is not in the models"));
    super::encode::request(model, operation, found, parameters).map_err(|wrong| wrong.to_string())
}

/// What an answer reads as.
fn read(service: &str, operation: &str, headers: &[(&str, &str)], body: &str) -> Result<Value, String> {
    let model = models::of(service).unwrap().service().unwrap();
    let found = model.operation(operation).unwrap_or_else(|| panic!("{service}:{operation} is not in the models"));
    let headers = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let raw = super::client::Raw { status: 200, headers, body: body.as_bytes().to_vec() };
    super::decode::body(model, found, &raw)
}

/// An account of pages: each call gets the next body.
#[derive(Debug)]
struct Script(Mutex<Vec<Result<Value, Fault>>>, Mutex<Vec<Value>>);

impl Script {
    fn new(bodies: impl IntoIterator<Item = Result<Value, Fault>>) -> Self {
        Self(Mutex::new(bodies.into_iter().collect()), Mutex::new(Vec::new()))
    }
}

impl Api for Script {
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
        Box::pin(async move {
            self.1.lock().unwrap().push(call.parameters.clone());
            let body = self.0.lock().unwrap().remove(0)?;
            Ok(Answer { request_id: "id".to_owned(), body })
        })
    }
}

fn denied() -> Fault {
    Fault {
        kind: Kind::Denied,
        call: "iam:ListUsers".into(),
        code: "AccessDenied".to_owned(),
        reason: String::new(),
        repeated: false,
    }
}

/// The form's pairs after `Action` and `Version`.
fn form(service: &str, operation: &str, parameters: &Value) -> Vec<String> {
    let body = String::from_utf8(request(service, operation, parameters).unwrap().body).unwrap();
    let mut pairs = body.split('&').map(str::to_owned);
    assert_eq!(pairs.next().unwrap(), format!("Action={operation}"));
    assert!(pairs.next().unwrap().starts_with("Version=20"));
    pairs.collect()
}

fn none() -> Value {
    json!({})
}
