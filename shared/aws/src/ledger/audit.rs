//! What the account audit remembers from run to run: for each check, the resources that failed it at some time.
//!
//! A check has one note, and further ones where it has very many resources; the first says how many there are. The notes
//! are written last part first, so that a reader of the first finds the others.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use riposte_audit::states::{AllStates, Change, States};
use riposte_audit::{AuditFinding, Status, check_of, checks};
use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerError, Note};
use crate::fault::Fault;

/// So many resources stand in one note, which may have 400 KB.
const IN_ONE_NOTE: usize = 1000;

/// A check's notes are kept for so long after they were written last, in seconds.
const KEPT_SECONDS: i64 = 400 * 24 * 3600;

/// So many notes are read at once.
const AT_ONCE: usize = 16;

/// How often a check's notes are read again because somebody else wrote them meanwhile.
const ROUNDS: u32 = 5;

/// One part of a check's states.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    /// How many parts there are; said by the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parts: Option<usize>,
    states: States,
}

fn key(account: &str, check: &str, part: usize) -> String {
    if part == 0 { format!("audit/{account}/{check}") } else { format!("audit/{account}/{check}/{part}") }
}

/// Whether the whole account was checked before.
///
/// # Errors
/// Where DynamoDB does not answer.
pub async fn was_run(ledger: &Ledger, account: &str) -> Result<bool, LedgerError> {
    Ok(ledger.note(&run_key(account)).await?.text.is_some())
}

/// Remembers that the whole account was checked, and all that follows of it was done.
///
/// # Errors
/// Where DynamoDB does not answer.
pub async fn ran(ledger: &Ledger, account: &str, now: Timestamp) -> Result<(), LedgerError> {
    let read = ledger.note(&run_key(account)).await?;
    // Somebody else who finished a run at the same time has said the same.
    let _ = ledger.write_note(&run_key(account), &read, &format!("\"{now}\""), KEPT_SECONDS).await?;
    Ok(())
}

fn run_key(account: &str) -> String {
    format!("audit/{account}")
}

/// The states of all checks.
///
/// # Errors
/// Where DynamoDB does not answer, or a note cannot be read.
pub async fn states(ledger: &Ledger, account: &str) -> Result<AllStates, LedgerError> {
    let one =
        |id: &'static str| async move { Ok::<_, LedgerError>((id.to_owned(), read(ledger, account, id).await?.0)) };
    let all: BTreeMap<_, _> =
        stream::iter(checks().map(|check| one(check.id))).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(AllStates(all))
}

/// Notes the findings of a run, and writes onto each what became of its resource. `look` names the run: one that is repeated
/// because it was killed later on finds the same turns again. `whole` are the listings that failed in a run over
/// everything: what such a run does not show is gone, where all was listed.
///
/// # Errors
/// Where DynamoDB does not answer, a note cannot be read, or others keep writing it.
pub async fn keep(
    ledger: &Ledger,
    account: &str,
    findings: Vec<AuditFinding>,
    look: &str,
    whole: Option<&[String]>,
    now: Timestamp,
) -> Result<Vec<AuditFinding>, LedgerError> {
    let mut by_check: BTreeMap<String, Vec<AuditFinding>> = BTreeMap::new();
    for finding in findings {
        by_check.entry(finding.check.clone()).or_default().push(finding);
    }
    if whole.is_some() {
        for check in checks() {
            by_check.entry(check.id.to_owned()).or_default();
        }
    }
    let one = |(check, findings): (String, Vec<AuditFinding>)| async move {
        // A listing that failed hides resources of its service; they are not gone.
        let service = check_of(&check).map(|check| check.of).unwrap_or_default();
        let sees_all = whole.is_some_and(|unlisted| {
            !unlisted.iter().any(|line| line.starts_with(&format!("{service} in ")))
                && !findings.iter().any(|finding| finding.status == Status::NotAssessed)
        });
        keep_one(ledger, account, &check, findings, look, sees_all, now).await
    };
    let all: Vec<Vec<AuditFinding>> = stream::iter(by_check).map(one).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(all.into_iter().flatten().collect())
}

async fn keep_one(
    ledger: &Ledger,
    account: &str,
    check: &str,
    mut findings: Vec<AuditFinding>,
    look: &str,
    sees_all: bool,
    now: Timestamp,
) -> Result<Vec<AuditFinding>, LedgerError> {
    for _ in 0..ROUNDS {
        let (before, notes) = read(ledger, account, check).await?;
        let mut states = before.clone();
        for finding in &mut findings {
            finding.change = states.note(&States::key(finding), finding.status, Some(look), now);
        }
        if sees_all {
            let seen: BTreeSet<_> = findings.iter().map(States::key).collect();
            for gone in states.resolve_gone(&seen, now) {
                tracing::info!(check, resource = gone, change = Change::Resolved.as_str(), "it is gone");
            }
        }
        states.prune(now);
        if states == before || write(ledger, account, check, &states, &notes).await? {
            return Ok(findings);
        }
    }
    Err(Fault::conflict("ledger", "others keep writing what the audit remembers").into())
}

async fn read(ledger: &Ledger, account: &str, check: &str) -> Result<(States, Vec<Note>), LedgerError> {
    let parsed = |key: String, note: &Note| -> Result<Option<Part>, LedgerError> {
        let part = note.text.as_deref().map(serde_json::from_str).transpose();
        part.map_err(|error| LedgerError::Item { pk: format!("note#{key}"), wrong: error.to_string() })
    };
    let first = ledger.note(&key(account, check, 0)).await?;
    let Some(Part { parts, mut states }) = parsed(key(account, check, 0), &first)? else {
        return Ok((States::default(), vec![first]));
    };
    let mut notes = vec![first];
    for number in 1..parts.unwrap_or(1) {
        let note = ledger.note(&key(account, check, number)).await?;
        if let Some(part) = parsed(key(account, check, number), &note)? {
            states.0.extend(part.states.0);
        }
        notes.push(note);
    }
    Ok((states, notes))
}

/// Writes all parts, and says whether nobody else wrote meanwhile.
async fn write(
    ledger: &Ledger,
    account: &str,
    check: &str,
    states: &States,
    notes: &[Note],
) -> Result<bool, LedgerError> {
    let all: Vec<_> = states.0.iter().collect();
    let mut chunks: Vec<_> = all.chunks(IN_ONE_NOTE).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let parts = chunks.len();
    for (number, chunk) in chunks.into_iter().enumerate().rev() {
        let states = States(chunk.iter().map(|(name, state)| ((*name).clone(), (*state).clone())).collect());
        let part = Part { parts: (number == 0).then_some(parts), states };
        let key = key(account, check, number);
        let wrong =
            |error: serde_json::Error| LedgerError::Item { pk: format!("note#{key}"), wrong: error.to_string() };
        let text = serde_json::to_string(&part).map_err(wrong)?;
        let read = match notes.get(number) {
            Some(note) => note.clone(),
            // One that an earlier, larger state left behind.
            None => ledger.note(&key).await?,
        };
        if !ledger.write_note(&key, &read, &text, KEPT_SECONDS).await? {
            return Ok(false);
        }
    }
    Ok(true)
}
