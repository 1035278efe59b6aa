//! A CloudTrail record as `rsigma-eval` reads events.
//!
//! It answers as [`JsonEvent`] does. The way to a field is the same for nearly every rule: names with dots
//! between them, through objects; that way is walked here without taking the path apart into a list first,
//! which is what most of a rule's time would go into.

use std::borrow::Cow;

use rsigma_eval::event::{Event, EventValue, JsonEvent};
use serde_json::Value;

use crate::event::without_date;

/// Stands before a field's name where a string modifier reads it: what holds an object is then its JSON text.
pub(super) const AS_TEXT: char = '\u{1}';

/// A record, borrowed.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    value: &'a Value,
    /// What answers where a path is more than names through objects.
    json: JsonEvent<'a>,
}

/// What walking a path found.
enum Walk<'a> {
    Value(&'a Value),
    Nothing,
    /// The path has an index or an escape, or crosses a list.
    More,
}

impl<'a> Record<'a> {
    /// `value` as the event.
    pub(crate) fn of(value: &'a Value) -> Self {
        Self { value, json: JsonEvent::borrow(value) }
    }

    fn walk(&self, path: &str) -> Walk<'a> {
        if path.contains(['[', '\\']) {
            return Walk::More;
        }
        let Value::Object(root) = self.value else { return Walk::More };
        // A name that has dots of its own comes first.
        if let Some(value) = root.get(path) {
            return Walk::Value(value);
        }
        let mut value = self.value;
        for name in path.split('.') {
            value = match value {
                Value::Object(object) => match object.get(name) {
                    Some(value) => value,
                    None => return Walk::Nothing,
                },
                Value::Array(_) => return Walk::More,
                _ => return Walk::Nothing,
            };
        }
        Walk::Value(value)
    }
}

impl Record<'_> {
    /// A call's name; where it is dated, without the date too: either may match.
    fn named<'a>(&self, name: &'a str) -> EventValue<'a> {
        let text = |name: &'a str| EventValue::Str(Cow::Borrowed(name));
        let source = self.value.get("eventSource").and_then(Value::as_str);
        match without_date(source, name) {
            Some(stem) => EventValue::Array(vec![text(name), text(stem)]),
            None => text(name),
        }
    }
}

impl Event for Record<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        if let Some(path) = path.strip_prefix(AS_TEXT) {
            return self.get_field(path).map(as_text);
        }
        match self.walk(path) {
            Walk::Value(Value::String(name)) if path == "eventName" => Some(self.named(name)),
            Walk::Value(value) => Some(EventValue::from(value)),
            Walk::Nothing => None,
            Walk::More => self.json.get_field(path),
        }
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        self.json.any_string_value(pred)
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        self.json.all_string_values()
    }

    fn visit_string_values(&self, visit: &mut dyn FnMut(&str)) {
        self.json.visit_string_values(visit);
    }

    fn to_json(&self) -> Value {
        self.json.to_json()
    }
}

/// An object's JSON, and the same without the escapes of documents that are texts within it: either may match.
fn as_text(value: EventValue<'_>) -> EventValue<'_> {
    match value {
        EventValue::Map(_) => {
            let json = value.to_json().to_string();
            let plain = json.replace("\\\"", "\"");
            EventValue::Array([json, plain].map(|text| EventValue::Str(Cow::Owned(text))).into())
        }
        EventValue::Array(members) => EventValue::Array(members.into_iter().map(as_text).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), Just(json!("text"))];
        let name = prop_oneof![Just("a"), Just("b"), Just("a.b"), Just(""), Just("a[0]"), Just("\\")];
        scalar.prop_recursive(4, 24, 3, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..4)
                    .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_path_finds_what_the_library_finds(value in values(), path in r"[ab.\[\]0\\]{0,7}|a\.b(\.a)?(\.b)?") {
            let (record, json) = (Record::of(&value), JsonEvent::borrow(&value));
            prop_assert_eq!(record.get_field(&path), json.get_field(&path));
        }
    }
}
