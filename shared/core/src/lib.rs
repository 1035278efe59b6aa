//! The pure heart of Riposte: what an event says, whether it is bad, what may be done about it, and
//! what an incident looks like on its way through the ledger.
//!
//! Nothing here talks to AWS, reads a clock or looks at the environment. Time comes in as an argument,
//! facts that only AWS knows come in as [`detect::Facts`]. So the whole decision can be tested in
//! seconds, fuzzed, and replayed over recorded events.
//!
//! The way of the data: [`event`] → [`detect`] → [`finding`] → [`action`] → [`plan`] → [`guardrail`] →
//! [`incident`] → [`notice`].

pub mod action;
pub mod approval;
pub mod arn;
pub mod audited;
pub mod case;
pub mod catalogue;
pub mod deed;
pub mod detect;
pub mod digest;
pub mod document;
pub mod event;
pub mod exclusion;
pub mod finding;
pub mod guardrail;
pub mod iam;
pub mod incident;
pub mod json;
pub mod net;
pub mod notice;
pub mod outcome;
pub mod plan;
pub mod seal;
pub mod settings;
pub mod ssh;
#[cfg(test)]
mod testing;
pub mod text;
