//! The set of policies: shipped, implied by the settings, and the user's own.

use cedar_policy::{PolicyId, PolicySet, Schema, ValidationMode, Validator};

use super::{GuardrailError, former_ids, lint};
use crate::action::ActionId;
use crate::settings::{CustomGuardrail, Settings, SettingsError};

const SHIPPED: &str = include_str!("shipped.cedar");
/// What the ids of the user's policies begin with.
const CUSTOM: &str = "custom/";
/// The schema, in which `ACTIONS` stands for the catalogue's.
const SCHEMA: &str = include_str!("riposte.cedarschema");

/// Off unless the settings say so: whoever made the resource by a stack should change the stack.
const STACKS: &str = "@id(\"stack-resources\")\nforbid (principal, action, resource) when { resource has stack } \
                      unless { context.approved || action == Riposte::Action::\"undo\" };\n";

/// All policies of these settings.
pub(super) fn all(settings: &Settings) -> Result<PolicySet, GuardrailError> {
    let mut text = SHIPPED.to_owned();
    for role in &settings.own_roles {
        text.push_str(&forbid("own-roles", &format!("resource.arn == {}", literal(role))));
    }
    for pattern in &settings.protected_principals {
        let pattern = literal(pattern);
        text.push_str(&forbid(
            "protected-principals",
            &format!("resource.arn like {pattern} || context.actor like {pattern}"),
        ));
    }
    if settings.ask_about_stacks {
        text.push_str(STACKS);
    }
    let mut set: PolicySet = text.parse().map_err(|e: cedar_policy::ParseErrors| GuardrailError::Shipped {
        id: "shipped".to_owned(),
        wrong: e.to_string(),
    })?;
    for policy in own(settings)?.policies() {
        set.add(policy.clone()).map_err(|e| GuardrailError::Shipped { id: "own".to_owned(), wrong: e.to_string() })?;
    }
    Ok(set)
}

/// The shipped policies alone.
pub(super) fn shipped_set() -> Result<PolicySet, String> {
    SHIPPED.parse().map_err(|e: cedar_policy::ParseErrors| e.to_string())
}

/// The user's own policies alone.
pub(super) fn own(settings: &Settings) -> Result<PolicySet, GuardrailError> {
    let mut set = PolicySet::new();
    if !settings.guardrails.is_empty() {
        let schema = schema()?;
        for guardrail in &settings.guardrails {
            add_custom(&mut set, guardrail, &schema)?;
        }
    }
    Ok(set)
}

/// The name under which a policy is shown: a shipped one's `@id`, a custom one's own id (its `@id` is
/// the user's to choose, and must not pass for a shipped one).
pub(super) fn name(set: &PolicySet, id: &PolicyId) -> String {
    let own: &str = id.as_ref();
    if own.starts_with(CUSTOM) {
        return own.to_owned();
    }
    set.policy(id).and_then(|policy| policy.annotation("id")).unwrap_or(own).to_owned()
}

/// Never our own roles and never a protected principal: neither as the target, nor by fighting what a
/// protected principal does. A person's undo is not held.
fn forbid(id: &str, when: &str) -> String {
    format!(
        "@id(\"{id}\")\nforbid (principal, action, resource) when {{ {when} }} unless {{ action == Riposte::Action::\"undo\" }};\n"
    )
}

/// `text` as a Cedar string. After `like`, a `*` in it is a wildcard; after `==`, it is a character.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The schema that guardrails are written against, in Cedar's own form.
#[must_use]
pub fn schema_text() -> String {
    let ids = ActionId::ALL.into_iter().map(ActionId::as_str).chain(["undo", super::PATCH_NODE]);
    let ids: Vec<_> = ids.map(|id| format!("\"{id}\"")).collect();
    SCHEMA.replace("ACTIONS", &ids.join(", "))
}

/// The policies that ship, each by its name and its text.
///
/// # Errors
/// Where they are malformed: a fault of the build.
pub fn shipped() -> Result<Vec<(String, String)>, GuardrailError> {
    let set = shipped_set().map_err(|wrong| GuardrailError::Shipped { id: "shipped".to_owned(), wrong })?;
    let mut all: Vec<_> = set.policies().map(|policy| (name(&set, policy.id()), policy.to_string())).collect();
    all.sort();
    Ok(all)
}

/// The same, in which undo is the only action that is ever asked about.
pub(super) fn undo_schema() -> String {
    let others: Vec<_> = ActionId::ALL
        .into_iter()
        .map(ActionId::as_str)
        .chain([super::PATCH_NODE])
        .map(|id| format!("\"{id}\""))
        .collect();
    SCHEMA.replace("action ACTIONS", &format!("action {};\n  action \"undo\"", others.join(", ")))
}

/// A guardrail of the user's that is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// How many policies it holds.
    pub policies: usize,
    /// What may not be meant so.
    pub doubts: Vec<String>,
}

/// Checks a guardrail of the user's before it is set: against the schema, and against the words that there are.
///
/// # Errors
/// Names the parameter under which it would stand, and what is wrong.
pub fn check(guardrail: &CustomGuardrail) -> Result<Checked, GuardrailError> {
    let mut set = PolicySet::new();
    add_custom(&mut set, guardrail, &schema()?)?;
    let parsed: PolicySet =
        guardrail.text.parse().map_err(|e: cedar_policy::ParseErrors| malformed(guardrail, &e.to_string()))?;
    let mut doubts = Vec::new();
    for (index, policy) in parsed.policies().enumerate() {
        let id: &str = policy.id().as_ref();
        let place = id.strip_prefix("policy").and_then(|place| place.parse().ok()).unwrap_or(index);
        let found = lint::look(policy, place.saturating_add(1)).map_err(|wrong| malformed(guardrail, &wrong))?;
        if !found.wrong.is_empty() {
            return Err(malformed(guardrail, &found.wrong.join("; ")));
        }
        doubts.extend(found.doubts);
    }
    Ok(Checked { policies: set.policies().count(), doubts })
}

/// What is wrong with a guardrail. Cedar counts a text's policies from 0, as `policy0`; people from 1.
fn malformed(guardrail: &CustomGuardrail, wrong: &str) -> GuardrailError {
    let mut wrong = crate::text::plain(wrong, 400);
    for index in (0..guardrail.text.matches(';').count()).rev() {
        let number = index.saturating_add(1);
        wrong = wrong.replace(&format!("`policy{index}`"), &format!("policy {number}"));
    }
    let path = format!("/riposte/guardrails/{}", guardrail.id);
    GuardrailError::Setting(SettingsError { path, wrong: format!("is not a valid guardrail: {wrong}") })
}

fn schema() -> Result<Schema, GuardrailError> {
    Schema::from_cedarschema_str(&schema_text())
        .map(|(schema, _)| schema)
        .map_err(|e| GuardrailError::Shipped { id: "schema".to_owned(), wrong: e.to_string() })
}

/// A user's guardrail is checked against the schema, so that a misspelled attribute is refused at start
/// and not met as an error in the middle of an attack.
fn add_custom(set: &mut PolicySet, guardrail: &CustomGuardrail, schema: &Schema) -> Result<(), GuardrailError> {
    let malformed = |wrong: String| malformed(guardrail, &wrong);
    let parsed: PolicySet = guardrail.text.parse().map_err(|e: cedar_policy::ParseErrors| malformed(e.to_string()))?;
    if parsed.is_empty() {
        return Err(malformed("it holds no policy".to_owned()));
    }
    let checked = Validator::new(schema.clone()).validate(&parsed, ValidationMode::Strict);
    if let Some(error) = checked.validation_errors().next() {
        return Err(malformed(error.to_string()));
    }
    // A policy that nothing can meet is a warning to Cedar. Whoever wrote it believes that it holds something back.
    if let Some(warning) = checked.validation_warnings().next() {
        return Err(malformed(warning.to_string()));
    }
    for (index, policy) in parsed.policies().enumerate() {
        // An id of its own, which names it in every record and cannot be taken for a shipped one.
        let suffix = if index == 0 { String::new() } else { format!(".{}", index + 1) };
        let id = PolicyId::new(format!("{CUSTOM}{}{suffix}", guardrail.id));
        let policy = former_ids::brought_up_to_date(policy, id).map_err(&malformed)?;
        set.add(policy).map_err(|e| malformed(e.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_guardrails_fit_the_schema() {
        let mut text = SHIPPED.to_owned();
        text.push_str(&forbid("own-roles", "resource.arn == \"arn:x\""));
        text.push_str(&forbid("protected-principals", "resource.arn like \"a*\" || context.actor like \"a*\""));
        text.push_str(STACKS);
        let set: PolicySet = text.parse().unwrap();
        let result = Validator::new(schema().unwrap()).validate(&set, ValidationMode::Strict);
        assert!(result.validation_passed(), "{result}");
    }

    #[test]
    fn literals_are_escaped() {
        assert_eq!(literal("a\"b\\c\n*"), "\"a\\\"b\\\\c\\u{a}*\"");
    }
}
