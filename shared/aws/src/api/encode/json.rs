//! Bodies in JSON.

use serde_json::{Map, Value};

use super::fields;
use crate::api::model::{Format, Kind, Member, Service};
use crate::api::values::{Wrong, bytes, fits, timestamp};

/// The body of a service whose input is all body.
pub(super) fn body(service: &Service<'_>, input: Option<&Member<'_>>, parameters: &Value) -> Result<Value, Wrong> {
    match input {
        Some(input) => value(service, input, parameters),
        None if parameters.as_object().is_some_and(Map::is_empty) => Ok(parameters.clone()),
        None => Err(Wrong::new("the operation has no parameters")),
    }
}

/// One value.
pub(super) fn value(service: &Service<'_>, member: &Member<'_>, given: &Value) -> Result<Value, Wrong> {
    match service.kind(member) {
        Kind::Structure(structure) => {
            let mut out = Map::new();
            for field in fields(structure, given)? {
                let written = value(service, field.member, &field.value).map_err(|wrong| wrong.within(field.name))?;
                out.insert(field.member.name_or(field.name).to_owned(), written);
            }
            Ok(Value::Object(out))
        }
        Kind::List(element) => {
            let list = given.as_array().ok_or_else(|| Wrong::new("is not a list"))?;
            let each = |(index, item)| value(service, element, item).map_err(|wrong: Wrong| wrong.at(index));
            list.iter().enumerate().map(each).collect::<Result<_, _>>().map(Value::Array)
        }
        Kind::Map(_, element) => {
            let map = given.as_object().ok_or_else(|| Wrong::new("is not an object"))?;
            let each = |(key, item): (&String, _)| {
                let written = value(service, element, item).map_err(|wrong: Wrong| wrong.within(key))?;
                Ok((key.clone(), written))
            };
            map.iter().map(each).collect::<Result<_, _>>().map(Value::Object)
        }
        Kind::Timestamp => timestamp(given, member.format.unwrap_or(Format::UnixTimestamp)),
        Kind::Blob => bytes(given).map(|_| given.clone()),
        Kind::Document => Ok(given.clone()),
        kind => fits(kind, given).map(|()| given.clone()),
    }
}
