//! What an earlier run found: a file of its findings, or what the ledger remembers.

use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::{Context, Result};
use jiff::Timestamp;
use riposte_audit::AuditFinding;
use riposte_audit::states::AllStates;
use riposte_aws::inventory;
use riposte_aws::ledger::audit;
use riposte_core::text::plain;

use crate::connect::here;
use crate::usage::Usage;

/// The name for what the ledger remembers.
const LEDGER: &str = "ledger";

/// How resources stood. A file is one of findings as JSON lines.
///
/// # Errors
/// Where it cannot be read, and where a line is no finding: half of a run would make everything else new.
pub(super) fn states(from: &str, now: Timestamp) -> Result<AllStates> {
    if from == LEDGER {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(async {
            let (config, operator) = here().await?;
            let region = config.region().map(ToString::to_string).unwrap_or_default();
            let (account, _) = inventory::identity(&inventory::client(&config), &region).await?;
            Ok(audit::states(&operator.ledger, &account).await?)
        });
    }
    let mut states = AllStates::default();
    for (number, line) in BufReader::new(File::open(from).with_context(|| from.to_owned())?).lines().enumerate() {
        let line = line.with_context(|| from.to_owned())?;
        if line.trim().is_empty() {
            continue;
        }
        let finding: AuditFinding = serde_json::from_str(&line)
            .map_err(|error| Usage(format!("{}:{}: no finding: {error}", plain(from, 300), number + 1)))?;
        states.remember(&finding, now);
    }
    Ok(states)
}
