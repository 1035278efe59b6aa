//! Whether a resource's policy document lets everybody in, without any condition. What a condition says
//! cannot be judged here, and most of them name an account or a network: a statement with one is not open.

use serde_json::Value;

use super::DetectError;
use crate::text::plain;

/// A policy document of a resource.
pub(super) struct Document(Vec<Value>);

impl Document {
    /// Reads a document.
    pub(super) fn parse(name: &str, document: &str) -> Result<Self, DetectError> {
        let wrong = |wrong: String| DetectError::Policy { policy: plain(name, 200), wrong };
        let document: Value = serde_json::from_str(document).map_err(|error| wrong(format!("not JSON: {error}")))?;
        let statements = document.get("Statement").ok_or_else(|| wrong("no `Statement`".to_owned()))?;
        Ok(Self(one_or_many(statements).to_vec()))
    }

    /// Whether everybody may do something.
    pub(super) fn admits_everybody(&self) -> bool {
        self.0.iter().any(|statement| is_open(statement) && names_everybody(statement))
    }

    /// Whether everybody may do everything with everything: what AWS writes where nobody narrows it.
    pub(super) fn admits_everything(&self) -> bool {
        let any = |statement: &Value, key: &str| {
            statement.get(key).is_some_and(|value| one_or_many(value).iter().any(|text| text.as_str() == Some("*")))
        };
        let wide = |s: &Value| any(s, "Action") && any(s, "Resource");
        self.0.iter().any(|statement| is_open(statement) && names_everybody(statement) && wide(statement))
    }
}

fn is_open(statement: &Value) -> bool {
    let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
    let condition = statement.get("Condition").and_then(Value::as_object);
    allows && condition.is_none_or(serde_json::Map::is_empty)
}

/// `"*"`, `{"AWS": "*"}` or a list with it.
fn names_everybody(statement: &Value) -> bool {
    let everybody = |value: &Value| one_or_many(value).iter().any(|text| text.as_str() == Some("*"));
    match statement.get("Principal") {
        Some(Value::Object(kinds)) => kinds.get("AWS").is_some_and(everybody),
        Some(principal) => everybody(principal),
        None => false,
    }
}

fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        single => std::slice::from_ref(single),
    }
}
