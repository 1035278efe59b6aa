//! A predicate and the evaluator never disagree: over every rule, its fixtures, and what becomes of them where a value is another.

use rsigma_parser::parse_sigma_yaml;
use serde_json::{Value, json};

use super::*;
use crate::detect::Detector;
use crate::detect::sigma::{meaning, pack};
use crate::event::{ApiCall, Event};

/// The records of a detector's fixtures.
fn records(id: &str) -> Vec<Value> {
    let fixtures = riposte_fixtures::of(id).unwrap();
    let records = fixtures.iter().map(|fixture| serde_json::from_str::<Value>(&fixture.text().unwrap()).unwrap());
    records.map(|record| record.get("detail").cloned().unwrap_or(record)).filter(Value::is_object).collect()
}

/// The record's fields that have one of these names, as pointers.
fn named(value: &Value, at: &str, words: &str, found: &mut Vec<String>) {
    if let Value::Object(object) = value {
        for (key, inner) in object {
            let place = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
            if words.contains(key.as_str()) {
                found.push(place.clone());
            }
            named(inner, &place, words, found);
        }
    }
}

/// The value as something else.
fn changed(value: &Value, how: usize) -> Value {
    let text = |change: fn(&str) -> String| value.as_str().map_or(json!(7), |text| json!(change(text)));
    match how % 9 {
        0 => Value::Null,
        1 => text(str::to_uppercase),
        2 => json!(["x", value]),
        3 => json!({ "x": value }),
        4 => json!(true),
        5 => text(|text| format!("é{text}")),
        6 => text(|text| format!("{text}\"\n")),
        7 => text(|text| text.replace(['k', 'K'], "\u{212a}")),
        _ => json!(""),
    }
}

#[test]
fn a_predicate_holds_where_the_evaluator_finds_a_match() {
    let (mut held, mut asked) = (0, 0);
    for (number, rule) in pack::all().enumerate() {
        let parsed = parse_sigma_yaml(rule.text()).unwrap();
        let compiled = meaning::compile(&parsed.rules[0]).unwrap();
        let predicate = Predicate::of(&compiled);
        let mut same = |record: &Value| {
            let of_tree = ApiCall::new(record.as_object().unwrap().clone(), None, None);
            // What is no call to who reads texts is one to who reads trees.
            let of_text = match Event::parse(&record.to_string()) {
                Ok(Event::Call(call)) => Some(*call),
                _ => None,
            };
            for call in std::iter::once(of_tree).chain(of_text) {
                let record = Record::of(&call);
                let want = evaluate_rule(&compiled, &record).is_some();
                assert_eq!(predicate.holds(&record), want, "{}: {}", rule.meta().id, call.record());
                held += usize::from(want);
                asked += 1;
            }
        };
        for (turn, record) in records(rule.meta().id).iter().enumerate() {
            same(record);
            let mut places = Vec::new();
            named(record, "", rule.text(), &mut places);
            for (step, place) in places.iter().enumerate() {
                let mut other = record.clone();
                let value = other.pointer_mut(place).unwrap();
                *value = changed(value, number + turn + step);
                same(&other);
            }
        }
    }
    assert!(held > 1000 && asked > 2 * held, "{held} of {asked} held");
}
