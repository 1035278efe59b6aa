//! `riposte cases`, and `riposte show` of a case: incidents that belong together.

use std::io::Write;

use anyhow::{Result, bail};
use riposte_aws::ledger::Listed;
use riposte_core::case::{Case, Tactic, cases, happened_ms, tactic_of};
use riposte_core::incident::{Incident, rfc3339};
use riposte_core::text::plain;
use serde_json::{Value, json};

/// What a case's id begins with.
pub(crate) const PREFIX: &str = "case-";

/// The list, the worst first. Items that cannot be read are named, and make the command fail after the others.
pub(crate) fn list(out: &mut impl Write, listed: &Listed, as_json: bool) -> Result<()> {
    let cases = cases(&listed.incidents);
    for case in &cases {
        if as_json {
            writeln!(out, "{}", entry(case))?;
            continue;
        }
        writeln!(
            out,
            "{}  {}  {:<8}  {:>3} incidents  {}  by {}",
            case.id,
            rfc3339(case.began_ms),
            case.severity,
            case.steps.len(),
            tactics(case),
            plain(&case.who, 80),
        )?;
    }
    if cases.is_empty() && !as_json {
        writeln!(out, "no cases")?;
    }
    match listed.unreadable.first() {
        None => Ok(()),
        Some(first) => bail!("{} incident(s) could not be read, the first: {first}", listed.unreadable.len()),
    }
}

/// One case.
pub(crate) fn one(out: &mut impl Write, incidents: &[Incident], id: &str, as_json: bool) -> Result<()> {
    let cases = cases(incidents);
    let Some(case) = cases.iter().find(|case| case.id == id) else {
        bail!("there is no case `{}` among the last {} incidents", plain(id, 60), incidents.len());
    };
    if as_json {
        return Ok(writeln!(out, "{}", entry(case))?);
    }
    writeln!(out, "{}  {}  {} incidents, {}", case.id, case.severity, case.steps.len(), tactics(case))?;
    writeln!(out, "  {:<10} {}", "who", plain(&case.who, 200))?;
    writeln!(out, "  {:<10} {} to {}", "when", rfc3339(case.began_ms), rfc3339(case.ended_ms))?;
    if let Some(principal) = &case.contain {
        let command = format!("riposte contain deny-principal {}", plain(&principal.to_string(), 120));
        writeln!(out, "  {:<10} {command}", "contain")?;
    }
    writeln!(out, "\nsteps, in the order of ATT&CK")?;
    for incident in &case.steps {
        let finding = &incident.finding;
        writeln!(
            out,
            "  {:<20}  {}  {:<8}  {}  {}  {}",
            tactic_of(incident).map_or("-", Tactic::as_str),
            rfc3339(happened_ms(incident)),
            finding.severity,
            incident.id,
            plain(&finding.detector, 60),
            plain(&finding.why, 160),
        )?;
    }
    Ok(())
}

fn tactics(case: &Case<'_>) -> String {
    let names: Vec<_> = case.tactics.iter().map(|tactic| tactic.as_str()).collect();
    if names.is_empty() { "no tactic".to_owned() } else { names.join(", ") }
}

fn entry(case: &Case<'_>) -> Value {
    let steps = case.steps.iter().map(|incident| {
        json!({
            "incident": incident.id,
            "tactic": tactic_of(incident).map(Tactic::as_str),
            "technique": incident.finding.technique,
            "detector": incident.finding.detector,
            "severity": incident.finding.severity,
            "at": rfc3339(happened_ms(incident)),
            "why": incident.finding.why,
        })
    });
    json!({
        "id": case.id,
        "severity": case.severity,
        "tactics": case.tactics.iter().map(|tactic| tactic.as_str()).collect::<Vec<_>>(),
        "who": case.who,
        "began_at": rfc3339(case.began_ms),
        "ended_at": rfc3339(case.ended_ms),
        "contain": case.contain.as_ref().map(ToString::to_string),
        "steps": steps.collect::<Vec<_>>(),
    })
}
