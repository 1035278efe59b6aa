//! What is wrong with a guardrail though it fits the schema: to Cedar a severity is any text, and so it says nothing to one
//! that there is not. Whoever wrote it believes that it holds something back.
//!
//! Only what is checked before it is written is looked at so. What is set already is used as it stands.

use std::collections::BTreeMap;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, ValidationWarning, Validator};
use serde_json::{Value, json};

use super::former_ids::fits;
use super::policies::undo_schema;
use crate::action::KINDS;
use crate::catalogue::{FUNCTIONS, all_metas};
use crate::detect::renamed;
use crate::text::plain;

/// Who asks where a person does.
const OPERATOR: &str = "operator";

/// What findings are called that no detector of the catalog makes.
const OTHER_DETECTORS: [&str; 3] = ["by-hand", "patch", "declared-groups"];

/// Comparisons, by their names in Cedar's JSON.
const COMPARISONS: [&str; 6] = ["==", "!=", "in", "contains", "containsAny", "containsAll"];

/// What is found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// It can never be met as it is written.
    pub(super) wrong: Vec<String>,
    /// It may not be meant so.
    pub(super) doubts: Vec<String>,
}

/// Looks at one policy; `number` is its place in the text, from 1 on.
///
/// # Errors
/// Where Cedar cannot write it out.
pub(super) fn look(policy: &Policy, number: usize) -> Result<Found, String> {
    let written = policy.to_json().map_err(|error| error.to_string())?;
    let mut found = Found::default();
    let principal = written.get("principal").and_then(entity);
    if let Some(function) = &principal
        && !is_function(function)
    {
        found.wrong.push(format!("there is no function `{}`: {}", plain(function, 60), listed(functions())));
    }
    let conditions = written.get("conditions").and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut together, mut apart) = (Vec::new(), Vec::new());
    for condition in &conditions {
        let Some(body) = condition.get("body") else { continue };
        expression(body, &mut found);
        // Every `when` must hold at once. An exception is looked at by itself.
        if condition.get("kind").and_then(Value::as_str) == Some("when") {
            conjuncts(body, &mut together);
        } else {
            apart.push(body);
        }
        chains(body, &mut apart);
    }
    contradiction(&together, &mut found);
    for body in apart {
        let mut parts = Vec::new();
        conjuncts(body, &mut parts);
        contradiction(&parts, &mut found);
    }
    found.wrong.dedup();
    found.doubts.dedup();
    if policy.effect() == Effect::Forbid && principal.is_none_or(|name| name == OPERATOR) && may_hold_undo(&written)? {
        found.doubts.push(format!(
            "policy {number} can forbid an undo: nobody could roll back what was done; \
             add `unless {{ action == Riposte::Action::\"undo\" }}`"
        ));
    }
    Ok(found)
}

/// The entity of a scope, where it names one.
fn entity(scope: &Value) -> Option<String> {
    let entity = scope.get("entity")?;
    let entity = entity.get("__entity").unwrap_or(entity);
    Some(entity.get("id")?.as_str()?.to_owned())
}

fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name).chain([OPERATOR])
}

fn is_function(name: &str) -> bool {
    functions().any(|known| known == name)
}

/// What is compared with words that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Severity,
    Confidence,
    Mode,
    Kind,
    Detector,
    Function,
}

impl Known {
    fn of(expression: &Value) -> Option<Self> {
        if expression.get("Var").and_then(Value::as_str) == Some("principal") {
            return Some(Self::Function);
        }
        let of = expression.get(".")?;
        let of_what = of.pointer("/left/Var")?.as_str()?;
        match (of_what, of.get("attr")?.as_str()?) {
            ("context", "severity") => Some(Self::Severity),
            ("context", "confidence") => Some(Self::Confidence),
            ("context", "mode") => Some(Self::Mode),
            ("context", "detector") => Some(Self::Detector),
            ("resource", "kind") => Some(Self::Kind),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Severity => "context.severity",
            Self::Confidence => "context.confidence",
            Self::Mode => "context.mode",
            Self::Kind => "resource.kind",
            Self::Detector => "context.detector",
            Self::Function => "principal",
        }
    }

    /// What it can be.
    fn words(self) -> Vec<&'static str> {
        match self {
            Self::Severity => vec!["informational", "low", "medium", "high", "critical"],
            Self::Confidence => vec!["low", "medium", "high"],
            Self::Mode => vec!["shadow", "live", "halt"],
            Self::Kind => KINDS.to_vec(),
            Self::Detector => {
                let former = renamed::all().map(|(former, _)| former);
                all_metas().map(|meta| meta.id).chain(former).chain(OTHER_DETECTORS).collect()
            }
            Self::Function => functions().collect(),
        }
    }

    /// Says what is wrong with a word that it cannot be. A detector may be a rule of the user's.
    fn refuse(self, said: &str, found: &mut Found) {
        let (name, said) = (self.name(), plain(said, 60));
        if self == Self::Detector {
            found.doubts.push(format!("the catalog has no detector {said}: it must be a rule of your own"));
        } else {
            found.wrong.push(format!("{name} is never {said}: {}", listed(self.words())));
        }
    }
}

fn listed(words: impl IntoIterator<Item = &'static str>) -> String {
    let mut words: Vec<_> = words.into_iter().collect();
    words.sort_unstable();
    words.dedup();
    format!("it is one of {}", words.join(", "))
}

/// Looks at each comparison in an expression.
fn expression(body: &Value, found: &mut Found) {
    for name in COMPARISONS {
        let Some(sides) = body.get(name) else { continue };
        let (Some(left), Some(right)) = (sides.get("left"), sides.get("right")) else { continue };
        for (known, other) in [(Known::of(left), right), (Known::of(right), left)] {
            let Some(known) = known else { continue };
            let words = known.words();
            for said in literals(other).into_iter().filter(|said| !words.contains(&said.as_str())) {
                known.refuse(&format!("`{said}`"), found);
            }
        }
    }
    if let Some(like) = body.get("like")
        && let (Some(known), Some(pattern)) =
            (like.get("left").and_then(Known::of), like.get("pattern").and_then(Value::as_array))
        && !known.words().iter().any(|word| fits(pattern, word))
    {
        known.refuse("like this pattern", found);
    }
    match body {
        Value::Array(parts) => parts.iter().for_each(|part| expression(part, found)),
        Value::Object(parts) => parts.values().for_each(|part| expression(part, found)),
        _ => {}
    }
}

/// The texts, and names of entities, that an expression is.
fn literals(expression: &Value) -> Vec<String> {
    if let Some(set) = expression.get("Set").and_then(Value::as_array) {
        return set.iter().flat_map(literals).collect();
    }
    let Some(value) = expression.get("Value") else { return Vec::new() };
    let id = value.pointer("/__entity/id").unwrap_or(value);
    id.as_str().map(str::to_owned).into_iter().collect()
}

/// What must hold together.
fn conjuncts<'a>(body: &'a Value, into: &mut Vec<&'a Value>) {
    match body.get("&&").and_then(|and| Some((and.get("left")?, and.get("right")?))) {
        Some((left, right)) => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        None => into.push(body),
    }
}

/// The parts of an expression in which several must hold together, below its own.
fn chains<'a>(body: &'a Value, into: &mut Vec<&'a Value>) {
    let mut parts = Vec::new();
    conjuncts(body, &mut parts);
    for part in parts {
        let below: Vec<&Value> = match part {
            Value::Array(parts) => parts.iter().collect(),
            Value::Object(parts) => parts.values().collect(),
            _ => Vec::new(),
        };
        for below in below {
            if below.get("&&").is_some() {
                into.push(below);
            }
            chains(below, into);
        }
    }
}

/// One thing that must be two at once.
fn contradiction(parts: &[&Value], found: &mut Found) {
    let mut is: BTreeMap<String, String> = BTreeMap::new();
    for sides in parts.iter().filter_map(|part| part.get("==")) {
        let (Some(left), Some(right)) = (sides.get("left"), sides.get("right")) else { continue };
        for (thing, other) in [(left, right), (right, left)] {
            let words = literals(other);
            let ([word], None) = (words.as_slice(), thing.get("Value")) else { continue };
            if let Some(before) = is.insert(thing.to_string(), word.clone())
                && before != *word
            {
                let name = Known::of(thing).map_or("it", Known::name);
                let (one, two) = (plain(&before, 60), plain(word, 60));
                found.wrong.push(format!("{name} is never `{one}` and `{two}` at once"));
            }
        }
    }
}

/// Whether a policy may be met by a person's undo. Cedar says whether one can be met at all; so it is asked about a schema
/// in which undo is all that is done, and in which one person has approved, as one has who undoes.
fn may_hold_undo(written: &Value) -> Result<bool, String> {
    let mut written = written.clone();
    approved(&mut written);
    let policy = Policy::from_json(Some(PolicyId::new("p")), written).map_err(|error| error.to_string())?;
    let set = PolicySet::from_policies([policy]).map_err(|error| error.to_string())?;
    let schema = Schema::from_cedarschema_str(&undo_schema()).map(|(schema, _)| schema);
    let schema = schema.map_err(|error| error.to_string())?;
    let checked = Validator::new(schema).validate(&set, ValidationMode::Strict);
    let never = |warning: &ValidationWarning| matches!(warning, ValidationWarning::ImpossiblePolicy(_));
    // The only thing that can be wrong with it here is that it is for another action.
    Ok(checked.validation_errors().next().is_none() && !checked.validation_warnings().any(never))
}

/// Puts in what is known of an undo: that one person has approved it.
fn approved(expression: &mut Value) {
    let is =
        |expression: &Value, name: &str| *expression == json!({ ".": { "left": { "Var": "context" }, "attr": name } });
    if is(expression, "approved") {
        *expression = json!({ "Value": true });
        return;
    }
    for (name, holds) in COUNTS {
        let Some(sides) = expression.get(*name) else { continue };
        let (Some(left), Some(right)) = (sides.get("left"), sides.get("right")) else { continue };
        let number = right.get("Value").and_then(Value::as_i64);
        if let (true, Some(number)) = (is(left, "approvers"), number) {
            *expression = json!({ "Value": holds(1, number) });
            return;
        }
    }
    match expression {
        Value::Array(parts) => parts.iter_mut().for_each(approved),
        Value::Object(parts) => parts.values_mut().for_each(approved),
        _ => {}
    }
}

/// Comparisons of how many have approved.
type Compares = fn(i64, i64) -> bool;
const COUNTS: &[(&str, Compares)] = &[
    (">=", |a, b| a >= b),
    (">", |a, b| a > b),
    ("<=", |a, b| a <= b),
    ("<", |a, b| a < b),
    ("==", |a, b| a == b),
    ("!=", |a, b| a != b),
];

#[cfg(test)]
mod tests {
    use super::super::check;
    use crate::settings::CustomGuardrail;

    fn doubts(text: &str) -> Result<Vec<String>, String> {
        let guardrail = CustomGuardrail { id: "g".to_owned(), text: text.to_owned() };
        check(&guardrail).map(|checked| checked.doubts).map_err(|error| error.to_string())
    }

    /// A `forbid` that keeps undo.
    fn when(condition: &str) -> String {
        let undo = "action == Riposte::Action::\"undo\"";
        format!("forbid (principal, action, resource) when {{ {condition} }} unless {{ {undo} }};")
    }

    #[test]
    fn what_can_never_be_met_is_refused_by_what_it_names() {
        for (condition, named) in [
            ("context.severity == \"hgih\"", "context.severity is never `hgih`"),
            ("\"hgih\" != context.severity", "context.severity is never `hgih`"),
            ("[\"high\", \"hgih\"].contains(context.severity)", "`hgih`"),
            ("context.severity like \"hi*x\"", "like this pattern"),
            ("context.confidence == \"critical\"", "context.confidence"),
            ("context.mode == \"on\"", "it is one of halt, live, shadow"),
            ("resource.kind == \"sg\"", "resource.kind is never `sg`"),
            ("principal == Riposte::Function::\"ingres-guard\"", "principal is never `ingres-guard`"),
            ("context.mode == \"live\" && context.mode == \"halt\"", "`live` and `halt` at once"),
            (
                "context.mode == \"live\" && (context.approved || context.event == \"A\" && context.event == \"B\")",
                "at once",
            ),
            ("context.severity == \"low\" && resource.kind == \"user\" && context.severity == \"high\"", "at once"),
        ] {
            let said = doubts(&when(condition)).unwrap_err();
            assert!(said.contains(named), "{condition}: {said}");
        }
        let scope = "forbid (principal == Riposte::Function::\"ingres-guard\", action, resource);";
        assert!(doubts(scope).unwrap_err().contains("there is no function `ingres-guard`"));
        let both =
            "forbid (principal, action, resource) when { context.mode == \"live\" } when { context.mode == \"halt\" };";
        assert!(doubts(both).unwrap_err().contains("at once"));
    }

    #[test]
    fn what_is_known_is_taken_and_a_detector_that_is_not_is_doubtful() {
        for condition in [
            "context.severity == \"high\" || context.severity == \"low\"",
            "[\"high\", \"critical\"].contains(context.severity)",
            "context.detector == \"open-admin-port\"",
            "context.detector == \"queue-emptied\"",
            "context.detector like \"iam-*\" || context.detector like \"open-*\"",
            "context.detector == \"by-hand\"",
            "resource.kind == \"security-group\"",
            "principal == Riposte::Function::\"ingress-guard\"",
            "context.actor == \"hgih\"",
            "context.mode != \"live\" && context.mode != \"halt\"",
        ] {
            assert_eq!(doubts(&when(condition)), Ok(vec![]), "{condition}");
        }
        let said = doubts(&when("context.detector == \"nosuch-detector\"")).unwrap();
        assert!(said.len() == 1 && said[0].contains("`nosuch-detector`"), "{said:?}");
    }

    #[test]
    fn a_guardrail_that_can_forbid_an_undo_is_doubtful() {
        let holds = |text: &str| doubts(text).unwrap().iter().any(|doubt| doubt.contains("can forbid an undo"));
        for text in [
            "forbid (principal, action, resource);",
            "forbid (principal, action == Riposte::Action::\"undo\", resource);",
            "forbid (principal, action, resource) when { context.mode == \"halt\" };",
            "forbid (principal, action, resource) when { resource.hasTag(\"prod\") };",
            "forbid (principal, action, resource) unless { context.approvers >= 2 };",
            "forbid (principal == Riposte::Function::\"operator\", action, resource);",
            "permit (principal, action, resource);\nforbid (principal, action, resource);",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "forbid (principal, action, resource) unless { context.approved };",
            "forbid (principal, action, resource) unless { context.approvers >= 1 };",
            "forbid (principal, action, resource) when { resource.hasTag(\"x\") && !context.approved };",
            "forbid (principal, action, resource) unless { action == Riposte::Action::\"undo\" };",
            "forbid (principal, action, resource) unless { context.approvers >= 2 || action == Riposte::Action::\"undo\" };",
            "forbid (principal, action, resource) when { action != Riposte::Action::\"undo\" };",
            "forbid (principal, action == Riposte::Action::\"revoke-ingress\", resource);",
            "forbid (principal, action in [Riposte::Action::\"revoke-ingress\", Riposte::Action::\"deny-source\"], resource);",
            "forbid (principal == Riposte::Function::\"ingress-guard\", action, resource);",
            "permit (principal, action, resource);",
        ] {
            assert!(!holds(text), "{text}");
        }
    }
}
