//! A CloudTrail record as `rsigma-eval` reads events.
//!
//! It answers as [`JsonEvent`] does over the whole record. The way to a field is the same for nearly every rule: names
//! with dots between them, through objects. That way is walked here through the record's text, or its tree where it
//! has one, without taking the path apart into a list first; a tree is built where a field holds more than a scalar.

use std::borrow::Cow;
use std::cell::OnceCell;

use rsigma_eval::event::{Event, EventValue, JsonEvent};
use serde_json::Value;

use crate::event::{ApiCall, Part, number_of, without_date};

/// Stands before a field's name where a string modifier reads it: what holds an object is then its JSON text.
pub(super) const AS_TEXT: char = '\u{1}';

/// The key of a call's name.
const NAME: &str = "eventName";

/// A record, borrowed.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    call: &'a ApiCall,
    /// What answers where a path is more than names through objects.
    json: OnceCell<JsonEvent<'a>>,
}

/// A field's path, taken apart once.
#[derive(Debug, Clone)]
pub(super) struct Field {
    path: Box<str>,
    /// The names on the way, from the record inwards; none where the path is more than names.
    names: Box<[Box<str>]>,
    /// The first one's number.
    number: Option<usize>,
}

impl Field {
    /// The field at a path as a rule writes it, with [`AS_TEXT`] before it where its value is read as a text.
    pub(super) fn new(path: &str) -> Self {
        let plain = path.strip_prefix(AS_TEXT).unwrap_or(path);
        let names: Box<[Box<str>]> =
            if has_more(plain) { Box::default() } else { plain.split('.').map(Box::from).collect() };
        let number = names.first().and_then(|name| number_of(name));
        Self { path: path.into(), names, number }
    }

    /// As it was written.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    fn plain(&self) -> &str {
        self.path.strip_prefix(AS_TEXT).unwrap_or(&self.path)
    }

    /// How far it lies within the record.
    pub(super) fn depth(&self) -> u32 {
        if self.names.is_empty() { 20 } else { self.names.len() as u32 }
    }

    /// Whether it is one of the fields by which the readers of an event are found.
    pub(super) fn decides_reader(&self) -> bool {
        matches!(self.plain(), "eventName" | "eventSource")
    }
}

/// What stands at a field.
pub(super) enum Found<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// Nothing, or null.
    Nothing,
    /// Another value, or one that needs the library to be found.
    Else,
}

/// Whether a path is more than names: it has an index or an escape.
fn has_more(path: &str) -> bool {
    path.bytes().any(|byte| matches!(byte, b'[' | b'\\'))
}

/// What walking a path found.
enum Walk<'a> {
    Part(Part<'a>),
    Nothing,
    /// The path has an index or an escape, or crosses a list.
    More,
}

impl<'a> Record<'a> {
    /// The call as the event.
    pub(crate) fn of(call: &'a ApiCall) -> Self {
        Self { call, json: OnceCell::new() }
    }

    fn json(&self) -> &JsonEvent<'a> {
        self.json.get_or_init(|| JsonEvent::borrow(self.call.record()))
    }

    fn walk(&self, path: &str) -> Walk<'a> {
        if has_more(path) {
            return Walk::More;
        }
        self.follow(path, path.split('.'), None)
    }

    /// Follows the names of a path; `number` is the first one's, where it is known.
    fn follow<'n>(&self, path: &str, mut names: impl Iterator<Item = &'n str>, number: Option<usize>) -> Walk<'a> {
        // A name that has dots of its own comes first.
        if self.call.has_dotted_keys()
            && let Some(part) = self.call.part(path)
        {
            return Walk::Part(part);
        }
        let Some(mut part) = names.next().and_then(|name| self.call.part_of(name, number)) else {
            return Walk::Nothing;
        };
        for name in names {
            part = match part.get(name) {
                Some(part) => part,
                None if part.is_list() => return Walk::More,
                None => return Walk::Nothing,
            };
        }
        Walk::Part(part)
    }

    /// What stands at a field: what [`Event::get_field`] says of its path.
    pub(super) fn find(&self, field: &Field) -> Found<'a> {
        if field.names.is_empty() {
            return Found::Else;
        }
        match self.follow(field.plain(), field.names.iter().map(|name| &**name), field.number) {
            // A dated name is two.
            Walk::Part(part) => match part.string() {
                Some(name) if field.plain() == NAME && without_date(self.call.event_source(), &name).is_some() => {
                    Found::Else
                }
                Some(text) => Found::Text(text),
                None if part.is_null() => Found::Nothing,
                None => Found::Else,
            },
            Walk::Nothing => Found::Nothing,
            Walk::More => Found::Else,
        }
    }

    /// Whether something else than null stands at a field.
    pub(super) fn is_there(&self, field: &Field) -> bool {
        if !field.names.is_empty() {
            match self.follow(field.plain(), field.names.iter().map(|name| &**name), field.number) {
                Walk::Part(part) => return !part.is_null(),
                Walk::Nothing => return false,
                Walk::More => {}
            }
        }
        self.get_field(field.path()).is_some_and(|value| !value.is_null())
    }

    /// A value; of a list or an object, the tree's, to which `path` leads.
    fn value(&self, path: &str, part: Part<'a>) -> Option<EventValue<'_>> {
        if let Part::Tree(value) = part {
            return Some(EventValue::from(value));
        }
        if let Some(text) = part.string() {
            return Some(EventValue::Str(text));
        }
        if !part.is_object() && !part.is_list() {
            return Some(scalar(&part.value()));
        }
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let inner = |first: &str| {
            let names = rest.split('.').filter(|_| !rest.is_empty());
            names.fold(self.call.member(first), |value, name| value?.get(name))
        };
        let dotted = if self.call.has_dotted_keys() { self.call.member(path) } else { None };
        dotted.or_else(|| inner(first)).map(EventValue::from)
    }
}

/// A number, a truth or null, which borrow nothing.
fn scalar(value: &Value) -> EventValue<'static> {
    match EventValue::from(value) {
        EventValue::Int(number) => EventValue::Int(number),
        EventValue::Float(number) => EventValue::Float(number),
        EventValue::Bool(truth) => EventValue::Bool(truth),
        _ => EventValue::Null,
    }
}

impl Record<'_> {
    /// A call's name; where it is dated, without the date too: either may match.
    fn named<'a>(&self, name: Cow<'a, str>) -> EventValue<'a> {
        let source = self.call.event_source();
        match without_date(source, &name).map(str::to_owned) {
            Some(stem) => EventValue::Array(vec![EventValue::Str(name), EventValue::Str(Cow::Owned(stem))]),
            None => EventValue::Str(name),
        }
    }
}

impl Event for Record<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        if let Some(path) = path.strip_prefix(AS_TEXT) {
            return self.get_field(path).map(as_text);
        }
        match self.walk(path) {
            Walk::Part(part) => match part.string() {
                Some(name) if path == NAME => Some(self.named(name)),
                _ => self.value(path, part),
            },
            Walk::Nothing => None,
            Walk::More => self.json().get_field(path),
        }
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        self.json().any_string_value(pred)
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        self.json().all_string_values()
    }

    fn visit_string_values(&self, visit: &mut dyn FnMut(&str)) {
        self.json().visit_string_values(visit);
    }

    fn to_json(&self) -> Value {
        self.json().to_json()
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
    use serde_json::{Map, json};

    use super::*;
    use crate::event::{Event as Read, ParseError};

    fn values() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            Just(json!("te\"xt")),
            Just(json!(1.5))
        ];
        let name =
            prop_oneof![Just("a"), Just("b"), Just("a.b"), Just(""), Just("a[0]"), Just("\\"), Just("resources")];
        scalar.prop_recursive(4, 24, 3, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..4)
                    .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            ]
        })
    }

    /// The same record as a tree, and as a text.
    fn calls(mut record: Map<String, Value>) -> Result<[ApiCall; 2], ParseError> {
        record.insert("eventName".to_owned(), json!("Act"));
        record.insert("eventSource".to_owned(), json!("x.amazonaws.com"));
        let Read::Call(of_text) = Read::parse(&Value::Object(record.clone()).to_string())? else { panic!("no call") };
        Ok([ApiCall::new(record, None, None), *of_text])
    }

    proptest! {
        #[test]
        fn every_path_finds_what_the_library_finds(
            value in values(),
            path in r"[ab.\[\]0\\]{0,7}|(a|resources)\.b(\.a)?(\.b)?",
        ) {
            let record = value.as_object().cloned().unwrap_or_else(|| Map::from_iter([("a".to_owned(), value)]));
            for call in calls(record).unwrap() {
                let (record, json) = (Record::of(&call), JsonEvent::borrow(call.record()));
                prop_assert_eq!(record.get_field(&path), json.get_field(&path));
            }
        }
    }
}
