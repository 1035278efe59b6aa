//! Requests whose parameters are spread over path, query, headers and body.

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::{Field, RESERVED_BUT_SLASH, Request, escaped, fields, json, xml};
use crate::api::model::{Format, Kind, Member, Operation, Place, Protocol, Service};
use crate::api::values::{Wrong, bytes, text};

/// Fills in target, headers and body.
pub(super) fn fill(
    request: &mut Request,
    service: &Service<'_>,
    operation: &Operation<'_>,
    parameters: &Value,
) -> Result<(), Wrong> {
    let (path, fixed) = operation.uri.split_once('?').unwrap_or((operation.uri, ""));
    let mut path = path.to_owned();
    let mut query: Vec<String> = fixed.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
    let Some(input) = &operation.input else {
        if !parameters.as_object().is_some_and(Map::is_empty) {
            return Err(Wrong::new("the operation has no parameters"));
        }
        request.target = target(&path, &query);
        return Ok(());
    };
    let Kind::Structure(structure) = service.kind(input) else { return Err(Wrong::new("has no structure")) };
    let mut in_body = Vec::new();
    for field in fields(structure, parameters)? {
        let name = field.member.name_or(field.name);
        let within = |wrong: Wrong| wrong.within(field.name);
        match field.member.place {
            Some(Place::Uri) => put_label(&mut path, service, name, &field).map_err(within)?,
            Some(Place::Query) => put_query(&mut query, service, name, field.member, &field.value).map_err(within)?,
            Some(Place::Header) => {
                let value = header(service, field.member, &field.value).map_err(within)?;
                request.headers.push((name.to_ascii_lowercase(), value));
            }
            Some(Place::Headers) => {
                let map = field.value.as_object().ok_or_else(|| within(Wrong::new("is not an object")))?;
                for (key, value) in map {
                    let value = value.as_str().ok_or_else(|| within(Wrong::new("is not a string").within(key)))?;
                    request.headers.push((format!("{name}{key}").to_ascii_lowercase(), value.to_owned()));
                }
            }
            Some(Place::StatusCode) => {}
            None => in_body.push(field),
        }
    }
    if let Some((_, rest)) = path.split_once('{') {
        let name = rest.split(['}', '+']).next().unwrap_or_default();
        return Err(Wrong::new("is missing").within(name));
    }
    request.target = target(&path, &query);
    let has_body = structure.members.iter().any(|(_, member)| member.place.is_none());
    let (content, body) = match structure.payload {
        Some(name) => {
            match in_body.into_iter().find(|field| field.name == name) {
                Some(field) => payload(service, &field).map_err(|wrong| wrong.within(name))?,
                // A bucket's ACL may be given in headers alone.
                None => return Ok(()),
            }
        }
        None if service.protocol == Protocol::RestJson && has_body => {
            let mut out = Map::new();
            for field in in_body {
                let value =
                    json::value(service, field.member, &field.value).map_err(|wrong| wrong.within(field.name))?;
                out.insert(field.member.name_or(field.name).to_owned(), value);
            }
            ("application/json", Value::Object(out).to_string().into_bytes())
        }
        None if !in_body.is_empty() => {
            ("application/xml", xml::members(service, input, input.name.unwrap_or(input.shape), &in_body)?.into_bytes())
        }
        None => return Ok(()),
    };
    if !request.headers.iter().any(|(name, _)| name == "content-type") {
        request.headers.push(("content-type".to_owned(), content.to_owned()));
    }
    request.body = body;
    Ok(())
}

fn target(path: &str, query: &[String]) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// A body that is one member.
fn payload(service: &Service<'_>, field: &Field<'_, '_>) -> Result<(&'static str, Vec<u8>), Wrong> {
    match service.kind(field.member) {
        Kind::Blob => Ok(("application/octet-stream", bytes(&field.value)?)),
        Kind::String => {
            let text = field.value.as_str().ok_or_else(|| Wrong::new("is not a string"))?;
            Ok(("text/plain", text.as_bytes().to_vec()))
        }
        _ if service.protocol == Protocol::RestJson => {
            let value = json::value(service, field.member, &field.value)?;
            Ok(("application/json", value.to_string().into_bytes()))
        }
        _ => {
            let name = field.member.name_or(field.name);
            Ok(("application/xml", xml::document(service, field.member, name, &field.value)?.into_bytes()))
        }
    }
}

/// An empty label, or one that a server takes for another path, would be another operation: the bucket's name left
/// out of a deletion.
fn put_label(path: &mut String, service: &Service<'_>, name: &str, field: &Field<'_, '_>) -> Result<(), Wrong> {
    let value = text(service.kind(field.member), &field.value, field.member.format.unwrap_or(Format::Iso8601))?;
    if value.is_empty() || value == "." || value == ".." {
        return Err(Wrong::new("cannot stand in a path"));
    }
    *path = path.replace(&format!("{{{name}}}"), &escaped(&value));
    let greedy = utf8_percent_encode(&value, RESERVED_BUT_SLASH).to_string();
    *path = path.replace(&format!("{{{name}+}}"), &greedy);
    Ok(())
}

fn put_query(
    query: &mut Vec<String>,
    service: &Service<'_>,
    name: &str,
    member: &Member<'_>,
    value: &Value,
) -> Result<(), Wrong> {
    match service.kind(member) {
        Kind::List(element) => {
            let list = value.as_array().ok_or_else(|| Wrong::new("is not a list"))?;
            for (index, item) in list.iter().enumerate() {
                put_query(query, service, name, element, item).map_err(|wrong| wrong.at(index))?;
            }
        }
        Kind::Map(_, element) => {
            let map = value.as_object().ok_or_else(|| Wrong::new("is not an object"))?;
            for (key, item) in map {
                put_query(query, service, key, element, item).map_err(|wrong| wrong.within(key))?;
            }
        }
        kind => {
            let value = text(kind, value, member.format.unwrap_or(Format::Iso8601))?;
            query.push(format!("{}={}", escaped(name), escaped(&value)));
        }
    }
    Ok(())
}

fn header(service: &Service<'_>, member: &Member<'_>, value: &Value) -> Result<String, Wrong> {
    let format = member.format.unwrap_or(Format::Rfc822);
    let value = match service.kind(member) {
        Kind::List(element) => {
            let list = value.as_array().ok_or_else(|| Wrong::new("is not a list"))?;
            let each = |item| text(service.kind(element), item, format);
            list.iter().map(each).collect::<Result<Vec<_>, _>>()?.join(",")
        }
        kind => text(kind, value, format)?.into_owned(),
    };
    if value.chars().any(char::is_control) {
        return Err(Wrong::new("has characters that no header may have"));
    }
    Ok(value)
}
