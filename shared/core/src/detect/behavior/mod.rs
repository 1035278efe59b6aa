//! Behavior: what no single event shows, found by comparing with what is usual.
//!
//! Two pure halves. [`observe`] says what one call tells of its principal: a region, a network, a secret that was
//! read. [`Observation::judge`] compares one observation with the [`History`] and says what is found and which marks
//! the history gains. Who keeps the history is not known here: a command keeps it in memory, the functions keep the
//! same records in a table; both put the same events in the same order through the same code.
//!
//! A history is made of marks alone. A mark is never changed or taken back, and adding it twice is adding it once, so
//! that a record is the same whatever the order its marks came in, and however often: what comes late or again
//! changes no verdict a second time.

mod agent;
mod burst;
mod credential;
mod file;
mod first;
mod history;
mod meta;
mod observe;
mod place;
mod reorder;
mod sequences;
pub mod statistic;
mod travel;
mod who;

pub use burst::Burst;
pub use file::{Baseline, BaselineError};
pub use first::Feature;
pub use history::{History, Key, Mark, Past, Record};
pub use meta::BEHAVIORS;
pub use observe::{Observation, Observed, What, observe};
pub use place::{Atlas, NoAtlas, Place, network};
pub use reorder::Reorder;
pub use sequences::sequences;

use crate::detect::Meta;
use crate::finding::Finding;

/// How long a baseline learns before it speaks, where nothing else is said: seven days, in seconds.
pub const LEARNING_S: i64 = 7 * 24 * 3600;

/// What came of judging one observation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    /// What is found.
    pub finding: Option<Finding>,
    /// Names what is found, the same for every event that could have shown it: an incident's key, so that it is
    /// responded to once.
    pub once: Option<String>,
    /// What the history gains.
    pub marks: Vec<Mark>,
}

/// The catalogue's entry of this id.
fn meta_of(id: &str) -> Option<&'static Meta> {
    BEHAVIORS.iter().find(|meta| meta.id == id)
}

#[cfg(test)]
mod tests;
