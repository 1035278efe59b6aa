//! Patching: the runs in the ledger, and what the inventory holds of machines.

use std::sync::Arc;

use maud::{Markup, html};
use riposte_audit::Machine;
use riposte_audit::posture::Account;
use riposte_patch::run::{Kind, Run, STEPS};

use super::now::unreadable;
use crate::layout::{Links, badge, is_run, no_inventory, of_run, prose, scrolling, trouble};
use crate::source::{Patches, Source, Trouble};
use crate::words;

const ROWS: usize = 500;

/// So many of the newest runs are shown.
pub(crate) const RUNS: usize = 60;

pub(crate) async fn load<S: Source>(source: &S) -> Result<Patches, Trouble> {
    source.patches(RUNS).await
}

pub(crate) fn show(
    runs: &Result<Patches, Trouble>,
    account: &Result<Option<&Account>, Trouble>,
    links: &Links,
) -> Markup {
    html! {
        h1 { "Patching" }
        section {
            h2 { "Patched, and being patched" }
            @match runs { Err(error) => (trouble("The runs of patching", error)), Ok(runs) => (ledger(runs, links)) }
        }
        section {
            h2 { "Machines" }
            @match account {
                Err(error) => (trouble("What is known of the account", error)),
                Ok(None) => (no_inventory()),
                Ok(Some(account)) => (all(&account.machines)),
            }
        }
    }
}

/// What became of a run, in a few words, and the class that colors it.
pub(crate) fn outcome(run: &Run) -> (&'static str, &'static str) {
    match run.outcome.as_ref().map(|outcome| outcome.kind) {
        None if run.asked => ("needs approval", "wait"),
        None => ("under way", "wait"),
        Some(kind) => {
            let class = match kind {
                Kind::Patched | Kind::Nothing => "good",
                kind if kind.is_failure() => "bad",
                Kind::Planned | Kind::RolledBack => "calm",
                _ => "wait",
            };
            (kind.word(), class)
        }
    }
}

fn ledger(patches: &Patches, links: &Links) -> Markup {
    let runs = &patches.runs;
    let of = |what: fn(&Run) -> bool| runs.iter().filter(|run| what(run)).count();
    html! {
        @if runs.is_empty() { p.none { "No run of patching yet." } }
        @else {
            ul.counts aria-label="Runs" {
                li { strong { (of(|run| run.asked)) } " wait for approval" }
                li { strong { (of(|run| !run.is_done() && !run.asked)) } " under way" }
                li { strong { (of(|run| run.outcome.as_ref().is_some_and(|outcome| outcome.kind.is_failure()))) } " failed" }
                li { strong { (of(|run| run.met_deadline() == Some(false))) } " missed the deadline" }
            }
            @if runs.len() >= RUNS { p.note { "The newest " (RUNS) ". All of them: " code { "riposte patch report" } } }
            (scrolling("Runs of patching", &runs_table(runs, links)))
        }
        (unreadable(&patches.unreadable))
    }
}

/// The names of what a run installs.
fn installs(run: &Run) -> String {
    let work = &run.plan.work;
    let replaced = work.replace.as_ref().map(|replace| format!("replaced by {}", replace.new));
    let baseline = work.baseline.then(|| "the baseline".to_owned());
    let fixes = work.fixes.iter().map(|fix| format!("{} to {}", fix.package, fix.fixed));
    replaced.into_iter().chain(baseline).chain(fixes).take(6).collect::<Vec<_>>().join("; ")
}

fn runs_table(runs: &[Arc<Run>], links: &Links) -> Markup {
    html! {
        table.stack {
            thead { tr { th scope="col" { "Machine" } th scope="col" { "Outcome" } th scope="col" { "Priority" } th scope="col" { "What" }
                th scope="col" { "Step" } th scope="col" { "Deadline" } th scope="col" { "Decided by" } } }
            tbody { @for run in runs {
                @let (word, class) = outcome(run);
                tr {
                    th scope="row" { (link(run, links)) div.sub { "ring " (words::name(run.ring())) ", " (words::time(run.opened_ms)) } }
                    td data-label="Outcome" { (badge(word, class)) @if run.asked { div.sub { "Approve: " (of_run("approve", &run.id)) } } }
                    td data-label="Priority" { (run.plan.band.to_string()) }
                    td data-label="What" { (words::name(&installs(run))) }
                    td data-label="Step" { (step(run)) }
                    td data-label="Deadline" { @match run.plan.deadline_ms { None => "none", Some(at) => { (words::time(at)) @match run.met_deadline() { Some(true) => " met", Some(false) => { " " (badge("not met", "bad")) } None => "" } } } }
                    td data-label="Decided by" { (words::name(run.approved_by.as_deref().or(run.decided_by.as_deref()).unwrap_or("not yet"))) }
                }
            } }
        }
    }
}

fn step(run: &Run) -> String {
    let number = run.at.step();
    let name = usize::from(number).checked_sub(1).and_then(|place| STEPS.get(place)).copied().unwrap_or_default();
    format!("{number} {name}")
}

/// A run's machine as a link to the run.
pub(crate) fn link(run: &Run, links: &Links) -> Markup {
    let name = words::name(run.plan.name.as_deref().unwrap_or(&run.plan.node));
    html! {
        @if links.is_site() && is_run(&run.id) { a href={ "/patching/" (run.id) } { (name) } } @else { (name) }
        @if run.plan.name.is_some() { " (" (words::name(&run.plan.node)) ")" }
    }
}

/// One run: why, by when, who decided, and its ten steps.
pub(crate) fn one(run: &Run) -> Markup {
    let (word, class) = outcome(run);
    let met = match run.met_deadline() {
        Some(true) => " (met)",
        Some(false) => " (not met)",
        None => "",
    };
    html! {
        h1 { "Patching of " (words::name(run.plan.name.as_deref().unwrap_or(&run.plan.node))) }
        p { (badge(word, class)) " " @if let Some(outcome) = &run.outcome { (prose(&outcome.why)) } }
        @if run.asked { section.undo { h2 { "It waits for you" } p { "Let it go on: " (of_run("approve", &run.id)) } } }
        @if run.clone().roll_back("", 0).is_ok() {
            section.undo { h2 { "Roll back" } p { (of_run("rollback", &run.id)) } p.sub { "It shows what it would do and asks first." } }
        }
        dl.facts {
            dt { "Run" } dd { code { (words::name(&run.id)) } }
            dt { "Machine" } dd { (words::name(&run.plan.node)) }
            dt { "Where" } dd { "account " (words::name(&run.account)) ", region " (words::name(&run.region)) ", ring " (words::name(run.ring())) }
            dt { "Why" } dd { (words::sentence(&run.plan.reasons.join("; "))) }
            dt { "Closes" } dd { (words::sentence(&run.plan.findings.iter().take(20).map(|cite| cite.id.as_str()).collect::<Vec<_>>().join(", "))) }
            dt { "Installs" } dd { (words::sentence(&installs(run))) }
            dt { "Way" } dd { (words::sentence(&run.plan.route.to_string())) }
            dt { "Deadline" } dd { @match run.plan.deadline_ms { None => "none", Some(at) => { (words::time(at)) (met) } } }
            dt { "Decided by" } dd { (words::sentence(run.approved_by.as_deref().or(run.decided_by.as_deref()).unwrap_or("not yet"))) }
        }
        section {
            h2 { "Steps" }
            ol.timeline { @for entry in run.timeline.iter().take(ROWS) {
                li { span.time { (words::time(entry.at_ms)) " step " (entry.step) } " " (prose(&entry.text)) }
            } }
        }
    }
}

fn all(machines: &[Machine]) -> Markup {
    let is = |machine: &Machine, status: &str| machine.patches.as_ref().is_ok_and(|p| p.as_deref() == Some(status));
    let good = machines.iter().filter(|machine| is(machine, "COMPLIANT")).count();
    let bad = machines.iter().filter(|machine| is(machine, "NON_COMPLIANT")).count();
    html! {
        ul.counts aria-label="Machines" {
            li { strong { (good) } " comply with their patch baseline" }
            li { strong { (bad) } " do not" }
            li { strong { (machines.len() - good - bad) } " not known" }
        }
        p.note { "From Systems Manager: whether a machine complies with its baseline. Which patches are missing, which flaws they leave "
            "open, and what is no package: " code { "riposte patch plan" } }
        @if machines.is_empty() { p.none { "The inventory holds no instance." } } @else { (scrolling("Machines", &table(machines))) }
        @if machines.len() > ROWS { p { (machines.len() - ROWS) " more machines: riposte audit has them." } }
    }
}

fn table(machines: &[Machine]) -> Markup {
    html! {
        table.stack {
            thead { tr { th scope="col" { "Machine" } th scope="col" { "Where" } th scope="col" { "Platform" } th scope="col" { "Agent" } th scope="col" { "Patches" } } }
            tbody { @for machine in machines.iter().take(ROWS) {
                tr {
                    th scope="row" { (words::name(&machine.id)) }
                    td data-label="Where" { (words::name(&machine.account)) " " (words::name(&machine.region)) }
                    td data-label="Platform" { @if machine.platform.is_empty() { "not known" } @else { (words::name(&machine.platform)) } }
                    td data-label="Agent" { @match &machine.agent { Some(agent) => (words::name(agent)), None => (badge("not managed", "wait")) } }
                    td data-label="Patches" { @match &machine.patches {
                        Ok(Some(status)) if status == "COMPLIANT" => (badge("complies", "good")),
                        Ok(Some(status)) if status == "NON_COMPLIANT" => (badge("patches missing", "bad")),
                        Ok(Some(status)) => (words::name(status)),
                        Ok(None) => "no baseline was run",
                        Err(unknown) => { "not known: " (prose(&unknown.0)) }
                    } }
                }
            } }
        }
    }
}
