//! A user's rules, read once at the start. A broken one is refused with its file, its line and the
//! reason: a rule that is left out in silence is an attack that nobody sees.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rsigma_parser::{CorrelationRule, SigmaRule};
use thiserror::Error;

use super::correlate::{self, Part, SigmaCorrelation};
use super::describe::{self, BurstText, Custom, Description};
use super::{Paths, SigmaDetector, needs};
use crate::detect::{ANY, Burst, Detector, Domain, EventName, Events, Meta, Need, Needs, Outcome, Per, renamed};
use crate::finding::Confidence;
use crate::text::plain;

/// Why a folder of rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}{place}: {reason}", file = .file.display(), place = at(*.line))]
pub struct RuleError {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1; the rule's first where the reason has no line of its own; 0 where the file cannot be read.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// A line's place behind a file's name.
fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!(":{line}") }
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
    let mut all = Vec::new();
    for RuleFile { file, text } in files {
        match read(file, text) {
            Ok(rules) => {
                for read in rules {
                    let id = read.made.meta().id;
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
                        errors.push(RuleError { file: file.clone(), line: read.line, reason });
                    }
                    all.push((file, read));
                }
            }
            Err(error) => errors.push(error),
        }
    }
    let mut within = BTreeSet::new();
    for index in 0..all.len() {
        if let Err((file, line, reason)) = connect(&mut all, index, &mut within) {
            errors.push(RuleError { file, line, reason: plain(&reason, 600) });
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let alone = all.into_iter().enumerate().filter(|(index, _)| !within.contains(index));
    let leaked = alone.map(|(_, (_, read))| -> &'static dyn Detector {
        match read.made {
            Made::Rule(rule) => Box::leak(rule),
            Made::Correlation(_, rule) => Box::leak(rule),
        }
    });
    Ok(leaked.collect())
}

/// A rule of a file.
struct Read {
    line: usize,
    /// What a correlation may call it by.
    names: Vec<String>,
    made: Made,
}

enum Made {
    Rule(Box<SigmaDetector>),
    /// With the rule as it was written; its parts are put in once all rules are known.
    Correlation(Box<CorrelationRule>, Box<SigmaCorrelation>),
}

impl Made {
    fn meta(&self) -> &Meta {
        match self {
            Self::Rule(rule) => rule.meta(),
            Self::Correlation(_, rule) => rule.meta(),
        }
    }
}

/// Puts the rules into a correlation that it is about, and notes those that are not to run alone.
fn connect(
    all: &mut [(&PathBuf, Read)],
    index: usize,
    within: &mut BTreeSet<usize>,
) -> Result<(), (PathBuf, usize, String)> {
    let Some((file, Read { line, made: Made::Correlation(written, _), .. })) = all.get(index) else { return Ok(()) };
    let place = |reason: String| ((*file).clone(), *line, reason);
    let (mut parts, mut events, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    let mut inner = Vec::new();
    for name in &written.rules {
        let found = all.iter().position(|(_, read)| read.names.contains(name));
        let found = found.ok_or_else(|| place(format!("`rules` names `{name}`, and there is no such rule")))?;
        let Some((_, Read { made: Made::Rule(rule), names, .. })) = all.get(found) else {
            return Err(place(format!("`{name}` is a correlation itself, which is not supported")));
        };
        let compiled = Arc::clone(rule.predicate().map_err(|error| place(error.to_string()))?);
        let group = written.group_by.iter().map(|field| {
            let alias = written.aliases.iter().find(|alias| alias.alias == *field);
            let own = alias.and_then(|alias| names.iter().find_map(|name| alias.mapping.get(name)));
            (own.unwrap_or(field).clone(), field.clone())
        });
        parts.push(Part { rule: compiled, outcome: rule.meta().outcome, group: group.collect() });
        events.push(rule.meta().events);
        outcomes.push(rule.meta().outcome);
        inner.push(found);
    }
    let generate = written.generate;
    let events = together(&events).map_err(place)?;
    if !generate {
        within.extend(inner);
    }
    if let Some((_, Read { made: Made::Correlation(_, rule), .. })) = all.get_mut(index) {
        let outcome = outcomes.first().filter(|first| outcomes.iter().all(|other| other == *first));
        rule.meta.outcome = outcome.copied().unwrap_or(Outcome::Any);
        rule.meta.events = events;
        rule.parts = parts;
    }
    Ok(())
}

/// The events of several rules.
fn together(all: &[Events]) -> Result<Events, String> {
    let network = all.iter().filter(|events| **events == Events::NetworkActivity).count();
    if network == all.len() {
        return Ok(Events::NetworkActivity);
    }
    if network > 0 {
        return Err("a correlation is about calls or about network activity, not about both".to_owned());
    }
    if all.iter().any(|events| !matches!(events, Events::Calls(_))) {
        return Ok(Events::All);
    }
    let names: BTreeSet<EventName> = all.iter().flat_map(|events| events.names()).copied().collect();
    Ok(Events::Calls(names.into_iter().collect::<Vec<_>>().leak()))
}

fn read(file: &Path, text: &str) -> Result<Vec<Read>, RuleError> {
    let error = |line: usize, reason: String| RuleError { file: file.to_owned(), line, reason: plain(&reason, 600) };
    let documents = documents(text);
    let parsed = describe::parse(text).map_err(|reason| error(line_of(text, &reason), reason))?;
    let several = parsed.rules.len() + parsed.correlations.len() > 1;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    // Each kind stands in the order of its documents.
    let place = |correlation: bool, number: usize| {
        let of_kind = documents.iter().enumerate().filter(|(_, (_, kind))| *kind == correlation);
        of_kind.map(|(index, (line, _))| (index + 1, *line)).nth(number).unwrap_or((number + 1, 1))
    };
    let default_name = |document: usize| if several { format!("{stem}-{document}") } else { stem.clone() };
    let fault = |line: usize, reason: String| {
        let named = line_of(text, &reason);
        // A word that stands in an earlier rule of the file means another one.
        error(if several { line } else { named }, reason)
    };
    let mut read = Vec::new();
    for (number, rule) in parsed.rules.iter().enumerate() {
        let (document, line) = place(false, number);
        let made = detector(rule, default_name(document)).map_err(|reason| fault(line, reason))?;
        let names = [Some(made.meta().id.to_owned()), rule.name.clone(), rule.id.clone()];
        read.push(Read { line, names: names.into_iter().flatten().collect(), made: Made::Rule(Box::new(made)) });
    }
    for (number, rule) in parsed.correlations.into_iter().enumerate() {
        let (document, line) = place(true, number);
        let made = correlation(&rule, default_name(document)).map_err(|reason| fault(line, reason))?;
        let names = [Some(made.meta.id.to_owned()), rule.name.clone(), rule.id.clone()];
        let names = names.into_iter().flatten().collect();
        read.push(Read { line, names, made: Made::Correlation(Box::new(rule), Box::new(made)) });
    }
    Ok(read)
}

/// A correlation, whose parts are still missing.
fn correlation(rule: &CorrelationRule, default_name: String) -> Result<SigmaCorrelation, String> {
    let (severity, technique, custom, prose) = describe::describe_correlation(rule)?;
    let Custom { domain, confidence, respond, target, respond_at, outcome, reads, burst, .. } =
        custom.unwrap_or_default();
    let at = target.is_some() || respond_at.is_some();
    if !respond.is_empty() || at || outcome.is_some() || reads.is_some() || burst.is_some() {
        return Err("`riposte` of a correlation holds `domain`, `confidence` and `why` alone".to_owned());
    }
    let (correlation, fields) = correlate::read(rule)?;
    let within_s = u32::try_from(correlation.span_s).unwrap_or(u32::MAX);
    let at_least = SigmaCorrelation::least(&correlation);
    let mut made = SigmaCorrelation {
        meta: Meta {
            id: leaked(rule.name.clone().unwrap_or(default_name)),
            title: leaked(rule.title.clone()),
            domain: domain_of(domain.as_deref())?,
            severity: severity.parse()?,
            confidence: confidence_of(confidence.as_deref())?,
            technique: technique.into_iter().map(leaked).collect::<Vec<_>>().leak(),
            prose: leaked(prose),
            ..Meta::PLAIN
        },
        correlation: Box::leak(Box::new(correlation)),
        parts: Vec::new(),
        fields,
    };
    made.meta.burst = Some(Burst { what: leaked(made.what()), at_least, within_s, per: Per::Principal });
    Ok(made)
}

fn detector(rule: &SigmaRule, default_name: String) -> Result<SigmaDetector, String> {
    let Description { name, title, status, severity, technique, calls, network_activity, custom, prose } =
        describe::describe(rule)?;
    // Without a part of ours the rule runs as it was written: over failed calls too.
    let outcome = if custom.is_some() { Outcome::Success } else { Outcome::Any };
    let Custom { domain, confidence, respond, target, respond_at, no_response, outcome: said, reads, burst, .. } =
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
        _ if network_activity => Events::NetworkActivity,
        (None, Some(calls)) => Events::Calls(names(calls)),
        (None, None) => Events::All,
    };
    let domain = domain_of(domain.as_deref())?;
    let confidence = confidence_of(confidence.as_deref())?;
    let actions = respond.iter().map(|action| action.parse()).collect::<Result<Vec<_>, String>>();
    let actions = actions.map_err(|reason| format!("`riposte.respond`: {reason}"))?;
    if !actions.is_empty() && target.is_none() && respond_at.is_none() {
        return Err("`riposte.respond` needs a `riposte.target`".to_owned());
    }
    if actions.is_empty() && respond_at.is_some() {
        return Err("`riposte.respond-at` says where to respond, and `riposte.respond` names no action".to_owned());
    }
    if !actions.is_empty() && no_response.is_some() {
        return Err("`riposte.no-response` stands beside `riposte.respond`".to_owned());
    }
    let paths = Paths {
        target: target.map(leaked),
        respond: respond_at.map(leaked),
        distinct: burst.as_ref().and_then(|burst| burst.distinct.clone()).map(leaked),
    };
    let burst = burst.map(burst_of).transpose()?;
    let compiled = super::compile(rule)?;
    let meta = Meta {
        id: leaked(name.unwrap_or(default_name)),
        title: leaked(title),
        status: status.parse()?,
        domain,
        severity: severity.parse()?,
        confidence,
        technique: technique.into_iter().map(leaked).collect::<Vec<_>>().leak(),
        events,
        // Patterns are made where pages are: a function starts without.
        needs: if cfg!(feature = "pages") { leaked_needs(needs::of(&rule.detection)) } else { &[] },
        outcome,
        burst,
        reads: &[],
        actions: actions.leak(),
        prose: leaked(prose),
        ..Meta::PLAIN
    };
    Ok(SigmaDetector::compiled(meta, paths, compiled))
}

fn domain_of(text: Option<&str>) -> Result<Domain, String> {
    let Some(text) = text else { return Ok(Domain::Compute) };
    let named = Domain::named(text).filter(|domain| *domain != Domain::Hosts);
    named.ok_or_else(|| format!("`riposte.category`: there is no category `{text}`"))
}

fn confidence_of(text: Option<&str>) -> Result<Confidence, String> {
    text.unwrap_or("medium").parse().map_err(|e| format!("`riposte.confidence` {e}"))
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

fn leaked_needs(needs: Vec<needs::All>) -> Needs {
    let matchers =
        |all: Vec<String>| -> &'static [&'static str] { all.into_iter().map(leaked).collect::<Vec<_>>().leak() };
    let all = |all: needs::All| -> Need {
        all.into_iter().map(|(field, one)| (leaked(field), matchers(one))).collect::<Vec<_>>().leak()
    };
    needs.into_iter().map(all).collect::<Vec<_>>().leak()
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The line on which each document of the file begins, and whether it is a correlation.
fn documents(text: &str) -> Vec<(usize, bool)> {
    let mut found: Vec<(usize, bool)> = Vec::new();
    let mut begun = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("---") {
            begun = false;
        } else if !begun && !line.trim().is_empty() && !line.starts_with('#') {
            found.push((index + 1, false));
            begun = true;
        }
        if line.starts_with("correlation:")
            && let Some(last) = found.last_mut()
        {
            last.1 = true;
        }
    }
    found
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
        .unwrap_or_else(|| documents(text).first().map_or(1, |(line, _)| *line))
}

/// Whether the line holds the word, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + word.len()..).unwrap_or_default());
        !inside(before.chars().next_back()) && !inside(after.chars().next())
    })
}
