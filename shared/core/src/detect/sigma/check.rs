//! Rules that could be loaded and would never match: each is refused with the reason, since a rule that is silent
//! forever looks like an account where nothing happens.
//!
//! Read by the build script too, as [`super::describe`] is.

use std::collections::{BTreeMap, BTreeSet};

use rsigma_parser::{
    ConditionExpr, Detection, DetectionItem, Detections, Modifier, Quantifier, SelectorPattern, SigmaRule, SigmaValue,
};
use serde::Deserialize;
use yaml_serde::{Mapping, Value};

/// Checks the YAML of a file: what the parser takes for a value and is none.
///
/// # Errors
/// Names the field.
pub fn text(yaml: &str) -> Result<(), String> {
    for document in yaml_serde::Deserializer::from_str(yaml) {
        // The parser says what is wrong with it.
        let Ok(value) = Value::deserialize(document) else { return Ok(()) };
        let Some(Value::Mapping(detection)) = value.get("detection") else { continue };
        for (name, selection) in detection {
            let name = name.as_str().unwrap_or_default();
            if name != "condition" && name != "timeframe" {
                selected(name, selection)?;
            }
        }
    }
    Ok(())
}

fn selected(name: &str, selection: &Value) -> Result<(), String> {
    match selection {
        Value::Mapping(fields) => fields_of(fields),
        Value::Sequence(parts) if parts.is_empty() => Err(format!("`{name}` is an empty list, which matches nothing")),
        Value::Sequence(parts) => parts.iter().try_for_each(|part| match part {
            Value::Mapping(fields) => fields_of(fields),
            Value::Sequence(_) => Err(format!("`{name}` holds a list within a list, which is no Sigma")),
            _ => Ok(()),
        }),
        _ => Ok(()),
    }
}

fn fields_of(fields: &Mapping) -> Result<(), String> {
    for (key, value) in fields {
        let key = key.as_str().unwrap_or_default();
        let path = key.split('|').next().unwrap_or_default();
        // `resources[any]: {…}` opens a block over the members of a list.
        let is_block = path.ends_with(']');
        match value {
            Value::Mapping(inner) if is_block => {
                let of_block = |(name, part): (&Value, &Value)| match part {
                    Value::Mapping(_) => selected(name.as_str().unwrap_or_default(), part),
                    _ => Ok(()),
                };
                inner.iter().try_for_each(of_block)?;
            }
            Value::Mapping(inner) => {
                let field = inner.keys().next().and_then(Value::as_str).unwrap_or("FIELD");
                return Err(format!("`{key}` holds a map, which matches nothing: write `{path}.{field}: …`"));
            }
            Value::Sequence(values) if values.is_empty() => {
                return Err(format!("`{key}` is an empty list, which matches nothing"));
            }
            Value::Sequence(values) if values.iter().any(|value| value.is_mapping() || value.is_sequence()) => {
                return Err(format!("`{key}` holds a list or a map within its list, which matches nothing"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Checks what a rule's words add up to.
///
/// # Errors
/// Says which word keeps the rule from ever matching.
pub fn rule(rule: &SigmaRule) -> Result<(), String> {
    if let Some(category) = rule.logsource.category.as_deref()
        && rule.logsource.product.is_none()
    {
        return Err(format!("the rule is for the category `{category}` of another product than `aws`"));
    }
    if let Some(service) = rule.logsource.service.as_deref()
        && service != "cloudtrail"
    {
        return Err(format!("the rule is for the log of `{service}`; Riposte reads `cloudtrail`"));
    }
    let all = &rule.detection;
    if all.timeframe.is_some() {
        return Err("`timeframe` counts over several events, which a rule over one event cannot: write a correlation \
                    rule (`correlation: {type: temporal, rules: […], timespan: …}`)"
            .to_owned());
    }
    let mut items = Vec::new();
    all.named.values().for_each(|detection| items_of(detection, &mut items));
    if let Some(item) = items.iter().find(|item| item.field.modifiers.contains(&Modifier::Expand)) {
        let field = item.field.name.as_deref().unwrap_or_default();
        return Err(format!("`{field}|expand` needs a list for its placeholder, and there is none: write the values"));
    }
    all.conditions.iter().try_for_each(|condition| selectors(condition, all))?;
    if all.conditions.iter().any(|condition| can_hold(condition, all)) {
        return Ok(());
    }
    Err("its `condition` can never hold: it wants several values of one field at once, or one selection both to match \
         and not to"
        .to_owned())
}

fn items_of<'a>(detection: &'a Detection, to: &mut Vec<&'a DetectionItem>) {
    match detection {
        Detection::AllOf(items) => to.extend(items),
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter().for_each(|part| items_of(part, to)),
        Detection::ArrayMatch { body, .. } => items_of(body, to),
        Detection::Conditional { named, .. } => named.values().for_each(|part| items_of(part, to)),
        Detection::Keywords(_) => {}
    }
}

/// `1 of selection*` where no selection has such a name, or fewer than are wanted.
fn selectors(condition: &ConditionExpr, all: &Detections) -> Result<(), String> {
    match condition {
        ConditionExpr::And(parts) | ConditionExpr::Or(parts) => parts.iter().try_for_each(|part| selectors(part, all)),
        ConditionExpr::Not(part) => selectors(part, all),
        ConditionExpr::Identifier(_) => Ok(()),
        ConditionExpr::Selector { quantifier, pattern } => {
            let found = named_by(pattern, all).len() as u64;
            let wanted = match quantifier {
                Quantifier::Count(count) => *count,
                Quantifier::Any | Quantifier::All => 1,
            };
            if found >= wanted { Ok(()) } else { Err(format!("its `condition` wants {wanted} of {found} selections")) }
        }
    }
}

fn named_by<'a>(pattern: &SelectorPattern, all: &'a Detections) -> Vec<&'a str> {
    all.named.keys().filter(|name| pattern.matches_detection_name(name)).map(String::as_str).collect()
}

/// More selections than this are not tried through.
const MOST: usize = 12;

/// Whether some choice of selections that match and do not makes a condition true, and those that match do not
/// contradict each other. What cannot be told counts as possible.
fn can_hold(condition: &ConditionExpr, all: &Detections) -> bool {
    let mut names = BTreeSet::new();
    mentioned(condition, all, &mut names);
    let names: Vec<&str> = names.into_iter().collect();
    if names.len() > MOST {
        return true;
    }
    (0_u32..1 << names.len()).any(|choice| {
        let chosen: BTreeSet<&str> =
            names.iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1).map(|(_, n)| *n).collect();
        holds(condition, all, &chosen) && agree(chosen.iter().filter_map(|name| all.named.get(*name)))
    })
}

fn mentioned<'a>(condition: &'a ConditionExpr, all: &'a Detections, to: &mut BTreeSet<&'a str>) {
    match condition {
        ConditionExpr::And(parts) | ConditionExpr::Or(parts) => parts.iter().for_each(|part| mentioned(part, all, to)),
        ConditionExpr::Not(part) => mentioned(part, all, to),
        ConditionExpr::Identifier(name) => _ = to.insert(name),
        ConditionExpr::Selector { pattern, .. } => to.extend(named_by(pattern, all)),
    }
}

fn holds(condition: &ConditionExpr, all: &Detections, chosen: &BTreeSet<&str>) -> bool {
    match condition {
        ConditionExpr::And(parts) => parts.iter().all(|part| holds(part, all, chosen)),
        ConditionExpr::Or(parts) => parts.iter().any(|part| holds(part, all, chosen)),
        ConditionExpr::Not(part) => !holds(part, all, chosen),
        ConditionExpr::Identifier(name) => chosen.contains(name.as_str()),
        ConditionExpr::Selector { quantifier, pattern } => {
            let named = named_by(pattern, all);
            let matching = named.iter().filter(|name| chosen.contains(**name)).count();
            match quantifier {
                Quantifier::Any => matching > 0,
                Quantifier::All => matching == named.len(),
                Quantifier::Count(count) => matching as u64 >= *count,
            }
        }
    }
}

/// Fields that hold one value, so that a record cannot equal two.
const SINGLE: [&str; 8] = [
    "awsRegion",
    "errorCode",
    "eventCategory",
    "eventName",
    "eventSource",
    "eventType",
    "recipientAccountId",
    "userIdentity.type",
];

/// What a selection leaves of each single-valued field; a field that is not named may hold anything.
type Left = BTreeMap<&'static str, BTreeSet<String>>;

fn agree<'a>(detections: impl Iterator<Item = &'a Detection>) -> bool {
    detections.map(left).try_fold(Left::new(), both).is_some()
}

/// `None` where nothing is left of some field.
fn both(mut one: Left, other: Option<Left>) -> Option<Left> {
    for (field, values) in other? {
        let values = match one.get(field) {
            Some(known) => known.intersection(&values).cloned().collect(),
            None => values,
        };
        if values.is_empty() {
            return None;
        }
        one.insert(field, values);
    }
    Some(one)
}

fn left(detection: &Detection) -> Option<Left> {
    match detection {
        Detection::AllOf(items) => {
            items.iter().filter_map(single).map(|one| Some(Left::from([one]))).try_fold(Left::new(), both)
        }
        Detection::And(parts) => parts.iter().map(left).try_fold(Left::new(), both),
        Detection::AnyOf(parts) => {
            let mut possible = parts.iter().filter_map(left);
            let first = possible.next()?;
            Some(possible.fold(first, either))
        }
        _ => Some(Left::new()),
    }
}

fn either(one: Left, mut other: Left) -> Left {
    let common = one.into_iter().filter_map(|(field, mut values)| {
        values.extend(other.remove(field)?);
        Some((field, values))
    });
    common.collect()
}

/// The exact values of a single-valued field, where the item names nothing else.
fn single(item: &DetectionItem) -> Option<(&'static str, BTreeSet<String>)> {
    let name = item.field.name.as_deref()?;
    let field = SINGLE.into_iter().find(|field| *field == name)?;
    if !item.field.modifiers.is_empty() {
        return None;
    }
    let exact = item.values.iter().map(|value| match value {
        SigmaValue::String(text) => text.as_plain().map(|text| text.to_lowercase()),
        _ => None,
    });
    exact.collect::<Option<_>>().map(|values| (field, values))
}
