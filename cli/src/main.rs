//! `riposte`: the operator's command.
//!
//! Exit codes: 0 done, 1 refused or failed, 2 wrong usage.

mod args;
mod init;
mod show;
mod undo;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use riposte_aws::clients;
use riposte_aws::operator::{self, Operator};
use riposte_core::text::plain;

use crate::args::{Arguments, Verb};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.verb).await {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that has seen enough, such as `head`, is no failure.
        Err(error) if broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let text = format!("{error:#}");
            let _ = writeln!(io::stderr(), "riposte: {}", plain(&text, 2000));
            ExitCode::FAILURE
        }
    }
}

async fn run(verb: Verb) -> Result<()> {
    let config = clients::configuration().await;
    let mut out = io::stdout().lock();
    match verb {
        Verb::Incidents { json, limit } => {
            let operator = Operator::connect(&config).await?;
            show::list(&mut out, &operator.ledger.list(usize::try_from(limit)?).await?, json)
        }
        Verb::Show { id, json } => {
            let operator = Operator::connect(&config).await?;
            let found = operator.ledger.get(&id).await?;
            let (incident, _) = found.with_context(|| format!("there is no incident `{id}`"))?;
            show::one(&mut out, &incident, json)
        }
        Verb::Undo { id, yes, accept_changes } => {
            undo::undo(&mut out, &Operator::connect(&config).await?, &id, yes, accept_changes).await
        }
        Verb::Mode { mode: None } => {
            let mode = operator::mode(&config).await?;
            let mode = mode.map_err(anyhow::Error::msg).with_context(|| "setting `/riposte/mode`")?;
            Ok(writeln!(out, "{mode}")?)
        }
        Verb::Mode { mode: Some(mode) } => {
            operator::set_mode(&config, mode).await?;
            Ok(writeln!(out, "mode is {mode}; the functions follow within a minute")?)
        }
        Verb::Init => init::init(&mut out, &config).await,
    }
}

fn broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
