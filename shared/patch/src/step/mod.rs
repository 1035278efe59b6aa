//! The ten steps as data: what is asked for where a run stands, and where it stands after the answer.
//!
//! [`next`] is all of it. The shell writes the run down before every call that changes something, and after every
//! answer; so whoever takes it up later ([`Run::resume`]) goes on where it was left.
//!
//! INVARIANT: a call that changes something is asked for only after it was looked whether it was made already.

mod ask;
mod take;

pub use ask::command;
use serde_json::Value;

use crate::run::{At, Run};

/// Why a call has brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It may have been carried out, or not; it is tried again.
    Transient,
    /// Not allowed.
    Denied,
    /// What it names is not there.
    Gone,
    /// Refused as it stands.
    Refused,
}

/// What the guardrails say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Do it.
    Act,
    /// A person is asked.
    Ask,
    /// Record it, and do nothing.
    Observe,
}

/// What came of what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// A call's answer.
    Answer(Value),
    /// A call's fault: what can be done about it, AWS's code and its words.
    Fault(Fault, String, String),
    /// The guardrails' decision, and which of them made it.
    Decided(Said, String),
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// `service:Operation`.
    pub call: &'static str,
    /// Its parameters, in the shapes of the public model.
    pub parameters: Value,
    /// Whether it changes something: then the run is written down first.
    pub changes: bool,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq)]
pub enum Do {
    /// This call.
    Call(Ask),
    /// Ask the guardrails.
    Decide,
    /// Nothing before this time: milliseconds since 1970.
    Wait(i64),
    /// Nothing before a person has approved.
    Approval,
    /// Nothing any more.
    Nothing,
}

/// Where a run stands after what was seen, and what is to be done there.
#[must_use]
pub fn next(mut run: Run, seen: Option<Seen>, now_ms: i64) -> (Run, Do) {
    if let Some(seen) = seen {
        take::take(&mut run, seen, now_ms);
    }
    let what = what(&mut run, now_ms);
    (run, what)
}

fn what(run: &mut Run, now_ms: i64) -> Do {
    if run.is_done() {
        return Do::Nothing;
    }
    if run.asked {
        return Do::Approval;
    }
    if let Some(until) = run.wait_ms {
        if now_ms < until {
            return Do::Wait(until);
        }
        run.wait_ms = None;
    }
    if matches!(run.at, At::Decide | At::Confirm) {
        return Do::Decide;
    }
    match ask::ask(run) {
        Ok(ask) => {
            if ask.changes {
                run.intended_ms = Some(now_ms);
            }
            Do::Call(ask)
        }
        Err(why) => {
            run.end(crate::run::Kind::Failed, why, now_ms);
            Do::Nothing
        }
    }
}
