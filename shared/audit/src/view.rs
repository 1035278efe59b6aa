//! How a check reads a resource: a fact that is missing, failed or of an unexpected shape ends the check as not
//! assessed, and what was read becomes the evidence.

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::Timestamp;
use riposte_core::iam::{Home, Policy};
use riposte_core::text::plain;
use serde_json::{Map, Value};

use crate::resource::Resource;
use crate::verdict::{Answer, Unknown, Verdict};

/// A resource as a check sees it.
#[derive(Debug)]
pub struct View<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// When the audit runs.
    pub now: Timestamp,
    /// Paths, with what was found there where the path alone does not tell. No references: they would make views of
    /// several resources strangers to each other.
    seen: RefCell<Vec<(String, Option<Value>)>>,
    asked: RefCell<BTreeSet<String>>,
}

/// How many characters of a value are kept as evidence.
const EVIDENCE: usize = 400;

impl<'a> View<'a> {
    /// Looks at a resource.
    #[must_use]
    pub fn new(resource: &'a Resource, now: Timestamp) -> Self {
        Self { resource, now, seen: RefCell::default(), asked: RefCell::default() }
    }

    /// What was read, by its path. Values that are long are cut.
    #[must_use]
    pub fn evidence(&self) -> Map<String, Value> {
        let mut evidence = Map::new();
        for (path, found) in self.seen.borrow().iter() {
            let (operation, rest) = path.split_once('.').unwrap_or((path, ""));
            let fact = self.resource.facts.get(operation).and_then(|fact| reach(fact, rest).ok().flatten());
            let value = found.as_ref().or(fact).unwrap_or(&Value::Null);
            let text = match value {
                Value::Bool(_) | Value::Number(_) | Value::Null => {
                    evidence.insert(path.clone(), value.clone());
                    continue;
                }
                Value::String(text) => plain(text, EVIDENCE),
                other => {
                    let text = other.to_string();
                    if text.len() <= EVIDENCE {
                        evidence.insert(path.clone(), value.clone());
                        continue;
                    }
                    plain(&text, EVIDENCE)
                }
            };
            evidence.insert(path.clone(), Value::from(text));
        }
        evidence
    }

    /// The operations that were asked for.
    #[must_use]
    pub fn operations(&self) -> BTreeSet<String> {
        self.asked.borrow().clone()
    }

    /// A fact: `None` where AWS said that there is none.
    ///
    /// # Errors
    /// Where it was not collected, or the operation failed.
    pub fn fact(&self, operation: &str) -> Result<Option<&'a Value>, Unknown> {
        self.asked.borrow_mut().insert(operation.to_owned());
        let fact = self.resource.facts.get(operation);
        let fact = fact.ok_or_else(|| Unknown(format!("`{operation}` was not collected")))?;
        let error = fact.get("error").filter(|error| error.is_object() && error.get("code").is_some());
        if let Some(error) = error {
            let part = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
            let (code, message) = (plain(part("code"), 80), plain(part("message"), 300));
            return Err(Unknown(format!("`{operation}` failed: {code}: {message}")));
        }
        Ok(Some(fact).filter(|fact| !fact.is_null()))
    }

    /// What stands at `Operation.Name.Name`; `None` where it is absent or null.
    ///
    /// # Errors
    /// Where the fact is not there.
    pub fn get(&self, path: &str) -> Result<Option<&'a Value>, Unknown> {
        let (operation, rest) = path.split_once('.').unwrap_or((path, ""));
        let value = match self.fact(operation)? {
            None => None,
            Some(fact) => reach(fact, rest).map_err(|wrong| unreadable(path, wrong))?,
        };
        self.seen.borrow_mut().push((path.to_owned(), None));
        Ok(value)
    }

    /// A truth; `None` where it is absent.
    ///
    /// # Errors
    /// Where the fact is not there, or says something else.
    pub fn truth(&self, path: &str) -> Result<Option<bool>, Unknown> {
        self.get(path)?.map(|value| as_truth(value).ok_or_else(|| unreadable(path, value))).transpose()
    }

    /// A truth that AWS leaves out where it is not so.
    ///
    /// # Errors
    /// Where the fact is not there, or says something else.
    pub fn flag(&self, path: &str) -> Result<bool, Unknown> {
        Ok(self.truth(path)?.unwrap_or(false))
    }

    /// A text; `None` where it is absent or empty, which services use for the same.
    ///
    /// # Errors
    /// Where the fact is not there, or is no text.
    pub fn text(&self, path: &str) -> Result<Option<&'a str>, Unknown> {
        let text = self.get(path)?.map(|value| value.as_str().ok_or_else(|| unreadable(path, value))).transpose()?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// A number, also one that is written as text.
    ///
    /// # Errors
    /// Where the fact is not there, or is no number.
    pub fn number(&self, path: &str) -> Result<Option<f64>, Unknown> {
        self.get(path)?.map(|value| as_number(value).ok_or_else(|| unreadable(path, value))).transpose()
    }

    /// A list; empty where it is absent.
    ///
    /// # Errors
    /// Where the fact is not there, or is no list.
    pub fn list(&self, path: &str) -> Result<&'a [Value], Unknown> {
        match self.get(path)? {
            None => Ok(&[]),
            Some(Value::Array(items)) => match items.iter().find(|item| item.is_number() || item.is_boolean()) {
                // Lists of resources, rules and names hold no such thing.
                Some(odd) => Err(unreadable(path, odd)),
                None => Ok(items),
            },
            Some(other) => Err(unreadable(path, other)),
        }
    }

    /// A list of texts.
    ///
    /// # Errors
    /// Where the fact is not there, or is no list.
    pub fn texts(&self, path: &str) -> Result<Vec<&'a str>, Unknown> {
        self.list(path)?.iter().map(|item| item.as_str().ok_or_else(|| unreadable(path, item))).collect()
    }

    /// The value of a key in a list of `{"Key", "Value"}`, as load balancers tell their attributes.
    ///
    /// # Errors
    /// Where the fact is not there, or is no list.
    pub fn attribute(&self, path: &str, key: &str) -> Result<Option<&'a str>, Unknown> {
        let has_key = |item: &&Value| text(item, "Key") == Some(key);
        let found = self.list(path)?.iter().find(has_key);
        let value = found.and_then(|item| text(item, "Value"));
        let found = found.and_then(|item| item.get("Value"));
        self.seen.borrow_mut().pop();
        self.seen.borrow_mut().push((format!("{path}.{key}"), Some(found.cloned().unwrap_or_default())));
        Ok(value)
    }

    /// The members of an object; `None` where it is absent.
    ///
    /// # Errors
    /// Where the fact is not there, or is no object.
    pub fn members(&self, path: &str) -> Result<Option<&'a Map<String, Value>>, Unknown> {
        self.get(path)?.map(|value| value.as_object().ok_or_else(|| unreadable(path, value))).transpose()
    }

    /// A time; `None` where it is absent or empty.
    ///
    /// # Errors
    /// Where the fact is not there, or is no time.
    pub fn time(&self, path: &str) -> Result<Option<Timestamp>, Unknown> {
        self.get(path)?
            .filter(|value| value.as_str() != Some(""))
            .map(|value| as_time(value).ok_or_else(|| unreadable(path, value)))
            .transpose()
    }

    /// A time of the credential report; `None` where it says in one of its words that there is none.
    ///
    /// # Errors
    /// Where the fact is not there, or is neither.
    pub fn reported_time(&self, path: &str) -> Result<Option<Timestamp>, Unknown> {
        let is_one = |value: &&Value| !matches!(value.as_str(), Some("" | "N/A" | "no_information" | "not_supported"));
        let value = self.get(path)?.filter(is_one);
        value.map(|value| as_time(value).ok_or_else(|| unreadable(path, value))).transpose()
    }

    /// How many whole days ago a time was; negative where it is still to come.
    #[must_use]
    pub fn days_since(&self, time: Timestamp) -> i64 {
        (self.now.as_second() - time.as_second()).div_euclid(86_400)
    }

    /// The policy document at a path; `None` where there is none.
    ///
    /// # Errors
    /// Where the fact is not there, or is no policy.
    pub fn policy(&self, path: &str) -> Result<Option<Policy>, Unknown> {
        match self.get(path)? {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(document) => self.read_policy(path, document).map(Some),
        }
    }

    /// Reads a policy document.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read_policy(&self, path: &str, document: &Value) -> Result<Policy, Unknown> {
        Policy::from_value(document).map_err(|error| Unknown(format!("the policy of `{path}` cannot be read: {error}")))
    }

    /// The account that the resource is of.
    #[must_use]
    pub fn home(&self) -> Home<'a> {
        Home { partition: self.resource.partition(), account: &self.resource.account }
    }

    /// Fails where a truth holds, and is not assessed where AWS does not say.
    ///
    /// # Errors
    /// Where the fact is not there.
    pub fn on(&self, path: &str, bad: &str, good: &str) -> Answer {
        let truth = self.truth(path)?.ok_or_else(|| Unknown(format!("`{path}` is missing")))?;
        Verdict::fail_if(truth, bad, good)
    }

    /// Fails where a truth holds; absent means that it does not.
    ///
    /// # Errors
    /// Where the fact is not there.
    pub fn said(&self, path: &str, bad: &str, good: &str) -> Answer {
        Verdict::fail_if(self.flag(path)?, bad, good)
    }

    /// Fails where a truth does not hold; absent means that it does not.
    ///
    /// # Errors
    /// Where the fact is not there.
    pub fn off(&self, path: &str, bad: &str, good: &str) -> Answer {
        Verdict::fail_if(!self.flag(path)?, bad, good)
    }

    /// Fails where nothing stands at a path: no value, an empty text or list.
    ///
    /// # Errors
    /// Where the fact is not there.
    pub fn unset(&self, path: &str, bad: &str, good: &str) -> Answer {
        let value = self.get(path)?;
        if let Some(odd @ (Value::Bool(_) | Value::Number(_) | Value::Object(_))) = value {
            return Err(unreadable(path, odd));
        }
        Verdict::fail_if(is_empty(value), bad, good)
    }

    /// Fails where a text is this one; absent is another.
    ///
    /// # Errors
    /// Where the fact is not there.
    pub fn is(&self, path: &str, unwanted: &str, bad: &str, good: &str) -> Answer {
        Verdict::fail_if(self.text(path)? == Some(unwanted), bad, good)
    }

    /// Fails where a text is none of these; absent is none of these.
    ///
    /// # Errors
    /// Where the fact is not there.
    pub fn none_of(&self, path: &str, wanted: &[&str], bad: &str, good: &str) -> Answer {
        let is = self.text(path)?.is_some_and(|text| wanted.iter().any(|w| w.eq_ignore_ascii_case(text)));
        Verdict::fail_if(!is, bad, good)
    }

    /// Fails where a number is below another; absent counts as 0.
    ///
    /// # Errors
    /// Where the fact is not there.
    pub fn below(&self, path: &str, least: f64, bad: &str, good: &str) -> Answer {
        Verdict::fail_if(self.number(path)?.unwrap_or(0.0) < least, bad, good)
    }
}

thread_local! {
    /// What a look could not read in the middle of a list, where it cannot end as not assessed by itself.
    static PUZZLING: RefCell<Option<Unknown>> = const { RefCell::new(None) };
}

/// Begins a look.
pub(crate) fn forget_puzzling() {
    PUZZLING.set(None);
}

/// What the look could not read, where it went on without.
pub(crate) fn take_puzzling() -> Option<Unknown> {
    PUZZLING.take()
}

fn puzzled(path: &str, value: &Value) {
    PUZZLING.with_borrow_mut(|puzzling| {
        puzzling.get_or_insert_with(|| unreadable(path, value));
    });
}

/// What stands at `Name.Name` below a value; the value that has no names where one should.
fn reach<'v>(value: &'v Value, path: &str) -> Result<Option<&'v Value>, &'v Value> {
    let mut here = value;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        match here {
            Value::Object(members) => match members.get(part) {
                Some(next) => here = next,
                None => return Ok(None),
            },
            Value::Null => return Ok(None),
            other => return Err(other),
        }
    }
    Ok(Some(here).filter(|value| !value.is_null()))
}

/// What stands at `Name.Name` below a value. What cannot be read is noted, and the look is not assessed unless it fails.
#[must_use]
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    reach(value, path).unwrap_or_else(|wrong| {
        puzzled(path, wrong);
        None
    })
}

/// What a reading of the value at a path gives; one that gives nothing is noted as [`at`] does.
fn read<'v, T>(value: &'v Value, path: &str, as_what: impl FnOnce(&'v Value) -> Option<T>) -> Option<T> {
    let found = at(value, path)?;
    let read = as_what(found);
    if read.is_none() {
        puzzled(path, found);
    }
    read
}

/// A text below a value.
#[must_use]
pub(crate) fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    read(value, path, Value::as_str)
}

/// A truth below a value; absent is false.
#[must_use]
pub(crate) fn flag(value: &Value, path: &str) -> bool {
    read(value, path, as_truth).unwrap_or(false)
}

/// A time below a value.
#[must_use]
pub(crate) fn time(value: &Value, path: &str) -> Option<Timestamp> {
    read(value, path, as_time)
}

/// A number below a value, also one that is written as text.
#[must_use]
pub(crate) fn number(value: &Value, path: &str) -> Option<f64> {
    read(value, path, as_number)
}

/// The texts of a list below a value; absent is empty.
pub(crate) fn strings<'v>(value: &'v Value, path: &str) -> impl Iterator<Item = &'v str> {
    list(value, path).iter().filter_map(|item| text(item, ""))
}

/// A list below a value; absent is empty.
#[must_use]
pub(crate) fn list<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    read(value, path, Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    }
}

fn as_truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A number, also one that is written as text.
#[must_use]
pub(crate) fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A time: RFC 3339, as Python prints it, or seconds since 1970.
#[must_use]
pub(crate) fn as_time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| format!("{text}Z").parse().ok()).or_else(|| {
                Some(text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
            })
        }
        Value::Number(number) => {
            let seconds = number.as_f64()?;
            #[allow(
                clippy::cast_possible_truncation,
                reason = "a time in seconds is far smaller, and one that is not is refused"
            )]
            Timestamp::from_second(seconds as i64).ok()
        }
        _ => None,
    }
}

pub(crate) fn unreadable(path: &str, value: &Value) -> Unknown {
    Unknown(format!("`{path}` cannot be read: {}", plain(&value.to_string(), 120)))
}
