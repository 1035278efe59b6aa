//! `riposte incidents`: which incidents there are, for people and for programs.

use std::io::{self, Write};

use anyhow::{Context, Result, bail};
use riposte_aws::ledger::Wanted;
use riposte_aws::operator::Operator;
use riposte_core::arn::matches_ignoring_case;
use riposte_core::document::{self, Links};
use riposte_core::finding::Severity;
use riposte_core::incident::{Incident, rfc3339};
use riposte_core::outcome::{Outcome, Outcomes};
use riposte_core::text::plain;

use riposte_scan::filter::Moment;

use crate::detect::{csv, inert};
use crate::screen::{Screen, counted, cut, short};
use crate::usage::Usage;

/// How they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Rows, for people
    Table,
    /// One JSON object a line (docs/schemas/incident.json)
    Jsonl,
    /// For spreadsheets: no cell is taken for a formula
    Csv,
}

/// Which ones, and how they are written.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How they are written
    #[arg(long, default_value = "table")]
    format: Format,
    /// The same as --format jsonl
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Those after this incident: the next page
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// With this outcome: contained, no-action-needed, needs-approval, denied, observed, under-way, partly-done,
    /// action-failed, verification-failed or undone (repeatable, or with commas)
    #[arg(long, visible_alias = "state")]
    outcome: Vec<Outcomes>,
    /// Of this severity (repeatable)
    #[arg(long)]
    severity: Vec<Severity>,
    /// Of a detector whose id matches, with * and ?
    #[arg(long, value_name = "PATTERN")]
    detector: Option<String>,
    /// Of a principal whose ARN or name matches
    #[arg(long, value_name = "PATTERN")]
    principal: Option<String>,
    /// In this account
    #[arg(long)]
    account: Option<String>,
    /// In this region
    #[arg(long = "in-region", value_name = "REGION")]
    region: Option<String>,
    /// Of a target that matches
    #[arg(long, value_name = "PATTERN")]
    target: Option<String>,
    /// Opened at this time or later: RFC 3339, a date, or a time ago (24h, 7d)
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Opened before this time
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
}

impl Options {
    fn keeps(&self, incident: &Incident) -> bool {
        let (finding, scope) = (&incident.finding, &incident.finding.scope);
        let fits = |pattern: &Option<String>, texts: &[&str]| {
            pattern.as_deref().is_none_or(|pattern| texts.iter().any(|text| matches_ignoring_case(pattern, text)))
        };
        let actor = &finding.principal;
        let is = |wanted: &Option<String>, text: &str| wanted.as_deref().is_none_or(|wanted| wanted == text);
        let key = finding.target.key();
        let resource = incident.plan.as_ref().map_or("", |plan| plan.resource_arn.as_str());
        (self.outcome.is_empty() || self.outcome.iter().any(|wanted| wanted.has(incident)))
            && (self.severity.is_empty() || self.severity.contains(&finding.severity))
            && fits(&self.detector, &[&finding.detector])
            && fits(
                &self.principal,
                &[actor.label(), actor.principal_arn().unwrap_or_default(), actor.name.as_deref().unwrap_or_default()],
            )
            && is(&self.account, &scope.account)
            && is(&self.region, &scope.region)
            && fits(&self.target, &[&key, key.split_once('/').map_or("", |(_, id)| id), resource])
    }
}

/// Lists them, newest first. Items that cannot be read are named, and make the command fail after the others.
pub(crate) async fn list(out: &mut impl Write, operator: &Operator, options: &Options, screen: &Screen) -> Result<()> {
    if let (Some(since), Some(until)) = (options.since, options.until)
        && since.as_ms() >= until.as_ms()
    {
        return Err(Usage("--since is not before --until: no incident is in between".to_owned()).into());
    }
    let after = match &options.after {
        None => None,
        Some(id) => Some(operator.ledger.get(id).await?.with_context(|| format!("there is no incident `{id}`"))?.0),
    };
    let wanted = Wanted {
        since_ms: options.since.map(Moment::as_ms),
        until_ms: options.until.map(Moment::as_ms),
        after: after.as_ref(),
    };
    let limit = usize::try_from(options.limit)?;
    let listed = operator.ledger.list_of(&wanted, limit, |incident| options.keeps(incident)).await?;
    let runbooks = &operator.loaded.settings.runbooks;
    match if options.json { Format::Jsonl } else { options.format } {
        Format::Jsonl => {
            for incident in &listed.incidents {
                let runbook = runbooks.get(&incident.finding.detector).map(String::as_str);
                let document = document::of(incident, Links::of(&incident.finding, runbook))?;
                writeln!(out, "{}", inert(document.to_string()))?;
            }
        }
        Format::Csv => {
            out.write_all(csv::line(COLUMNS).as_bytes())?;
            for incident in &listed.incidents {
                out.write_all(cells(incident).as_bytes())?;
            }
        }
        Format::Table => table(out, &listed.incidents, screen)?,
    }
    out.flush()?;
    if !screen.quiet
        && listed.more
        && let Some(last) = listed.incidents.last()
    {
        let _ = writeln!(io::stderr(), "there are more: {}", next_page(std::env::args(), &last.id));
    }
    if listed.unreadable.is_empty() {
        return Ok(());
    }
    let faults: Vec<_> = listed.unreadable.iter().map(ToString::to_string).collect();
    bail!("{} could not be read: {}", counted(faults.len(), "incident"), faults.join("; "))
}

/// The command that shows the next page: the one that was typed, quoted for a shell, behind this incident.
fn next_page(typed: impl Iterator<Item = String>, last: &str) -> String {
    let mut words = vec!["riposte".to_owned()];
    let mut typed = typed.skip(1);
    while let Some(word) = typed.next() {
        if word == "--after" {
            typed.next();
        } else if !word.starts_with("--after=") {
            words.push(quoted(&word));
        }
    }
    format!("{} --after {last}", words.join(" "))
}

fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | ',' | '@' | '+');
    if !word.is_empty() && word.chars().all(safe) {
        return word.to_owned();
    }
    format!("'{}'", plain(word, 500).replace('\'', "'\\''"))
}

/// From this width on an incident has one line.
const WIDE: usize = 160;

fn table(out: &mut impl Write, incidents: &[Incident], screen: &Screen) -> Result<()> {
    if incidents.is_empty() {
        return Ok(writeln!(out, "no incidents")?);
    }
    let head = format!("{:<20}  {:<16}  {:<13}  {:<19}", "INCIDENT", "OPENED (UTC)", "SEVERITY", "OUTCOME");
    if screen.width >= WIDE {
        writeln!(out, "{}", screen.heading(&format!("{head}  {:<32}  {:<40}  BY", "DETECTOR", "TARGET")))?;
    } else {
        writeln!(out, "{}", screen.heading(head.trim_end()))?;
    }
    for incident in incidents {
        let finding = &incident.finding;
        let opened: String = rfc3339(incident.opened_ms).replace('T', " ").chars().take(16).collect();
        let severity = screen.severity(finding.severity, &format!("{:<13}", finding.severity));
        let outcome = Outcome::of(incident);
        let (detector, target) = (finding.detector.as_str(), finding.target.key());
        let who = short(finding.principal.label());
        if screen.width >= WIDE {
            let left = screen.width.saturating_sub(152).max(20);
            writeln!(
                out,
                "{:<20}  {opened:<16}  {severity}  {outcome:<19}  {:<32}  {:<40}  {}",
                incident.id,
                cut(detector, 32),
                cut(&target, 40),
                cut(who, left.min(120))
            )?;
            continue;
        }
        writeln!(out, "{:<20}  {opened:<16}  {severity}  {outcome}", incident.id)?;
        let second = format!("{}  {}  by {}", plain(detector, 80), plain(&target, 300), plain(who, 300));
        writeln!(out, "{}", screen.line(2, &second))?;
    }
    Ok(())
}

const COLUMNS: [&str; 15] = [
    "id",
    "opened_at",
    "outcome",
    "mode",
    "severity",
    "confidence",
    "detector",
    "title",
    "account",
    "region",
    "event_id",
    "principal",
    "source_ip",
    "target",
    "why",
];

fn cells(incident: &Incident) -> String {
    let finding = &incident.finding;
    let scope = &finding.scope;
    csv::line([
        incident.id.as_str(),
        &rfc3339(incident.opened_ms),
        Outcome::of(incident).as_str(),
        incident.mode.as_str(),
        &finding.severity.to_string(),
        &finding.confidence.to_string(),
        &finding.detector,
        &finding.title,
        &scope.account,
        &scope.region,
        &scope.event_id,
        finding.principal.label(),
        finding.principal.source_ip.as_deref().unwrap_or_default(),
        &finding.target.key(),
        &finding.why,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_a_command_that_can_be_pasted() {
        let typed = |words: &[&str]| next_page(words.iter().map(|word| (*word).to_owned()), "inc-2");
        assert_eq!(typed(&["/bin/riposte", "incidents"]), "riposte incidents --after inc-2");
        assert_eq!(
            typed(&["riposte", "incidents", "--detector", "open-*", "--after", "inc-1", "--limit=5"]),
            "riposte incidents --detector 'open-*' --limit=5 --after inc-2"
        );
        assert_eq!(
            typed(&["riposte", "incidents", "--target", "it's"]),
            "riposte incidents --target 'it'\\''s' --after inc-2"
        );
    }
}
