//! A rule as what it asks of a record, in the order in which it is cheapest to ask.
//!
//! The evaluator's own walk makes a copy in lower case of every text that it compares, evaluates a rule that matches
//! twice, and copies the rule's texts into a result that nobody here reads. Most rules compare a few texts with
//! literals: that is done here, on the record's own bytes. What is more (expressions, numbers, lists of objects) is
//! asked of the evaluator's matchers.
//!
//! INVARIANT: a predicate holds where [`evaluate_rule`] finds a match; tests hold that over every rule and fixture.

use std::collections::HashMap;

use rsigma_eval::event::Event as _;
use rsigma_eval::matcher::GroupMode;
use rsigma_eval::{CompiledDetection, CompiledDetectionItem, CompiledMatcher, CompiledRule, evaluate_rule};
use rsigma_parser::{ConditionExpr, Quantifier};

use super::record::{Field, Found, Record};

/// What is asked of a record.
#[derive(Debug)]
pub(super) enum Predicate {
    /// The same of every record.
    Always(bool),
    Not(Box<Predicate>),
    All(Box<[Predicate]>),
    Any(Box<[Predicate]>),
    /// So many of these.
    AtLeast(u64, Box<[Predicate]>),
    /// Whether a field is there, and not null.
    There(Field, bool),
    /// Whether a field's text is one of these, and what says so of other values.
    Text(Field, Box<[Literal]>, Box<CompiledMatcher>),
    /// What a matcher says of a field's value.
    Value(Field, Box<CompiledMatcher>),
    /// What the evaluator says of a part of the rule.
    Other(Box<CompiledRule>),
}

/// A text that a rule compares with.
#[derive(Debug)]
pub(super) struct Literal {
    place: Place,
    /// In lower case, where case does not matter.
    text: Box<str>,
    any_case: bool,
}

/// Where in a text another one must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Whole,
    Start,
    End,
    Anywhere,
}

impl Literal {
    fn is_in(&self, text: &str) -> bool {
        let wanted = &*self.text;
        if !self.any_case {
            return self.place.holds(text, wanted);
        }
        // Sigma compares in lower case, and that of other letters may be one of these (the sign of Kelvin is).
        if !text.is_ascii() {
            return self.place.holds(&text.to_lowercase(), wanted);
        }
        let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
        let Some(spare) = text.len().checked_sub(wanted.len()) else { return false };
        match self.place {
            Place::Whole => spare == 0 && text.eq_ignore_ascii_case(wanted),
            Place::Start => text.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted)),
            Place::End => text.get(spare..).is_some_and(|end| end.eq_ignore_ascii_case(wanted)),
            Place::Anywhere => {
                wanted.is_empty() || text.windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted))
            }
        }
    }
}

impl Place {
    fn holds(self, text: &str, wanted: &str) -> bool {
        match self {
            Self::Whole => text == wanted,
            Self::Start => text.starts_with(wanted),
            Self::End => text.ends_with(wanted),
            Self::Anywhere => text.contains(wanted),
        }
    }
}

impl Predicate {
    /// What a rule asks.
    pub(super) fn of(rule: &CompiledRule) -> Self {
        any(rule.conditions.iter().map(|condition| of_condition(condition, &rule.detections, rule)).collect())
    }

    /// Whether a record is what the rule asks for.
    pub(super) fn holds(&self, record: &Record<'_>) -> bool {
        match self {
            Self::Always(holds) => *holds,
            Self::Not(part) => !part.holds(record),
            Self::All(parts) => parts.iter().all(|part| part.holds(record)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(record)),
            Self::AtLeast(wanted, parts) => {
                let mut left = *wanted;
                left == 0
                    || parts.iter().any(|part| {
                        left -= u64::from(part.holds(record));
                        left == 0
                    })
            }
            Self::There(field, wanted) => record.is_there(field) == *wanted,
            Self::Text(field, literals, matcher) => match record.find(field) {
                Found::Text(text) => literals.iter().any(|literal| literal.is_in(&text)),
                Found::Nothing => false,
                Found::Else => value(record, field, matcher),
            },
            Self::Value(field, matcher) => value(record, field, matcher),
            Self::Other(rule) => evaluate_rule(rule, record).is_some(),
        }
    }

    /// About how much it costs to ask.
    fn cost(&self) -> u32 {
        match self {
            Self::Always(_) => 0,
            Self::Not(part) => part.cost(),
            Self::All(parts) | Self::Any(parts) | Self::AtLeast(_, parts) => {
                parts.iter().map(Self::cost).fold(0, u32::saturating_add)
            }
            Self::There(field, _) => field.depth(),
            // Only events of the rule's names are asked: those tests tell the least.
            Self::Text(field, literals, _) if field.decides_reader() => 8 + literals.len() as u32,
            Self::Text(field, literals, _) => field.depth() + literals.len() as u32,
            Self::Value(field, matcher) => 20 + field.depth() + if has_expression(matcher) { 80 } else { 0 },
            Self::Other(_) => 400,
        }
    }
}

fn value(record: &Record<'_>, field: &Field, matcher: &CompiledMatcher) -> bool {
    match record.get_field(field.path()) {
        Some(value) => matcher.matches(&value, record),
        None => matches!(matcher, CompiledMatcher::Null),
    }
}

fn has_expression(matcher: &CompiledMatcher) -> bool {
    match matcher {
        CompiledMatcher::Regex(_) | CompiledMatcher::RegexSetMatch { .. } => true,
        CompiledMatcher::Not(inner) => has_expression(inner),
        CompiledMatcher::AnyOf(parts) | CompiledMatcher::AllOf(parts) => parts.iter().any(has_expression),
        CompiledMatcher::CaseInsensitiveGroup { children, .. } => children.iter().any(has_expression),
        _ => false,
    }
}

type Named = HashMap<String, CompiledDetection>;

fn of_condition(condition: &ConditionExpr, named: &Named, rule: &CompiledRule) -> Predicate {
    let each = |parts: &[ConditionExpr]| parts.iter().map(|part| of_condition(part, named, rule)).collect();
    match condition {
        ConditionExpr::Identifier(name) => {
            named.get(name).map_or(Predicate::Always(false), |detection| of_detection(detection, rule))
        }
        ConditionExpr::And(parts) => all(each(parts)),
        ConditionExpr::Or(parts) => any(each(parts)),
        ConditionExpr::Not(part) => Predicate::Not(Box::new(of_condition(part, named, rule))),
        ConditionExpr::Selector { quantifier, pattern } => {
            let meant = named.iter().filter(|(name, _)| pattern.matches_detection_name(name));
            let parts: Vec<_> = meant.map(|(_, detection)| of_detection(detection, rule)).collect();
            match quantifier {
                Quantifier::All => all(parts),
                Quantifier::Any => any(parts),
                Quantifier::Count(wanted) => Predicate::AtLeast(*wanted, cheapest_first(parts)),
            }
        }
    }
}

fn of_detection(detection: &CompiledDetection, rule: &CompiledRule) -> Predicate {
    match detection {
        CompiledDetection::AllOf(items) => all(items.iter().map(|item| of_item(item, rule)).collect()),
        CompiledDetection::AnyOf(parts) => any(parts.iter().map(|part| of_detection(part, rule)).collect()),
        CompiledDetection::And(parts) => all(parts.iter().map(|part| of_detection(part, rule)).collect()),
        CompiledDetection::Conditional { named, condition } => of_condition(condition, named, rule),
        CompiledDetection::Keywords(_) | CompiledDetection::ArrayMatch { .. } => other(detection.clone(), rule),
    }
}

fn of_item(item: &CompiledDetectionItem, rule: &CompiledRule) -> Predicate {
    let Some(field) = item.field.as_deref().map(Field::new) else {
        return other(CompiledDetection::AllOf(vec![item.clone()]), rule);
    };
    match (item.exists, literals(&item.matcher)) {
        (Some(wanted), _) => Predicate::There(field, wanted),
        (None, Some(literals)) => Predicate::Text(field, literals.into(), Box::new(item.matcher.clone())),
        (None, None) => Predicate::Value(field, Box::new(item.matcher.clone())),
    }
}

/// The texts of which a text must be one, where a matcher asks for no more.
fn literals(matcher: &CompiledMatcher) -> Option<Vec<Literal>> {
    let one = |place, text: &str, any_case| Some(vec![Literal { place, text: text.into(), any_case }]);
    match matcher {
        CompiledMatcher::Exact { value, case_insensitive } => one(Place::Whole, value, *case_insensitive),
        CompiledMatcher::StartsWith { value, case_insensitive } => one(Place::Start, value, *case_insensitive),
        CompiledMatcher::EndsWith { value, case_insensitive } => one(Place::End, value, *case_insensitive),
        CompiledMatcher::Contains { value, case_insensitive } => one(Place::Anywhere, value, *case_insensitive),
        CompiledMatcher::AnyOf(parts)
        | CompiledMatcher::CaseInsensitiveGroup { children: parts, mode: GroupMode::Any } => {
            let all = parts.iter().map(literals).collect::<Option<Vec<_>>>()?;
            Some(all.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// A part of a rule that is left to the evaluator: a rule of it alone.
fn other(detection: CompiledDetection, rule: &CompiledRule) -> Predicate {
    const NAME: &str = "part";
    let part = CompiledRule {
        detections: HashMap::from([(NAME.to_owned(), detection)]),
        conditions: vec![ConditionExpr::Identifier(NAME.to_owned())],
        title: String::new(),
        tags: Vec::new(),
        description: None,
        falsepositives: Vec::new(),
        include_event: false,
        ..rule.clone()
    };
    Predicate::Other(Box::new(part))
}

fn all(parts: Vec<Predicate>) -> Predicate {
    let flat = parts.into_iter().flat_map(|part| match part {
        Predicate::All(inner) => inner.into_vec(),
        other => vec![other],
    });
    one_or(flat.collect(), Predicate::All)
}

fn any(parts: Vec<Predicate>) -> Predicate {
    let flat = parts.into_iter().flat_map(|part| match part {
        Predicate::Any(inner) => inner.into_vec(),
        other => vec![other],
    });
    one_or(flat.collect(), Predicate::Any)
}

fn one_or(parts: Vec<Predicate>, several: fn(Box<[Predicate]>) -> Predicate) -> Predicate {
    match <[Predicate; 1]>::try_from(parts) {
        Ok([one]) => one,
        Err(parts) => several(cheapest_first(parts)),
    }
}

fn cheapest_first(mut parts: Vec<Predicate>) -> Box<[Predicate]> {
    parts.sort_by_key(Predicate::cost);
    parts.into()
}

#[cfg(test)]
mod tests;
