//! Sigma's correlation rules as detectors: what their rules find is counted, group by group.

use std::sync::Arc;

use rsigma_eval::event::{Event as _, EventValue};
use rsigma_parser::{
    ConditionExpr, ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType, WindowMode,
};

use super::predicate::Predicate;
use super::{Record, text_of};
use crate::detect::correlation::{Compare, Correlation, Found, Kind};
use crate::detect::{Claim, DetectError, Detector, Facts, Meta, Outcome};
use crate::event::ApiCall;
use crate::finding::Target;
use crate::text::plain;

/// A correlation rule, ready to run.
#[derive(Debug)]
pub(super) struct SigmaCorrelation {
    pub(super) meta: Meta,
    pub(super) correlation: &'static Correlation,
    pub(super) parts: Vec<Part>,
    /// The fields whose different values count.
    pub(super) fields: Vec<String>,
}

/// One of the rules that a correlation is about.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) rule: Arc<Predicate>,
    pub(super) outcome: Outcome,
    /// The fields that make a group, as they are called in this rule's events, each with the name for people.
    pub(super) group: Vec<(String, String)>,
}

impl Detector for SigmaCorrelation {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn correlation(&self) -> Option<&'static Correlation> {
        Some(self.correlation)
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let event = Record::of(call);
        let claims = self.parts.iter().enumerate().filter_map(|(number, part)| {
            if !part.outcome.covers(call.failed()) || !part.rule.holds(&event) {
                return None;
            }
            // An event that lacks a field of the group belongs to none, and one that lacks what is counted adds nothing.
            let group = part.group.iter().map(|(field, name)| Some(format!("{name}={}", scalar(&event, field)?)));
            let group = group.collect::<Option<Vec<_>>>()?.join(", ");
            let item = match self.correlation.kind {
                Kind::Events => call.event_id().unwrap_or_default().to_owned(),
                Kind::Values => {
                    let values = self.fields.iter().map(|field| text_of(&event.get_field(field)?));
                    values.collect::<Option<Vec<_>>>()?.join("\n")
                }
                Kind::Rules(_) | Kind::Ordered(_) => number.to_string(),
            };
            let actor = call.actor();
            let why = format!("`{}` by `{}`", call.event_name(), actor.label());
            let target = Target::Resource { service: call.service().to_owned(), id: actor.label().to_owned() };
            Some(Claim { counted: Some(item), group: Some(group), ..Claim::of(target, plain(&why, 400)) })
        });
        Ok(claims.collect())
    }
}

fn scalar(event: &Record<'_>, field: &str) -> Option<String> {
    match event.get_field(field)? {
        EventValue::Null => None,
        value => text_of(&value),
    }
}

/// What a rule asks for, in our words. `refs` are its rules, in order.
///
/// # Errors
/// What is not supported, or could never hold.
pub(super) fn read(rule: &CorrelationRule) -> Result<(Correlation, Vec<String>), String> {
    if rule.window != WindowMode::Sliding {
        return Err("`window` must be `sliding`".to_owned());
    }
    if rule.rules.is_empty() {
        return Err("`rules` names no rule".to_owned());
    }
    let span_s = i64::try_from(rule.timespan.seconds).ok().filter(|span| *span > 0 && *span <= 31 * 86_400);
    let span_s = span_s.ok_or("`timespan` must be between a second and 31 days")?;
    let all = rule.rules.len();
    let kind = match rule.correlation_type {
        CorrelationType::EventCount => Kind::Events,
        CorrelationType::ValueCount => Kind::Values,
        CorrelationType::Temporal => Kind::Rules(all),
        CorrelationType::TemporalOrdered => Kind::Ordered(all),
        other => return Err(format!("`type` `{}` is not supported: Riposte counts, and sums nothing", other.as_str())),
    };
    let temporal = matches!(kind, Kind::Rules(_) | Kind::Ordered(_));
    let (mut wanted, mut found, mut fields) = (Vec::new(), None, Vec::new());
    match &rule.condition {
        CorrelationCondition::Extended(condition) => found = Some(named(condition, &rule.rules)?),
        // What the parser puts where there is no condition: all of the rules.
        CorrelationCondition::Threshold { predicates, .. }
            if temporal && predicates.as_slice() == [(ConditionOperator::Gte, 1)] => {}
        CorrelationCondition::Threshold { predicates, field, .. } => {
            wanted = predicates.iter().map(|(operator, number)| (compare(*operator), *number)).collect();
            fields = field.clone().unwrap_or_default();
            let least =
                |(compare, _): &(Compare, u64)| matches!(compare, Compare::AtLeast | Compare::More | Compare::Equal);
            if !wanted.iter().any(least) {
                return Err(
                    "`condition` needs `gte`, `gt` or `eq`: that fewer come than expected, no event tells".into()
                );
            }
        }
    }
    if kind == Kind::Values && fields.is_empty() {
        return Err("`condition.field` is missing: what is counted".to_owned());
    }
    Ok((Correlation { kind, wanted, found, span_s }, fields))
}

fn compare(operator: ConditionOperator) -> Compare {
    match operator {
        ConditionOperator::Lt => Compare::Less,
        ConditionOperator::Lte => Compare::AtMost,
        ConditionOperator::Gt => Compare::More,
        ConditionOperator::Gte => Compare::AtLeast,
        ConditionOperator::Eq => Compare::Equal,
        ConditionOperator::Neq => Compare::Other,
    }
}

fn named(condition: &ConditionExpr, refs: &[String]) -> Result<Found, String> {
    let all = |parts: &[ConditionExpr]| parts.iter().map(|part| named(part, refs)).collect::<Result<Vec<_>, _>>();
    Ok(match condition {
        ConditionExpr::And(parts) => Found::All(all(parts)?),
        ConditionExpr::Or(parts) => Found::Any(all(parts)?),
        ConditionExpr::Not(part) => Found::Not(Box::new(named(part, refs)?)),
        ConditionExpr::Identifier(name) => {
            let number = refs.iter().position(|rule| rule == name);
            Found::Rule(number.ok_or_else(|| format!("`condition` names `{name}`, which is not among `rules`"))?)
        }
        ConditionExpr::Selector { .. } => return Err("`condition` must name its rules one by one".to_owned()),
    })
}

impl SigmaCorrelation {
    /// The least number that can make a finding, for the catalog.
    pub(super) fn least(correlation: &Correlation) -> u32 {
        let of_rules = match correlation.kind {
            Kind::Rules(all) | Kind::Ordered(all) if correlation.wanted.is_empty() => Some(all as u64),
            _ => None,
        };
        let wanted = correlation.wanted.iter().filter_map(|(compare, number)| match compare {
            Compare::AtLeast | Compare::Equal => Some(*number),
            Compare::More => Some(number.saturating_add(1)),
            _ => None,
        });
        u32::try_from(of_rules.into_iter().chain(wanted).max().unwrap_or(1)).unwrap_or(u32::MAX)
    }

    /// What is counted, in the plural.
    pub(super) fn what(&self) -> String {
        match self.correlation.kind {
            Kind::Events => "events".to_owned(),
            Kind::Values => format!("values of {}", self.fields.join(", ")),
            Kind::Rules(_) => "rules that found something".to_owned(),
            Kind::Ordered(_) => "rules that found something, one after the other".to_owned(),
        }
    }
}
