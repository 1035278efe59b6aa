//! A statement's conditions, kept whole.
//!
//! `"Condition": { OPERATOR: { KEY: VALUES } }`: every pair of operator and key must hold, and it holds
//! where one of its values does.

use serde_json::Value;

use super::policy::{named_twice, one_or_many};

/// One test of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) operator: Operator,
    /// In lower case: IAM compares the names of keys without case.
    pub(super) key: String,
    /// One of which must match. Numbers and truths are written as IAM writes them.
    pub(super) values: Vec<String>,
}

/// How a key's value is compared, with the words around the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`.
    pub(super) quantifier: Option<Quantifier>,
    pub(super) test: Test,
    /// `…IfExists`: it holds, too, where the request has no such key.
    pub(super) if_exists: bool,
}

/// How many of a key's several values must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    /// Each; and it holds where there is none.
    All,
    /// One at least.
    Any,
}

/// The comparisons that can name somebody, and the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    /// `StringEquals`, `StringLike`, `ArnEquals`, `ArnLike` and `StringEqualsIgnoreCase`: a wildcard in a
    /// value is taken for one under each of them. To `StringEquals` it is a plain character that no
    /// request holds, so nobody is overlooked.
    Is,
    /// Their negations, which hold where the request has no such key.
    IsNot,
    /// `IpAddress`
    InRange,
    /// `NotIpAddress`
    NotInRange,
    /// `Bool`
    Bool,
    /// `Null`
    Null,
    /// Numbers, dates, binary data, and operators that came later than this.
    Other(String),
}

impl Condition {
    /// `"Null": {KEY: "false"}`
    fn asks_for_a_value(&self) -> bool {
        self.operator.test == Test::Null
            && !self.values.is_empty()
            && self.values.iter().all(|value| value.eq_ignore_ascii_case("false"))
    }

    /// Every condition of a block, in the order of the operators' and keys' names.
    pub(super) fn read_block(block: &Value) -> Result<Vec<Self>, String> {
        let operators = match block {
            Value::Null => return Ok(Vec::new()),
            Value::Object(operators) => operators,
            _ => return Err("`Condition` is no object".to_owned()),
        };
        let mut conditions = Vec::new();
        for (name, keys) in operators {
            let keys = keys.as_object().ok_or_else(|| format!("`{name}` is no object"))?;
            if let Some(key) = named_twice(keys) {
                return Err(format!("`{name}` tests `{key}` twice"));
            }
            let operator = Operator::read(name);
            for (key, values) in keys {
                let read: Option<Vec<String>> = one_or_many(values).iter().map(scalar).collect();
                let values = read.ok_or_else(|| format!("`{name}` compares `{key}` with something else than text"))?;
                conditions.push(Self { operator: operator.clone(), key: key.to_ascii_lowercase(), values });
            }
        }
        // `ForAllValues` and `…IfExists` hold where there is no value, unless `Null` asks that there is one.
        let asked: Vec<String> = conditions.iter().filter(|c| c.asks_for_a_value()).map(|c| c.key.clone()).collect();
        for Self { operator, .. } in conditions.iter_mut().filter(|c| asked.contains(&c.key)) {
            operator.if_exists = false;
            if operator.quantifier == Some(Quantifier::All) {
                operator.quantifier = None;
            }
        }
        Ok(conditions)
    }
}

impl Operator {
    fn read(name: &str) -> Self {
        let name = name.trim().to_ascii_lowercase();
        let (quantifier, rest) = match name.split_once(':') {
            Some(("forallvalues", rest)) => (Some(Quantifier::All), rest),
            Some(("foranyvalue", rest)) => (Some(Quantifier::Any), rest),
            _ => (None, name.as_str()),
        };
        let (test, if_exists) = match rest.strip_suffix("ifexists") {
            Some(test) => (test, true),
            None => (rest, false),
        };
        let test = match test {
            "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike" => Test::Is,
            "stringnotequals" | "stringnotequalsignorecase" | "stringnotlike" | "arnnotequals" | "arnnotlike" => {
                Test::IsNot
            }
            "ipaddress" => Test::InRange,
            "notipaddress" => Test::NotInRange,
            "bool" => Test::Bool,
            "null" => Test::Null,
            other => Test::Other(other.to_owned()),
        };
        Self { quantifier, test, if_exists }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
