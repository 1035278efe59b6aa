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
        writeln!(out, "{resource} was made by the stack `{}`", plain(&stack, 200))?;
    }
    if let Some(note) = &preview.plan.note {
        writeln!(out, "{}", plain(note, 600))?;
    }
    if preview.plan.changes.is_empty() {
        return Ok(writeln!(out, "nothing to do on {resource}")?);
    }
    for change in &preview.plan.changes {
        writeln!(out, "would call {change}")?;
    }
    for inverse in &preview.plan.undo {
        writeln!(out, "undo would call {}", inverse.change)?;
    }
    if !preview.allowed {
        bail!("the guardrails forbid it: {}", preview.verdict);
    }
    writeln!(out, "the guardrails allow it: {}", preview.verdict)?;
    out.flush()?;
    if how.dry_run {
        return Ok(());
    }
    if !how.yes && !confirmed(out, "do it?")? {
        bail!("nothing was changed");
    }
    let incident = operator.contain(asked).await?;
    ended(out, &incident, how.screen)
}

/// Every action, in the catalogue's order.
pub(crate) fn list(out: &mut impl Write, as_json: bool) -> Result<()> {
    for meta in ACTIONS {
        let target = meta.id.target_form();
        if as_json {
            let calls = |permissions: &[riposte_aws::actions::Permission]| -> Vec<&str> {
                permissions.iter().flat_map(|permission| permission.calls).copied().collect()
            };
            let entry = json!({
                "id": meta.id, "title": meta.title, "target": target, "reversibility": meta.reversibility,
                "reversible": meta.reversible, "disruptive": meta.disruptive,
                "permissions": calls(meta.permissions), "undo_permissions": calls(meta.undo_permissions),
            });
            writeln!(out, "{entry}")?;
            continue;
        }
        let kind = match (meta.reversible, meta.disruptive) {
            (true, false) => "reversible",
            (true, true) => "reversible, disruptive",
            (false, false) => "with a loss",
            (false, true) => "with a loss, disruptive",
        };
        let target = if target.is_empty() { "{…}" } else { target };
        writeln!(out, "{:<28}  {kind:<24}  {target:<36}  {}", meta.id.as_str(), meta.title)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_action_in_both_forms() {
        for as_json in [false, true] {
            let mut text = Vec::new();
            list(&mut text, as_json).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert_eq!(text.lines().count(), ActionId::ALL.len());
            assert!(ActionId::ALL.iter().zip(text.lines()).all(|(id, line)| line.contains(id.as_str())), "{text}");
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
