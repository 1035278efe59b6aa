//! How the account stands, as the account audit found it last: one note that says how it is put together, and one for each
//! part of its text, signed as a whole. The parts of a run have names of their own, so that a reader never mixes two runs.

use futures_util::stream::{self, StreamExt, TryStreamExt};
use riposte_audit::posture::Account;
use riposte_core::catalogue::ACCOUNT_AUDITOR;
use riposte_core::seal::short_hash;
use serde::{Deserialize, Serialize};

use super::pieces::pieces;
use super::{Ledger, LedgerError};
use crate::fault::Fault;

/// The note that says how the text is put together.
const HEAD: &str = "posture";

/// So many bytes stand in one note, which may have 400 KB.
const IN_ONE_NOTE: usize = 300_000;

/// It is kept for so long after it was written last, in seconds.
const KEPT_SECONDS: i64 = 90 * 24 * 3600;

/// A run's parts are there for so long: until a reader of the head that named them is done.
const PART_SECONDS: i64 = KEPT_SECONDS;

/// So many parts are read at once.
const AT_ONCE: usize = 8;

/// How often it is read again because another run was written meanwhile.
const ROUNDS: u32 = 3;

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// The run's name.
    run: String,
    parts: usize,
    by: String,
    signature: String,
}

fn part_key(run: &str, number: usize) -> String {
    format!("{HEAD}/{run}/{number}")
}

fn wrong(error: &dyn std::fmt::Display) -> LedgerError {
    LedgerError::Item { pk: format!("note#{HEAD}"), wrong: error.to_string() }
}

/// How the account stood last; `None` where nobody has looked.
///
/// # Errors
/// Where DynamoDB does not answer, or what stands there was not signed by the auditor.
pub async fn read(ledger: &Ledger) -> Result<Option<Account>, LedgerError> {
    for _ in 0..ROUNDS {
        let Some(text) = ledger.note(HEAD).await?.text else { return Ok(None) };
        let head: Head = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        let part = |number: usize| {
            let key = part_key(&head.run, number);
            async move { Ok::<_, LedgerError>(ledger.note(&key).await?.text) }
        };
        let parts: Vec<Option<String>> =
            stream::iter((0..head.parts).map(part)).buffered(AT_ONCE).try_collect().await?;
        // Another run was written since the head was read.
        let Some(parts) = parts.into_iter().collect::<Option<Vec<_>>>() else { continue };
        let text = parts.concat();
        if !ledger.keys.holds(ACCOUNT_AUDITOR.name, HEAD, &text, &head.by, &head.signature) {
            return Err(LedgerError::Seal { id: HEAD.to_owned() });
        }
        return Ok(Some(serde_json::from_str(&text).map_err(|error| wrong(&error))?));
    }
    Err(Fault::conflict("ledger", "how the account stands is written again and again").into())
}

/// Writes how the account stands: the parts first, then the note that names them, then the parts of the run before go.
///
/// # Errors
/// Where DynamoDB does not answer, or there is no key to sign with.
pub async fn write(ledger: &Ledger, account: &Account, run: &str) -> Result<(), LedgerError> {
    let text = serde_json::to_string(account).map_err(|error| wrong(&error))?;
    let (by, signature) = ledger.keys.sign(HEAD, &text).ok_or_else(|| LedgerError::NoKey { id: HEAD.to_owned() })?;
    let run = short_hash(&[run, &signature]);
    let parts = pieces(&text, IN_ONE_NOTE);
    for (number, part) in parts.iter().enumerate() {
        let key = part_key(&run, number);
        let note = ledger.note(&key).await?;
        ledger.write_note(&key, &note, part, PART_SECONDS).await?;
    }
    let note = ledger.note(HEAD).await?;
    let head = Head { run: run.clone(), parts: parts.len(), by: by.to_owned(), signature };
    let head = serde_json::to_string(&head).map_err(|error| wrong(&error))?;
    if !ledger.write_note(HEAD, &note, &head, KEPT_SECONDS).await? {
        tracing::info!("another run of the audit said at the same time how the account stands");
        return Ok(());
    }
    let before = note.text.and_then(|text| serde_json::from_str::<Head>(&text).ok()).filter(|before| before.run != run);
    if let Some(before) = before {
        for number in 0..before.parts {
            ledger.forget_note(&part_key(&before.run, number)).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use riposte_audit::Index;
    use riposte_audit::posture::{Score, Tallies};

    use super::*;
    use crate::testing::{Aws, keys};

    fn ledger(aws: &Aws, name: &str) -> Ledger {
        Ledger::new(aws_sdk_dynamodb::Client::new(&aws.config()), "riposte-ledger", keys(name))
    }

    fn account(name: &str, changes: usize) -> Account {
        let index = Index::new("2026-11-27T12:00:00Z".parse().unwrap());
        let mut account = Tallies::new().unwrap().account(&index, name, 0, Vec::new());
        account.total = Score { passed: 7, failed: 3 };
        account.went = (0..changes).map(|n| (format!("check-{n}"), "é".repeat(500))).collect();
        account
    }

    #[tokio::test]
    async fn what_the_auditor_wrote_last_is_read() {
        let aws = Aws::new();
        let (auditor, reader) = (ledger(&aws, "account-auditor"), ledger(&aws, "operator"));
        assert!(read(&reader).await.unwrap().is_none());
        // Over several notes, and then over one.
        write(&auditor, &account("first", 1_000), "run-1").await.unwrap();
        let first = read(&reader).await.unwrap().unwrap();
        assert_eq!((first.name.as_str(), first.went.len(), first.total.passed), ("first", 1_000, 7));
        write(&auditor, &account("second", 0), "run-2").await.unwrap();
        assert_eq!(read(&reader).await.unwrap().unwrap().name, "second");
    }

    #[tokio::test]
    async fn what_another_wrote_is_not_believed() {
        let aws = Aws::new();
        write(&ledger(&aws, "log-watch"), &account("forged", 0), "run-1").await.unwrap();
        assert!(matches!(read(&ledger(&aws, "operator")).await, Err(LedgerError::Seal { .. })));
    }

    #[test]
    fn parts_are_of_whole_characters() {
        let text = "é".repeat(IN_ONE_NOTE);
        let parts = pieces(&text, IN_ONE_NOTE);
        assert!(parts.len() >= 2 && parts.iter().all(|part| part.len() <= IN_ONE_NOTE));
        assert_eq!(parts.concat(), text);
        assert!(pieces("", IN_ONE_NOTE).is_empty());
    }
}
