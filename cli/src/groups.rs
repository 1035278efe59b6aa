//! `riposte apply-groups`: security groups brought to what a file declares.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use riposte_aws::api::Api;
use riposte_aws::by_hand::Asked;
use riposte_aws::operator::Operator;
use riposte_aws::patch::group_id;
use riposte_core::action::Response;
use riposte_core::text::plain;
use riposte_patch::groups::{self, Declared, Which};

use crate::contain::{How, contain};
use crate::screen::{Screen, counted};
use crate::undo::unique;
use crate::usage::{Usage, words};

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
    #[arg(long, value_parser = words)]
    reason: Option<String>,
}

/// Reads the file. What is wrong with it is reported before anything is read from AWS.
pub(crate) fn read(path: &Path) -> Result<Vec<Declared>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    Ok(groups::parse(&text).map_err(|error| Usage(format!("`{}`, {error}", path.display())))?)
}

impl Options {
    /// Reads the declared groups.
    pub(crate) fn declared(&self) -> Result<Vec<Declared>> {
        read(&self.file)
    }
}

/// Applies them one after the other: each is an incident of its own, and undone by itself. A group that is not there is
/// created first, an incident too.
pub(crate) async fn apply(
    out: &mut impl Write,
    operator: &Operator,
    api: &dyn Api,
    declared: Vec<Declared>,
    options: &Options,
    screen: &Screen,
) -> Result<()> {
    let how = How { screen, dry_run: options.dry_run, yes: options.yes };
    let mut failed = 0;
    for group in declared {
        if let Err(error) = one(out, operator, api, group, options, &how).await {
            failed += 1;
            writeln!(out, "  {}", plain(&format!("{error:#}"), 600))?;
        }
    }
    if failed > 0 {
        bail!("{} not as declared", counted(failed, "group"));
    }
    Ok(())
}

async fn one(
    out: &mut impl Write,
    operator: &Operator,
    api: &dyn Api,
    group: Declared,
    options: &Options,
    how: &How<'_>,
) -> Result<()> {
    let asked =
        |response: Response| -> Result<Asked> { Ok(Asked { response, reason: options.reason.clone(), id: unique()? }) };
    let id = match &group.group {
        Which::Id(id) => id.clone(),
        Which::Named(named) => {
            writeln!(out, "{} in {}", plain(&named.name, 260), plain(&named.vpc_id, 60))?;
            match group_id(api, operator.region(), named).await? {
                Some(id) => id,
                None => {
                    contain(out, operator, &asked(named.clone().into())?, how).await?;
                    if how.dry_run {
                        return Ok(writeln!(out, "then it would have {}", counted(group.rules(), "declared rule"))?);
                    }
                    let made = group_id(api, operator.region(), named).await?;
                    made.context("the group was created and is not seen yet: apply the file again")?
                }
            }
        }
    };
    writeln!(out, "{}", plain(&id, 60))?;
    contain(out, operator, &asked(group.apply(id).into())?, how).await
}
