//! `dashboard`: the dashboard behind a function URL. It reads, and its role may do nothing else.
//!
//! A function URL hands a request over as JSON and takes the answer back so. That is all that is between it and the pages,
//! and is done here: a general adapter would bring every other shape of event along.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use lambda_runtime::{Diagnostic, LambdaEvent};
use riposte_aws::clients;
use riposte_core::text::plain;
use riposte_dashboard::site;
use riposte_dashboard_aws::AwsSource;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use thiserror::Error;
use tower::ServiceExt as _;

/// Lambda takes no longer answer.
const LARGEST: usize = 6 << 20;

/// Why a request was not answered.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// What came is no request of a function URL.
    #[error("no request of a function URL: {0}")]
    Event(#[from] serde_json::Error),
    /// Its parts make no request.
    #[error("a request that is none: {0}")]
    Request(#[from] axum::http::Error),
    /// The answer could not be put together.
    #[error("the answer: {0}")]
    Answer(String),
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        let kind = match error {
            HandlerError::Event(_) => "Event",
            HandlerError::Request(_) => "Request",
            HandlerError::Answer(_) => "Answer",
        };
        Self { error_type: kind.to_owned(), error_message: plain(&error.to_string(), 600) }
    }
}

/// A function URL's request, as far as the pages read it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlRequest {
    raw_path: String,
    #[serde(default)]
    raw_query_string: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    request_context: Context,
}

#[derive(Debug, Deserialize)]
struct Context {
    http: Http,
}

#[derive(Debug, Deserialize)]
struct Http {
    method: String,
}

/// Makes the pages ready. Settings are read when a page asks for them, so that a broken one is shown and not a blank page.
pub async fn start() -> Router {
    let config = clients::configuration().await;
    site::router(Arc::new(AwsSource::new(&config, None)))
}

/// Handles one request.
///
/// # Errors
/// Where it is none.
pub async fn handle(router: &Router, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HandlerError> {
    let request: UrlRequest = serde_json::from_str(event.payload.get())?;
    let query =
        if request.raw_query_string.is_empty() { String::new() } else { format!("?{}", request.raw_query_string) };
    let mut built = Request::builder().method(request.request_context.http.method.as_str());
    built = built.uri(format!("{}{query}", request.raw_path));
    for (name, value) in &request.headers {
        built = built.header(name, value);
    }
    let Ok(response) = router.clone().oneshot(built.body(Body::empty())?).await;
    let (parts, body) = response.into_parts();
    let wrong = |error: &dyn std::fmt::Display| HandlerError::Answer(error.to_string());
    let bytes = to_bytes(body, LARGEST).await.map_err(|error| wrong(&error))?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|error| wrong(&error))?;
    let mut headers = BTreeMap::new();
    for (name, value) in &parts.headers {
        headers.insert(name.as_str(), value.to_str().map_err(|error| wrong(&error))?);
    }
    Ok(json!({ "statusCode": parts.status.as_u16(), "headers": headers, "body": text, "isBase64Encoded": false }))
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use lambda_runtime::Context;

    use super::*;

    async fn sent(event: &Value) -> Result<Value, HandlerError> {
        let router = Router::new().route(
            "/a",
            get(|axum::extract::RawQuery(query): axum::extract::RawQuery, headers: axum::http::HeaderMap| async move {
                format!("{} {:?}", query.unwrap_or_default(), headers.get("if-none-match"))
            }),
        );
        let payload = RawValue::from_string(event.to_string()).unwrap();
        handle(&router, LambdaEvent::new(payload, Context::default())).await
    }

    fn event(method: &str, path: &str, query: &str) -> Value {
        json!({ "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": { "if-none-match": "x" },
                "requestContext": { "http": { "method": method, "path": path } }, "isBase64Encoded": false })
    }

    #[tokio::test]
    async fn a_request_and_its_answer_are_carried_over() {
        let answer = sent(&event("GET", "/a", "b=%3C&c=d")).await.unwrap();
        assert_eq!((answer["statusCode"].as_u64(), answer["isBase64Encoded"].as_bool()), (Some(200), Some(false)));
        assert_eq!(answer["body"], "b=%3C&c=d Some(\"x\")");
        assert!(answer["headers"]["content-type"].as_str().unwrap().starts_with("text/plain"));
        assert_eq!(sent(&event("POST", "/a", "")).await.unwrap()["statusCode"], 405);
        assert_eq!(sent(&event("GET", "/b", "")).await.unwrap()["statusCode"], 404);
    }

    #[tokio::test]
    async fn what_is_no_request_is_an_error() {
        for wrong in [json!({}), json!({ "rawPath": "/" }), event("GET", "no path", ""), event("GE T", "/a", "")] {
            assert!(sent(&wrong).await.is_err(), "{wrong}");
        }
    }
}
