//! The patch responder's thinking: what needs a patch, when, in which order and by which steps.
//!
//! Nothing here talks to AWS, reads a clock or looks at the environment. [`facts::Facts`] are taken out of AWS's
//! answers, [`plan::plan`] makes the plan, [`step::next`] walks one node through the ten steps, [`rollout`] says which
//! nodes may begin. The shell sends the calls and keeps the records.

pub mod commands;
mod compliance;
mod cron;
pub mod facts;
pub mod groups;
pub mod kev;
mod lifecycle;
pub mod missing;
mod node;
mod others;
pub mod plan;
mod priority;
mod read;
mod ring;
pub mod rollout;
pub mod run;
mod scaling;
pub mod settings;
pub mod step;
pub mod target;
mod version;
mod vulnerability;
mod window;

pub use compliance::Compliance;
pub use lifecycle::{Aging, End, NodeGroup, PARAMETERS as NODE_IMAGE_PARAMETERS};
pub use node::{Manager, Node, Ping};
pub use others::Other;
pub use priority::Band;
pub use riposte_core::incident::rfc3339;
pub use scaling::From as LaunchedFrom;
pub use vulnerability::{FindingError, Package, Vulnerability};
pub use window::{Busy, Policy, Window};

/// What the comment of each of our commands begins with.
pub const COMMENT: &str = "riposte ";

/// A text of somebody else's, on one line and of a bearable length.
fn plain(text: &str) -> String {
    riposte_core::text::plain(text, 300)
}

#[cfg(test)]
mod tests;
