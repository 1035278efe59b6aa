//! The generated blocks of `infra/template.yaml`: each function's EventBridge rules and IAM statements.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use riposte_aws::permissions;
use riposte_core::catalogue::{FUNCTIONS, FunctionSpec};
use riposte_core::detect::Meta;

use super::rules;

/// The template with its blocks filled. `own` are the entries of a user's rules.
///
/// # Errors
/// Where the markers of a block are missing.
pub(super) fn filled(template: &str, own: &[&'static Meta]) -> Result<String> {
    let mut text = template.to_owned();
    for function in FUNCTIONS {
        let own: Vec<_> = own.iter().copied().filter(|meta| function.runs(meta.domain)).collect();
        let rules = rules::of(function, &own);
        let lines: Vec<_> = rules.iter().flat_map(|rule| rule.lines(function)).collect();
        // The last line is empty: the block's end separates it from what follows.
        text = block(&text, "rules", function.name, lines.split_last().map_or(&[], |(_, lines)| lines))?;
        let arns: Vec<_> = rules.iter().map(|rule| format!("- !GetAtt {}.Arn", rule.id)).collect();
        text = block(&text, "rule-arns", function.name, &arns)?;
        let statements = statements(function);
        if !statements.is_empty() {
            text = block(&text, "permissions", function.name, &statements)?;
        }
    }
    Ok(text)
}

/// Replaces what stands between a block's markers, wherever they are, at the markers' indentation.
fn block(text: &str, what: &str, function: &str, lines: &[String]) -> Result<String> {
    let begin = format!("# BEGIN GENERATED {what} {function}\n");
    let end = format!("# END GENERATED {what} {function}\n");
    let mut parts = text.split(&begin);
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut found = false;
    for part in parts {
        let missing = || format!("infra/template.yaml: the block `{what} {function}` has no end");
        let (_, tail) = part.split_once(&end).with_context(missing)?;
        let indent = out.rsplit('\n').next().unwrap_or_default().to_owned();
        out.push_str(&begin);
        for line in lines {
            writeln!(out, "{}", format!("{indent}{line}").trim_end())?;
        }
        write!(out, "{indent}{end}{tail}")?;
        found = true;
    }
    ensure!(found, "infra/template.yaml has no block `{what} {function}`");
    Ok(out)
}

fn statements(function: &FunctionSpec) -> Vec<String> {
    let mut lines = Vec::new();
    let mut sids: Vec<String> = Vec::new();
    for ((resources, conditions), actions) in permissions::of(function) {
        let sid = sid(resources);
        let alike = sids.iter().filter(|there| **there == sid).count();
        let suffix = if alike == 0 { String::new() } else { (alike + 1).to_string() };
        lines.push(format!("- Sid: {sid}{suffix}"));
        sids.push(sid);
        lines.push("  Effect: Allow".to_owned());
        lines.push("  Action:".to_owned());
        lines.extend(actions.iter().map(|action| format!("    - {action}")));
        match resources {
            ["*"] => lines.push("  Resource: '*'".to_owned()),
            many => {
                lines.push("  Resource:".to_owned());
                lines.extend(many.iter().map(|resource| format!("    - !Sub {resource}")));
            }
        }
        if !conditions.is_empty() {
            lines.push("  Condition:".to_owned());
        }
        for condition in conditions {
            lines.push(format!("    {}:", condition.test));
            lines.push(format!("      {}:", condition.key));
            lines.extend(condition.values.iter().map(|value| format!("        - !Sub {value}")));
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
