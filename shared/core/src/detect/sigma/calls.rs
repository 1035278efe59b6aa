//! Which API calls a Sigma rule can match at all, read from its conditions.
//!
//! A rule is only run over events of these names, and EventBridge delivers only these. So the answer
//! may be too wide and must never be too narrow: what cannot be told apart is left open.

use std::collections::BTreeSet;

use rsigma_parser::{
    ConditionExpr, Detection, DetectionItem, Detections, Modifier, Quantifier, SelectorPattern, SigmaValue,
};

/// A call: its service and its name, each where the rule says it.
pub type Call = (Option<String>, Option<String>);

/// More names than a rule that spells them out would have.
const MOST: usize = 400;

/// What some part of a rule lets through: any of these calls, or every call.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    Every,
    These(BTreeSet<Call>),
}

impl Reach {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Every, other) | (other, Self::Every) => other,
            (Self::These(left), Self::These(right)) => {
                let meets = left.iter().flat_map(|a| right.iter().filter_map(|b| meet(a, b))).collect();
                Self::These(meets)
            }
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Every, _) | (_, Self::Every) => Self::Every,
            (Self::These(mut left), Self::These(right)) => {
                left.extend(right);
                Self::These(left)
            }
        }
    }
}

/// Both at once; nothing where they contradict each other.
fn meet(a: &Call, b: &Call) -> Option<Call> {
    let both = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b).then(|| Some(a.clone())),
        (one, None) | (None, one) => Some(one.clone()),
    };
    Some((both(&a.0, &b.0)?, both(&a.1, &b.1)?))
}

/// The calls that a rule can match; `None` where it may match any.
pub fn of(detections: &Detections) -> Option<BTreeSet<Call>> {
    let reaches = detections.conditions.iter().map(|condition| of_condition(condition, detections));
    match reaches.reduce(Reach::or) {
        Some(Reach::These(calls)) if calls.len() <= MOST && !calls.contains(&(None, None)) => Some(calls),
        _ => None,
    }
}

fn of_condition(condition: &ConditionExpr, all: &Detections) -> Reach {
    match condition {
        ConditionExpr::And(parts) => parts.iter().map(|p| of_condition(p, all)).fold(Reach::Every, Reach::and),
        ConditionExpr::Or(parts) => {
            parts.iter().map(|p| of_condition(p, all)).reduce(Reach::or).unwrap_or(Reach::Every)
        }
        ConditionExpr::Not(_) => Reach::Every,
        ConditionExpr::Identifier(name) => all.named.get(name).map_or(Reach::Every, of_detection),
        ConditionExpr::Selector { quantifier, pattern } => of_selector(quantifier, pattern, all),
    }
}

fn of_selector(quantifier: &Quantifier, pattern: &SelectorPattern, all: &Detections) -> Reach {
    let named = all.named.iter().filter(|(name, _)| pattern.matches_detection_name(name));
    let reaches = named.map(|(_, detection)| of_detection(detection));
    match quantifier {
        Quantifier::All => reaches.fold(Reach::Every, Reach::and),
        Quantifier::Any | Quantifier::Count(_) => reaches.reduce(Reach::or).unwrap_or(Reach::Every),
    }
}

fn of_detection(detection: &Detection) -> Reach {
    match detection {
        Detection::AllOf(items) => items.iter().map(of_item).fold(Reach::Every, Reach::and),
        Detection::AnyOf(parts) => parts.iter().map(of_detection).reduce(Reach::or).unwrap_or(Reach::Every),
        Detection::And(parts) => parts.iter().map(of_detection).fold(Reach::Every, Reach::and),
        _ => Reach::Every,
    }
}

fn of_item(item: &DetectionItem) -> Reach {
    let plain = item.field.modifiers.iter().all(|modifier| *modifier == Modifier::Cased);
    let call: fn(String) -> Call = match item.field.name.as_deref() {
        Some("eventSource") if plain => |source| (Some(source), None),
        Some("eventName") if plain => |name| (None, Some(name)),
        _ => return Reach::Every,
    };
    let exact = item.values.iter().map(|value| match value {
        SigmaValue::String(text) => text.as_plain().map(call),
        _ => None,
    });
    exact.collect::<Option<BTreeSet<_>>>().map_or(Reach::Every, Reach::These)
}

/// Whether a rule can only match network activity: what VPC endpoints saw of calls.
pub fn of_network_activity(all: &Detections) -> bool {
    !all.conditions.is_empty() && all.conditions.iter().all(|condition| network_condition(condition, all))
}

fn network_condition(condition: &ConditionExpr, all: &Detections) -> bool {
    match condition {
        ConditionExpr::And(parts) => parts.iter().any(|part| network_condition(part, all)),
        ConditionExpr::Or(parts) => parts.iter().all(|part| network_condition(part, all)),
        ConditionExpr::Not(_) => false,
        ConditionExpr::Identifier(name) => all.named.get(name).is_some_and(network_detection),
        ConditionExpr::Selector { quantifier, pattern } => {
            let mut named = all.named.iter().filter(|(name, _)| pattern.matches_detection_name(name));
            match quantifier {
                Quantifier::All => named.any(|(_, detection)| network_detection(detection)),
                Quantifier::Any | Quantifier::Count(_) => named.all(|(_, detection)| network_detection(detection)),
            }
        }
    }
}

fn network_detection(detection: &Detection) -> bool {
    match detection {
        Detection::AllOf(items) => items.iter().any(network_item),
        Detection::And(parts) => parts.iter().any(network_detection),
        Detection::AnyOf(parts) => !parts.is_empty() && parts.iter().all(network_detection),
        _ => false,
    }
}

fn network_item(item: &DetectionItem) -> bool {
    let wanted: &[&str] = match item.field.name.as_deref() {
        Some("eventType") => &["AwsVpceEvent", "AwsVpceEvents"],
        Some("eventCategory") => &["NetworkActivity"],
        Some("errorCode") => &["VpceAccessDenied"],
        _ => return false,
    };
    let is_wanted = |value: &SigmaValue| match value {
        SigmaValue::String(text) => {
            text.as_plain().is_some_and(|text| wanted.iter().any(|w| w.eq_ignore_ascii_case(&text)))
        }
        _ => false,
    };
    let plain = item.field.modifiers.iter().all(|modifier| *modifier == Modifier::Cased);
    plain && !item.values.is_empty() && item.values.iter().all(is_wanted)
}
