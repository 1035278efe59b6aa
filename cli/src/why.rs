//! `riposte why`: what happened to one event, from the rule that delivered it to the notice.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};
use jiff::Timestamp;
use riposte_aws::actions::Planned;
use riposte_aws::clients::SdkConfig;
use riposte_aws::ledger::Wanted;
use riposte_aws::operator::Operator;
use riposte_core::catalogue::{FUNCTIONS, runner_of};
use riposte_core::event::{ApiCall, Event};
use riposte_core::finding::{Finding, Severity};
use riposte_core::guardrail::Decision;
use riposte_core::incident::{Incident, Step};
use riposte_core::notice::timeline;
use riposte_core::outcome::Outcome;
use riposte_core::settings::Tuning;
use riposte_core::text::plain;

use crate::guardrails::call_of;
use crate::screen::Screen;

/// How long incidents are looked for, in milliseconds: as long as CloudTrail shows its events.
const BACK_MS: i64 = 90 * 86_400_000;

/// Explains an event: of a file, or by its id.
pub(crate) async fn run(
    out: &mut impl Write,
    config: &SdkConfig,
    operator: &Operator,
    event: &str,
    screen: &Screen,
) -> Result<()> {
    if Path::new(event).is_file() {
        return explain(out, config, operator, &call_of(Path::new(event))?, screen).await;
    }
    // An incident's id leads to its event.
    let named = if event.starts_with("inc-") { operator.ledger.get(event).await? } else { None };
    if event.starts_with("inc-") && named.is_none() {
        bail!("there is no incident `{}`", plain(event, 80));
    }
    let event = named.as_ref().map_or(event, |(incident, _)| incident.finding.scope.event_id.as_str());
    let mut incidents = of_event(operator, event).await?;
    if let Some((incident, _)) = &named
        && !incidents.iter().any(|other| other.id == incident.id)
    {
        incidents.push(incident.clone());
    }
    match operator.recorded(event).await {
        Ok(Some(Event::Call(call))) => return explain(out, config, operator, &call, screen).await,
        Ok(_) if incidents.is_empty() => {
            bail!(
                "there is no file, no incident and no recorded call `{}` in region {}; CloudTrail shows an event after some minutes",
                plain(event, 80),
                operator.region()
            );
        }
        Ok(_) => writeln!(out, "CloudTrail in region {} does not show the event", operator.region())?,
        Err(error) => writeln!(out, "CloudTrail could not be asked for the event: {}", plain(&error.to_string(), 300))?,
    }
    for incident in &incidents {
        ended(out, incident, screen)?;
    }
    Ok(())
}

async fn of_event(operator: &Operator, event_id: &str) -> Result<Vec<Incident>> {
    let since = Timestamp::now().as_millisecond() - BACK_MS;
    let wanted = Wanted { since_ms: Some(since), ..Wanted::default() };
    let listed = operator.ledger.list_of(&wanted, 100, |incident| incident.finding.scope.event_id == event_id).await?;
    Ok(listed.incidents)
}

async fn explain(
    out: &mut impl Write,
    config: &SdkConfig,
    operator: &Operator,
    call: &ApiCall,
    screen: &Screen,
) -> Result<()> {
    let (source, name) = (call.event_source().unwrap_or("an unknown source"), call.event_name());
    writeln!(
        out,
        "{}  {} of {}",
        screen.heading(&plain(name, 120)),
        plain(source, 80),
        plain(call.event_time().unwrap_or("?"), 40)
    )?;
    writeln!(out, "{}", screen.field("event", call.event_id().unwrap_or("(without an id)")))?;
    writeln!(out, "{}", screen.field("who", call.actor().label()))?;
    if call.failed() {
        writeln!(out, "{}", screen.field("failed", call.error_code().unwrap_or("yes")))?;
    }
    let judged = operator.judge(config, call).await?;
    let functions: Vec<_> = FUNCTIONS
        .iter()
        .filter(|function| judged.reading.iter().any(|detector| function.runs(detector.meta().domain)))
        .map(|function| function.name)
        .collect();
    if functions.is_empty() {
        return Ok(writeln!(out, "no detector of the catalog reads such a call: no rule delivers it for one")?);
    }
    writeln!(out, "{}", screen.field("delivered", &format!("to {}", functions.join(", "))))?;
    let reading: Vec<_> = judged.reading.iter().map(|detector| detector.meta().id).collect();
    writeln!(out, "{}", screen.field("read by", &reading.join(", ")))?;
    for fault in &judged.refused {
        writeln!(out, "{}", screen.field("refused", &fault.to_string()))?;
    }
    for (detector, error) in &judged.report.failures {
        writeln!(out, "{}", screen.field("failure", &format!("{detector}: {error}")))?;
    }
    for sighting in &judged.report.sightings {
        let what = format!("towards {}: it is a finding in numbers only", sighting.finding.detector);
        writeln!(out, "{}", screen.field("counted", &what))?;
    }
    if judged.report.findings.is_empty() {
        return Ok(writeln!(out, "no detector fires on it")?);
    }
    for finding in judged.report.findings {
        of_finding(out, operator, finding, screen).await?;
    }
    Ok(())
}

async fn of_finding(out: &mut impl Write, operator: &Operator, finding: Finding, screen: &Screen) -> Result<()> {
    let settings = &operator.loaded.settings;
    let severity = screen.severity(finding.severity, &finding.severity.to_string());
    writeln!(out, "\n{}  {severity}", screen.heading(&plain(&finding.detector, 80)))?;
    writeln!(out, "{}", screen.field("why", &finding.why))?;
    let now = Timestamp::now().as_millisecond();
    let covers =
        |exclusion: &&riposte_core::exclusion::Exclusion| !exclusion.has_expired(now) && exclusion.covers(&finding);
    if let Some(exclusion) = settings.exclusions.iter().find(covers) {
        let what = format!("by the exclusion `{}`: {}", exclusion.name, exclusion.reason);
        return Ok(writeln!(out, "{}", screen.field("left out", &what))?);
    }
    let id = Incident::id_of(&finding);
    let finding = match settings.tunings.get(&finding.detector) {
        Some(Tuning::Off) => {
            return Ok(writeln!(out, "{}", screen.field("left out", "its detector is switched off by a setting"))?);
        }
        Some(tuning) => tuning.applied(finding.clone()).unwrap_or(finding),
        None => finding,
    };
    if let Some((incident, _)) = operator.ledger.get(&id).await? {
        return ended(out, &incident, screen);
    }
    if finding.severity == Severity::Informational && finding.response.is_none() {
        let what = "informational: a line in the function's log, and no incident";
        return Ok(writeln!(out, "{}", screen.field("recorded", what))?);
    }
    let function = riposte_core::catalogue::all_metas()
        .find(|meta| meta.id == finding.detector)
        .and_then(runner_of)
        .map_or("operator", |function| function.name);
    writeln!(
        out,
        "{}",
        screen.field("incident", "none: it was not delivered, not yet handled, or of before the deployment")
    )?;
    let said = match operator.plan_of(&finding).await? {
        None => "no action is known for it: it would be recorded and notified".to_owned(),
        Some(Planned::Gone(why)) => format!("nothing is left to contain: {why}"),
        Some(Planned::Impossible(why)) => format!("it cannot be contained: {why}"),
        Some(Planned::Plan(plan)) if plan.changes.is_empty() => "nothing is left to contain".to_owned(),
        Some(Planned::Plan(plan)) => match operator.loaded.guardrails.decide(function, *plan, &finding) {
            Decision::Act(_, verdict) | Decision::Hold(_, verdict) => format!("now it would be decided: {verdict}"),
        },
    };
    Ok(writeln!(out, "{}", screen.field("now", &said))?)
}

fn ended(out: &mut impl Write, incident: &Incident, screen: &Screen) -> Result<()> {
    writeln!(out, "{}", screen.field("incident", &format!("{}  {}", incident.id, Outcome::of(incident).headline())))?;
    for line in timeline(incident) {
        writeln!(out, "{}", screen.line(4, &line))?;
    }
    let last = incident.timeline.iter().rev().find(|entry| entry.step == Step::Notice);
    let notified = match last {
        Some(entry) if incident.notified => entry.text.as_str(),
        _ => "not yet",
    };
    Ok(writeln!(out, "{}", screen.field("notified", notified))?)
}
