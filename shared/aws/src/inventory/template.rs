//! Paths into answers, and parameters with holes.

use serde_json::{Map, Value};

/// What the holes of a template are filled from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) partition: &'a str,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    /// The item of the list.
    pub(super) item: &'a Value,
    /// The item of the outer list.
    pub(super) outer: &'a Value,
    /// The facts so far.
    pub(super) facts: &'a Map<String, Value>,
}

/// The values at a path: `A.B`, `A[].B`, `A[0]`, `A[-1]`. An empty path is the value itself.
pub(super) fn all<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (name, index) =
            part.split_once('[').map_or((part, None), |(name, rest)| (name, Some(rest.trim_end_matches(']'))));
        found =
            found.into_iter().filter_map(|value| if name.is_empty() { Some(value) } else { value.get(name) }).collect();
        if let Some(index) = index {
            found = found
                .into_iter()
                .filter_map(Value::as_array)
                .flat_map(|list| match index {
                    "" => list.iter().collect(),
                    "-1" => list.last().into_iter().collect(),
                    number => number.parse().ok().and_then(|at: usize| list.get(at)).into_iter().collect::<Vec<_>>(),
                })
                .collect();
        }
    }
    found
}

/// The values at a path, to be changed.
pub(super) fn each_mut(value: &mut Value, path: &str, change: &mut dyn FnMut(&mut Value)) {
    let (part, rest) = path.split_once('.').unwrap_or((path, ""));
    if part.is_empty() {
        return change(value);
    }
    let (name, is_list) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
    let Some(found) = (if name.is_empty() { Some(value) } else { value.get_mut(name) }) else { return };
    if is_list {
        for element in found.as_array_mut().into_iter().flatten() {
            each_mut(element, rest, change);
        }
    } else {
        each_mut(found, rest, change);
    }
}

impl Scope<'_> {
    /// The value of a hole, without its braces: `.Name` of the item, `^.Name` of the outer item, `@Operation.Name` of a
    /// fact, `account`, `region`, `partition`. `|/` or `|:` takes what is behind the last such character.
    fn hole(&self, hole: &str) -> Option<Value> {
        let (path, after) = hole.split_once('|').map_or((hole, None), |(path, after)| (path, Some(after)));
        let first = |value, path: &str| all(value, path).first().map(|value| (*value).clone());
        let value = match path {
            "account" => Some(self.account.into()),
            "region" => Some(self.region.into()),
            "partition" => Some(self.partition.into()),
            path => match path.split_at_checked(1) {
                Some(("^", path)) => first(self.outer, path),
                Some(("@", path)) => {
                    let (fact, rest) = path.split_once('.').unwrap_or((path, ""));
                    first(self.facts.get(fact)?, rest)
                }
                _ => first(self.item, path),
            },
        }?;
        match (after, &value) {
            (Some(after), Value::String(text)) => text.rsplit(after).next().map(Into::into),
            _ => Some(value),
        }
    }

    /// A template's text. A hole that nothing fills is empty.
    pub(super) fn text(&self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((hole, behind)) = after.split_once('}') else { break };
            out.push_str(before);
            match self.hole(hole) {
                Some(Value::String(text)) => out.push_str(&text),
                Some(Value::Null) | None => {}
                Some(other) => out.push_str(&other.to_string()),
            }
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// A template's value: typed where it is one hole, else text. `None` where the one hole is not filled.
    pub(super) fn value(&self, template: &str) -> Option<Value> {
        match template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(hole) if !hole.contains(['{', '}']) => self.hole(hole),
            _ => Some(self.text(template).into()),
        }
    }

    /// Parameters with their holes filled. A member whose hole nothing fills is left out.
    pub(super) fn fill(&self, parameters: &Value) -> Value {
        match parameters {
            Value::String(template) => self.value(template).unwrap_or_default(),
            Value::Array(list) => list.iter().map(|value| self.fill(value)).collect(),
            Value::Object(map) => {
                let filled = map.iter().map(|(name, value)| (name.clone(), self.fill(value)));
                Value::Object(filled.filter(|(_, value)| !value.is_null()).collect())
            }
            other => other.clone(),
        }
    }
}
