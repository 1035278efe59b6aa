//! A call as an HTTP request, in the service's protocol.

mod json;
mod query;
mod rest;
mod xml;

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::endpoint::is_label;
use super::model::{Member, Operation, Protocol, Service, Structure};
use super::values::Wrong;

/// What is sent, without host and signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// What stands before AWS's host.
    pub(super) host_prefix: Option<String>,
}

/// Everything but letters, digits and `-_.~` is escaped.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The same in a path's greedy label, which may have slashes.
const RESERVED_BUT_SLASH: &AsciiSet = &RESERVED.remove(b'/');

fn escaped(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, RESERVED).into()
}

/// The request of an operation.
pub(super) fn request(
    service: &Service<'_>,
    name: &str,
    operation: &Operation<'_>,
    parameters: &Value,
) -> Result<Request, Wrong> {
    let none = Value::Object(serde_json::Map::new());
    let parameters = if parameters.is_null() { &none } else { parameters };
    let mut request = Request {
        method: operation.method.to_owned(),
        target: "/".to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        host_prefix: operation.host.map(|template| host_prefix(template, parameters)).transpose()?,
    };
    let mut header = |name: &str, value: String| request.headers.push((name.to_owned(), value));
    match service.protocol {
        Protocol::Json => {
            header("content-type", format!("application/x-amz-json-{}", service.json));
            header("x-amz-target", format!("{}.{name}", service.target));
            request.body = json::body(service, operation.input.as_ref(), parameters)?.to_string().into_bytes();
        }
        Protocol::Query | Protocol::Ec2 => {
            header("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned());
            request.body = query::form(service, name, operation.input.as_ref(), parameters)?.into_bytes();
        }
        Protocol::RestJson | Protocol::RestXml => rest::fill(&mut request, service, operation, parameters)?,
    }
    // Glacier alone wants to hear its version, which no model says.
    if service.id == "Glacier" {
        request.headers.push(("x-amz-glacier-version".to_owned(), service.version.to_owned()));
    }
    if let Some(algorithm) = operation.checksum {
        if !algorithm.is_empty() {
            request.headers.push((algorithm.to_owned(), "CRC32".to_owned()));
        }
        let sum = crc32fast::hash(&request.body).to_be_bytes();
        if let Value::String(sum) = super::values::blob(&sum) {
            request.headers.push(("x-amz-checksum-crc32".to_owned(), sum));
        }
    }
    Ok(request)
}

/// One member with the value that it gets.
struct Field<'a, 'm> {
    name: &'m str,
    member: &'a Member<'m>,
    value: Cow<'a, Value>,
}

/// A structure's members that are given, in the model's order. A name that the model does not have is refused: a
/// misspelled parameter would otherwise be left out in silence.
fn fields<'a, 'm>(structure: &'a Structure<'m>, value: &'a Value) -> Result<Vec<Field<'a, 'm>>, Wrong> {
    let given = value.as_object().ok_or_else(|| Wrong::new("is not an object"))?;
    if let Some(unknown) = given.keys().find(|name| structure.member(name).is_none()) {
        return Err(Wrong::new("is not a parameter").within(unknown));
    }
    let is_given = |name: &str| given.get(name).is_some_and(|value| !value.is_null());
    if let Some(missing) = structure
        .required
        .iter()
        .find(|name| !is_given(name) && !structure.member(name).is_some_and(|member| member.token))
    {
        return Err(Wrong::new("is missing").within(missing));
    }
    let mut fields = Vec::with_capacity(given.len());
    for (name, member) in &structure.members {
        let value = match given.get(*name).filter(|value| !value.is_null()) {
            Some(value) => Cow::Borrowed(value),
            None if member.token => Cow::Owned(Value::String(token()?)),
            None => continue,
        };
        fields.push(Field { name, member, value });
    }
    Ok(fields)
}

/// A random UUID: a repeated request with the same one is done once.
fn token() -> Result<String, Wrong> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Wrong::new(format!("no random number is to be had: {error}")))?;
    let number = u128::from_be_bytes(bytes) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
}

fn host_prefix(template: &str, parameters: &Value) -> Result<String, Wrong> {
    let (Some((before, rest)), true) = (template.split_once('{'), template.ends_with('.')) else {
        return Ok(template.to_owned());
    };
    let Some((name, after)) = rest.split_once('}') else { return Ok(template.to_owned()) };
    let value = parameters.get(name).and_then(Value::as_str).ok_or_else(|| Wrong::new("is missing").within(name))?;
    if !is_label(value) {
        return Err(Wrong::new("cannot stand in a host's name").within(name));
    }
    Ok(format!("{before}{value}{after}"))
}
