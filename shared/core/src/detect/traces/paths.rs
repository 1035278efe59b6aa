//! Reads strings at a path through a record, whatever shape it has on the way.

use serde_json::Value;

use crate::event::ApiCall;

/// The strings at a path in the request, the response and the record itself. A service's own spelling of
/// a field differs from record to record in the case of its letters.
pub(super) fn texts<'a>(call: &'a ApiCall, path: &str) -> Vec<&'a str> {
    let record = call.record();
    let sides = ["requestParameters", "responseElements"].iter().filter_map(|side| record.get(side));
    let mut found: Vec<&Value> = sides.chain([record]).collect();
    for key in path.split('.') {
        found = found.into_iter().flat_map(members).flat_map(|value| field(value, key)).collect();
    }
    found.into_iter().flat_map(members).filter_map(Value::as_str).collect()
}

/// The fields of an object that go by a name, however it is written.
fn field<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    let fields = value.as_object().into_iter().flatten();
    fields.filter(move |(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

/// A list's members, or the value itself.
fn members(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}
