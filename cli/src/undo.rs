//! `riposte undo`: shows what would be restored, asks, and restores it.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, Result, bail};
use riposte_aws::operator::Operator;
use riposte_aws::undo::{Undoer, Wish};
use riposte_core::incident::Incident;

/// Undoes an incident after a person has said yes.
pub(crate) async fn undo(out: &mut impl Write, operator: &Operator, id: &str, yes: bool, wish: &Wish) -> Result<()> {
    let found = operator.ledger.get(id).await?;
    let (incident, _) = found.with_context(|| format!("there is no incident `{id}`"))?;
    if incident.can_be_undone() {
        preview(out, &incident)?;
        if !yes && !confirmed(out, "undo it?")? {
            bail!("nothing was changed");
        }
    }
    let undoer =
        Undoer { ledger: &operator.ledger, actions: &operator.actions, guardrails: &operator.loaded.guardrails };
    let undone = undoer.undo(id, wish, &Operator::invocation(&unique()?)).await?;
    Ok(writeln!(out, "{} is undone: read again, the before-state is restored", undone.id)?)
}

fn preview(out: &mut impl Write, incident: &Incident) -> Result<()> {
    for inverse in incident.made_plan().iter().flat_map(|plan| &plan.undo) {
        writeln!(out, "would call {}", inverse.change)?;
    }
    Ok(out.flush()?)
}

pub(crate) fn confirmed(out: &mut impl Write, question: &str) -> Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("standard input is no terminal to ask on: say --yes to go on without asking");
    }
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Told apart from every other run, for the lease.
pub(crate) fn unique() -> Result<String> {
    let number = getrandom::u64().context("the system gives no random bytes")?;
    Ok(format!("{number:016x}"))
}
