//! The shell around [`riposte_core`]: the only crate that talks to AWS.
//!
//! [`guard`] takes a delivery apart and runs the detectors, [`responder`] carries one finding through
//! decide → record intent → act → verify → record outcome → notify, and everything else is a part that
//! these two call.

pub mod actions;
pub mod api;
pub mod approval;
pub mod atlas;
pub mod behavior;
pub mod by_hand;
pub mod clients;
mod clock;
mod digest;
mod drive;
pub mod environment;
pub mod fault;
pub mod guard;
pub mod health;
pub mod hunts;
pub mod inventory;
pub mod invocation;
pub mod ledger;
pub mod lookups;
pub mod metrics;
pub mod notices;
pub mod objects;
pub mod operator;
pub mod patch;
pub mod permissions;
mod queue;
mod reread;
pub mod responder;
pub mod rules;
pub mod sdk;
pub mod settings;
pub mod streams;
pub mod undo;
pub mod why;
mod wire;

#[cfg(test)]
mod testing;
