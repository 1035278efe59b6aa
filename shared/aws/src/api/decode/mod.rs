//! An answer read by the model.

mod json;
pub(super) mod xml;

use serde_json::{Map, Value};

use super::client::Raw;
use super::model::{Kind, Member, Operation, Place, Protocol, Service};
use super::values::{blob, typed};

/// The answer's body in the model's shape.
///
/// # Errors
/// What the model says is not what came: the place and the reason.
pub(super) fn body(service: &Service<'_>, operation: &Operation<'_>, raw: &Raw) -> Result<Value, String> {
    let Some(output) = &operation.output else { return Ok(Value::Object(Map::new())) };
    let Kind::Structure(structure) = service.kind(output) else { return Err("the model has no structure".to_owned()) };
    match service.protocol {
        Protocol::Json => json::read(service, output, &raw.body),
        Protocol::Query | Protocol::Ec2 => xml::read(service, output, operation.wrapper, &raw.body),
        Protocol::RestJson | Protocol::RestXml => {
            let mut out = match structure.payload.and_then(|name| Some((name, structure.member(name)?))) {
                Some((name, member)) => payload(service, name, member, raw)?,
                None if operation.unwrapped => xml::read_unwrapped(service, structure, &raw.body)?,
                None if service.protocol == Protocol::RestXml => xml::read(service, output, None, &raw.body)?,
                None => json::read(service, output, &raw.body)?,
            };
            if let Some(out) = out.as_object_mut() {
                for (name, member) in structure.members.iter().filter(|(_, member)| member.place.is_some()) {
                    if let Some(value) = outside(service, name, member, raw)? {
                        out.insert((*name).to_owned(), value);
                    }
                }
            }
            Ok(out)
        }
    }
}

/// A body that is one member.
fn payload(service: &Service<'_>, name: &str, member: &Member<'_>, raw: &Raw) -> Result<Value, String> {
    let value = match service.kind(member) {
        Kind::Blob => Some(blob(&raw.body)),
        Kind::String => Some(Value::String(String::from_utf8_lossy(&raw.body).into_owned())),
        _ if raw.body.is_empty() => None,
        _ if service.protocol == Protocol::RestXml => Some(xml::read(service, member, None, &raw.body)?),
        _ => Some(json::read(service, member, &raw.body)?),
    };
    Ok(Value::Object(value.map(|value| (name.to_owned(), value)).into_iter().collect()))
}

/// A member that stands in the headers or is the status.
fn outside(service: &Service<'_>, own: &str, member: &Member<'_>, raw: &Raw) -> Result<Option<Value>, String> {
    let name = member.name.unwrap_or(own);
    match member.place {
        Some(Place::StatusCode) => Ok(Some(raw.status.into())),
        Some(Place::Headers) => {
            let prefix = name.to_ascii_lowercase();
            let all = raw
                .headers
                .iter()
                .filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?.to_owned(), Value::String(value.clone()))));
            let all: Map<_, _> = all.collect();
            Ok((!all.is_empty()).then_some(Value::Object(all)))
        }
        Some(Place::Header) => {
            let found = raw.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            let Some((_, text)) = found else { return Ok(None) };
            match service.kind(member) {
                Kind::List(element) => {
                    let each = |part: &str| typed(service.kind(element), part.trim());
                    Ok(text.split(',').map(each).collect::<Option<Vec<_>>>().map(Value::Array))
                }
                kind => typed(kind, text).map(Some).ok_or_else(|| format!("`{own}` is not what the model says")),
            }
        }
        _ => Ok(None),
    }
}
