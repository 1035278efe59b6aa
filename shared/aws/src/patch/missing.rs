//! Since when updates have been missing: remembered in the ledger from plan to plan, in a few notes of which each has a
//! part of the nodes.

use futures_util::future::try_join_all;
use riposte_core::seal::short_hash;
use riposte_patch::missing::Remembered;

use super::{PatchError, Patcher};
use crate::ledger::{LedgerError, Note};

/// An item has 400 KB at most, and a node takes some 60 bytes: so many notes hold what 25,000 nodes lack.
const NOTES: usize = 4;

/// Kept so long after the last plan that changed it, in seconds: longer than the longest deadline by default.
const KEPT_SECONDS: i64 = 200 * 24 * 3600;

impl Patcher<'_> {
    /// What earlier plans have remembered.
    ///
    /// # Errors
    /// Where the ledger cannot be read.
    pub(super) async fn missing_since(&self) -> Result<Remembered, LedgerError> {
        let notes = self.missing_notes().await?;
        Ok(notes.iter().filter_map(read).flatten().collect())
    }

    /// Remembers what this plan has seen. Where somebody else did meanwhile, his word stands: he saw the same.
    ///
    /// # Errors
    /// Where the ledger cannot be reached.
    pub(super) async fn remember_missing(&self, missing: &Remembered) -> Result<(), PatchError> {
        let mut parts = vec![Remembered::new(); NOTES];
        for (node, since) in missing {
            if let Some(part) = parts.get_mut(part_of(node)) {
                part.insert(node.clone(), *since);
            }
        }
        for ((number, note), part) in self.missing_notes().await?.iter().enumerate().zip(parts) {
            if read(note).unwrap_or_default() != part {
                let text = serde_json::to_string(&part).map_err(|error| PatchError::Impossible(error.to_string()))?;
                self.ledger.write_note(&self.missing_key(number), note, &text, KEPT_SECONDS).await?;
            }
        }
        Ok(())
    }

    async fn missing_notes(&self) -> Result<Vec<Note>, LedgerError> {
        let keys: Vec<String> = (0..NOTES).map(|number| self.missing_key(number)).collect();
        try_join_all(keys.iter().map(|key| self.ledger.note(key))).await
    }

    fn missing_key(&self, number: usize) -> String {
        format!("patch-missing/{}/{}/{number}", self.account, self.region)
    }
}

/// What a note says. One that cannot be read counts as none: what is missing now is remembered anew.
fn read(note: &Note) -> Option<Remembered> {
    let text = note.text.as_deref()?;
    serde_json::from_str(text)
        .map_err(
            |error| tracing::error!(%error, "since when updates are missing cannot be read; it is remembered anew"),
        )
        .ok()
}

/// Which note has a node.
fn part_of(node: &str) -> usize {
    let hash = short_hash(&[node]);
    hash.bytes().next().map_or(0, |digit| usize::from(digit) % NOTES)
}
