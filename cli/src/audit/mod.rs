//! `riposte audit`: the checks over the account or over an inventory of it, and findings of other tools beside them.

mod compare;
mod drift;
pub(crate) mod fix;
mod formats;
mod live;
mod mutes;
mod progress;
mod report;
mod sources;

pub(crate) use self::progress::Progress;
pub(crate) use self::sources::inventory;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use jiff::Timestamp;
use riposte_audit::baseline;
use riposte_audit::{Audit, AuditFinding, Framework, Mute, Status, checks};
use riposte_core::finding::Severity;
use riposte_core::text::plain;

use self::formats::Format;
use self::report::Report;
use crate::screen::Screen;
use crate::usage::Usage;

/// Something could not be assessed, or read.
const NOT_ASSESSED: u8 = 3;
/// A finding of the severity that --fail-on names.
const MET: u8 = 4;

/// Checks an account: an inventory of what AWS says of its resources.
///
/// Without --inventory and --import the account is read: its enabled regions, with the credentials that the AWS SDKs find.
/// Nothing is changed.
///
/// Findings go to standard output, a summary and what cannot be read to standard error. A fact that is missing or that AWS
/// refused is NOT_ASSESSED, never a pass.
///
/// Exit codes: 0 done; 3 something could not be assessed or read; 4 a resource failed a check of the severity of --fail-on
/// or more; 2 wrong usage; 1 another failure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Check this inventory, offline (`-` is standard input)
    #[arg(long, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// Write the inventory to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Check what this framework asks for: a built-in one by its id, or a file (repeatable)
    #[arg(long, value_name = "ID|FILE")]
    framework: Vec<String>,
    /// Check this service alone (repeatable)
    #[arg(long, value_name = "SERVICE")]
    service: Vec<String>,
    /// Show what is in this region alone, or global (repeatable)
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    /// Check what is of this severity or more
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<Severity>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Exit with 4 where a resource fails a check of this severity or more
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Severity>,
    /// Read OCSF findings of other tools, of Azure and Google Cloud too, beside (repeatable)
    #[arg(long, value_name = "FILE")]
    import: Vec<PathBuf>,
    /// Mutes: a JSON list of {"check", "resource", "reason", "until"}, beside those under /riposte/mutes/
    #[arg(long, value_name = "FILE")]
    mutes: Option<PathBuf>,
    /// Say what is new, open, reopened and resolved since an earlier run: its findings as JSON lines, or `ledger` for
    /// what account-auditor keeps
    #[arg(long, value_name = "FILE|ledger")]
    compare: Option<String>,
    /// Say too how resources differ from their last good states, which account-auditor keeps, and who changed them
    #[arg(long)]
    baseline: bool,
}

/// Runs the audit.
pub(crate) fn run(options: &Options, screen: &Screen) -> Result<ExitCode> {
    let now = Timestamp::now();
    let frameworks = frameworks(&options.framework)?;
    let mutes = mutes::read(options.mutes.as_deref(), reads_account(options), now)?;
    let mut states = options.compare.as_deref().map(|from| compare::states(from, now)).transpose()?;
    let chosen = chosen(options, &frameworks)?;
    if options.baseline && options.inventory.is_none() && !options.import.is_empty() {
        return Err(
            Usage("--baseline compares an account or its inventory, and --import reads neither".to_owned()).into()
        );
    }
    let mut seen = Vec::new();
    let mut report = Report::new(options.format, BufWriter::new(io::stdout().lock()), chosen.clone(), now, *screen)?;
    let mut unreadable = 0_u64;
    {
        let mut failed = None;
        let mut tell = |mut finding: AuditFinding| {
            if !shown(options, &finding) || failed.is_some() {
                return;
            }
            for framework in &frameworks {
                let added: Vec<_> =
                    framework.controls_of(&finding.check).filter(|c| !finding.controls.contains(c)).collect();
                finding.controls.extend(added);
            }
            if let Some(states) = &mut states {
                states.mark(&mut finding, now);
            }
            finding.muted = mutes.iter().find(|mute| mute.covers(&finding)).map(Mute::note);
            if let Err(error) = report.add(&finding) {
                failed = Some(error);
            }
        };
        if let Some(path) = &options.inventory {
            let mut save = options.save.as_ref().map(create).transpose()?;
            let progress = Progress::new(path);
            let mut audit = Audit::new(chosen, now);
            unreadable += sources::inventory(path, &progress, save.as_mut(), |resource| {
                seen.extend(options.baseline.then(|| baseline::seen(&resource)).flatten());
                audit.add(resource, &mut tell);
            })?;
            let index = audit.finish(&mut tell);
            seen.extend(options.baseline.then(|| baseline::seen_together(&index)).into_iter().flatten());
            progress.finish();
            if let Some(mut save) = save {
                save.flush().context("the saved inventory")?;
            }
        } else if options.import.is_empty() {
            let mut save = options.save.as_ref().map(create).transpose()?;
            // Checks of one service read others beside: what a function may do is in its role.
            let read =
                chosen.iter().flat_map(|check| std::iter::once(check.of).chain(check.keeps().map(|kept| kept.0)));
            let services = read.filter(|_| !options.service.is_empty()).map(str::to_owned).collect();
            let mut audit = Audit::new(chosen, now);
            let wanted = live::Wanted { services, regions: &options.region };
            unreadable += live::collect(wanted, save.as_mut(), |resource| {
                seen.extend(options.baseline.then(|| baseline::seen(&resource)).flatten());
                audit.add(resource, &mut tell);
            })?;
            let index = audit.finish(&mut tell);
            seen.extend(options.baseline.then(|| baseline::seen_together(&index)).into_iter().flatten());
            if let Some(mut save) = save {
                save.flush().context("the saved inventory")?;
            }
        }
        if options.baseline {
            drift::tell_all(&seen, &mut tell)?;
        }
        for path in &options.import {
            unreadable += sources::imported(path, &mut tell)?;
        }
        if let Some(error) = failed {
            return Err(error);
        }
    }
    let totals = report.finish()?;
    totals.summarize(&mut io::stderr().lock(), unreadable)?;
    Ok(match options.fail_on {
        Some(least) if totals.failed_at_least(least) => ExitCode::from(MET),
        _ if totals.count(Status::NotAssessed) > 0 || unreadable > 0 => ExitCode::from(NOT_ASSESSED),
        _ => ExitCode::SUCCESS,
    })
}

fn create(path: &PathBuf) -> Result<BufWriter<fs::File>> {
    Ok(BufWriter::new(fs::File::create(path).with_context(|| path.display().to_string())?))
}

/// The frameworks by id or file. A file has an extension or a slash, or exists.
fn frameworks(names: &[String]) -> Result<Vec<Framework>> {
    let mut all = Vec::new();
    for name in names {
        if let Some(framework) = Framework::built_in(name)? {
            all.push(framework);
            continue;
        }
        let path = PathBuf::from(name);
        if !path.is_file() {
            let ids = Framework::ids().collect::<Vec<_>>().join(", ");
            return Err(
                Usage(format!("there is no framework `{}`, and no file: built in are {ids}", plain(name, 80))).into()
            );
        }
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let framework = Framework::parse(&text).map_err(|error| Usage(format!("{}: {error}", path.display())))?;
        all.push(framework);
    }
    Ok(all)
}

/// Whether the account itself is asked.
fn reads_account(options: &Options) -> bool {
    options.inventory.is_none() && options.import.is_empty()
}

/// The checks that run.
fn chosen(options: &Options, frameworks: &[Framework]) -> Result<Vec<&'static riposte_audit::Check>> {
    for service in &options.service {
        let known: std::collections::BTreeSet<_> = checks().map(|check| check.service).collect();
        if !known.contains(service.as_str()) {
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            return Err(
                Usage(format!("no check looks at the service `{}`: they look at {known}", plain(service, 60))).into()
            );
        }
    }
    let of_service = |service: &str| options.service.is_empty() || options.service.iter().any(|s| s == service);
    let of_framework = |id: &str| frameworks.is_empty() || frameworks.iter().any(|framework| framework.has(id));
    let severe = |severity: Severity| options.severity.is_none_or(|least| severity >= least);
    let all: Vec<_> = checks().filter(|c| of_service(c.service) && of_framework(c.id) && severe(c.severity)).collect();
    if all.is_empty() {
        return Err(Usage("no check is left by these options".to_owned()).into());
    }
    Ok(all)
}

/// Whether a finding is in one of the regions that were asked for; imported ones go by severity as well.
fn shown(options: &Options, finding: &AuditFinding) -> bool {
    let region =
        options.region.is_empty() || finding.region == "aws-global" || options.region.contains(&finding.region);
    region && options.severity.is_none_or(|least| finding.severity >= least)
}
