//! Detectors: each decides, alone and purely, whether an event is bad.
//!
//! A detector is named for the bad thing, stands in a file of its own, and carries the prose that
//! becomes its page. Two kinds read API calls, in one catalogue ([`CHAPTERS`]): Sigma rules
//! (`detectors/CATEGORY/ID/rule.yml`, see [`sigma`]), where a call and its parameters say it all, and typed ones,
//! where meaning matters more than strings: which range is the internet, what a policy grants. A third kind ([`LOG_DETECTORS`]) reads log lines, a
//! fourth ([`threats`]) what GuardDuty found. The invariants of all of them (ids, prose,
//! fixtures that fire and that do not) are tests.
//!
//! Some verdicts need what only AWS knows, such as the document of a managed policy. A detector then
//! asks ([`Detector::questions`]), the shell looks it up, and the same pure code judges with the
//! answers ([`Detector::judge`]). Some need more than one event: they say what each adds, and the shell
//! counts ([`Sighting`]).

mod attempt;
pub mod behavior;
mod change;
mod claim;
pub mod correlation;
mod fields;
pub mod hidden;
mod index;
mod looked;
mod memo;
mod meta;
mod named;
mod question;
pub mod renamed;
mod run;
mod says_more;
pub mod sigma;
mod tally;
pub mod threats;
mod tools;
mod trusted;

mod account;
mod compute;
mod data;
mod hosts;
mod identity;
mod network;
mod traces;

pub use account::ACCOUNT;
pub use claim::{Claim, DetectError, LogClaim};
pub use compute::COMPUTE;
pub use data::DATA;
pub(crate) use data::deletes_everything;
pub(crate) use fields::principal;
pub use hosts::{LOG_DETECTORS, SIGNATURES};
pub use identity::IDENTITY;
pub use index::{Head, Index};
pub use looked::{LOOKED, SILENT_AGENT};
pub use memo::Memo;
pub use meta::{ANY, Burst, Domain, EventName, Events, Meta, Need, Needs, Outcome, Per, Status};
pub use network::NETWORK;
pub use question::{Answer, Facts, LaunchedImage, Question};
pub use run::{Report, run, run_all, run_at};
pub use tally::{Correlated, Counter, Seen, Sighting, Tally};
pub use tools::is_known as is_known_tool;
pub use traces::TRACES;
pub use trusted::Trusted;

use std::fmt;
use std::sync::LazyLock;

use self::correlation::Correlation;
use crate::event::ApiCall;
use crate::ssh::{Limits, SourceHistory, SshEvent};

/// A chapter of the catalogue. Each is a static of its own, so that a function carries the rules of its
/// chapters and no others.
#[derive(Debug)]
pub struct Chapter {
    /// Which.
    pub domain: Domain,
    /// The typed detectors.
    pub typed: &'static [&'static dyn Detector],
    /// The rules of the pack.
    pub rules: &'static [sigma::SigmaDetector],
}

impl Chapter {
    /// Its detectors: the typed ones before the rules.
    pub fn detectors(&self) -> impl Iterator<Item = &'static dyn Detector> + use<> {
        self.typed.iter().copied().chain(self.rules.iter().map(|rule| rule as &dyn Detector))
    }
}

/// The chapters over API calls, in the catalogue's order.
pub static CHAPTERS: [&Chapter; 6] = [&NETWORK, &IDENTITY, &DATA, &TRACES, &COMPUTE, &ACCOUNT];

/// All detectors over API calls, chapter by chapter. A function that runs some chapters does not call
/// this: it would carry the rules of all.
#[must_use]
pub fn detectors() -> &'static [&'static dyn Detector] {
    static ALL: LazyLock<Vec<&'static dyn Detector>> =
        LazyLock::new(|| CHAPTERS.iter().flat_map(|chapter| chapter.detectors()).collect());
    &ALL
}

/// A detector over API calls.
pub trait Detector: Sync {
    /// What the catalogue says of it.
    fn meta(&self) -> &Meta;

    /// What has to be asked of AWS before [`Detector::judge`] can tell. Most detectors ask nothing.
    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        let _ = call;
        Vec::new()
    }

    /// Where several events are needed: what they must be. Its claims say what each adds, and to which group.
    fn correlation(&self) -> Option<&'static Correlation> {
        None
    }

    /// The verdict: one claim for each target. Only called for the events of its [`Meta::events`].
    ///
    /// # Errors
    /// Where the event cannot be judged, for example a policy document that is not JSON.
    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError>;
}

/// A detector over log lines, judged per source address.
pub trait LogDetector: Sync {
    /// What the catalogue says of it.
    fn meta(&self) -> &'static Meta;

    /// Judges one line against what its source did before. `history` already counts the line; a
    /// detector notes there that it has fired, so that one attack makes one finding.
    fn judge(&self, line: &SshEvent, at_ms: i64, history: &mut SourceHistory, limits: &Limits) -> Option<LogClaim>;
}

impl fmt::Debug for dyn Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta().id)
    }
}

impl fmt::Debug for dyn LogDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta().id)
    }
}

#[cfg(test)]
mod tests;
