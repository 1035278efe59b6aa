//! `riposte contain` and `riposte actions`: any action by hand.

use std::io::Write;

use anyhow::{Result, bail};
use riposte_aws::actions::ACTIONS;
use riposte_aws::by_hand::Asked;
use riposte_aws::operator::Operator;
use riposte_core::action::{ActionId, Response};
use riposte_core::text::plain;
use serde_json::json;

use crate::approve::ended;
use crate::near::near;
use crate::screen::Screen;
use crate::tables::Table;
use crate::undo::{confirmed, unique};
use crate::usage::Usage;

/// How it was asked for.
pub(crate) struct How<'a> {
    pub(crate) screen: &'a Screen,
    pub(crate) dry_run: bool,
    pub(crate) yes: bool,
}

/// What is asked for. Wrong words are told before anything is read.
pub(crate) fn asked(action: &str, target: &str, reason: Option<String>) -> Result<Asked> {
    let known = || ActionId::ALL.into_iter().map(ActionId::as_str);
    let Some(id) = ActionId::ALL.into_iter().find(|id| id.as_str() == action) else {
        return Err(Usage(format!("there is no action {}", near(action, known(), "riposte actions"))).into());
    };
    let response = Response::by_hand(id, target).map_err(|error| Usage(error.to_string()))?;
    Ok(Asked { response, reason, id: unique()? })
}

/// Shows what would be done, asks, and does it.
pub(crate) async fn contain(out: &mut impl Write, operator: &Operator, asked: &Asked, how: &How<'_>) -> Result<()> {
    let preview = operator.preview(asked).await?;
    let resource = plain(&preview.plan.resource_arn, 300);
    if let Some(stack) = preview.plan.stack() {
        let made = format!("{resource} was made by the stack `{}`", plain(&stack, 200));
        writeln!(out, "{}", how.screen.line(0, &made))?;
    }
    if let Some(note) = &preview.plan.note {
        writeln!(out, "{}", how.screen.line(0, &plain(note, 600)))?;
    }
    if preview.plan.changes.is_empty() {
        return Ok(writeln!(out, "nothing to do on {resource}")?);
    }
    for change in &preview.plan.changes {
        writeln!(out, "{}", how.screen.line(0, &format!("would call {change}")))?;
    }
    for inverse in &preview.plan.undo {
        writeln!(out, "{}", how.screen.line(0, &format!("undo would call {}", inverse.change)))?;
    }
    if !preview.allowed {
        bail!("the guardrails forbid it: {}", preview.verdict);
    }
    writeln!(out, "{}", how.screen.line(0, &format!("the guardrails allow it: {}", preview.verdict)))?;
    out.flush()?;
    if how.dry_run {
        return Ok(());
    }
    if !how.yes && !confirmed(out, "carry it out?")? {
        bail!("nothing was changed");
    }
    let incident = operator.contain(asked).await?;
    ended(out, &incident, how.screen)
}

/// Every action, in the catalog's order.
pub(crate) fn list(out: &mut impl Write, as_json: bool, screen: &Screen) -> Result<()> {
    if as_json {
        return ACTIONS.iter().try_for_each(|meta| {
            let calls = |permissions: &[riposte_aws::actions::Permission]| -> Vec<&str> {
                permissions.iter().flat_map(|permission| permission.calls).copied().collect()
            };
            let entry = json!({
                "id": meta.id, "title": meta.title, "target": meta.id.target_form(), "reversibility": meta.reversibility,
                "reversible": meta.reversible, "disruptive": meta.disruptive,
                "permissions": calls(meta.permissions), "undo_permissions": calls(meta.undo_permissions),
            });
            Ok(writeln!(out, "{entry}")?)
        });
    }
    let rows = ACTIONS.iter().map(|meta| {
        let kind = match (meta.reversible, meta.disruptive) {
            (true, false) => "reversible",
            (true, true) => "reversible, disruptive",
            (false, false) => "not fully reversible",
            (false, true) => "not fully reversible, disruptive",
        };
        let target = match meta.id.target_form() {
            "" => "{…}",
            form => form,
        };
        vec![meta.id.as_str().to_owned(), kind.to_owned(), target.to_owned(), meta.title.to_owned()]
    });
    let columns = &["action", "undo", "target", "title"];
    Table { title: "Riposte: actions", columns, rows: rows.collect() }.show(out, screen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_action_in_both_forms() {
        for as_json in [false, true] {
            let mut text = Vec::new();
            list(&mut text, as_json, &Screen::plain(usize::MAX)).unwrap();
            let text = String::from_utf8(text).unwrap();
            let head = usize::from(!as_json);
            assert_eq!(text.lines().count(), ActionId::ALL.len() + head);
            assert!(
                ActionId::ALL.iter().zip(text.lines().skip(head)).all(|(id, line)| line.contains(id.as_str())),
                "{text}"
            );
        }
    }

    #[test]
    fn wrong_words_are_told_by_name() {
        let said = |action: &str, target: &str| asked(action, target, None).map(|_| ()).unwrap_err().to_string();
        assert!(said("deactivate-access-keys", "eve/AKIA1").contains("deactivate-access-key"));
        assert!(said("deactivate-access-key", "eve").contains("USER/ACCESS-KEY-ID"));
        assert!(said("revoke-ingress", "{\"group_id\":\"sg-1\"}").contains("rules"));
    }
}
