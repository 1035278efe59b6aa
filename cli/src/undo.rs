//! `riposte undo`: shows what would be restored and what that gives back, asks, and restores it.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, Result, bail};
use riposte_aws::operator::Operator;
use riposte_aws::undo::{Undoer, Wish};
use riposte_core::incident::Incident;
use riposte_core::plan::Delta;
use riposte_core::text::plain;

use crate::screen::Screen;
use crate::show::head;

/// Undoes an incident after a person has said yes.
pub(crate) async fn undo(
    out: &mut impl Write,
    operator: &Operator,
    id: &str,
    yes: bool,
    wish: &Wish,
    screen: &Screen,
) -> Result<()> {
    let found = operator.ledger.get(id).await?;
    let (incident, _) = found.with_context(|| format!("there is no incident `{id}`"))?;
    if incident.can_be_undone() {
        preview(out, &incident, screen)?;
        if !yes && !confirmed(out, "undo it?")? {
            bail!("nothing was changed");
        }
    }
    let undoer =
        Undoer { ledger: &operator.ledger, actions: &operator.actions, guardrails: &operator.loaded.guardrails };
    let undone = undoer.undo(id, wish, &Operator::invocation(&unique()?)).await?;
    writeln!(out, "{} is undone: read again, the before-state is restored", undone.id)?;
    operator.announce(&undone).await.with_context(|| "it is undone, but the event bus was not notified")
}

fn preview(out: &mut impl Write, incident: &Incident, screen: &Screen) -> Result<()> {
    head(out, incident, screen)?;
    let Some(plan) = incident.made_plan() else { return Ok(()) };
    let title = screen.line(0, &format!("the undo gives back, on {}", plain(&plan.resource_arn, 300)));
    writeln!(out, "\n{}", screen.heading(&title))?;
    writeln!(out, "{}", screen.line(2, &plain(&incident.finding.why, 600)))?;
    let delta: Delta = plan.undo.iter().flat_map(|inverse| inverse.change.delta.clone()).collect();
    for (name, part) in &delta {
        let (sign, value) = part.as_ref().map_or(('-', String::new()), |part| ('+', plain(&part.to_string(), 400)));
        writeln!(out, "{}", screen.line(2, format!("{sign} {}  {value}", plain(name, 160)).trim_end()))?;
    }
    for inverse in &plan.undo {
        writeln!(out, "{}", screen.line(0, &format!("would call {}", inverse.change)))?;
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
