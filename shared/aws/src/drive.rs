//! The driver of a plan's changes, and of their undo: one call after the other, each recorded.

use riposte_core::plan::{Change, Snapshot};

use crate::actions::{Action, Site};
use crate::api::{Answer, Call};
use crate::fault::Fault;

/// What is to be sent of a change, as the resource stands: `None` where it stands as planned already.
pub(crate) fn needed(action: &dyn Action, change: &Change, live: &Snapshot) -> Option<Change> {
    if live.holds(&change.delta) {
        return None;
    }
    Some(action.left(change, live).unwrap_or_else(|| change.clone()))
}

/// The same of a change that takes another back.
///
/// # Errors
/// Where it would delete what somebody else has put in the place of what was made: `after` is how the resource was left.
pub(crate) fn needed_back(
    action: &dyn Action,
    inverse: &Change,
    after: &Snapshot,
    live: &Snapshot,
) -> Result<Option<Change>, Fault> {
    let Some(needed) = needed(action, inverse, live) else { return Ok(None) };
    let mut deleted = needed.delta.iter().filter(|(_, part)| part.is_none()).map(|(name, _)| name);
    match deleted.find(|name| live.0.contains_key(*name) && live.0.get(*name) != after.0.get(*name)) {
        None => Ok(Some(needed)),
        Some(name) => Err(Fault::refused(inverse.call.clone(), format!("`{name}` is no longer the one that was made"))),
    }
}

/// Sends a change, marked as ours, so that the event of it is known again even if this process ends right now.
pub(crate) async fn send(action: &dyn Action, site: &Site<'_>, change: &Change, mark: &str) -> Result<Answer, Fault> {
    let change = action.addressed(site, change).await?;
    let call = Call::new(&change.call, &site.scope.region, change.parameters).marked(mark);
    site.api.send(&call).await
}
