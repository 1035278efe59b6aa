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
        if !yes && !confirmed(out, "undo this incident?")? {
            bail!("nothing was changed");
        }
    }
    let undoer =
        Undoer { ledger: &operator.ledger, actions: &operator.actions, guardrails: &operator.loaded.guardrails };
    let undone = undoer.undo(id, wish, &Operator::invocation(&unique()?)).await?;
    writeln!(out, "{} is undone: read again, the before-state is restored", undone.id)?;
    // Whoever may undo may not always publish: what is done is done, and is said here.
    for refused in operator.announce(&undone).await {
        writeln!(io::stderr(), "riposte: warning: it is undone, but {}", plain(&refused, 600))?;
    }
    Ok(())
}

fn preview(out: &mut impl Write, incident: &Incident, screen: &Screen) -> Result<()> {
    head(out, incident, screen)?;
    let Some(plan) = incident.made_plan() else { return Ok(()) };
    let title = screen.line(0, &format!("the undo gives back, on {}", plain(&plan.resource_arn, 300)));
    writeln!(out, "\n{}", screen.heading(&title))?;
    writeln!(out, "{}", screen.line(2, &plain(&incident.finding.why, 600)))?;
    let delta: Delta = plan.undo.iter().flat_map(|inverse| inverse.change.delta.clone()).collect();
    let after = plan.after();
    for (name, part) in &delta {
        // What the undo removes is said too: of a denied address, who comes in again.
        let (sign, value) = match part {
            Some(part) => ('+', part.to_string()),
            None => ('-', after.0.get(name).map(ToString::to_string).unwrap_or_default()),
        };
        let value = plain(&value, 400);
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
