//! A user's rules, read once at the start. A broken one is refused with its file, its line and the
//! reason: a rule that is left out in silence is an attack that nobody sees.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsigma_eval::compile_rule;
use rsigma_parser::SigmaRule;
use thiserror::Error;

use super::describe::{self, BurstText, Custom, Description};
use super::{Paths, SigmaDetector};
use crate::detect::{ANY, Burst, Detector, Domain, EventName, Events, Meta, Outcome, Per, renamed};
use crate::text::plain;

/// Why a folder of rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}: {reason}", file = .file.display())]
pub struct RuleError {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1; the rule's first where the reason has no line of its own.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// A file of rules: its name, for messages, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// Where it was read.
    pub file: PathBuf,
    /// Its YAML: one rule or several.
    pub text: String,
}

/// Makes detectors of a user's rule files.
///
/// The rules live as long as the process: they are read once, at its start. `taken` are the ids of the
/// detectors that run beside them.
///
/// # Errors
/// Names the file, the line and the reason for each broken rule.
pub fn load(files: &[RuleFile], taken: &[&str]) -> Result<Vec<&'static dyn Detector>, Vec<RuleError>> {
    let mut errors = Vec::new();
    let mut seen: BTreeMap<&'static str, &PathBuf> = BTreeMap::new();
    let mut loaded: Vec<&'static dyn Detector> = Vec::new();
    for RuleFile { file, text } in files {
        match read(file, text) {
            Ok(rules) => {
                for (line, rule) in rules {
                    let id = rule.meta().id;
                    // What a detector of the catalog was once called still means that detector.
                    let current = renamed::current(id);
                    let catalog = match taken.contains(&current) {
                        false => None,
                        true if current == id => Some("in the catalog".to_owned()),
                        true => Some(format!("in the catalog, which is called `{current}` now")),
                    };
                    let other = seen.insert(id, file).map(|other| format!("in `{}`", other.display()));
                    if let Some(place) = other.or(catalog) {
                        let reason = format!("the name `{id}` is taken by a rule {place}");
                        errors.push(RuleError { file: file.clone(), line, reason });
                    }
                    loaded.push(Box::leak(Box::new(rule)));
                }
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(loaded) } else { Err(errors) }
}

fn read(file: &Path, text: &str) -> Result<Vec<(usize, SigmaDetector)>, RuleError> {
    let error = |line: usize, reason: String| RuleError { file: file.to_owned(), line, reason: plain(&reason, 600) };
    let starts = document_lines(text);
    let rules = describe::parse(text).map_err(|reason| error(line_of(text, &reason), reason))?;
    let several = rules.len() > 1;
    let mut read = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        let line = starts.get(number).copied().unwrap_or(1);
        let mut default_name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if several {
            default_name = format!("{default_name}-{}", number + 1);
        }
        let made = detector(rule, default_name).map_err(|reason| {
            let named = line_of(text, &reason);
            // A word that stands in an earlier rule of the file means another one.
            error(if several { line } else { named }, reason)
        });
        read.push((line, made?));
    }
    Ok(read)
}

fn detector(rule: &SigmaRule, default_name: String) -> Result<SigmaDetector, String> {
    let Description { name, title, status, severity, technique, calls, custom, prose } = describe::describe(rule)?;
    // Without a part of ours the rule runs as it was written: over failed calls too.
    let outcome = if custom.is_some() { Outcome::Success } else { Outcome::Any };
    let Custom { domain, since: _, confidence, respond, target, outcome: said, reads, burst, why: _ } =
        custom.unwrap_or_default();
    let outcome = match said.as_deref() {
        None => outcome,
        Some("success") => Outcome::Success,
        Some("failure") => Outcome::Failure,
        Some("any") => Outcome::Any,
        Some(other) => return Err(format!("`riposte.outcome` must be `success`, `failure` or `any`, not `{other}`")),
    };
    let events = match (reads.as_deref(), calls) {
        (Some("root"), _) => Events::ByRoot,
        (Some("denied"), _) => Events::Denied,
        (Some(other), _) => return Err(format!("`riposte.reads` must be `root` or `denied`, not `{other}`")),
        (None, Some(calls)) => Events::Calls(names(calls)),
        (None, None) => Events::All,
    };
    let domain = match domain.as_deref() {
        None => Domain::Compute,
        Some(text) => Domain::named(text)
            .filter(|domain| *domain != Domain::Hosts)
            .ok_or_else(|| format!("`riposte.category`: there is no category `{text}`"))?,
    };
    let confidence =
        confidence.as_deref().unwrap_or("medium").parse().map_err(|e| format!("`riposte.confidence` {e}"))?;
    let actions = respond.iter().map(|action| action.parse()).collect::<Result<Vec<_>, String>>();
    let actions = actions.map_err(|reason| format!("`riposte.respond`: {reason}"))?;
    if !actions.is_empty() && target.is_none() {
        return Err("`riposte.respond` needs a `riposte.target`".to_owned());
    }
    let paths = Paths {
        target: target.map(leaked),
        distinct: burst.as_ref().and_then(|burst| burst.distinct.clone()).map(leaked),
    };
    let burst = burst.map(burst_of).transpose()?;
    let compiled = compile_rule(rule).map_err(|reason| reason.to_string())?;
    let meta = Meta {
        id: leaked(name.unwrap_or(default_name)),
        title: leaked(title),
        status: status.parse()?,
        domain,
        severity: severity.parse()?,
        confidence,
        technique: technique.into_iter().map(leaked).collect::<Vec<_>>().leak(),
        events,
        outcome,
        burst,
        reads: &[],
        actions: actions.leak(),
        prose: leaked(prose),
        ..Meta::PLAIN
    };
    Ok(SigmaDetector::compiled(meta, paths, compiled))
}

fn burst_of(text: BurstText) -> Result<Burst, String> {
    let BurstText { what, at_least, within_seconds: within_s, per, distinct: _ } = text;
    let per = per.as_deref().map_or(Ok(Per::default()), str::parse);
    let per = per.map_err(|wrong| format!("`riposte.threshold.per` {wrong}"))?;
    Ok(Burst { what: leaked(what), at_least, within_s, per })
}

fn names(calls: Vec<(Option<String>, Option<String>)>) -> &'static [EventName] {
    let part = |text: Option<String>| text.map_or(ANY, leaked);
    calls
        .into_iter()
        .map(|(source, name)| EventName { source: part(source), name: part(name) })
        .collect::<Vec<_>>()
        .leak()
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The line on which each document of the file begins.
fn document_lines(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut begun = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("---") {
            begun = false;
        } else if !begun && !line.trim().is_empty() && !line.starts_with('#') {
            starts.push(index + 1);
            begun = true;
        }
    }
    starts
}

/// The line that the parser's words mean: the one that they name, else the first that holds what they
/// quote, else that of the first rule.
fn line_of(text: &str, reason: &str) -> usize {
    if let Some((_, after)) = reason.split_once(" line ") {
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(line) = digits.parse() {
            return line;
        }
    }
    let find = |wanted: &str| text.lines().position(|line| has_word(line, wanted)).map(|index| index + 1);
    let quoted = reason.split(['\'', '`', '"']).skip(1).step_by(2).filter(|quoted| !quoted.is_empty());
    let quoted = quoted.map(|quoted| quoted.strip_prefix("riposte.").unwrap_or(quoted));
    let of_condition = reason.starts_with("Condition") || reason.contains("detection identifier");
    let condition = of_condition.then(|| find("condition")).flatten();
    condition
        .or_else(|| quoted.filter_map(find).next())
        .unwrap_or_else(|| document_lines(text).first().copied().unwrap_or(1))
}

/// Whether the line holds the word, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + word.len()..).unwrap_or_default());
        !inside(before.chars().next_back()) && !inside(after.chars().next())
    })
}
