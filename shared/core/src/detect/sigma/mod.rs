//! Sigma rules as detectors, evaluated by `rsigma-eval`.
//!
//! The pack ([`pack`]) is our own; [`load`] reads a user's. Both are plain Sigma. What Sigma has no word
//! for stands in a part of its own: `riposte: {confidence, respond, target, outcome, burst, why…}`
//! ([`describe::Custom`]). A rule without that part runs over every call that it can match, failed ones
//! included, as it was written.

pub mod calls;
pub mod check;
mod correlate;
pub mod describe;
mod load;
mod meaning;
pub mod needs;
pub mod pack;
mod predicate;
mod record;

pub use load::{RuleError, RuleFile, load};
pub(crate) use record::Record;

use std::sync::{Arc, OnceLock};

use rsigma_eval::event::{Event as _, EventValue};
use rsigma_parser::{SigmaRule, parse_sigma_yaml};

use self::predicate::Predicate;
use super::{Claim, DetectError, Detector, Facts, Meta};
use crate::action::{Place, Response};
use crate::event::ApiCall;
use crate::finding::Target;
use crate::text::plain;

/// A Sigma rule as a detector. It is compiled when the first event comes that it reads.
#[derive(Debug)]
pub struct SigmaDetector {
    meta: Meta,
    paths: Paths,
    text: &'static str,
    compiled: OnceLock<Result<Arc<Predicate>, String>>,
}

/// Where in an event a rule's values stand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paths {
    /// The target.
    pub target: Option<&'static str>,
    /// What is responded to, where that is not the target.
    pub respond: Option<&'static str>,
    /// What a burst counts.
    pub distinct: Option<&'static str>,
}

/// Compiles a rule.
///
/// # Errors
/// What is wrong with it.
fn compile(rule: &SigmaRule) -> Result<Arc<Predicate>, String> {
    meaning::compile(rule).map(|compiled| Arc::new(Predicate::of(&compiled)))
}

impl SigmaDetector {
    /// A rule from its YAML text, one rule alone, and what its description said.
    #[must_use]
    pub const fn new(meta: Meta, paths: Paths, text: &'static str) -> Self {
        Self { meta, paths, text, compiled: OnceLock::new() }
    }

    /// The same, compiled already.
    fn compiled(meta: Meta, paths: Paths, rule: Arc<Predicate>) -> Self {
        Self { meta, paths, text: "", compiled: OnceLock::from(Ok(rule)) }
    }

    /// Its YAML; empty for a rule of the user's.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// Where its values stand.
    #[must_use]
    pub fn paths(&self) -> Paths {
        self.paths
    }

    /// Compiles it, unless that was done.
    ///
    /// # Errors
    /// What is wrong with the rule.
    pub fn compile(&self) -> Result<(), DetectError> {
        self.predicate().map(|_| ())
    }

    fn predicate(&self) -> Result<&Arc<Predicate>, DetectError> {
        let compiled = self.compiled.get_or_init(|| {
            // The build has checked it.
            let parsed = parse_sigma_yaml(self.text).map_err(|error| error.to_string())?;
            compile(parsed.rules.first().ok_or("there is no rule in it")?)
        });
        compiled.as_ref().map_err(|wrong| DetectError::Rule { rule: self.meta.id.to_owned(), wrong: wrong.clone() })
    }

    /// What it asks for: of each of its actions, a response for each value at its target, or at what it responds to.
    /// Where the event does not say enough for one, nothing is guessed.
    fn responses(&self, call: &ApiCall) -> Vec<(Target, Response)> {
        if self.meta.actions.is_empty() {
            return Vec::new();
        }
        let paths = self.paths.respond.or(self.paths.target);
        let Some(place) = paths.and_then(|paths| Place::at(paths, call)) else { return Vec::new() };
        let responses = self.meta.actions.iter().flat_map(|action| action.of_rule(&place));
        responses.filter_map(|response| Some((response.target().ok()?, response))).collect()
    }

    fn why(&self, call: &ApiCall, target: &str) -> String {
        let outcome = call.error_code().map(|code| format!(" (refused: {code})")).unwrap_or_default();
        format!("{}: `{}` on `{target}`{outcome}", self.meta.title, call.event_name())
    }
}

impl Detector for SigmaDetector {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let event = Record::of(call);
        if !self.predicate()?.holds(&event) {
            return Ok(Vec::new());
        }
        let found = self.paths.target.and_then(|path| text_at(&event, path));
        let name = found.clone().unwrap_or_else(|| call.actor().label().to_owned());
        let why = plain(&self.why(call, &name), 600);
        let target = Target::Resource { service: call.service().to_owned(), id: name };
        if self.meta.burst.is_some() {
            let items = match self.paths.distinct {
                // An event that does not say what is counted counts nothing.
                Some(path) => texts_at(&event, path),
                None => vec![call.event_id().unwrap_or_default().to_owned()],
            };
            // What is found in numbers is one incident, with one response.
            let (target, response) = match self.responses(call).into_iter().next() {
                Some((target, response)) => (target, Some(response)),
                None => (target, None),
            };
            let claim = |item| Claim {
                counted: Some(item),
                response: response.clone(),
                ..Claim::of(target.clone(), why.clone())
            };
            return Ok(items.into_iter().map(claim).collect());
        }
        let mut claims: Vec<Claim> = Vec::new();
        for (target, response) in self.responses(call) {
            // One resource is one incident: of several actions that would change it, the first that the rule names.
            if claims.iter().all(|claim| claim.target != target) {
                claims.push(Claim { response: Some(response), ..Claim::of(target, why.clone()) });
            }
        }
        if claims.is_empty() {
            claims.push(Claim::of(target, why));
        }
        Ok(claims)
    }
}

/// The text at a path of the event, or at the first of several, with commas between them, that is there.
/// Of a list, its first members.
pub(crate) fn text_at(event: &Record<'_>, path: &str) -> Option<String> {
    path.split(',').find_map(|path| text_of(&event.get_field(path.trim())?))
}

/// All texts at the first of these paths that is there: of a list, each of its members.
fn texts_at(event: &Record<'_>, paths: &str) -> Vec<String> {
    let all = paths.split(',').map(|path| event.get_field(path.trim()).map(|value| texts_of(&value)));
    all.flatten().find(|texts| !texts.is_empty()).unwrap_or_default()
}

fn texts_of(value: &EventValue<'_>) -> Vec<String> {
    match value {
        EventValue::Array(members) => members.iter().flat_map(texts_of).collect(),
        other => text_of(other).into_iter().collect(),
    }
}

/// How many members of a list are named.
const NAMED: usize = 3;

fn text_of(value: &EventValue<'_>) -> Option<String> {
    match value {
        EventValue::Array(members) => {
            let mut texts: Vec<_> = members.iter().filter_map(text_of).collect();
            let more = texts.len().saturating_sub(NAMED);
            texts.truncate(NAMED);
            let mut text = texts.join(", ");
            if more > 0 {
                text = format!("{text} and {more} more");
            }
            (!text.is_empty()).then_some(text)
        }
        EventValue::Map(_) => Some(value.to_json().to_string()),
        scalar => scalar.as_str().map(std::borrow::Cow::into_owned).filter(|text| !text.is_empty()),
    }
}
