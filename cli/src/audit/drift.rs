//! How resources differ from their last good states, which account-auditor keeps in the ledger.

use anyhow::Result;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use riposte_audit::baseline::{Seen, drift};
use riposte_audit::{AuditFinding, Unknown};
use riposte_aws::ledger::LedgerError;

use crate::connect::here;

/// So many histories are read at once.
const AT_ONCE: usize = 16;

/// Tells of each resource that has a history. One that was changed outside Riposte is not assessed.
///
/// # Errors
/// Where the ledger does not answer.
pub(super) fn tell_all(seen: &[Seen], tell: &mut impl FnMut(AuditFinding)) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (_, operator) = here().await?;
        let ledger = &operator.ledger;
        let one = |seen: &'_ Seen| {
            let (whose, seen) = (seen.whose.clone(), seen.clone());
            async move {
                match ledger.history(&whose).await {
                    Ok(history) => Ok(drift(&seen, Ok(history.as_ref()))),
                    Err(LedgerError::Fault(fault)) => Err(fault),
                    Err(error) => Ok(drift(&seen, Err(Unknown(error.to_string())))),
                }
            }
        };
        let mut all = stream::iter(seen.iter().map(one)).buffered(AT_ONCE);
        while let Some(finding) = all.try_next().await? {
            finding.into_iter().for_each(&mut *tell);
        }
        Ok(())
    })
}
