//! `riposte cases`, and `riposte show` of a case: incidents that belong together.

use std::io::Write;

use anyhow::{Result, bail};
use riposte_aws::ledger::Listed;
use riposte_core::case::{Case, Tactic, cases, happened_ms, tactic_of};
use riposte_core::incident::{Incident, rfc3339};
use riposte_core::outcome::Outcome;
use riposte_core::text::plain;
use serde_json::{Value, json};

use crate::screen::{Screen, counted};
use crate::tables::Table;

/// What a case's id begins with.
pub(crate) const PREFIX: &str = "case-";

/// The list, the worst first. Items that cannot be read are named, and make the command fail after the others.
pub(crate) fn list(out: &mut impl Write, listed: &Listed, as_json: bool, screen: &Screen) -> Result<()> {
    let cases = cases(&listed.incidents);
    if as_json {
        cases.iter().try_for_each(|case| writeln!(out, "{}", entry(case)))?;
    } else if cases.is_empty() {
        writeln!(out, "no cases")?;
    } else {
        let rows = cases.iter().map(|case| {
            vec![
                case.id.clone(),
                rfc3339(case.began_ms),
                case.severity.to_string(),
                case.steps.len().to_string(),
                tactics(case),
                case.who.clone(),
            ]
        });
        let columns = &["case", "began", "severity", "incidents", "tactics", "by"];
        Table { title: "Riposte: cases", columns, rows: rows.collect() }.show(out, screen)?;
    }
    match listed.unreadable.first() {
        None => Ok(()),
        Some(first) => bail!("{} could not be read, the first: {first}", counted(listed.unreadable.len(), "incident")),
    }
}

/// One case.
pub(crate) fn one(
    out: &mut impl Write,
    incidents: &[Incident],
    id: &str,
    as_json: bool,
    screen: &Screen,
) -> Result<()> {
    let cases = cases(incidents);
    let Some(case) = cases.iter().find(|case| case.id == id) else {
        bail!("there is no case `{}` among the last {} incidents", plain(id, 60), incidents.len());
    };
    if as_json {
        return Ok(writeln!(out, "{}", entry(case))?);
    }
    let count = counted(case.steps.len(), "incident");
    writeln!(out, "{}", screen.line(0, &format!("{}  {}  {count}, {}", case.id, case.severity, tactics(case))))?;
    writeln!(out, "{}", screen.field("who", &case.who))?;
    writeln!(out, "{}", screen.field("when", &format!("{} to {}", rfc3339(case.began_ms), rfc3339(case.ended_ms))))?;
    if let Some(principal) = &case.contain {
        writeln!(out, "{}", screen.field("contain", &format!("riposte contain deny-principal {principal}")))?;
    }
    writeln!(out, "\nsteps, in the order of ATT&CK")?;
    let rows = case.steps.iter().map(|incident| {
        let finding = &incident.finding;
        vec![
            tactic_of(incident).map_or("-", Tactic::as_str).to_owned(),
            rfc3339(happened_ms(incident)),
            finding.severity.to_string(),
            Outcome::of(incident).to_string(),
            incident.id.clone(),
            finding.detector.clone(),
            finding.why.clone(),
        ]
    });
    let columns = &["tactic", "at", "severity", "outcome", "incident", "detector", "why"];
    Table { title: "Riposte: a case", columns, rows: rows.collect() }.show(out, screen)
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
            "outcome": Outcome::of(incident),
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
