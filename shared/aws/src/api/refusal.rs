//! A service's refusal: its code and words, in the way of its protocol.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::ErrorMetadata;
use serde_json::Value;

use super::decode::xml::child;
use super::endpoint::is_label;
use super::model::Protocol;

/// Stands before a bucket's region in the words of a refusal.
const ELSEWHERE: &str = " (the bucket is in ";

/// The region in which a bucket is, where a refusal names one.
pub(crate) fn region_named(words: &str) -> Option<&str> {
    let (_, region) = words.rsplit_once(ELSEWHERE)?;
    region.strip_suffix(')').filter(|region| is_label(region))
}

/// The code and the words of an answer that is no success. Where the body says nothing (the answer to HEAD, a proxy's
/// page), the status is the code.
pub(super) fn read(protocol: Protocol, response: &HttpResponse) -> ErrorMetadata {
    let body = response.body().bytes().unwrap_or_default();
    let header = response.headers().get("x-amzn-errortype").map(str::to_owned);
    let (code, message) = match protocol {
        Protocol::Json | Protocol::RestJson => of_json(header, body),
        Protocol::RestXml | Protocol::Query | Protocol::Ec2 => of_xml(body),
    };
    let status = response.status().as_u16();
    let code = code.filter(|code| !code.is_empty()).unwrap_or_else(|| by_status(status).to_owned());
    let mut message = message.unwrap_or_else(|| format!("HTTP status {status}"));
    // S3 says where a bucket is in a header alone.
    if let Some(region) = response.headers().get("x-amz-bucket-region").filter(|_| status == 301 || status == 400) {
        message = format!("{message}{ELSEWHERE}{region})");
    }
    ErrorMetadata::builder().code(code).message(message).build()
}

fn of_json(header: Option<String>, body: &[u8]) -> (Option<String>, Option<String>) {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let field = |names: &[&str]| names.iter().find_map(|name| body.get(name)?.as_str()).map(str::to_owned);
    let code = header.or_else(|| field(&["__type", "code", "Code"]));
    (code.map(|code| bare(&code).to_owned()), field(&["message", "Message", "errorMessage"]))
}

/// The name alone: services write `com.amazonaws.kms#NotFoundException` and `NotFoundException:http://…`.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default()
}

fn of_xml(body: &[u8]) -> (Option<String>, Option<String>) {
    let Some(document) = std::str::from_utf8(body).ok().and_then(|text| roxmltree::Document::parse(text).ok()) else {
        return (None, None);
    };
    let root = document.root_element();
    // `Error` is the root (S3), or stands in `ErrorResponse` (query) or in `Response/Errors` (EC2).
    let error = child(root, "Error").or_else(|| child(child(root, "Errors")?, "Error")).unwrap_or(root);
    let text = |name| child(error, name).and_then(|node| node.text()).map(|text| text.trim().to_owned());
    (text("Code"), text("Message").or_else(|| text("message")))
}

fn by_status(status: u16) -> &'static str {
    match status {
        301 | 307 | 308 => "PermanentRedirect",
        304 => "NotModified",
        400 => "BadRequest",
        401 | 403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        412 => "PreconditionFailed",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        500.. => "InternalError",
        _ => "",
    }
}
