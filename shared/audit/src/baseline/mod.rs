//! The baseline: what attackers change of a resource, as it was, with its history.
//!
//! [`parts`] says what is kept of which type; [`History`] holds the versions of one resource, who made them, and which of
//! them was the last good one.

mod drift;
mod history;
mod parts;

pub use drift::{DRIFT, drift, shown};
pub use history::{By, Good, History, Version};
pub use parts::{Seen, State, Whose, seen, seen_together};
