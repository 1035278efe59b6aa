//! The generated blocks of `infra/template.yaml`: each function's event pattern and IAM statements.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use riposte_aws::permissions;
use riposte_core::catalogue::{FUNCTIONS, FunctionSpec};

/// The template with its blocks filled.
///
/// # Errors
/// Where the markers of a block are missing.
pub(super) fn filled(template: &str) -> Result<String> {
    let mut text = template.to_owned();
    for function in FUNCTIONS {
        text = block(&text, "pattern", function.name, &pattern(function))?;
        text = block(&text, "permissions", function.name, &statements(function))?;
    }
    Ok(text)
}

/// Replaces what stands between a block's markers, at the markers' indentation.
fn block(text: &str, what: &str, function: &str, lines: &[String]) -> Result<String> {
    let begin = format!("# BEGIN GENERATED {what} {function}\n");
    let end = format!("# END GENERATED {what} {function}\n");
    let missing = || format!("infra/template.yaml has no block `{what} {function}`");
    let (head, rest) = text.split_once(&begin).with_context(missing)?;
    let (_, tail) = rest.split_once(&end).with_context(missing)?;
    let indent = head.rsplit('\n').next().unwrap_or_default();
    let mut out = format!("{head}{begin}");
    for line in lines {
        writeln!(out, "{indent}{line}")?;
    }
    write!(out, "{indent}{end}{tail}")?;
    Ok(out)
}

fn pattern(function: &FunctionSpec) -> Vec<String> {
    let events = function.events();
    let mut sources: Vec<_> = events.iter().map(|event| event_bridge_source(event.source)).collect();
    sources.dedup();
    let mut lines = vec!["source:".to_owned()];
    lines.extend(sources.iter().map(|source| format!("  - {source}")));
    lines.push("  - !If [AdmitsDemoEvents, !Ref DemoEventSource, !Ref AWS::NoValue]".to_owned());
    lines.extend(["detail-type:", "  - AWS API Call via CloudTrail", "detail:", "  eventName:"].map(str::to_owned));
    lines.extend(events.iter().map(|event| format!("    - {}", event.name)));
    if !function.needs_failed_calls() {
        lines.extend(["  errorCode:", "    - exists: false"].map(str::to_owned));
    }
    lines
}

/// `ec2.amazonaws.com` in CloudTrail is `aws.ec2` in EventBridge.
fn event_bridge_source(source: &str) -> String {
    format!("aws.{}", source.split('.').next().unwrap_or_default())
}

fn statements(function: &FunctionSpec) -> Vec<String> {
    let mut lines = Vec::new();
    for (resources, actions) in permissions::of(function) {
        lines.push(format!("- Sid: {}", sid(&resources)));
        lines.push("  Effect: Allow".to_owned());
        lines.push("  Action:".to_owned());
        lines.extend(actions.iter().map(|action| format!("    - {action}")));
        match resources.as_slice() {
            ["*"] => lines.push("  Resource: '*'".to_owned()),
            many => {
                lines.push("  Resource:".to_owned());
                lines.extend(many.iter().map(|resource| format!("    - !Sub {resource}")));
            }
        }
    }
    lines
}

/// A statement's id from what it is about: `OnUser`, `OnSecurityGroup`, `OnAnything`.
fn sid(resources: &[&str]) -> String {
    let kind = resources.first().filter(|r| **r != "*").and_then(|r| r.rsplit(':').find(|part| part.len() > 1));
    let kind = kind.map_or("anything", |part| part.split('/').next().unwrap_or(part));
    let words = kind.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    });
    format!("On{}", words.collect::<String>())
}
