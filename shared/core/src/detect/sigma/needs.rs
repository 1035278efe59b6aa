//! What an event must have for a Sigma rule to match it, as far as an EventBridge pattern can say it.
//!
//! Who called, how and through what decides that of many rules, and most calls that only read are made by others: a
//! pattern that says so keeps them from being delivered. Like [`super::calls`], the answer may be too wide and must never
//! be too narrow. What a caller asked for is no part of it, since CloudTrail leaves a request out that is too long; flags
//! of it are.

use rsigma_parser::{
    ConditionExpr, Detection, DetectionItem, Detections, Modifier, Quantifier, SelectorPattern, SigmaValue,
};

/// What must all hold: fields, each with EventBridge's matchers as JSON, of which one must.
pub type All = Vec<(String, Vec<String>)>;

/// Alternatives; `None` where anything may match.
type Needs = Option<Vec<All>>;

/// A pattern with more alternatives would be longer than what it saves.
const MOST: usize = 4;

/// Fields of an event that say who called, how and through what.
const FIELDS: [&str; 9] = [
    "errorCode",
    "userAgent",
    "userIdentity.accountId",
    "userIdentity.inScopeOf.issuerType",
    "userIdentity.invokedBy",
    "userIdentity.principalId",
    "userIdentity.sessionContext.ec2RoleDelivery",
    "userIdentity.type",
    "vpcEndpointId",
];

/// The alternatives of which an event must meet one; empty where anything may match.
pub fn of(detections: &Detections) -> Vec<All> {
    let needs = detections.conditions.iter().map(|condition| of_condition(condition, detections)).reduce(or);
    needs.flatten().unwrap_or_default()
}

fn and(left: Needs, right: Needs) -> Needs {
    let (Some(left), Some(right)) = (&left, &right) else { return left.or(right) };
    if left.len() * right.len() > MOST {
        return Some(if left.len() <= right.len() { left.clone() } else { right.clone() });
    }
    Some(left.iter().flat_map(|a| right.iter().map(|b| both(a, b))).collect())
}

/// A pattern says one thing of a field: of two, the first stays.
fn both(a: &All, b: &All) -> All {
    let mut all = a.clone();
    all.extend(b.iter().filter(|(field, _)| !a.iter().any(|(other, _)| other == field)).cloned());
    all.sort();
    all
}

fn or(left: Needs, right: Needs) -> Needs {
    let mut all = left?;
    for other in right? {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    (all.len() <= MOST).then_some(all)
}

fn of_condition(condition: &ConditionExpr, all: &Detections) -> Needs {
    match condition {
        ConditionExpr::And(parts) => parts.iter().map(|part| of_condition(part, all)).fold(None, and),
        ConditionExpr::Or(parts) => parts.iter().map(|part| of_condition(part, all)).reduce(or).flatten(),
        ConditionExpr::Not(part) => of_negated(part, all),
        ConditionExpr::Identifier(name) => all.named.get(name).and_then(of_detection),
        ConditionExpr::Selector { quantifier, pattern } => {
            let found = named(all, pattern).map(of_detection);
            match quantifier {
                Quantifier::All => found.fold(None, and),
                Quantifier::Any | Quantifier::Count(_) => found.reduce(or).flatten(),
            }
        }
    }
}

/// Of what must not be, a pattern can say that a field must not be there.
fn of_negated(condition: &ConditionExpr, all: &Detections) -> Needs {
    match condition {
        ConditionExpr::Or(parts) => parts.iter().map(|part| of_negated(part, all)).fold(None, and),
        ConditionExpr::Identifier(name) => all.named.get(name).and_then(absent),
        ConditionExpr::Selector { quantifier: Quantifier::Any | Quantifier::Count(1), pattern } => {
            named(all, pattern).map(absent).fold(None, and)
        }
        _ => None,
    }
}

fn named<'a>(all: &'a Detections, pattern: &'a SelectorPattern) -> impl Iterator<Item = &'a Detection> {
    let named = all.named.iter().filter(|(name, _)| pattern.matches_detection_name(name));
    named.map(|(_, detection)| detection)
}

fn absent(detection: &Detection) -> Needs {
    let Detection::AllOf(items) = detection else { return None };
    let [item] = items.as_slice() else { return None };
    let field = item.field.name.as_deref().filter(|field| FIELDS.contains(field))?;
    let there =
        item.field.modifiers == [Modifier::Exists] && matches!(item.values.as_slice(), [SigmaValue::Bool(true)]);
    there.then(|| vec![vec![(field.to_owned(), vec![exists(false)])]])
}

fn exists(there: bool) -> String {
    format!(r#"{{"exists": {there}}}"#)
}

fn of_detection(detection: &Detection) -> Needs {
    match detection {
        Detection::AllOf(items) => items.iter().map(of_item).fold(None, and),
        Detection::AnyOf(parts) => parts.iter().map(of_detection).reduce(or).flatten(),
        Detection::And(parts) => parts.iter().map(of_detection).fold(None, and),
        _ => None,
    }
}

fn of_item(item: &DetectionItem) -> Needs {
    let field = item.field.name.as_deref()?;
    let is_flag = item.field.modifiers.is_empty() && matches!(item.values.as_slice(), [SigmaValue::Bool(_)]);
    let flag = is_flag && field.starts_with("requestParameters.");
    if !flag && !FIELDS.contains(&field) {
        return None;
    }
    let one = |value| matchers(&item.field.modifiers, value);
    let matchers = item.values.iter().map(one).collect::<Option<Vec<_>>>()?.concat();
    (!matchers.is_empty()).then(|| vec![vec![(field.to_owned(), matchers)]])
}

/// What EventBridge calls it, where it has a word.
fn matchers(modifiers: &[Modifier], value: &SigmaValue) -> Option<Vec<String>> {
    let cased = modifiers.contains(&Modifier::Cased);
    let modifiers: Vec<_> = modifiers.iter().filter(|modifier| **modifier != Modifier::Cased).collect();
    let text = match (modifiers.as_slice(), value) {
        // Some services record flags as text.
        ([], SigmaValue::Bool(flag)) => return Some(vec![flag.to_string(), format!("\"{flag}\"")]),
        ([Modifier::Exists], SigmaValue::Bool(there)) => return Some(vec![exists(*there)]),
        (_, SigmaValue::String(text)) => text.as_plain()?,
        _ => return None,
    };
    // What JSON writes as it is, and EventBridge reads as it is.
    if text.is_empty() || !text.bytes().all(|b| (b' '..=b'~').contains(&b) && !b"\"\\*".contains(&b)) {
        return None;
    }
    let affix = |word: &str| {
        if cased {
            format!(r#"{{"{word}": "{text}"}}"#)
        } else {
            format!(r#"{{"{word}": {{"equals-ignore-case": "{text}"}}}}"#)
        }
    };
    let matcher = match modifiers.as_slice() {
        [] if cased => format!(r#""{text}""#),
        [] => format!(r#"{{"equals-ignore-case": "{text}"}}"#),
        [Modifier::StartsWith] => affix("prefix"),
        [Modifier::EndsWith] => affix("suffix"),
        // Wildcards tell upper from lower case.
        [Modifier::Contains] if cased => format!(r#"{{"wildcard": "*{text}*"}}"#),
        _ => return None,
    };
    Some(vec![matcher])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(detection: &str) -> Vec<All> {
        let text = format!("title: x\nlogsource:\n    product: aws\ndetection:\n{detection}");
        let parsed = rsigma_parser::parse_sigma_yaml(&text).unwrap();
        of(&parsed.rules[0].detection)
    }

    fn one(field: &str, matchers: &[&str]) -> (String, Vec<String>) {
        (field.to_owned(), matchers.iter().map(|&matcher| matcher.to_owned()).collect())
    }

    #[test]
    fn who_called_is_needed_and_what_was_asked_for_is_not() {
        let found = needs(
            "    selection:\n        eventName: GetCallerIdentity\n        requestParameters.name: x\n        \
             requestParameters.recursive: true\n        userIdentity.type: AssumedRole\n    service:\n        \
             userIdentity.invokedBy|exists: true\n    condition: selection and not service\n",
        );
        assert_eq!(
            found,
            [[
                one("requestParameters.recursive", &["true", "\"true\""]),
                one("userIdentity.invokedBy", &[r#"{"exists": false}"#]),
                one("userIdentity.type", &[r#"{"equals-ignore-case": "AssumedRole"}"#]),
            ]]
        );
    }

    #[test]
    fn alternatives_stay_apart_and_one_that_is_open_opens_all() {
        let parts = "    a:\n        userIdentity.type: Root\n    b:\n        \
                     userAgent|contains|cased: [exec-env/AWS_Lambda, exec-env/AWS_ECS]\n    c:\n        eventName: GetObject\n";
        let found = needs(&format!("{parts}    condition: a or b\n"));
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[1],
            [one("userAgent", &[r#"{"wildcard": "*exec-env/AWS_Lambda*"}"#, r#"{"wildcard": "*exec-env/AWS_ECS*"}"#])]
        );
        assert!(needs(&format!("{parts}    condition: a or b or c\n")).is_empty());
        assert_eq!(needs(&format!("{parts}    condition: (a or b) and c\n")), found);
    }

    #[test]
    fn what_a_pattern_cannot_say_is_left_open() {
        for item in [
            "userAgent|contains: kali",
            "userAgent|re: '^x'",
            "userAgent: 'x*'",
            "userAgent: 'caf\u{e9}'",
            "userIdentity.userName: joe",
            "userAgent|contains|all|cased: [a, b]",
        ] {
            let found = needs(&format!("    selection:\n        {item}\n    condition: selection\n"));
            assert!(found.is_empty(), "{item}: {found:?}");
        }
        let not = "    a:\n        userIdentity.type: AssumedRole\n        vpcEndpointId|exists: true\n    condition: not a\n";
        assert!(needs(not).is_empty(), "either part of it may be what does not hold");
    }
}
