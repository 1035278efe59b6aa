//! A policy document without what lets somebody in: whole statements, or single principals of a statement that names
//! others besides.

use serde_json::{Map, Value};

use super::policy::{element, json, one_or_many};
use super::{Policy, PolicyError};

/// What is left of `document` without those that `offends` names, by statement, counted from 1. `None` where nothing is
/// left; the document as it is where nobody offends.
///
/// # Errors
/// The document cannot be evaluated.
pub fn without(document: &Value, offends: &dyn Fn(&Policy) -> Vec<usize>) -> Result<Option<Value>, PolicyError> {
    let parsed;
    let object = match document {
        Value::String(text) => {
            parsed = json(text)?;
            &parsed
        }
        other => other,
    };
    let bad = offends(&Policy::from_value(object)?);
    let Some(members) = object.as_object() else { return Err(PolicyError::NotAnObject) };
    let statements = one_or_many(element(members, "Statement").ok_or(PolicyError::NoStatement)?);
    let mut left = Vec::new();
    for (index, statement) in statements.iter().enumerate() {
        if !bad.contains(&(index + 1)) {
            left.push(statement.clone());
        } else if let Some(narrower) = narrowed(members, statements, index, offends)? {
            left.push(narrower);
        }
    }
    Ok((!left.is_empty()).then(|| with_statements(members, left)))
}

/// A statement with those of its principals alone that do not offend; `None` where there are none.
fn narrowed(
    members: &Map<String, Value>,
    statements: &[Value],
    index: usize,
    offends: &dyn Fn(&Policy) -> Vec<usize>,
) -> Result<Option<Value>, PolicyError> {
    let Some(statement) = statements.get(index).and_then(Value::as_object) else { return Ok(None) };
    let Some(Value::Object(principals)) = element(statement, "Principal") else { return Ok(None) };
    let mut kept = Map::new();
    for (kind, names) in principals {
        let mut of_kind = Vec::new();
        for name in one_or_many(names) {
            let alone = with_principal(statement, Map::from_iter([(kind.clone(), name.clone())]).into());
            let mut others = statements.to_vec();
            if let Some(place) = others.get_mut(index) {
                *place = alone;
            }
            if !offends(&Policy::from_value(&with_statements(members, others))?).contains(&(index + 1)) {
                of_kind.push(name.clone());
            }
        }
        if !of_kind.is_empty() {
            kept.insert(kind.clone(), Value::Array(of_kind));
        }
    }
    Ok((!kept.is_empty()).then(|| with_principal(statement, kept.into())))
}

fn with_principal(statement: &Map<String, Value>, principal: Value) -> Value {
    replaced(statement, "Principal", principal)
}

fn with_statements(members: &Map<String, Value>, statements: Vec<Value>) -> Value {
    replaced(members, "Statement", Value::Array(statements))
}

/// The object with a member replaced, in whatever case its name is written.
fn replaced(object: &Map<String, Value>, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    let key = object.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
    object.insert(key.unwrap_or_else(|| name.to_owned()), value);
    Value::Object(object)
}

/// A document in one form, whatever form AWS gives it back in: a list of one is its member, and lists have an order.
#[must_use]
pub fn canonical(document: &Value) -> Value {
    match document {
        Value::Array(members) if members.len() == 1 => members.first().map_or(Value::Null, canonical),
        Value::Array(members) => {
            let mut members: Vec<_> = members.iter().map(canonical).collect();
            if members.iter().all(Value::is_string) {
                members.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            }
            Value::Array(members)
        }
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), canonical(value))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Home, Outsider};
    use super::*;

    fn closed(document: &Value, who: &[Outsider]) -> Option<Value> {
        let home = Home { partition: "aws", account: "123456789012" };
        let offends = |policy: &Policy| {
            let grants = policy.outside_grants(&home);
            grants.into_iter().filter(|grant| who.contains(&grant.who)).map(|grant| grant.statement).collect()
        };
        without(document, &offends).unwrap()
    }

    fn allow(principal: &Value) -> Value {
        json!({ "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*" })
    }

    #[test]
    fn only_the_statement_that_offends_goes() {
        let own = allow(&json!({ "AWS": "arn:aws:iam::123456789012:role/app" }));
        let document = json!({ "Version": "2012-10-17", "Id": "x", "Statement": [own, allow(&json!("*"))] });
        let left = closed(&document, &[Outsider::Everyone]).unwrap();
        assert_eq!(left, json!({ "Version": "2012-10-17", "Id": "x", "Statement": [own] }));
    }

    #[test]
    fn only_the_principal_that_offends_goes() {
        let own = "arn:aws:iam::123456789012:role/app";
        let statement = allow(&json!({ "AWS": [own, "444455556666"], "Service": "logging.s3.amazonaws.com" }));
        let left = closed(&json!({ "Statement": statement }), &[Outsider::Account("444455556666".to_owned())]).unwrap();
        let principals = json!({ "AWS": [own], "Service": ["logging.s3.amazonaws.com"] });
        assert_eq!(left.pointer("/Statement/0/Principal"), Some(&principals));
    }

    #[test]
    fn nothing_is_left_of_one_statement_to_everyone() {
        let document = json!({ "Statement": [allow(&json!({ "AWS": "*" }))] });
        assert_eq!(closed(&document, &[Outsider::Everyone]), None);
    }

    #[test]
    fn nobody_else_is_touched() {
        let document = json!({ "Statement": [allow(&json!("*"))] });
        let other = Outsider::Account("444455556666".to_owned());
        assert_eq!(closed(&document, &[other]), Some(document));
    }

    #[test]
    fn one_form_for_every_spelling() {
        let a = json!({ "Statement": [{ "Action": ["b", "a"], "Resource": ["*"] }] });
        let b = json!({ "Statement": { "Resource": "*", "Action": ["a", "b"] } });
        assert_eq!(canonical(&a), canonical(&b));
    }
}
