//! What leaves an answer before it is written: secrets, and what nobody reads.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::table::{Keep, Redact};
use super::template::each_mut;

/// Takes out what the table says.
pub(super) fn tidy(value: &mut Value, drop: &[String], hidden: &[Redact], redact: fn(&str, &str) -> String) {
    for path in drop {
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        each_mut(value, parent, &mut |found| {
            if let Some(map) = found.as_object_mut() {
                map.remove(name);
            }
        });
    }
    for one in hidden {
        match one {
            Redact::Values { values, but } => each_mut(value, values, &mut |found| {
                for (name, value) in found.as_object_mut().into_iter().flatten().filter(|(name, _)| !but.contains(name))
                {
                    hide(name, value, redact);
                }
            }),
            Redact::Pairs { pairs, name, value: of, only } => each_mut(value, pairs, &mut |found| {
                let named = found.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                if !only.is_empty() && !only.contains(&named) {
                    return;
                }
                if let Some(value) = found.get_mut(of) {
                    hide(&named, value, redact);
                }
            }),
            Redact::Text { text } => {
                let name = text.rsplit('.').next().unwrap_or(text).to_owned();
                each_mut(value, text, &mut |found| hide(&name, found, redact));
            }
        }
    }
}

/// Puts what was found in a value in its place. What is no text may hold one, and is replaced as a whole.
fn hide(name: &str, value: &mut Value, redact: fn(&str, &str) -> String) {
    let text = match &*value {
        Value::Null => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // User data is base64, and what it holds is looked at in it.
    let decoded = STANDARD.decode(&text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let nothing = redact("", "");
    let found = decoded.map(|decoded| redact(name, &decoded)).filter(|found| *found != nothing);
    *value = found.unwrap_or_else(|| redact(name, &text)).into();
}

/// Keeps those elements of a list that the table names.
pub(super) fn keep(value: &mut Value, how: &Keep) {
    each_mut(value, &how.list, &mut |found| {
        if let Some(list) = found.as_array_mut() {
            list.retain(|element| {
                element
                    .get(&how.member)
                    .and_then(Value::as_str)
                    .is_some_and(|text| how.is.iter().any(|one| one == text))
            });
        }
    });
}

/// Tags of all the shapes that services have for them.
pub(super) fn tags(value: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::Object(map) => map.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect(),
        Value::Array(list) => {
            let one = |tag: &Value, names: [&str; 4]| names.iter().find_map(|name| text(tag.get(*name)?));
            let pair = |tag: &Value| {
                let key = one(tag, ["Key", "key", "TagKey", "tagKey"])?;
                Some((key, one(tag, ["Value", "value", "TagValue", "tagValue"]).unwrap_or_default()))
            };
            list.iter().filter_map(pair).collect()
        }
        _ => BTreeMap::new(),
    }
}
