//! Bursts: one secret read is a program at work, twenty different ones in ten minutes are a thief.
//!
//! A detector that waits for a burst says what each event adds ([`Sighting`]). Whoever runs it counts
//! different items per counter: the functions in the ledger, where the count survives, and the
//! operator's command in memory ([`Tally`]). Time is cut into windows, so that counting is one set per
//! window, whatever the order and however often an event is delivered; an attack that straddles two
//! windows needs up to twice the number. What goes on is told again every six hours, as other services do.

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::Timestamp;

use super::{Burst, Meta, Per, renamed};
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

/// How often a burst that goes on is told, in seconds.
const TOLD_EVERY_S: i64 = 6 * 3600;

/// What is counted together: one detector, one principal or address, one window.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counter {
    /// The detector's first id, which stays when it is renamed.
    pub detector: &'static str,
    /// The account.
    pub account: String,
    /// Whose calls they are, see [`Per`].
    pub whose: String,
    /// When the window began, in seconds since 1970.
    pub window_s: i64,
}

impl Counter {
    /// One line that names the counter; the same for every event that counts there.
    #[must_use]
    pub fn key(&self) -> String {
        let Self { detector, account, whose, window_s } = self;
        format!("{detector}/{account}/{window_s}/{whose}")
    }

    /// The counter of whoever it is, over the time within which a burst is told once.
    fn told_as(&self) -> Self {
        Self { window_s: self.window_s - self.window_s.rem_euclid(TOLD_EVERY_S), ..self.clone() }
    }
}

impl Sighting {
    pub(super) fn new(meta: &Meta, burst: Burst, item: String, finding: Finding) -> Self {
        let actor = &finding.principal;
        // Other names than these do not tell who it is: whoever fails to sign in chooses one.
        let person = actor.name.as_deref().filter(|_| actor.kind.as_deref() == Some("IdentityCenterUser"));
        let address = actor.source_ip.as_deref();
        let whose = match burst.per {
            Per::Principal => actor.principal_arn().or(person).or(actor.access_key_id.as_deref()).or(address),
            Per::Address => address,
        };
        let time = finding.event_time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
        // Events without a time count together.
        let second = time.map_or(0, Timestamp::as_second);
        let length = i64::from(burst.within_s.max(1));
        let counter = Counter {
            detector: renamed::first(meta.id),
            account: finding.scope.account.clone(),
            whose: whose.unwrap_or("(unknown)").to_owned(),
            window_s: second - second.rem_euclid(length),
        };
        Self { counter, item, burst, finding }
    }

    /// The finding, where so many different items were counted.
    #[must_use]
    pub fn reached(self, count: usize) -> Option<Finding> {
        let Burst { what, at_least, within_s, per } = self.burst;
        if count < usize::try_from(at_least).unwrap_or(usize::MAX) {
            return None;
        }
        let minutes = within_s.div_ceil(60);
        let why = format!("{count} different {what} within {minutes} min, the last: {}", self.finding.why);
        // The burst is whose it is, whatever the last thing was.
        let target = Target::Resource { service: per.as_str().to_owned(), id: self.counter.whose };
        Some(Finding { why, target, ..self.finding })
    }

    /// An event id for the whole burst: the same, whichever event completes it, and in all the windows within
    /// which it is told once.
    #[must_use]
    pub fn burst_id(&self) -> String {
        format!("burst-{}", short_hash(&[&self.counter.told_as().key()]))
    }
}

/// How many counters are kept at once in memory; the oldest goes first.
const KEPT: usize = 50_000;

/// Counts in memory, in the order of the events.
#[derive(Debug, Default)]
pub struct Tally {
    counts: Recent<HashSet<String>>,
    told: Recent<()>,
}

impl Tally {
    /// Counts one sighting. The finding comes with the event that completes it, once for as long as a burst is
    /// told once.
    pub fn count(&mut self, sighting: Sighting) -> Option<Finding> {
        let told_as = sighting.counter.told_as();
        if self.told.0.contains_key(&told_as) {
            return None;
        }
        let items = self.counts.entry(sighting.counter.clone());
        items.insert(sighting.item.clone());
        let count = items.len();
        let found = sighting.reached(count)?;
        self.told.entry(told_as);
        Some(found)
    }
}

/// What is known of the counters that came last.
#[derive(Debug)]
struct Recent<T>(HashMap<Counter, T>, VecDeque<Counter>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(HashMap::new(), VecDeque::new())
    }
}

impl<T: Default> Recent<T> {
    fn entry(&mut self, counter: Counter) -> &mut T {
        let Self(known, age) = self;
        if !known.contains_key(&counter) {
            age.push_back(counter.clone());
            if age.len() > KEPT
                && let Some(oldest) = age.pop_front()
            {
                known.remove(&oldest);
            }
        }
        known.entry(counter).or_default()
    }
}
