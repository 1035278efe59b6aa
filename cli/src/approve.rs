//! `riposte approve`, `riposte deny` and `riposte mark`: a person's word on an incident.

use std::io::Write;

use anyhow::{Result, bail};
use riposte_aws::approval::{ApprovalError, Approved, Proposed, Yes};
use riposte_aws::operator::Operator;
use riposte_core::approval::Judgment;
use riposte_core::incident::{Incident, State, Step};
use riposte_core::outcome::Outcome;
use riposte_core::text::plain;

use crate::screen::Screen;
use crate::show::{difference, head};
use crate::undo::{confirmed, unique};
use crate::usage::words;

/// How an approval was given.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The incident's id, inc-…
    id: String,
    /// The plan that is approved, by the hash that was shown; any other is refused
    #[arg(long, value_name = "HASH")]
    plan: Option<String>,
    /// Why, for the record
    #[arg(long, value_parser = words)]
    reason: Option<String>,
    /// Show what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask: approves the plan that people were asked about, or the one of --plan, and no other
    #[arg(long)]
    yes: bool,
}

/// Shows the plan as it would be carried out now, asks, and carries it out.
pub(crate) async fn approve(
    out: &mut impl Write,
    operator: &Operator,
    options: Options,
    screen: &Screen,
) -> Result<()> {
    let proposed = match operator.proposed(&options.id).await {
        Ok(proposed) => proposed,
        Err(ApprovalError::Gone(why)) => return settled(out, operator, &options, &why).await,
        Err(error) => return Err(error.into()),
    };
    shown(out, &proposed, screen)?;
    let Some(needed) = proposed.needed else {
        bail!("the guardrails forbid it: {}", proposed.verdict);
    };
    if options.dry_run {
        return Ok(());
    }
    if let Some(plan) = options.plan.as_ref().filter(|plan| **plan != proposed.hash) {
        bail!("the plan is {} and not {}: look at it, and approve it by --plan {0}", proposed.hash, plain(plan, 40));
    }
    if options.yes && options.plan.is_none() && proposed.differs {
        bail!(
            "the plan differs from the one that was asked about: look at it, and approve it by --plan {}",
            proposed.hash
        );
    }
    if !options.yes && !confirmed(out, &format!("approve plan {}?", proposed.hash))? {
        bail!("nothing was changed");
    }
    let yes = Yes { plan: proposed.hash, reason: options.reason };
    match operator.approve(&options.id, &yes, &unique()?).await? {
        Approved::Waiting { given, again, .. } => {
            let you = if again { "you had approved it before, and count once: " } else { "recorded: " };
            Ok(writeln!(out, "{you}{given} of {needed} persons have approved; nothing was changed yet")?)
        }
        Approved::Done(incident) => ended(out, &incident, screen),
    }
}

/// Somebody has fixed it meanwhile: there is nothing to approve, and the incident is closed as such.
async fn settled(out: &mut impl Write, operator: &Operator, options: &Options, why: &str) -> Result<()> {
    let why = plain(why, 600);
    if options.dry_run {
        return Ok(writeln!(out, "nothing is left to contain: {why}; approving it would close the incident")?);
    }
    let incident = operator.settle(&options.id, &unique()?).await?;
    let outcome = Outcome::of(&incident).headline();
    Ok(writeln!(out, "{}  {outcome}: nothing is left to contain: {why}; nothing was changed", incident.id)?)
}

fn shown(out: &mut impl Write, proposed: &Proposed, screen: &Screen) -> Result<()> {
    head(out, &proposed.incident, screen)?;
    let plan = &proposed.plan;
    writeln!(out, "\n{}", screen.line(0, &plain(&plan.resource_arn, 300)))?;
    writeln!(out, "{}", screen.heading("would change (before -, after +)"))?;
    difference(out, plan, &plan.delta(), screen)?;
    for change in &plan.changes {
        writeln!(out, "{}", screen.line(0, &format!("would call {change}")))?;
    }
    for inverse in &plan.undo {
        writeln!(out, "{}", screen.line(0, &format!("undo would call {}", inverse.change)))?;
    }
    if let Some(note) = &plan.note {
        writeln!(out, "{}", screen.line(0, &format!("note: {}", plain(note, 600))))?;
    }
    if proposed.differs {
        writeln!(out, "this plan differs from the one that was asked about: the resource has changed since")?;
    }
    let by = match proposed.needed {
        Some(needed) if needed > 1 => format!("; {} of {needed} persons have approved it", proposed.given),
        _ => String::new(),
    };
    writeln!(out, "plan {}{by}", proposed.hash)?;
    writeln!(out, "{}", screen.line(0, &format!("guardrails: {}", proposed.verdict)))?;
    Ok(out.flush()?)
}

/// What became of it.
pub(crate) fn ended(out: &mut impl Write, incident: &Incident, screen: &Screen) -> Result<()> {
    let last = incident.timeline.iter().rev().find(|entry| entry.step != Step::Notice);
    let said = last.map(|entry| plain(&entry.text, 600)).unwrap_or_default();
    let line = format!("{}  {}: {said}", incident.id, Outcome::of(incident).headline());
    writeln!(out, "{}", screen.line(0, &line))?;
    if incident.can_be_undone() {
        writeln!(out, "undo by: riposte undo {}", incident.id)?;
    }
    if incident.state != State::Verified {
        bail!("the outcome of incident {} is {}", incident.id, Outcome::of(incident));
    }
    Ok(())
}

/// Says no.
pub(crate) async fn deny(out: &mut impl Write, operator: &Operator, id: &str, reason: &str) -> Result<()> {
    let incident = operator.deny(id, reason, &unique()?).await?;
    Ok(writeln!(out, "{} is denied; nothing was changed", incident.id)?)
}

/// Whether a finding was right.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Word {
    /// It was what it looked like
    TruePositive,
    /// It was something else
    FalsePositive,
}

/// Marks a finding as right or wrong.
pub(crate) async fn mark(
    out: &mut impl Write,
    operator: &Operator,
    id: &str,
    word: Word,
    note: Option<String>,
) -> Result<()> {
    let judgment = match word {
        Word::TruePositive => Judgment::TruePositive,
        Word::FalsePositive => Judgment::FalsePositive,
    };
    let incident = operator.mark(id, judgment, note, &unique()?).await?;
    Ok(writeln!(out, "{} is marked as a {}", incident.id, judgment.as_str())?)
}
