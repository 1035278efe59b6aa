//! What a rule's words mean over CloudTrail records, where the evaluator leaves it open or means something else.
//!
//! - `neq` holds where the field is missing or null: what is not there differs from every value. (`neq: null` asks
//!   for the opposite, and so does not.)
//! - A field that is null is missing: CloudTrail writes `requestParameters: null` for a call without parameters, and
//!   `exists` must not depend on which of the two a service chose.
//! - A call of Lambda goes by its name with the date of any version of the API, or without one.
//! - String modifiers on a field that holds an object look into its JSON text: who writes
//!   `requestParameters|contains: s3:GetObject` means it so.

use std::collections::HashMap;

use rsigma_eval::{CompiledDetection, CompiledDetectionItem, CompiledMatcher, CompiledRule, compile_rule};
use rsigma_parser::{ConditionExpr, Detection, SigmaRule, SigmaString, SigmaValue};

use super::record::AS_TEXT;
use crate::event::without_date;

/// Compiles a rule, with these meanings.
///
/// # Errors
/// The compiler's words.
pub(super) fn compile(rule: &SigmaRule) -> Result<CompiledRule, String> {
    let mut rule = rule.clone();
    rule.detection.named.values_mut().for_each(undate);
    let mut compiled = compile_rule(&rule).map_err(|error| error.to_string())?;
    for detection in compiled.detections.values_mut() {
        mean(detection);
    }
    Ok(compiled)
}

/// Takes the dates off the names of Lambda's calls: a record has its name without the date, too.
fn undate(detection: &mut Detection) {
    match detection {
        Detection::AllOf(items) => {
            let named = items.iter_mut().filter(|item| item.field.name.as_deref() == Some("eventName"));
            for value in named.flat_map(|item| &mut item.values) {
                if let SigmaValue::String(text) = value
                    && let Some(plain) = text.as_plain()
                    && let Some(stem) = without_date(Some("lambda.amazonaws.com"), &plain)
                {
                    *text = SigmaString::new(stem);
                }
            }
        }
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter_mut().for_each(undate),
        Detection::Conditional { named, .. } => named.values_mut().for_each(undate),
        Detection::ArrayMatch { .. } | Detection::Keywords(_) => {}
    }
}

fn mean(detection: &mut CompiledDetection) {
    match detection {
        CompiledDetection::AllOf(items) => {
            items.iter_mut().for_each(read_as_text);
            if items.iter().any(is_negated) {
                let (negated, plain): (Vec<_>, Vec<_>) = std::mem::take(items).into_iter().partition(is_negated);
                let plain = (!plain.is_empty()).then_some(CompiledDetection::AllOf(plain));
                *detection = CompiledDetection::And(plain.into_iter().chain(negated.into_iter().map(unless)).collect());
            }
        }
        CompiledDetection::AnyOf(parts) | CompiledDetection::And(parts) => parts.iter_mut().for_each(mean),
        CompiledDetection::Conditional { named, .. } => named.values_mut().for_each(mean),
        // A member of a list is there, and its fields are those of the member.
        CompiledDetection::ArrayMatch { .. } | CompiledDetection::Keywords(_) => {}
    }
}

fn is_negated(item: &CompiledDetectionItem) -> bool {
    item.field.is_some() && matches!(item.matcher, CompiledMatcher::Not(_))
}

/// The detection that matches where the item without its negation does not.
fn unless(item: CompiledDetectionItem) -> CompiledDetection {
    const NAME: &str = "equal";
    let matcher = match item.matcher {
        CompiledMatcher::Not(inner) => *inner,
        other => other,
    };
    let equal = CompiledDetection::AllOf(vec![CompiledDetectionItem { matcher, ..item }]);
    CompiledDetection::Conditional {
        named: HashMap::from([(NAME.to_owned(), equal)]),
        condition: ConditionExpr::Not(Box::new(ConditionExpr::Identifier(NAME.to_owned()))),
    }
}

fn read_as_text(item: &mut CompiledDetectionItem) {
    if let Some(field) = &mut item.field
        && looks_into_text(&item.matcher)
    {
        field.insert(0, AS_TEXT);
    }
}

/// Whether a matcher may match a part of a text.
fn looks_into_text(matcher: &CompiledMatcher) -> bool {
    match matcher {
        CompiledMatcher::Contains { .. }
        | CompiledMatcher::StartsWith { .. }
        | CompiledMatcher::EndsWith { .. }
        | CompiledMatcher::Regex(_)
        | CompiledMatcher::AhoCorasickSet { .. }
        | CompiledMatcher::RegexSetMatch { .. } => true,
        CompiledMatcher::Not(inner) => looks_into_text(inner),
        CompiledMatcher::AnyOf(parts) | CompiledMatcher::AllOf(parts) => parts.iter().any(looks_into_text),
        CompiledMatcher::CaseInsensitiveGroup { children, .. } => children.iter().any(looks_into_text),
        _ => false,
    }
}
