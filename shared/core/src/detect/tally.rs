//! Bursts: one secret read is a program at work, twenty different ones in ten minutes are a thief.
//!
//! A detector that waits for a burst says what each event adds ([`Sighting`]). Whoever runs it counts
//! different items per counter: the functions in the ledger, where the count survives, and the
//! operator's command in memory ([`Tally`]). Time is cut into windows, so that counting is one set per
//! window, whatever the order and however often an event is delivered; an attack that straddles two
//! windows needs up to twice the number.

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::Timestamp;

use super::{Burst, Meta};
use crate::finding::{Finding, Target};
use crate::seal::short_hash;

/// One event that counts towards a burst.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// Where it counts.
    pub counter: Counter,
    /// What it adds. The same item counts once.
    pub item: String,
    /// How many make a finding.
    pub burst: Burst,
    /// What is found where this one is the last that was missing.
    pub finding: Finding,
}

/// What is counted together: one detector, one principal, one window.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counter {
    /// The detector's id.
    pub detector: &'static str,
    /// The account.
    pub account: String,
    /// Who made the calls: the role or the user, else the person of IAM Identity Center, else the access
    /// key, else the address.
    pub principal: String,
    /// When the window began, in seconds since 1970.
    pub window_s: i64,
}

impl Counter {
    /// One line that names the counter; the same for every event that counts there.
    #[must_use]
    pub fn key(&self) -> String {
        let Self { detector, account, principal, window_s } = self;
        format!("{detector}/{account}/{window_s}/{principal}")
    }
}

impl Sighting {
    pub(super) fn new(meta: &Meta, burst: Burst, item: String, finding: Finding) -> Self {
        let actor = &finding.principal;
        // Other names than these do not tell who it is: whoever fails to sign in chooses one.
        let person = actor.name.as_deref().filter(|_| actor.kind.as_deref() == Some("IdentityCenterUser"));
        let who = actor.principal_arn().or(person).or(actor.access_key_id.as_deref()).or(actor.source_ip.as_deref());
        let time = finding.event_time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
        // Events without a time count together.
        let second = time.map_or(0, Timestamp::as_second);
        let length = i64::from(burst.within_s.max(1));
        let counter = Counter {
            detector: meta.id,
            account: finding.scope.account.clone(),
            principal: who.unwrap_or("(unknown)").to_owned(),
            window_s: second - second.rem_euclid(length),
        };
        Self { counter, item, burst, finding }
    }

    /// The finding, where so many different items were counted.
    #[must_use]
    pub fn reached(self, count: usize) -> Option<Finding> {
        let Burst { what, at_least, within_s } = self.burst;
        if count < usize::try_from(at_least).unwrap_or(usize::MAX) {
            return None;
        }
        let minutes = within_s.div_ceil(60);
        let why = format!("{count} different {what} within {minutes} min, the last: {}", self.finding.why);
        // The burst is the principal's, whatever the last thing was.
        let target = Target::Resource { service: "principal".to_owned(), id: self.counter.principal };
        Some(Finding { why, target, ..self.finding })
    }

    /// An event id for the whole burst: the same, whichever event completes it.
    #[must_use]
    pub fn burst_id(&self) -> String {
        format!("burst-{}", short_hash(&[&self.counter.key()]))
    }
}

/// How many counters are kept at once in memory; the oldest goes first.
const KEPT: usize = 50_000;

/// Counts in memory, in the order of the events.
#[derive(Debug, Default)]
pub struct Tally {
    counts: HashMap<Counter, Count>,
    age: VecDeque<Counter>,
}

#[derive(Debug, Default)]
struct Count {
    items: HashSet<String>,
    told: bool,
}

impl Tally {
    /// Counts one sighting. The finding comes once for each counter, with the event that completes it.
    pub fn count(&mut self, sighting: Sighting) -> Option<Finding> {
        if !self.counts.contains_key(&sighting.counter) {
            self.age.push_back(sighting.counter.clone());
            if self.age.len() > KEPT
                && let Some(oldest) = self.age.pop_front()
            {
                self.counts.remove(&oldest);
            }
        }
        let count = self.counts.entry(sighting.counter.clone()).or_default();
        if count.told {
            return None;
        }
        count.items.insert(sighting.item.clone());
        let found = sighting.reached(count.items.len());
        if found.is_some() {
            *count = Count { items: HashSet::new(), told: true };
        }
        found
    }
}
