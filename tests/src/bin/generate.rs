//! `make generate`: writes the generated files. `generate --check` says which differ and fails.

use std::process::ExitCode;

use anyhow::Result;
use riposte_tests::{generate, root};

fn main() -> Result<ExitCode> {
    let check = std::env::args().skip(1).any(|argument| argument == "--check");
    let differing = generate::run(&root(), check)?;
    for path in &differing {
        println!("{} {}", path.display(), if check { "is not up to date: run `make generate`" } else { "written" });
    }
    Ok(if check && !differing.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
