//! Reads from the source with bounds: a page looks at so many incidents, says so, and never reads all.

use std::sync::Arc;

use riposte_core::incident::Incident;

use crate::filter::Filter;
use crate::source::{Ask, Position, Source, Trouble, Unreadable};

/// So many incidents stand on a page.
pub(crate) const SHOWN: usize = 40;

/// A page with a filter looks at no more than so many. Beyond them the list goes on by a link.
const LOOKED_AT: usize = 600;

/// So many are asked for at a time.
const AT_A_TIME: usize = 100;

/// Incidents that a filter lets through.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Newest first.
    pub(crate) incidents: Vec<Arc<Incident>>,
    /// Items that cannot be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// Where the list goes on.
    pub(crate) next: Option<Position>,
    /// How many were looked at.
    pub(crate) looked_at: usize,
}

/// The next incidents that fit, at most `shown`.
pub(crate) async fn matching<S: Source>(source: &S, filter: &Filter, shown: usize) -> Result<Found, Trouble> {
    let mut found = Found::default();
    let mut after = filter.after.clone();
    // Where nothing is left out, what is shown is all that is asked for.
    let unfiltered = Filter { from: None, to: None, after: None, ..filter.clone() } == Filter::default();
    let limit = if unfiltered { shown } else { AT_A_TIME };
    loop {
        let ask = Ask { since_ms: filter.since_ms(), until_ms: filter.until_ms(), limit, after: after.clone() };
        let slice = source.incidents(&ask).await?;
        found.unreadable.extend(slice.unreadable);
        let mut incidents = slice.incidents.into_iter();
        while let Some(incident) = incidents.next() {
            found.looked_at += 1;
            if !filter.fits(&incident) {
                continue;
            }
            let last = found.incidents.len() + 1 >= shown;
            if last {
                // After the last of a part the list goes on where the part does, if it goes on at all.
                found.next = if incidents.len() == 0 { slice.next } else { Some(Position::of(&incident)) };
                found.incidents.push(incident);
                return Ok(found);
            }
            found.incidents.push(incident);
        }
        after = slice.next;
        if after.is_none() || found.looked_at + found.unreadable.len() >= LOOKED_AT {
            found.next = after;
            return Ok(found);
        }
    }
}
