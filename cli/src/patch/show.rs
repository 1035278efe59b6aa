//! What is shown of plans and runs.

use std::io::{self, Write};

use anyhow::Result;
use riposte_aws::ledger::LedgerError;
use riposte_aws::patch::LookedBack;
use riposte_core::text::plain;
use riposte_patch::plan::Plan;
use riposte_patch::rfc3339;
use riposte_patch::run::{Run, STEPS};
use riposte_patch::target::Target;

use crate::screen::{Screen, counted};
use crate::tables::{Format, Table};

/// The nodes of a plan that are meant, and, where all are, what else is to be known.
pub(super) fn plan(
    out: &mut impl Write,
    plan: &Plan,
    targets: &[Target],
    format: Format,
    screen: &Screen,
) -> Result<()> {
    let meant = plan.nodes.iter().filter(|node| targets.is_empty() || targets.iter().any(|target| target.means(node)));
    let mut rows: Vec<Vec<String>> = meant
        .map(|node| {
            let fixes: Vec<_> = node.work.fixes.iter().map(|fix| format!("{} to {}", fix.package, fix.fixed)).collect();
            let baseline = node.work.baseline.then(|| "the baseline".to_owned());
            vec![
                node.node.clone(),
                node.name.clone().unwrap_or_default(),
                node.ring.clone().unwrap_or_default(),
                node.band.to_string(),
                node.deadline_ms.map(rfc3339).unwrap_or_default(),
                node.route.to_string(),
                baseline.into_iter().chain(fixes).collect::<Vec<_>>().join("; "),
                node.reasons.join("; "),
            ]
        })
        .collect();
    if targets.is_empty() {
        let rest = |name: &str, word: &str, what: &str| {
            vec![
                name.to_owned(),
                String::new(),
                String::new(),
                word.to_owned(),
                String::new(),
                "notified".to_owned(),
                String::new(),
                what.to_owned(),
            ]
        };
        rows.extend(plan.unknown.iter().map(|(node, why)| rest(node, "unknown", why)));
        rows.extend(plan.others.iter().map(|other| rest(&other.resource, &other.service, &other.what)));
        rows.extend(plan.unread.iter().map(|why| rest("", "not read", why)));
    }
    let columns = &["node", "name", "ring", "priority", "deadline", "way", "installs", "why"];
    Table { title: "Riposte: what needs a patch", columns, rows }.write(out, format, screen)?;
    if format == Format::Table && targets.is_empty() {
        writeln!(out, "{} without a missing patch", counted(plan.current, "managed node"))?;
    }
    Ok(())
}

/// What CloudTrail has recorded of patching.
pub(super) fn history(out: &mut impl Write, found: &LookedBack, format: Format, screen: &Screen) -> Result<()> {
    let rows = found.findings.iter().map(|finding| {
        vec![
            finding.event_time.clone().unwrap_or_default(),
            finding.detector.clone(),
            finding.severity.to_string(),
            finding.principal.label().to_owned(),
            finding.target.to_string(),
            finding.why.clone(),
        ]
    });
    let columns = &["time", "detector", "severity", "principal", "target", "why"];
    Table { title: "Riposte: what was done to patching", columns, rows: rows.collect() }.write(out, format, screen)?;
    for error in &found.unjudged {
        let _ = writeln!(io::stderr(), "riposte: {}", plain(error, 400));
    }
    if format == Format::Table {
        writeln!(out, "{} evaluated", counted(found.events, "event"))?;
    }
    Ok(())
}

/// What is under way; where targets are named, theirs alone.
pub(super) fn under_way(
    out: &mut impl Write,
    runs: &[Run],
    targets: &[Target],
    format: Format,
    screen: &Screen,
) -> Result<()> {
    let meant = |run: &&Run| targets.is_empty() || targets.iter().any(|target| target.means(&run.plan));
    let runs: Vec<&Run> = runs.iter().filter(|run| !run.is_done()).filter(meant).collect();
    if format == Format::Table && runs.is_empty() {
        return Ok(writeln!(out, "no runs under way")?);
    }
    let rows = runs.into_iter().map(|run| {
        let step = usize::from(run.at.step()).checked_sub(1).and_then(|n| STEPS.get(n)).copied().unwrap_or_default();
        let waits = match (run.asked, run.wait_ms) {
            (true, _) => format!("a person: riposte patch approve {}", run.id),
            (false, Some(until)) => format!("until {}", rfc3339(until)),
            (false, None) => String::new(),
        };
        vec![
            run.id.clone(),
            run.plan.node.clone(),
            run.ring().to_owned(),
            run.plan.band.to_string(),
            format!("{} {step}", run.at.step()),
            waits,
            run.plan.deadline_ms.map(rfc3339).unwrap_or_default(),
        ]
    });
    let columns = &["run", "node", "ring", "priority", "step", "waits for", "deadline"];
    Table { title: "Riposte: patches under way", columns, rows: rows.collect() }.write(out, format, screen)
}

/// What was patched.
pub(super) fn report(out: &mut impl Write, runs: &[Run], format: Format, screen: &Screen) -> Result<()> {
    if format == Format::Table && runs.is_empty() {
        return Ok(writeln!(out, "no runs")?);
    }
    let rows = runs.iter().map(|run| {
        let outcome = run.outcome.as_ref();
        let met = match run.met_deadline() {
            Some(true) => "met",
            Some(false) => "not met",
            None => "",
        };
        let mut what: Vec<String> = run.plan.findings.iter().map(|finding| finding.id.clone()).collect();
        what.extend(run.plan.work.fixes.iter().map(|fix| format!("{} to {}", fix.package, fix.fixed)));
        what.extend(run.plan.work.baseline.then(|| "the baseline".to_owned()));
        vec![
            run.id.clone(),
            run.plan.node.clone(),
            run.plan.name.clone().unwrap_or_default(),
            run.ring().to_owned(),
            what.join("; "),
            rfc3339(run.opened_ms),
            run.installed_ms.map(rfc3339).unwrap_or_default(),
            outcome.map_or("under way", |outcome| outcome.kind.word()).to_owned(),
            outcome.map(|outcome| outcome.why.clone()).unwrap_or_default(),
            run.approved_by.clone().or_else(|| run.decided_by.clone()).unwrap_or_default(),
            run.plan.deadline_ms.map(rfc3339).unwrap_or_default(),
            met.to_owned(),
            run.calls.to_string(),
        ]
    });
    let columns = &[
        "run",
        "node",
        "name",
        "ring",
        "what",
        "begun",
        "installed",
        "outcome",
        "why",
        "decided by",
        "deadline",
        "deadline met",
        "calls",
    ];
    Table { title: "Riposte: patch report", columns, rows: rows.collect() }.write(out, format, screen)
}

/// One run, step by step.
pub(super) fn one(out: &mut impl Write, run: &Run, json: bool) -> Result<()> {
    if json {
        return Ok(writeln!(out, "{}", serde_json::to_string(run)?)?);
    }
    let outcome = run.outcome.as_ref().map_or("under way", |outcome| outcome.kind.word());
    writeln!(out, "{}  {}  ring {}  {outcome}", run.id, plain(&run.plan.node, 40), plain(run.ring(), 40))?;
    writeln!(out, "  way       {}", run.plan.route)?;
    writeln!(out, "  why       {}", plain(&run.plan.reasons.join("; "), 1000))?;
    if let Some(deadline) = run.plan.deadline_ms {
        writeln!(out, "  deadline  {}", rfc3339(deadline))?;
    }
    for entry in &run.timeline {
        writeln!(out, "  {}  step {:>2}  {}", rfc3339(entry.at_ms), entry.step, plain(&entry.text, 1000))?;
    }
    if run.asked {
        writeln!(out, "it waits for a person: riposte patch approve {}", run.id)?;
    }
    Ok(())
}

/// Records that cannot be read are named, never left out in silence.
pub(super) fn unreadable(errors: &[LedgerError]) {
    for error in errors {
        let _ = writeln!(io::stderr(), "riposte: {}", plain(&error.to_string(), 400));
    }
}
