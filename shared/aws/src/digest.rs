//! Digests in the ledger and over SNS: which notices wait is a note of their kind, and a tick sends those that are due.

use riposte_core::digest::{self, Placed, Repeats, SHOWN};
use riposte_core::incident::Incident;
use riposte_core::settings::Settings;
use riposte_core::text::plain;

use crate::guard::{Base, ItemError};
use crate::invocation::now_ms;
use crate::ledger::{Ledger, LedgerError, Note};
use crate::notices;

/// Two that write a note at once: one of them reads it again, so often at most.
const TRIES: usize = 8;

/// A note is kept so long after it was last written, in seconds. Within this time the ticks must go on again.
const KEPT_SECONDS: i64 = 30 * 86_400;

/// The note of the kinds of which notices wait.
const KINDS: &str = "digests";

/// How an incident is notified. What is to be held is written down before this returns.
///
/// # Errors
/// Where DynamoDB does not answer. Then it is not decided, and the event comes again.
pub(crate) async fn place(ledger: &Ledger, incident: &Incident) -> Result<Placed, LedgerError> {
    let kind = digest::kind(incident);
    for _ in 0..TRIES {
        let (read, mut repeats) = repeats(ledger, &kind).await?;
        let before = repeats.clone();
        let placed = repeats.place(&incident.id, now_ms());
        if repeats == before || write(ledger, &kind, &read, &repeats).await? {
            if placed == Placed::Held && !listed(ledger, |kinds| add(kinds, &kind)).await? {
                continue;
            }
            return Ok(placed);
        }
    }
    // Others write all the time. A notice of its own loses nothing.
    Ok(Placed::Alone)
}

/// Sends the digests that are due, and returns how many.
///
/// # Errors
/// Where DynamoDB does not answer or the topic refuses one: what was not sent waits for the next tick.
pub(crate) async fn send_due(
    ledger: &Ledger,
    sns: &aws_sdk_sns::Client,
    settings: &Settings,
    now: i64,
) -> Result<usize, ItemError> {
    let kinds: Vec<String> = read_kinds(&ledger.note(KINDS).await?);
    let mut sent = 0;
    for kind in kinds {
        let (_, waiting) = repeats(ledger, &kind).await?;
        let due = waiting.due(now).to_vec();
        if due.is_empty() && !waiting.is_empty() {
            continue;
        }
        if !due.is_empty() {
            let mut incidents = Vec::new();
            for id in due.iter().take(SHOWN) {
                match ledger.get(id).await {
                    Ok(found) => incidents.extend(found.map(|(incident, _)| incident)),
                    // One record that cannot be read holds up no other.
                    Err(error) => tracing::warn!(incident = id, error = plain(&error.to_string(), 300), "left out"),
                }
            }
            if let Some(notice) = digest::notice(&incidents, due.len()) {
                notices::send(sns, &settings.topic_arn, notice).await?;
                sent += 1;
            }
        }
        take_out(ledger, &kind, &due, now).await?;
    }
    Ok(sent)
}

/// Takes those that were sent out of their kind's note, and the kind out of the list where none waits any more.
async fn take_out(ledger: &Ledger, kind: &str, sent: &[String], now: i64) -> Result<(), LedgerError> {
    for _ in 0..TRIES {
        let (read, mut repeats) = repeats(ledger, kind).await?;
        repeats.sent(sent, now);
        if sent.is_empty() || write(ledger, kind, &read, &repeats).await? {
            if repeats.is_empty() {
                listed(ledger, |kinds| remove(kinds, kind)).await?;
            }
            return Ok(());
        }
    }
    // What stays is sent once more; a notice may come twice.
    Ok(())
}

async fn repeats(ledger: &Ledger, kind: &str) -> Result<(Note, Repeats), LedgerError> {
    let read = ledger.note(&path(kind)).await?;
    let repeats = match read.text.as_deref() {
        Some(text) => serde_json::from_str(text)
            .map_err(|error| LedgerError::Item { pk: path(kind), wrong: error.to_string() })?,
        None => Repeats::default(),
    };
    Ok((read, repeats))
}

async fn write(ledger: &Ledger, kind: &str, read: &Note, repeats: &Repeats) -> Result<bool, LedgerError> {
    let text = serde_json::to_string(repeats)
        .map_err(|error| LedgerError::Item { pk: path(kind), wrong: error.to_string() })?;
    ledger.write_note(&path(kind), read, &text, KEPT_SECONDS).await
}

/// Changes the list of kinds, and says whether it is as it should be then. `change` says whether it changed anything.
async fn listed(ledger: &Ledger, mut change: impl FnMut(&mut Vec<String>) -> bool) -> Result<bool, LedgerError> {
    for _ in 0..TRIES {
        let read = ledger.note(KINDS).await?;
        let mut kinds = read_kinds(&read);
        if !change(&mut kinds) {
            return Ok(true);
        }
        let text = serde_json::Value::from(kinds).to_string();
        if ledger.write_note(KINDS, &read, &text, KEPT_SECONDS).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn add(kinds: &mut Vec<String>, kind: &str) -> bool {
    let is_new = !kinds.iter().any(|other| other == kind);
    if is_new {
        kinds.push(kind.to_owned());
    }
    is_new
}

fn remove(kinds: &mut Vec<String>, kind: &str) -> bool {
    let before = kinds.len();
    kinds.retain(|other| other != kind);
    kinds.len() != before
}

fn read_kinds(note: &Note) -> Vec<String> {
    note.text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn path(kind: &str) -> String {
    format!("digest/{kind}")
}

impl Base {
    /// Sends the digests that are due: what a tick does besides.
    ///
    /// # Errors
    /// Where the settings or the ledger cannot be read, or the topic refuses a digest.
    pub async fn send_digests(&self) -> Result<(), ItemError> {
        let loaded = self.loaded().await?;
        let sent = send_due(&self.ledger(&loaded), self.topic(), &loaded.settings, now_ms()).await?;
        if sent > 0 {
            tracing::info!(sent, "digests of repeated notices");
        }
        Ok(())
    }
}
