//! An identity policy document, read into statements.
//!
//! IAM has accepted every document that gets here, so reading errs on the side of understanding: names
//! of elements and effects are compared without case, a single value stands for a list of one, and what
//! does not change who may do what (`Sid`, `Principal`, `Version`) is passed over. What would have to
//! be guessed is an error.

use serde_json::{Map, Value};
use thiserror::Error;

use crate::text::{plain, url_decoded};

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(super) statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    /// In lower case: IAM compares actions without case.
    pub(super) actions: Patterns,
    pub(super) resources: Patterns,
    /// Whether a condition narrows it.
    pub(super) conditional: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// What a statement names, or what it leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Patterns {
    /// `Action`, `Resource`.
    Only(Vec<String>),
    /// `NotAction`, `NotResource`.
    AllBut(Vec<String>),
}

/// Why a text is no policy document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// Neither JSON nor URL-encoded JSON.
    #[error("not JSON at line {line}, column {column}: {reason}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// The parser's own words, without the place.
        reason: String,
    },
    /// JSON that is no object.
    #[error("a policy is a JSON object")]
    NotAnObject,
    /// No `Statement`.
    #[error("no `Statement`")]
    NoStatement,
    /// A statement that cannot be judged.
    #[error("statement {number}: {}", plain(.wrong, 200))]
    Statement {
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        wrong: String,
    },
}

impl Policy {
    /// Reads a document, plain or URL-encoded (as IAM's own API returns it).
    ///
    /// # Errors
    /// Says what is wrong and in which statement.
    pub fn parse(document: &str) -> Result<Self, PolicyError> {
        match json(document)? {
            Value::Object(policy) => Self::from_object(&policy),
            _ => Err(PolicyError::NotAnObject),
        }
    }

    fn from_object(policy: &Map<String, Value>) -> Result<Self, PolicyError> {
        let statements = one_or_many(element(policy, "Statement").ok_or(PolicyError::NoStatement)?);
        let read = |(index, statement): (usize, &Value)| {
            let number = index + 1;
            Statement::read(statement).map_err(|wrong| PolicyError::Statement { number, wrong })
        };
        Ok(Self { statements: statements.iter().enumerate().map(read).collect::<Result<_, _>>()? })
    }
}

impl Statement {
    fn read(statement: &Value) -> Result<Self, String> {
        let statement = statement.as_object().ok_or("is no object")?;
        let effect = match element(statement, "Effect").and_then(Value::as_str) {
            Some(effect) if effect.eq_ignore_ascii_case("allow") => Effect::Allow,
            Some(effect) if effect.eq_ignore_ascii_case("deny") => Effect::Deny,
            Some(other) => return Err(format!("`Effect` is `{other}`")),
            None => return Err("no `Effect`".to_owned()),
        };
        let mut actions = Patterns::read(statement, "Action", "NotAction")?;
        actions.each_mut(str::make_ascii_lowercase);
        let resources = Patterns::read(statement, "Resource", "NotResource")?;
        let conditional = match element(statement, "Condition") {
            None | Some(Value::Null) => false,
            Some(Value::Object(conditions)) => !conditions.is_empty(),
            Some(_) => return Err("`Condition` is no object".to_owned()),
        };
        Ok(Self { effect, actions, resources, conditional })
    }
}

impl Patterns {
    fn read(statement: &Map<String, Value>, only: &str, all_but: &str) -> Result<Self, String> {
        let list = |key: &str, value: &Value| {
            let strings = one_or_many(value).iter().map(|v| v.as_str().map(str::to_owned));
            strings.collect::<Option<Vec<_>>>().ok_or_else(|| format!("`{key}` holds something else than strings"))
        };
        match (element(statement, only), element(statement, all_but)) {
            (Some(value), None) => list(only, value).map(Self::Only),
            (None, Some(value)) => list(all_but, value).map(Self::AllBut),
            (Some(_), Some(_)) => Err(format!("both `{only}` and `{all_but}`")),
            (None, None) => Err(format!("neither `{only}` nor `{all_but}`")),
        }
    }

    fn each_mut(&mut self, change: impl Fn(&mut str)) {
        let (Self::Only(list) | Self::AllBut(list)) = self;
        list.iter_mut().for_each(|pattern| change(pattern));
    }
}

/// Plain JSON, else URL-encoded JSON.
fn json(document: &str) -> Result<Value, PolicyError> {
    let wrong = |error: serde_json::Error| {
        let full = error.to_string();
        let reason = full.split(" at line ").next().unwrap_or_default().to_owned();
        PolicyError::Json { line: error.line(), column: error.column(), reason }
    };
    serde_json::from_str(&url_decoded(document)).map_err(wrong)
}

fn element<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        single => std::slice::from_ref(single),
    }
}

#[cfg(test)]
mod tests;
