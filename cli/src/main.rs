//! `riposte`: the operator's command.
//!
//! Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 (of `detect`, `logs` and `audit`) something could not be read or
//! assessed, 4 (of `audit`) what --fail-on names.

mod args;
mod audit;
mod catalogue;
mod checks;
mod contain;
mod detect;
mod exclusions;
mod init;
mod logs;
mod near;
mod show;
mod undo;
mod usage;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use riposte_aws::clients;
use riposte_aws::operator::{self, Operator};
use riposte_aws::undo::Wish;
use riposte_core::text::plain;

use crate::args::{Account, Arguments, Verb};
use crate::usage::Usage;

/// `detect` builds and drops a tree for each event that some detector reads: this takes a quarter off the whole.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.verb) {
        Ok(code) => code,
        // A reader that has seen enough, such as `head`, is no failure.
        Err(error) if broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            for line in format!("{error:#}").lines() {
                let _ = writeln!(io::stderr(), "riposte: {}", plain(line, 2000));
            }
            if error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn run(verb: Verb) -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    match verb {
        Verb::Detect(options) => {
            drop(out);
            return detect::run(options);
        }
        Verb::Logs(options) => {
            drop(out);
            return logs::run(options);
        }
        Verb::Audit(options) => {
            drop(out);
            return audit::run(&options);
        }
        Verb::Checks { json } => checks::list(&mut out, json)?,
        Verb::Detectors { json } => catalogue::list(&mut out, json)?,
        Verb::Actions { json } => contain::list(&mut out, json)?,
        Verb::Explain { id } => catalogue::explain(&mut out, &id)?,
        Verb::Account(verb) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(account(&mut out, verb))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What needs an account: its endpoint, region and credentials are looked for here and nowhere else.
async fn account(out: &mut impl Write, verb: Account) -> Result<()> {
    let config = clients::configuration().await;
    match verb {
        Account::Incidents { json, limit } => {
            let operator = connected(&config).await?;
            show::list(out, &operator.ledger.list(usize::try_from(limit)?).await?, json)
        }
        Account::Show { id, json } => {
            let operator = connected(&config).await?;
            let found = operator.ledger.get(&id).await?;
            let (incident, _) = found.with_context(|| format!("there is no incident `{id}`"))?;
            show::one(out, &incident, json)
        }
        Account::Undo { id, yes, accept_changes, reason } => {
            let operator = connected(&config).await?;
            let wish = Wish { accept_changes, reason, by: operator.caller().await };
            undo::undo(out, &operator, &id, yes, &wish).await
        }
        Account::Exclusions { json } => {
            let operator = Operator::connect(&config).await?;
            exclusions::list(out, &operator, jiff::Timestamp::now().as_millisecond(), json)
        }
        Account::Contain { action, target, dry_run, yes, reason } => {
            let asked = contain::asked(&action, &target, reason)?;
            let how = contain::How { dry_run, yes };
            contain::contain(out, &Operator::connect(&config).await?, &asked, &how).await
        }
        Account::Fix { finding, dry_run, yes, reason } => {
            let asking = audit::fix::named(&finding)?;
            audit::fix::fix(out, &config, &asking, reason, &contain::How { dry_run, yes }).await
        }
        Account::Mode { mode: None } => {
            let mode = operator::mode(&config).await?;
            let mode = mode.map_err(anyhow::Error::msg).with_context(|| "setting `/riposte/mode`")?;
            Ok(writeln!(out, "{mode}")?)
        }
        Account::Mode { mode: Some(mode) } => {
            operator::set_mode(&config, mode).await?;
            Ok(writeln!(out, "mode is {mode}; the functions follow within a minute")?)
        }
        Account::Init => init::init(out, &config).await,
    }
}

/// Connects, and warns of settings that are broken: what can be done without them is done.
async fn connected(config: &clients::SdkConfig) -> Result<Operator> {
    let operator = Operator::connect(config).await?;
    for broken in &operator.loaded.broken {
        let _ = writeln!(io::stderr(), "riposte: warning: {}", plain(&broken.error.to_string(), 600));
    }
    Ok(operator)
}

fn broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
