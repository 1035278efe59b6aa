//! Bursts: one secret read is a program at work, twenty different ones in ten minutes are a thief.
//!
//! A detector that waits for a burst says what each event adds ([`Sighting`]). Whoever runs it counts
//! different items per counter: the functions in the ledger, where the count survives, and the
//! operator's command in memory ([`Tally`]). Time is cut into windows, so that counting is one set per
//! window, whatever the order and however often an event is delivered; an attack that straddles two
//! windows needs up to twice the number. What goes on is told again every six hours, as other services do.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

use foldhash::fast::FixedState;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::correlation::{Correlation, Mark};
use super::{Burst, Detector, Meta, Per, renamed};
use crate::finding::{Finding, Target};
use crate::seal::short_hash;
use crate::text::plain;

/// One event that counts towards a burst.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// Where it counts.
    pub counter: Counter,
    /// What it adds. The same item counts once.
    pub item: String,
    /// How many make a finding.
    pub burst: Burst,
    /// Where more is asked than so many different ones: what, and when this one was.
    pub correlated: Option<Correlated>,
    /// What is found where this one is the last that was missing.
    pub finding: Finding,
}

/// What a correlation asks for, and the mark of the event at hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlated {
    /// What is asked for.
    pub correlation: &'static Correlation,
    /// The event's own mark.
    pub mark: Mark,
}

/// A sighting on its way to another program, which counts it: without what that knows of the detector itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// What it adds.
    pub item: String,
    /// Whose events a correlation takes together; `None` where none decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What is found where this one is the last that was missing.
    pub finding: Finding,
}

impl Seen {
    /// The sighting, by the detector of its finding; `None` where that counts nothing.
    #[must_use]
    pub fn by(self, detector: &dyn Detector) -> Option<Sighting> {
        let Self { item, group, finding } = self;
        let meta = detector.meta();
        let sighting = Sighting::new(meta, meta.burst?, item, finding);
        Some(match detector.correlation() {
            Some(correlation) => sighting.correlated(correlation, group),
            None => sighting,
        })
    }
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
        Self { window_s: self.told_s(), ..self.clone() }
    }

    /// When that time began.
    fn told_s(&self) -> i64 {
        self.window_s - self.window_s.rem_euclid(TOLD_EVERY_S)
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
        Self { counter, item, burst, correlated: None, finding }
    }

    /// The same, where a correlation decides, in a group of events; all of the account's where none is said.
    pub(super) fn correlated(mut self, correlation: &'static Correlation, group: Option<String>) -> Self {
        let time = self.finding.event_time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
        let at_s = time.map_or(0, Timestamp::as_second);
        self.counter.whose = group.filter(|group| !group.is_empty()).unwrap_or_else(|| "all events".to_owned());
        self.counter.window_s = at_s - at_s.rem_euclid(correlation.span_s);
        self.correlated = Some(Correlated { correlation, mark: correlation.mark(at_s, &self.item) });
        self
    }

    /// The same, for another program.
    #[must_use]
    pub fn seen(self) -> Seen {
        let group = self.correlated.is_some().then_some(self.counter.whose);
        Seen { item: self.item, group, finding: self.finding }
    }

    /// The counters of the windows beside that of a correlation: what was seen there may count together with it.
    #[must_use]
    pub fn beside(&self) -> Vec<Counter> {
        let Some(Correlated { correlation, .. }) = &self.correlated else { return Vec::new() };
        let at = |window_s| Counter { window_s, ..self.counter.clone() };
        vec![at(self.counter.window_s - correlation.span_s), at(self.counter.window_s + correlation.span_s)]
    }

    /// The finding, where so many different items were counted.
    #[must_use]
    pub fn reached(self, count: usize) -> Option<Finding> {
        let Burst { what, at_least, within_s, per } = self.burst;
        let within = span(within_s);
        if self.correlated.is_some() {
            if count == 0 {
                return None;
            }
            let group = self.counter.whose;
            let why = format!("{count} {what} within {within} of {group}, the last: {}", self.finding.why);
            let target = Target::Resource { service: "correlation".to_owned(), id: plain(&group, 300) };
            return Some(Finding { why: plain(&why, 900), target, ..self.finding });
        }
        if count < usize::try_from(at_least).unwrap_or(usize::MAX) {
            return None;
        }
        // Where one is enough, counting only keeps the same from coming again and again.
        let why = match at_least {
            0 | 1 => self.finding.why,
            _ if count == 1 => self.finding.why,
            _ => format!("{count} different {what} within {within}, the last: {}", self.finding.why),
        };
        // The burst is whose it is, whatever the last thing was; what would stop it says that itself.
        let target = match &self.finding.response {
            Some(_) => self.finding.target.clone(),
            None => Target::Resource { service: per.as_str().to_owned(), id: self.counter.whose },
        };
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
///
/// An account has tens of thousands of counters a day. So what is kept of a counter and of what it counts are numbers
/// that stand for them, made with keys of this process: nobody outside can make two that are the same.
#[derive(Debug, Default)]
pub struct Tally {
    keys: [RandomState; 2],
    counts: Recent<Vec<u64>>,
    marks: Recent<Vec<Mark>>,
    told: Recent<()>,
}

impl Tally {
    /// Counts one sighting. The finding comes with the event that completes it, once for as long as a burst is
    /// told once.
    pub fn count(&mut self, sighting: Sighting) -> Option<Finding> {
        let told_as = self.number(&sighting.counter, sighting.counter.told_s());
        if self.told.0.contains_key(&told_as) {
            return None;
        }
        let count = match &sighting.correlated {
            Some(correlated) => self.correlate(&sighting.counter, correlated),
            None => {
                let counter = self.number(&sighting.counter, sighting.counter.window_s);
                let [key, _] = &self.keys;
                let item = key.hash_one(&sighting.item);
                let items = self.counts.entry(counter);
                // They are few: a counter that is full tells.
                if !items.contains(&item) {
                    items.push(item);
                }
                items.len()
            }
        };
        let found = sighting.reached(count)?;
        self.told.entry(told_as);
        Some(found)
    }
}

impl Tally {
    /// What stands for a counter, in a window that begins then.
    fn number(&self, counter: &Counter, window_s: i64) -> u128 {
        let Counter { detector, account, whose, window_s: _ } = counter;
        let [high, low] = self.keys.each_ref().map(|key| key.hash_one((detector, account, whose, window_s)));
        u128::from(high) << 64 | u128::from(low)
    }
}

/// How many marks of one group are kept in memory; the oldest go first.
const MARKS: usize = 20_000;

impl Tally {
    /// How many were counted where the marks of the group are what is asked for; else none.
    fn correlate(&mut self, counter: &Counter, Correlated { correlation, mark }: &Correlated) -> usize {
        let counter = self.number(counter, 0);
        let marks = self.marks.entry(counter);
        // In the order of their times: most inputs are.
        let place = marks.partition_point(|known| known < mark);
        if marks.get(place) != Some(mark) {
            marks.insert(place, mark.clone());
        }
        // What lies further back than an hour and two windows belongs to no event that is still to come.
        let newest = marks.last().map_or(mark.at_s, |last| last.at_s);
        let kept = newest.saturating_sub(correlation.span_s.saturating_mul(2)).saturating_sub(3600);
        let old = marks.partition_point(|known| known.at_s < kept).max(marks.len().saturating_sub(MARKS));
        marks.drain(..old);
        let from = marks.partition_point(|known| known.at_s <= mark.at_s - correlation.span_s);
        let to = marks.partition_point(|known| known.at_s < mark.at_s + correlation.span_s);
        correlation.holds(marks.get(from..to).unwrap_or_default(), mark.at_s).unwrap_or_default()
    }
}

/// What is known of the counters that came last, by their numbers.
#[derive(Debug)]
struct Recent<T>(HashMap<u128, T, FixedState>, VecDeque<u128>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(HashMap::default(), VecDeque::new())
    }
}

impl<T: Default> Recent<T> {
    fn entry(&mut self, counter: u128) -> &mut T {
        let Self(known, age) = self;
        if !known.contains_key(&counter) {
            age.push_back(counter);
            if age.len() > KEPT
                && let Some(oldest) = age.pop_front()
            {
                known.remove(&oldest);
            }
        }
        known.entry(counter).or_default()
    }
}

/// A window in the unit that people would say it in.
fn span(seconds: u32) -> String {
    match seconds {
        s if s >= 7200 && s % 3600 == 0 => format!("{} h", s / 3600),
        s => format!("{} min", s.div_ceil(60)),
    }
}
