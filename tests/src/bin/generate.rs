//! `make generate`: writes the generated files. `generate --check` says which differ and fails.
//! `generate --rules DIR --template FILE` writes a template that delivers what a user's rules read too.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use riposte_tests::{generate, root};

fn main() -> Result<ExitCode> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [first, rules, second, template] = arguments.as_slice()
        && (first.as_str(), second.as_str()) == ("--rules", "--template")
    {
        let text = generate::template_with(&root(), Path::new(rules))?;
        std::fs::write(template, text).with_context(|| template.clone())?;
        return Ok(ExitCode::SUCCESS);
    }
    let check = std::env::args().skip(1).any(|argument| argument == "--check");
    let differing = generate::run(&root(), check)?;
    for path in &differing {
        println!(
            "{} {}",
            path.display(),
            if check { "is not up to date: run `make generate`" } else { "written or removed" }
        );
    }
    Ok(if check && !differing.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
