//! `riposte incidents` and `riposte show`: incidents for people and for programs.

use std::io::Write;

use anyhow::{Result, bail};
use riposte_aws::ledger::Listed;
use riposte_core::incident::Incident;
use riposte_core::notice::{opened, outcome, timeline};
use riposte_core::plan::{Plan, Snapshot};
use riposte_core::text::plain;
use serde_json::{Value, json};

/// The list. Items that cannot be read are named, and make the command fail after the others.
pub(crate) fn list(out: &mut impl Write, listed: &Listed, as_json: bool) -> Result<()> {
    for incident in &listed.incidents {
        if as_json {
            writeln!(out, "{}", summary(incident))?;
        } else {
            let finding = &incident.finding;
            let who = plain(finding.principal.label(), 60);
            writeln!(
                out,
                "{}  {}  {:<9}  {:<8}  {:<24}  {}  by {who}",
                incident.id,
                opened(incident),
                incident.state,
                finding.severity,
                plain(&finding.detector, 40),
                finding.target,
            )?;
        }
    }
    if listed.incidents.is_empty() && !as_json {
        writeln!(out, "no incidents")?;
    }
    if listed.unreadable.is_empty() {
        return Ok(());
    }
    let faults: Vec<_> = listed.unreadable.iter().map(ToString::to_string).collect();
    bail!("{} incident(s) could not be read: {}", faults.len(), faults.join("; "))
}

/// One incident.
pub(crate) fn one(out: &mut impl Write, incident: &Incident, as_json: bool) -> Result<()> {
    if as_json {
        let mut whole = serde_json::to_value(incident)?;
        if let (Value::Object(map), Some(plan)) = (&mut whole, &incident.plan) {
            map.insert("after".to_owned(), serde_json::to_value(plan.after())?);
        }
        return Ok(writeln!(out, "{whole}")?);
    }
    let finding = &incident.finding;
    writeln!(out, "{}  {}  {}", incident.id, outcome(incident), finding.title)?;
    let field = |name: &str, value: &str| format!("  {name:<10} {}", plain(value, 600));
    writeln!(out, "{}", field("why", &finding.why))?;
    writeln!(out, "{}", field("who", finding.principal.label()))?;
    writeln!(out, "{}", field("target", &finding.target.key()))?;
    writeln!(
        out,
        "{}",
        field("where", &format!("account {}, region {}", finding.scope.account, finding.scope.region))
    )?;
    writeln!(
        out,
        "{}",
        field("detector", &format!("{} ({}, {})", finding.detector, finding.severity, finding.technique.join(" ")))
    )?;
    writeln!(out, "{}", field("opened", &opened(incident)))?;
    writeln!(out, "\ntimeline")?;
    for line in timeline(incident) {
        writeln!(out, "  {line}")?;
    }
    if let Some(plan) = &incident.plan {
        before_and_after(out, plan)?;
    }
    Ok(())
}

fn before_and_after(out: &mut impl Write, plan: &Plan) -> Result<()> {
    writeln!(out, "\n{}", plain(&plan.resource_arn, 300))?;
    let delta = plan.delta();
    parts(out, "before", &plan.before, |name| if delta.contains_key(name) { '-' } else { ' ' })?;
    parts(out, "after", &plan.after(), |name| if delta.contains_key(name) { '+' } else { ' ' })?;
    writeln!(out, "calls")?;
    for change in &plan.changes {
        writeln!(out, "  {change}")?;
    }
    writeln!(out, "undo")?;
    for inverse in &plan.undo {
        writeln!(out, "  {}", inverse.change)?;
    }
    Ok(())
}

fn parts(out: &mut impl Write, title: &str, snapshot: &Snapshot, mark: impl Fn(&str) -> char) -> Result<()> {
    writeln!(out, "{title}")?;
    for (name, part) in &snapshot.0 {
        writeln!(out, "  {} {}  {}", mark(name), plain(name, 160), plain(&part.to_string(), 400))?;
    }
    Ok(())
}

fn summary(incident: &Incident) -> Value {
    let finding = &incident.finding;
    json!({
        "id": incident.id,
        "opened_at": opened(incident),
        "state": incident.state,
        "mode": incident.mode,
        "detector": finding.detector,
        "severity": finding.severity,
        "account": finding.scope.account,
        "region": finding.scope.region,
        "event_id": finding.scope.event_id,
        "principal": finding.principal.label(),
        "target": finding.target.key(),
        "guardrails": incident.verdict.as_ref().map(|verdict| &verdict.guardrails),
        "notified": incident.notified,
    })
}
