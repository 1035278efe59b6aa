//! Guardrails that name a detector by an id that it had before.
//!
//! A finding bears the id of today. A guardrail that was written before the detector was renamed must hold all
//! the same, `forbid` and `permit` and `unless` alike: so its text is read as if it had been written today.

use cedar_policy::{Policy, PolicyId};
use serde_json::{Value, json};

use crate::detect::renamed;

/// The policy under another id, with the ids of today in its conditions.
///
/// # Errors
/// Cedar's words, where the policy cannot be written out or read again.
pub(super) fn brought_up_to_date(policy: &Policy, id: PolicyId) -> Result<Policy, String> {
    let mut written = policy.to_json().map_err(|error| error.to_string())?;
    let conditions = written.get_mut("conditions");
    if !conditions.is_some_and(|conditions| names_detector(conditions) && rewrite(conditions)) {
        return Ok(policy.new_id(id));
    }
    Policy::from_json(Some(id), written).map_err(|error| error.to_string())
}

/// `context.detector`
fn is_detector(expression: &Value) -> bool {
    *expression == json!({ ".": { "left": { "Var": "context" }, "attr": "detector" } })
}

fn names_detector(expression: &Value) -> bool {
    is_detector(expression)
        || match expression {
            Value::Array(parts) => parts.iter().any(names_detector),
            Value::Object(parts) => parts.values().any(names_detector),
            _ => false,
        }
}

/// Rewrites an expression where it stands, and says whether it had to.
fn rewrite(expression: &mut Value) -> bool {
    if let Some(literal) = expression.get("Value").and_then(Value::as_str) {
        let now = renamed::current(literal);
        let changed = now != literal;
        if changed {
            *expression = json!({ "Value": now });
        }
        return changed;
    }
    if let Some(widened) = expression.get("like").and_then(widened) {
        *expression = widened;
        return true;
    }
    // Every part, and not only the first that changes.
    match expression {
        Value::Array(parts) => parts.iter_mut().map(rewrite).filter(|changed| *changed).count() > 0,
        Value::Object(parts) => parts.values_mut().map(rewrite).filter(|changed| *changed).count() > 0,
        _ => false,
    }
}

/// `context.detector like "queue-*"`, with the detectors whose former ids it meant.
fn widened(like: &Value) -> Option<Value> {
    let detector = like.get("left").filter(|left| is_detector(left))?;
    let pattern = like.get("pattern")?.as_array()?;
    let meant = renamed::all().filter(|(former, now)| fits(pattern, former) && !fits(pattern, now));
    let also = meant.map(|(_, now)| json!({ "==": { "left": detector, "right": { "Value": now } } }));
    let whole = also.fold(json!({ "like": like }), |left, right| json!({ "||": { "left": left, "right": right } }));
    (whole.get("||").is_some()).then_some(whole)
}

/// Whether a `like` pattern matches a text.
pub(super) fn fits(pattern: &[Value], text: &str) -> bool {
    // The places in the text up to which the pattern may have come so far.
    let mut places = vec![0];
    for part in pattern {
        match part.get("Literal").and_then(Value::as_str) {
            Some(literal) => {
                places.retain(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(literal)));
                places.iter_mut().for_each(|at| *at += literal.len());
            }
            None => {
                let first = places.first().copied().unwrap_or(text.len() + 1);
                places = (first..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            }
        }
    }
    places.contains(&text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_as_cedar_says() {
        let star = || json!("Wildcard");
        let text = |text: &str| json!({ "Literal": text });
        for (pattern, yes, no) in [
            (vec![text("a-b")], vec!["a-b"], vec!["a-", "a-bc", ""]),
            (vec![text("a"), star()], vec!["a", "abc"], vec!["ba", ""]),
            (vec![star(), text("b")], vec!["b", "aab", "bb"], vec!["ba", ""]),
            (vec![text("a"), star(), text("b"), star()], vec!["ab", "aabxb", "abb"], vec!["ba", "a"]),
            (vec![star()], vec!["", "x"], vec![]),
        ] {
            assert!(yes.iter().all(|text| fits(&pattern, text)), "{pattern:?}");
            assert!(!no.iter().any(|text| fits(&pattern, text)), "{pattern:?}");
        }
    }

    #[test]
    fn a_policy_without_a_former_id_is_left_as_it_was_written() {
        for text in [
            "permit (principal, action, resource);",
            "forbid (principal, action, resource) when { context.detector == \"sqs-queue-purged\" };",
            // A tag's value is no detector's id, where the detector is not asked about.
            "forbid (principal, action, resource) when { context.event == \"queue-emptied\" };",
        ] {
            let policy: Policy = text.parse().unwrap();
            let kept = brought_up_to_date(&policy, PolicyId::new("x")).unwrap();
            assert_eq!(kept.to_string(), text);
        }
    }
}
