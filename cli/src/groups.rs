//! `riposte apply-groups`: security groups brought to what a file declares.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use riposte_aws::by_hand::Asked;
use riposte_aws::operator::Operator;
use riposte_core::action::Response;
use riposte_core::text::plain;
use riposte_patch::groups;

use crate::contain::{How, contain};
use crate::screen::Screen;
use crate::undo::unique;
use crate::usage::Usage;

/// What is applied, and how it is asked for.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The file: {"groups": [{"id": "sg-…", "ingress": [{"protocol": "tcp", "ports": "443", "peers": ["0.0.0.0/0"]}]}]}
    file: PathBuf,
    /// Show what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Why, for the record
    #[arg(long)]
    reason: Option<String>,
}

/// Reads the file. What is wrong with it is reported before anything is read from AWS.
pub(crate) fn read(path: &Path) -> Result<Vec<Response>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let declared = groups::parse(&text).map_err(|error| Usage(format!("`{}`, {error}", path.display())))?;
    Ok(declared.into_iter().map(Response::from).collect())
}

impl Options {
    /// Reads the declared groups.
    pub(crate) fn declared(&self) -> Result<Vec<Response>> {
        read(&self.file)
    }
}

/// Applies them one after the other: each is an incident of its own, and undone by itself.
pub(crate) async fn apply(
    out: &mut impl Write,
    operator: &Operator,
    declared: Vec<Response>,
    options: &Options,
    screen: &Screen,
) -> Result<()> {
    let how = How { screen, dry_run: options.dry_run, yes: options.yes };
    let mut failed = 0;
    for response in declared {
        let group = response.resource().map(|resource| resource.id).unwrap_or_default();
        writeln!(out, "{}", plain(&group, 60))?;
        let asked = Asked { response, reason: options.reason.clone(), id: unique()? };
        if let Err(error) = contain(out, operator, &asked, &how).await {
            failed += 1;
            writeln!(out, "  {}", plain(&format!("{error:#}"), 600))?;
        }
    }
    if failed > 0 {
        bail!("{failed} group(s) are not as declared");
    }
    Ok(())
}
