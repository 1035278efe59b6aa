//! What a Sigma rule says of itself, put into the catalogue's words.
//!
//! This file knows nothing of the rest of the crate, because the build script reads it too: it turns
//! the pack's rules into static entries, so that a function starts without parsing any.

use rsigma_parser::{CorrelationRule, SigmaCollection, SigmaRule, Status, parse_sigma_yaml};
use serde::Deserialize;

use super::{calls, check};

/// A rule in the catalogue's words. All texts are checked for their form by whoever reads them.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// `name`, where the rule has one.
    pub name: Option<String>,
    /// `title`
    pub title: String,
    /// `stable`, `preview` or `deprecated`.
    pub status: &'static str,
    /// `level`; `medium` where the rule has none.
    pub severity: String,
    /// ATT&CK technique ids from the tags, in upper case.
    pub technique: Vec<String>,
    /// The calls that it can match; `None` where it may match any.
    pub calls: Option<Vec<(Option<String>, Option<String>)>>,
    /// Whether it can only match what VPC endpoints saw of calls.
    pub network_activity: bool,
    /// The `riposte:` part; `None` where the rule has none.
    pub custom: Option<Custom>,
    /// The page's four parts.
    pub prose: String,
}

/// The `riposte:` part of a rule.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Custom {
    /// The category: `network`, `identity`…; for a rule of the pack, its folder says it. It was called `domain`.
    #[serde(rename = "category", alias = "domain")]
    pub domain: Option<String>,
    /// The version of Riposte that had it first, for a rule of the pack that came after the first version.
    pub since: Option<String>,
    /// `low`, `medium` or `high`.
    pub confidence: Option<String>,
    /// The actions that would help.
    #[serde(default)]
    pub respond: Vec<String>,
    /// Where in the event the target stands, for example `requestParameters.name`; of several paths, with
    /// commas between them, the first that is there.
    pub target: Option<String>,
    /// Where what is responded to stands, if that is not the target: who called, for example.
    pub respond_at: Option<String>,
    /// Where no action is asked for: a sentence of why none would help, for the page.
    pub no_response: Option<String>,
    /// `success` (the default), `failure` or `any`.
    pub outcome: Option<String>,
    /// `root` or `denied`, where the rule reads by who called or how it ended instead of by names.
    pub reads: Option<String>,
    /// How many different things make a finding. It was called `burst`.
    #[serde(rename = "threshold", alias = "burst")]
    pub burst: Option<BurstText>,
    /// Why it is bad, for the page.
    pub why: Option<String>,
}

/// `riposte.threshold`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BurstText {
    /// Where in the event the counted thing stands; every event counts where it is left out.
    pub distinct: Option<String>,
    /// What it is, in the plural.
    pub what: String,
    /// How many.
    pub at_least: u32,
    /// Within so many seconds.
    pub within_seconds: u32,
    /// `principal` (the default) or `address`: for whom it is counted.
    pub per: Option<String>,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// Rules over one event.
    pub rules: Vec<SigmaRule>,
    /// Rules over what these find.
    pub correlations: Vec<CorrelationRule>,
}

/// Parses a file of Sigma rules. Filters are refused: they change rules of other files.
///
/// # Errors
/// The parser's words, which may hold a place.
pub fn parse(text: &str) -> Result<Parsed, String> {
    let SigmaCollection { rules, correlations, filters, errors } =
        parse_sigma_yaml(text).map_err(|error| error.to_string())?;
    if let Some(error) = errors.into_iter().next() {
        return Err(error);
    }
    check::text(text)?;
    if let Some(rule) = filters.first() {
        return Err(format!("`{}` is a filter, which is not supported", rule.title));
    }
    if rules.is_empty() && correlations.is_empty() {
        return Err("there is no rule in it".to_owned());
    }
    Ok(Parsed { rules, correlations })
}

/// Reads a rule's description.
///
/// # Errors
/// Where the `riposte:` part is malformed, the rule is for another product than AWS, or calls itself unusable.
pub fn describe(rule: &SigmaRule) -> Result<Description, String> {
    if let Some(product) = rule.logsource.product.as_deref()
        && product != "aws"
    {
        return Err(format!("the rule is for the product `{product}`, not for `aws`"));
    }
    check::rule(rule)?;
    let custom = rule.custom_attributes.get("riposte").map(|value| Custom::deserialize(value.clone())).transpose();
    let custom = custom.map_err(|error| format!("`riposte`: {error}"))?;
    let technique = techniques(&rule.tags);
    let words = (rule.description.as_deref(), rule.falsepositives.as_slice(), rule.references.as_slice());
    Ok(Description {
        name: rule.name.clone(),
        title: rule.title.clone(),
        status: status(rule.status)?,
        severity: rule.level.map_or("medium", |level| level.as_str()).to_owned(),
        technique,
        calls: calls::of(&rule.detection).map(|calls| calls.into_iter().collect()),
        network_activity: calls::of_network_activity(&rule.detection),
        prose: prose(words, custom.as_ref()),
        custom,
    })
}

/// What Sigma's word for a rule's maturity means here. A rule that says nothing is relied on.
fn status(status: Option<Status>) -> Result<&'static str, String> {
    match status {
        None | Some(Status::Stable | Status::Test) => Ok("stable"),
        Some(Status::Experimental) => Ok("preview"),
        Some(Status::Deprecated) => Ok("deprecated"),
        Some(Status::Unsupported) => Err("`status: unsupported` says that the rule cannot be used".to_owned()),
    }
}

/// `t1562` or `t1562.008`
fn is_technique(tag: &str) -> bool {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let Some(id) = tag.strip_prefix(['t', 'T']) else { return false };
    match id.split_once('.') {
        Some((number, sub)) => digits(number, 4) && digits(sub, 3),
        None => digits(id, 4),
    }
}

/// What a correlation says of itself: its severity, its techniques, the `riposte:` part and the page.
///
/// # Errors
/// Where the `riposte:` part is malformed.
pub fn describe_correlation(rule: &CorrelationRule) -> Result<(String, Vec<String>, Option<Custom>, String), String> {
    let custom = rule.custom_attributes.get("riposte").map(|value| Custom::deserialize(value.clone())).transpose();
    let custom = custom.map_err(|error| format!("`riposte`: {error}"))?;
    let severity = rule.level.map_or("medium", |level| level.as_str()).to_owned();
    let words = (rule.description.as_deref(), rule.falsepositives.as_slice(), rule.references.as_slice());
    let prose = prose(words, custom.as_ref());
    Ok((severity, techniques(&rule.tags), custom, prose))
}

fn techniques(tags: &[String]) -> Vec<String> {
    let tags = tags.iter().filter_map(|tag| tag.strip_prefix("attack."));
    tags.filter(|tag| is_technique(tag)).map(str::to_ascii_uppercase).collect()
}

/// `words` are the description, the false positives and the references.
fn prose(words: (Option<&str>, &[String], &[String]), custom: Option<&Custom>) -> String {
    let (description, falsepositives, references) = words;
    let mut out = String::new();
    let mut part = |heading: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&format!("## {heading}\n{}\n\n", text.trim()));
        }
    };
    part("What it does", description.unwrap_or_default());
    part("Why is this bad?", custom.and_then(|custom| custom.why.as_deref()).unwrap_or_default());
    part("False positives", &list(falsepositives.iter().map(String::as_str)));
    part("References", &list(references.iter().map(|link| format!("<{link}>"))));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn list(items: impl Iterator<Item = impl AsRef<str>>) -> String {
    items.map(|item| format!("- {}\n", item.as_ref().trim())).collect()
}
