//! A policy document, read into statements: an identity's, a resource's or a role's trust policy.
//!
//! AWS has accepted every document that gets here, so reading errs on the side of understanding: names
//! of elements and effects are compared without case, a single value stands for a list of one, and what
//! does not change who may do what (`Sid`, `Id`, `Version`) is passed over. What would have to be guessed
//! is an error, and so is an element that stands twice: which of them AWS meant is a guess.

use serde_json::{Map, Value};
use thiserror::Error;

use super::condition::Condition;
use super::principal::Principals;
use super::unique;
use crate::text::{plain, url_decoded};

/// A policy document of any kind.
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
    /// What a resource's policy leaves out where it names principals is the resource that it hangs on: `*`.
    pub(super) resources: Patterns,
    /// Whom a resource's or a trust policy speaks of; an identity's policy says nothing.
    pub(super) principals: Option<Principals>,
    /// All of which must hold.
    pub(super) conditions: Vec<Condition>,
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
    /// An element of the document that stands there twice, in whatever case.
    #[error("`{}` stands there twice", plain(.0, 80))]
    Twice(String),
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
    /// A digest of a document, plain or URL-encoded: the same for the same document however it is spaced and in
    /// whatever order its fields stand.
    ///
    /// # Errors
    /// Where the text is no JSON.
    pub fn digest(document: &str) -> Result<String, PolicyError> {
        let mut canonical = json(document)?;
        canonical.sort_all_objects();
        Ok(crate::seal::short_hash(&[&canonical.to_string()]))
    }

    /// Reads a document, plain or URL-encoded (as IAM's own API returns it).
    ///
    /// # Errors
    /// Says what is wrong and in which statement.
    pub fn parse(document: &str) -> Result<Self, PolicyError> {
        Self::from_object(&json(document)?)
    }

    /// Reads a document that an event holds as JSON, or as a string of JSON: CloudTrail has both, by
    /// service.
    ///
    /// # Errors
    /// Says what is wrong and in which statement.
    pub fn from_value(document: &Value) -> Result<Self, PolicyError> {
        match document {
            Value::String(text) => Self::parse(text),
            other => Self::from_object(other),
        }
    }

    fn from_object(policy: &Value) -> Result<Self, PolicyError> {
        let policy = policy.as_object().ok_or(PolicyError::NotAnObject)?;
        if let Some(name) = named_twice(policy) {
            return Err(PolicyError::Twice(name.to_owned()));
        }
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
        if let Some(name) = named_twice(statement) {
            return Err(format!("`{name}` stands there twice"));
        }
        let effect = match element(statement, "Effect").and_then(Value::as_str) {
            Some(effect) if effect.eq_ignore_ascii_case("allow") => Effect::Allow,
            Some(effect) if effect.eq_ignore_ascii_case("deny") => Effect::Deny,
            Some(other) => return Err(format!("`Effect` is `{other}`")),
            None => return Err("no `Effect`".to_owned()),
        };
        let mut actions = Patterns::read(statement, "Action", "NotAction")?;
        actions.each_mut(str::make_ascii_lowercase);
        let principals = Principals::read(statement)?;
        let says_resource = element(statement, "Resource").or(element(statement, "NotResource")).is_some();
        let resources = if principals.is_some() && !says_resource {
            Patterns::Only(vec!["*".to_owned()])
        } else {
            Patterns::read(statement, "Resource", "NotResource")?
        };
        let conditions = match element(statement, "Condition") {
            None => Vec::new(),
            Some(block) => Condition::read_block(block)?,
        };
        Ok(Self { effect, actions, resources, principals, conditions })
    }

    /// Whether a condition narrows it.
    pub(super) fn is_conditional(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Whether it speaks of no action or no resource, whatever else it says.
    pub(super) fn is_void(&self) -> bool {
        self.actions.is_nothing() || self.resources.is_nothing()
    }
}

impl Patterns {
    fn read(statement: &Map<String, Value>, only: &str, all_but: &str) -> Result<Self, String> {
        match (element(statement, only), element(statement, all_but)) {
            (Some(value), None) => strings(only, value).map(Self::Only),
            (None, Some(value)) => strings(all_but, value).map(Self::AllBut),
            (Some(_), Some(_)) => Err(format!("both `{only}` and `{all_but}`")),
            (None, None) => Err(format!("neither `{only}` nor `{all_but}`")),
        }
    }

    fn is_nothing(&self) -> bool {
        match self {
            Self::Only(patterns) => patterns.is_empty(),
            Self::AllBut(patterns) => patterns.iter().any(|p| !p.is_empty() && p.chars().all(|c| c == '*')),
        }
    }

    fn each_mut(&mut self, change: impl Fn(&mut str)) {
        let (Self::Only(list) | Self::AllBut(list)) = self;
        list.iter_mut().for_each(|pattern| change(pattern));
    }
}

/// Plain JSON, else URL-encoded JSON.
pub(super) fn json(document: &str) -> Result<Value, PolicyError> {
    let wrong = |error: serde_json::Error| {
        let full = error.to_string();
        let reason = full.split(" at line ").next().unwrap_or_default().to_owned();
        PolicyError::Json { line: error.line(), column: error.column(), reason }
    };
    unique::from_str(&url_decoded(document)).map_err(wrong)
}

pub(super) fn element<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// A name that stands in the object in two spellings.
pub(super) fn named_twice(object: &Map<String, Value>) -> Option<&str> {
    let mut names: Vec<(String, &str)> = object.keys().map(|key| (key.to_ascii_lowercase(), key.as_str())).collect();
    names.sort();
    names.windows(2).find_map(|pair| match pair {
        [(a, _), (b, name)] if a == b => Some(*name),
        _ => None,
    })
}

pub(super) fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        single => std::slice::from_ref(single),
    }
}

/// A string or a list of strings.
pub(super) fn strings(key: &str, value: &Value) -> Result<Vec<String>, String> {
    let strings = one_or_many(value).iter().map(|v| v.as_str().map(str::to_owned));
    strings.collect::<Option<_>>().ok_or_else(|| format!("`{key}` holds something else than strings"))
}

#[cfg(test)]
mod tests;
