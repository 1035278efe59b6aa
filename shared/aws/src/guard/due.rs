//! A tick: what was contained for a time and is due.

use super::{Base, ItemError};
use crate::invocation::Invocation;

impl Base {
    /// Whether the function takes anything back by the clock.
    #[must_use]
    pub fn has_timed(&self) -> bool {
        !self.spec.timed_actions().is_empty()
    }

    /// Takes back or renews what was contained for a time that is up.
    ///
    /// # Errors
    /// The first of what could not be done now; the next tick does it.
    pub async fn end_due(&self, invocation: &Invocation) -> Result<(), ItemError> {
        let loaded = self.loaded().await?;
        Ok(self.responder(&loaded).end_due(invocation).await?)
    }
}
