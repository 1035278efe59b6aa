//! Answers in JSON.

use serde_json::{Map, Value};

use crate::api::model::{Kind, Member, Service};
use crate::api::values::timestamp_of;

/// A body. An empty one is an empty answer.
pub(super) fn read(service: &Service<'_>, member: &Member<'_>, body: &[u8]) -> Result<Value, String> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    let body: Value = serde_json::from_slice(body).map_err(|error| format!("the answer is not JSON: {error}"))?;
    match value(service, member, body)? {
        Value::Null => Ok(Value::Object(Map::new())),
        value => Ok(value),
    }
}

fn value(service: &Service<'_>, member: &Member<'_>, came: Value) -> Result<Value, String> {
    let kind = service.kind(member);
    match (kind, came) {
        (_, Value::Null) => Ok(Value::Null),
        (Kind::Structure(structure), Value::Object(mut came)) => {
            let mut out = Map::new();
            // What stands in headers is not read from the body.
            for (name, member) in structure.members.iter().filter(|(_, member)| member.place.is_none()) {
                match came.remove(member.name_or(name)) {
                    // Null is how a JSON service leaves a member out.
                    None | Some(Value::Null) => {}
                    Some(value_of) => {
                        let read = value(service, member, value_of).map_err(|wrong| format!("{name}: {wrong}"))?;
                        out.insert((*name).to_owned(), read);
                    }
                }
            }
            Ok(Value::Object(out))
        }
        (Kind::List(element), Value::Array(list)) => {
            list.into_iter().map(|item| value(service, element, item)).collect::<Result<_, _>>().map(Value::Array)
        }
        (Kind::Map(_, element), Value::Object(map)) => {
            let each = |(key, item)| Ok((key, value(service, element, item)?));
            map.into_iter().map(each).collect::<Result<_, _>>().map(Value::Object)
        }
        (Kind::Timestamp, came) => timestamp_of(&came).ok_or_else(|| "is not a timestamp".to_owned()),
        (Kind::Document, came) => Ok(came),
        (Kind::Boolean, came @ Value::Bool(_)) => Ok(came),
        // What is no number is written as a word: NaN, Infinity.
        (Kind::Float, came @ (Value::Number(_) | Value::String(_))) => Ok(came),
        (Kind::Integer, came @ Value::Number(_)) => Ok(whole(came)),
        (Kind::String | Kind::Blob, came @ Value::String(_)) => Ok(came),
        (_, came) => Err(format!("is {}, which is not what the model says", kind_of(&came))),
    }
}

/// A whole number that was written as `5.0`.
fn whole(number: Value) -> Value {
    match number.as_f64() {
        #[allow(clippy::cast_possible_truncation, reason = "it has no fraction and is in range")]
        Some(float) if !number.is_i64() && !number.is_u64() && float.fract() == 0.0 && float.abs() < 9e15 => {
            (float as i64).into()
        }
        _ => number,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
