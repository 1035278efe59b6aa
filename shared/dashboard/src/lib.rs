//! The dashboard: pages of what the ledger, an inventory and the functions' health say. It changes nothing.
//!
//! What is shown comes from a [`Source`]; nothing here talks to AWS, reads a clock or looks at the environment. The same
//! pages are served by [`site::router`], on the operator's machine or from a function, and written to one file by
//! [`report::report`].
//!
//! INVARIANT: what somebody else may have chosen (names, policies, user agents, AWS's own words) reaches a page through
//! [`words`] and maud's escaping, and so is text, never markup. No page holds a script of its own.

mod attack;
mod chart;
mod diff;
mod filter;
mod gather;
mod layout;
mod pages;
pub mod report;
pub mod site;
mod source;
mod words;

pub use riposte_audit::posture::{Account, Earlier, Reading};
pub use source::{
    Alarm, Ask, Health, Position, Queue, Riposte, Slice, Source, Tally, Trouble, TroubleKind, Unreadable,
};
