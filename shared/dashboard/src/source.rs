//! Where the pages' content comes from.

use std::collections::BTreeMap;
use std::sync::Arc;

use riposte_audit::posture::Account;
use riposte_core::exclusion::Exclusion;
use riposte_core::incident::Incident;
use riposte_core::settings::Mode;
use riposte_patch::run::Run;

/// What the pages are made of. Each part may fail alone: the page says so in its place, and shows the rest.
pub trait Source: Send + Sync + 'static {
    /// Now, in milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// Incidents, newest first.
    fn incidents(&self, ask: &Ask) -> impl Future<Output = Result<Slice, Trouble>> + Send;

    /// Incidents that wait for an approval which can still be given, that whose time ends first first: at most so many,
    /// however many were opened since.
    fn waiting(&self, limit: usize) -> impl Future<Output = Result<Slice, Trouble>> + Send;

    /// Runs of patching that wait for an approval, at most so many.
    fn waiting_patches(&self, limit: usize) -> impl Future<Output = Result<Patches, Trouble>> + Send;

    /// One incident; `None` where there is none of this id.
    fn incident(&self, id: &str) -> impl Future<Output = Result<Option<Incident>, Trouble>> + Send;

    /// Runs of patching, newest first, at most so many.
    fn patches(&self, limit: usize) -> impl Future<Output = Result<Patches, Trouble>> + Send;

    /// One run of patching; `None` where there is none of this id.
    fn patch(&self, id: &str) -> impl Future<Output = Result<Option<Run>, Trouble>> + Send;

    /// How many incidents each detector opened since a time.
    fn tally(&self, since_ms: i64) -> impl Future<Output = Result<Tally, Trouble>> + Send;

    /// The settings that people ask about.
    fn riposte(&self) -> impl Future<Output = Result<Riposte, Trouble>> + Send;

    /// The alarms and the queues.
    fn health(&self) -> impl Future<Output = Result<Health, Trouble>> + Send;

    /// What an inventory says of the account; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn account(&self) -> impl Future<Output = Result<Option<Arc<Account>>, Trouble>> + Send;
}

/// Which incidents are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ask {
    /// Opened at this time or later, in milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// Opened before this time.
    pub until_ms: Option<i64>,
    /// At most so many are looked at.
    pub limit: usize,
    /// After this one.
    pub after: Option<Position>,
}

/// A place in the list of incidents: the key of the last one that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When it was opened, as the ledger has it.
    pub opened_at: String,
    /// Its key in the ledger.
    pub pk: String,
}

impl Position {
    /// The place of an incident.
    #[must_use]
    pub fn of(incident: &Incident) -> Self {
        Self { opened_at: riposte_core::incident::rfc3339(incident.opened_ms), pk: format!("incident#{}", incident.id) }
    }
}

/// A part of the list.
#[derive(Debug, Clone, Default)]
pub struct Slice {
    /// Newest first.
    pub incidents: Vec<Arc<Incident>>,
    /// Items that cannot be read: shown, never left out in silence.
    pub unreadable: Vec<Unreadable>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<Position>,
}

/// An item of the ledger that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong with which item.
    pub why: String,
}

/// Runs of patching.
#[derive(Debug, Clone, Default)]
pub struct Patches {
    /// Newest first.
    pub runs: Vec<Arc<Run>>,
    /// Items that cannot be read.
    pub unreadable: Vec<Unreadable>,
}

/// Incidents counted by detector.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By the detector's id.
    pub by_detector: BTreeMap<String, u64>,
    /// How many were counted.
    pub counted: u64,
    /// When the oldest of them was opened, as the ledger has it.
    pub oldest: Option<String>,
    /// Whether all since the time that was asked for were counted.
    pub complete: bool,
}

/// The settings that people ask about.
#[derive(Debug, Clone)]
pub struct Riposte {
    /// What may be done at all.
    pub mode: Mode,
    /// Findings that are left out.
    pub exclusions: Vec<Exclusion>,
    /// Settings that are broken, each with what is wrong.
    pub broken: Vec<String>,
}

/// The alarms and queues of the stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Every alarm that tells the topic.
    pub alarms: Vec<Alarm>,
    /// The queues that they watch.
    pub queues: Vec<Queue>,
    /// What of it could not be read.
    pub missing: Vec<String>,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Why it fires.
    pub why: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Since when, RFC 3339.
    pub since: String,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Whether it holds what could not be handled.
    pub dead_letters: bool,
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that are worked on.
    pub in_flight: u64,
}

/// Why a part could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What a person can do about it.
    pub kind: TroubleKind,
    /// AWS's words, or the connection's.
    pub why: String,
}

/// What a person can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// Sign in again.
    Expired,
    /// Ask for the permission.
    Denied,
    /// Try again later.
    Passing,
    /// Read what is wrong.
    Other,
}

impl TroubleKind {
    /// Advice, as a sentence.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Expired => "The credentials have expired: sign in again, then reload this page.",
            Self::Denied => "AWS does not allow it: ask for the permission to read it.",
            Self::Passing => "AWS did not answer, or answers later: try again in a moment.",
            Self::Other => "It cannot be used as it is.",
        }
    }
}
