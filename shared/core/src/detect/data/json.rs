//! Values of an event, read as services write them: one thing stands for a list of one, numbers and
//! truths may be strings.

use serde_json::Value;

use crate::event::Part;

/// A list, or the one thing that stands for it; nothing where there is none.
pub(super) fn each(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(values)) => values,
        Some(single) => std::slice::from_ref(single),
    }
}

/// The members of a list, or the one thing that stands for it, as they stand there.
pub(super) fn one_or_more(part: Part<'_>) -> impl Iterator<Item = Part<'_>> {
    let single = (!part.is_list() && !part.is_null()).then_some(part);
    part.members().chain(single)
}

/// The strings of a list, or the one string that stands for it.
pub(super) fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    each(value).iter().filter_map(Value::as_str).filter(|text| !text.is_empty())
}

/// Whether it is `true` or `"true"`.
pub(super) fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(truth)) => *truth,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// A whole number, written as one or as a string.
pub(super) fn number(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Every string in a value, however deep.
pub(super) fn all_texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(values) => values.iter().for_each(|value| all_texts(value, found)),
        Value::Object(members) => members.values().for_each(|value| all_texts(value, found)),
        _ => {}
    }
}
