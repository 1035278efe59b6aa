//! The baseline in the ledger: how each resource was, one note each, signed by the function that looks.
//!
//! What stands here is what a restoring action makes of a resource, so it is believed as an incident's plan is: where
//! the auditor has signed it. A second kind of note says which resources bear a name, so that a person may ask by it.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use riposte_audit::baseline::{By, History, Seen, Whose};
use riposte_core::catalogue::ACCOUNT_AUDITOR;
use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerError, Note};
use crate::fault::Fault;

/// A resource that nobody has seen changed or looked at for so long is forgotten, in seconds.
const KEPT_SECONDS: i64 = 400 * 24 * 3600;

/// A note is written again after so long though nothing changed, so that it is not forgotten.
const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_hours(100 * 24);

/// How often a note is read again because somebody else wrote it meanwhile.
const ROUNDS: u32 = 5;

/// So many histories are read at once.
const AT_ONCE: usize = 16;

/// So many resources of one name are remembered.
const MOST_NAMESAKES: usize = 200;

/// A history as it stands in the ledger.
#[derive(Debug, Serialize, Deserialize)]
struct Signed {
    by: String,
    signature: String,
    /// When it was written, which keeps it from being forgotten.
    written: Timestamp,
    /// The history's JSON: what is signed.
    text: String,
}

/// A resource as somebody saw it.
#[derive(Debug)]
pub struct Sighting {
    /// Which, and how it is.
    pub seen: Seen,
    /// The checks that it fails.
    pub failing: BTreeSet<String>,
    /// When.
    pub at: Timestamp,
    /// The call that led to the look, where it is about this resource.
    pub by: Option<By>,
}

impl Ledger {
    /// The history of a resource; `None` where none is kept.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or what stands there was not signed by the auditor.
    pub async fn history(&self, whose: &Whose) -> Result<Option<History>, LedgerError> {
        self.history_at(&key_of(whose)).await
    }

    /// The same of what is no account, by its ARN.
    ///
    /// # Errors
    /// As [`Ledger::history`].
    pub async fn history_of(
        &self,
        account: &str,
        service: &str,
        kind: &str,
        arn: &str,
    ) -> Result<Option<History>, LedgerError> {
        self.history_at(&key(account, service, kind, arn)).await
    }

    /// The same of the account itself in a region, as a service knows it.
    ///
    /// # Errors
    /// As [`Ledger::history`].
    pub async fn history_of_account(
        &self,
        account: &str,
        partition: &str,
        service: &str,
        region: &str,
    ) -> Result<Option<History>, LedgerError> {
        let arn = format!("arn:{partition}:iam::{account}:root");
        self.history_at(&format!("{}/{region}", key(account, service, "account", &arn))).await
    }

    async fn history_at(&self, key: &str) -> Result<Option<History>, LedgerError> {
        let note = self.note(key).await?;
        Ok(self.read_history(key, &note)?.map(|(history, _)| history))
    }

    /// The histories of all resources that a person calls so: by ARN, id or name.
    ///
    /// # Errors
    /// As [`Ledger::history`].
    pub async fn histories_of(&self, account: &str, name: &str) -> Result<Vec<History>, LedgerError> {
        let keys = names(&self.note(&name_key(account, name)).await?);
        let read = |key: String| async move { self.history_at(&key).await };
        let all: Vec<_> = stream::iter(keys).map(read).buffered(AT_ONCE).try_collect().await?;
        Ok(all.into_iter().flatten().collect())
    }

    /// Notes how a resource is, and says whether that is another version. The first one is.
    ///
    /// # Errors
    /// As [`Ledger::history`], and where others keep writing the same.
    pub async fn note_state(&self, sighting: &Sighting) -> Result<bool, LedgerError> {
        let Sighting { seen: Seen { whose, state }, failing, at, by } = sighting;
        let key = key_of(whose);
        for _ in 0..ROUNDS {
            let note = self.note(&key).await?;
            // What was changed outside Riposte is no history; it begins anew, and is named.
            let read = match self.read_history(&key, &note) {
                Ok(read) => read,
                Err(error @ (LedgerError::Seal { .. } | LedgerError::Item { .. })) => {
                    tracing::error!(%error, "a resource's history begins anew");
                    None
                }
                Err(error) => return Err(error),
            };
            let begins = read.is_none();
            let history = match read {
                None => History::new(whose.clone(), state.clone(), failing.clone(), *at, by.clone()),
                Some((mut history, written)) => {
                    let changed = history.note(state, failing, *at, by.clone());
                    if !changed && at.duration_since(written) < FRESH {
                        return Ok(false);
                    }
                    history
                }
            };
            if begins {
                for name in BTreeSet::from([&whose.arn, &whose.id, &whose.name]) {
                    self.note_name(&whose.account, name, &key).await?;
                }
            }
            if self.write_history(&key, &note, &history).await? {
                return Ok(true);
            }
        }
        Err(Fault::conflict("ledger", "others keep writing a resource's history").into())
    }

    /// Notes that a resource was deleted, and says whether that is news. One of which nothing is kept is none.
    ///
    /// # Errors
    /// As [`Ledger::note_state`].
    pub async fn note_gone(&self, whose: &Whose, at: Timestamp, by: Option<&By>) -> Result<bool, LedgerError> {
        let key = key_of(whose);
        for _ in 0..ROUNDS {
            let note = self.note(&key).await?;
            let Some((mut history, _)) = self.read_history(&key, &note)? else { return Ok(false) };
            if !history.note_gone(at, by.cloned()) {
                return Ok(false);
            }
            if self.write_history(&key, &note, &history).await? {
                return Ok(true);
            }
        }
        Err(Fault::conflict("ledger", "others keep writing a resource's history").into())
    }

    fn read_history(&self, key: &str, note: &Note) -> Result<Option<(History, Timestamp)>, LedgerError> {
        let Some(text) = &note.text else { return Ok(None) };
        let wrong =
            |error: serde_json::Error| LedgerError::Item { pk: format!("note#{key}"), wrong: error.to_string() };
        let signed: Signed = serde_json::from_str(text).map_err(wrong)?;
        if !self.keys.holds(ACCOUNT_AUDITOR.name, key, &signed.text, &signed.by, &signed.signature) {
            return Err(LedgerError::Seal { id: key.to_owned() });
        }
        let history = serde_json::from_str(&signed.text).map_err(wrong)?;
        Ok(Some((history, signed.written)))
    }

    async fn write_history(&self, key: &str, note: &Note, history: &History) -> Result<bool, LedgerError> {
        let wrong =
            |error: serde_json::Error| LedgerError::Item { pk: format!("note#{key}"), wrong: error.to_string() };
        let text = serde_json::to_string(history).map_err(wrong)?;
        let (by, signature) = self.keys.sign(key, &text).ok_or_else(|| LedgerError::NoKey { id: key.to_owned() })?;
        let signed = Signed { by: by.to_owned(), signature, written: Timestamp::now(), text };
        let text = serde_json::to_string(&signed).map_err(wrong)?;
        self.write_note(key, note, &text, KEPT_SECONDS).await
    }

    /// Remembers that a resource bears a name.
    async fn note_name(&self, account: &str, name: &str, key: &str) -> Result<(), LedgerError> {
        if name.is_empty() {
            return Ok(());
        }
        let name_key = name_key(account, name);
        for _ in 0..ROUNDS {
            let note = self.note(&name_key).await?;
            let mut keys = names(&note);
            if keys.len() >= MOST_NAMESAKES || !keys.insert(key.to_owned()) {
                return Ok(());
            }
            let text = serde_json::to_string(&keys)
                .map_err(|error| LedgerError::Item { pk: format!("note#{name_key}"), wrong: error.to_string() })?;
            if self.write_note(&name_key, &note, &text, KEPT_SECONDS).await? {
                return Ok(());
            }
        }
        Err(Fault::conflict("ledger", "others keep writing who bears a name").into())
    }
}

/// The keys of the histories that a name leads to. What cannot be read leads nowhere, and is written anew.
fn names(note: &Note) -> BTreeSet<String> {
    let keys = note.text.as_deref().map(serde_json::from_str).transpose();
    keys.unwrap_or_else(|error| {
        tracing::error!(%error, "who bears a name cannot be read");
        None
    })
    .unwrap_or_default()
}

/// Accounts have one ARN in all regions.
fn key_of(whose: &Whose) -> String {
    let key = key(&whose.account, &whose.service, &whose.kind, &whose.arn);
    if whose.kind == "account" { format!("{key}/{}", whose.region) } else { key }
}

fn key(account: &str, service: &str, kind: &str, arn: &str) -> String {
    format!("state/{account}/{service}/{kind}/{arn}")
}

fn name_key(account: &str, name: &str) -> String {
    format!("state-name/{account}/{name}")
}
