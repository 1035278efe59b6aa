//! `riposte`: the operator's command.
//!
//! Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 (of `detect`, `hunt`, `logs` and `audit`) something could not be read or
//! assessed, or (of `status`) is wrong, 4 (of `audit`) what --fail-on names.

mod advice;
mod approve;
mod args;
mod audit;
mod baseline;
mod cases;
mod catalogue;
mod checks;
mod connect;
mod contain;
mod dashboard;
mod detect;
mod exclusions;
mod groups;
mod guardrails;
mod history;
mod hunt;
mod incidents;
mod init;
mod logs;
mod manual;
mod mode;
mod near;
mod patch;
mod redrive;
mod report;
mod rules;
mod screen;
mod settings;
mod show;
mod status;
mod tables;
mod trial;
mod undo;
mod usage;
mod why;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use riposte_aws::clients;
use riposte_aws::undo::Wish;
use riposte_core::text::plain;

use crate::args::{Account, Arguments, Verb};
use crate::connect::connected;
use crate::screen::Screen;
use crate::usage::Usage;

/// A case is looked for among so many of the newest incidents.
const CASES_AMONG: usize = 5_000;

/// `detect` builds and drops a tree for each event that some detector reads: this takes a quarter off the whole.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    advice::on_panic();
    let arguments = Arguments::parse();
    let screen = Screen::of(arguments.color, arguments.quiet);
    // What is still in the buffer is written before success is said.
    let done = run(arguments.verb, &screen).and_then(|code| Ok(io::stdout().flush().map(|()| code)?));
    match done {
        Ok(code) => code,
        // A reader that has seen enough, such as `head`, is no failure.
        Err(error) if broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            for line in advice::of(&error).lines() {
                let _ = writeln!(io::stderr(), "riposte: {}", plain(line, 2000));
            }
            if error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn run(verb: Verb, screen: &Screen) -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    match verb {
        Verb::Detect(options) => {
            drop(out);
            return detect::run(options, screen);
        }
        Verb::Logs(options) => {
            drop(out);
            return logs::run(options, screen);
        }
        Verb::Baseline(what) => return baseline::run(&mut out, what, screen),
        Verb::Audit(options) => {
            drop(out);
            return audit::run(&options, screen);
        }
        Verb::Dashboard(options) => {
            drop(out);
            return dashboard::run(&options);
        }
        Verb::Checks { json } => checks::list(&mut out, json, screen)?,
        Verb::Detectors { json, rules } => catalogue::list(&mut out, json, rules.as_deref(), screen)?,
        Verb::Actions { json } => contain::list(&mut out, json, screen)?,
        Verb::Explain { id, rules } => catalogue::explain(&mut out, &id, rules.as_deref(), screen)?,
        Verb::Patch { verb } => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(patch::run(&mut out, verb, screen))?;
        }
        Verb::Rules(verb) => rules::run(&mut out, verb)?,
        Verb::Completions { shell } => manual::completions(&mut out, shell)?,
        Verb::Man => manual::page(&mut out)?,
        Verb::Account(verb) => {
            match verb.as_ref() {
                Account::Guardrails(verb) => {
                    if let Some(done) = guardrails::offline(&mut out, verb, screen) {
                        return done.map(|()| ExitCode::SUCCESS);
                    }
                }
                // What is declared wrong is said before anything is asked of AWS.
                Account::ApplyGroups(options) => drop(options.declared()?),
                Account::Hunt(options) if hunt::offline(&mut out, options)? => return Ok(ExitCode::SUCCESS),
                Account::Report(options) if options.pages.is_asked() => return dashboard::write(&options.pages),
                Account::Exclusions { verb: Some(exclusions::Verb::Check { files }), .. } => {
                    return exclusions::check(&mut out, files).map(|()| ExitCode::SUCCESS);
                }
                _ => {}
            }
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            return runtime.block_on(account(&mut out, *verb, screen));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What needs an account: its endpoint, region and credentials are looked for here and nowhere else.
async fn account(out: &mut impl Write, verb: Account, screen: &Screen) -> Result<ExitCode> {
    let config = clients::checked().await?;
    match verb {
        Account::Incidents(options) => incidents::list(out, &connected(&config).await?, &options, screen).await?,
        Account::Cases { json, limit } => {
            let operator = connected(&config).await?;
            cases::list(out, &operator.ledger.list(usize::try_from(limit)?).await?, json, screen)?;
        }
        Account::Show { id, json } if id.starts_with(cases::PREFIX) => {
            let operator = connected(&config).await?;
            let listed = operator.ledger.list(CASES_AMONG).await?;
            cases::one(out, &listed.incidents, &id, json, screen)?;
        }
        Account::Show { id, json } => {
            let operator = connected(&config).await?;
            let found = operator.ledger.get(&id).await?;
            let (incident, _) = found.with_context(|| format!("there is no incident `{id}`"))?;
            show::one(out, &incident, json, screen)?;
        }
        Account::Why { event } => why::run(out, &config, &connected(&config).await?, &event, screen).await?,
        Account::Approve(options) => approve::approve(out, &connected(&config).await?, options, screen).await?,
        Account::Deny { id, reason } => approve::deny(out, &connected(&config).await?, &id, &reason).await?,
        Account::Mark { id, judgment, note } => {
            approve::mark(out, &connected(&config).await?, &id, judgment, note).await?;
        }
        Account::Undo { id, yes, accept_changes, reason } => {
            let operator = connected(&config).await?;
            let wish = Wish { accept_changes, reason, by: operator.caller().await };
            undo::undo(out, &operator, &id, yes, &wish, screen).await?;
        }
        Account::Contain { action, target, dry_run, yes, reason } => {
            let asked = contain::asked(&action, &target, reason)?;
            let how = contain::How { screen, dry_run, yes };
            contain::contain(out, &connected(&config).await?, &asked, &how).await?;
        }
        Account::Fix { finding, dry_run, yes, reason } => {
            let asking = audit::fix::named(&finding)?;
            audit::fix::fix(out, &config, &asking, reason, &contain::How { screen, dry_run, yes }).await?;
        }
        Account::History { resource, json } => {
            history::run(out, &config, &connected(&config).await?, &resource, json, screen).await?;
        }
        Account::Hunt(options) => return hunt::run(&config, &options, screen).await,
        Account::Mode(options) => mode::run(out, &config, options, screen).await?,
        Account::Settings(verb) => settings::run(out, &config, verb, screen).await?,
        Account::Guardrails(verb) => guardrails::run(out, &config, verb, screen).await?,
        Account::Exclusions { verb, json } => {
            exclusions::run(out, &config, verb.unwrap_or(exclusions::Verb::List { json }), screen).await?;
        }
        Account::ApplyGroups(options) => {
            let declared = options.declared()?;
            let api = riposte_aws::patch::client(&config);
            groups::apply(out, &connected(&config).await?, &*api, declared, &options, screen).await?;
        }
        Account::Report(options) => report::run(out, &connected(&config).await?, &options, screen).await?,
        Account::Status { json } => return status::run(out, &config, json, screen).await,
        Account::Test { wait } => trial::run(out, &connected(&config).await?, wait).await?,
        Account::Redrive(options) => redrive::run(out, &config, &options, screen).await?,
        Account::Init => init::init(out, &config).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
