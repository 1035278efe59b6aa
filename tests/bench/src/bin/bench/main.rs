//! `bench`: measures the start and memory of release programs, and what a decision costs, and prints
//! JSON. `make bench` runs it, adds what the emulator shows, and prints the table.
//!
//! `bench --programs DIR [--runs N] [--samples N]`; `DIR/NAME/bootstrap` is a program.
//! `bench --first DIR` and `bench --patch-plan` are its own children: what only a fresh process can tell.

mod catalogue;
mod decision;
mod first;
mod fixture;
mod growth;
mod http;
mod patch_plan;
mod program;
mod server;
mod settings;
mod start;
mod stats;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde_json::json;

struct Arguments {
    programs: PathBuf,
    runs: usize,
    samples: usize,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if_eq("--first").is_some() {
        println!("{}", serde_json::to_string(&first::measure()?)?);
        return Ok(());
    }
    if arguments.next_if_eq("--patch-plan").is_some() {
        println!("{}", serde_json::to_string(&patch_plan::measure()?)?);
        return Ok(());
    }
    let arguments = read(arguments)?;
    eprintln!("  decisions over the fixtures");
    let decision = decision::measure(arguments.samples)?;
    eprintln!("  each detector over the events that it reads");
    let catalogue = catalogue::measure()?;
    let first = first::repeat(arguments.runs)?;
    eprintln!("  rules of a user's, few and many");
    let growth = growth::measure(&fixture::all()?.0)?;
    eprintln!("  plans of patches");
    let patches = patch_plan::repeat(arguments.runs)?;
    let start = start::measure(&arguments.programs, arguments.runs)?;
    println!(
        "{}",
        serde_json::to_string_pretty(&json!({ "start": start, "first": first, "decision": decision,
        "catalogue": catalogue, "growth": growth, "patches": patches }))?
    );
    Ok(())
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Arguments> {
    let mut programs = None;
    let (mut runs, mut samples) = (51, 20_000);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("`{name}` needs a value"))?;
        let count = || value.parse().ok().filter(|n| *n > 0).with_context(|| format!("`{name}` needs a number"));
        match name.as_str() {
            "--programs" => programs = Some(PathBuf::from(&value)),
            "--runs" => runs = count()?,
            "--samples" => samples = count()?,
            _ => bail!("unknown argument `{name}`"),
        }
    }
    let programs = programs.context("`--programs` is missing")?;
    Ok(Arguments { programs, runs, samples })
}
