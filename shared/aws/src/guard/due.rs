//! A tick: what was contained for a time and is due, and what nobody approved in time.

use super::{Base, ItemError};
use crate::invocation::Invocation;

impl Base {
    /// Takes back or renews what was contained for a time that is up, and denies what nobody approved in time.
    ///
    /// # Errors
    /// The first of what could not be done now; the next tick does it.
    pub async fn end_due(&self, invocation: &Invocation) -> Result<(), ItemError> {
        let loaded = self.loaded().await?;
        Ok(self.responder(&loaded).end_due(invocation).await?)
    }
}
