//! What was counted lately, by key: the memory of all detectors that need more than one line.
//!
//! Its state depends on the lines and their order alone, never on a clock, so that reading the same lines from the
//! same state gives the same findings. It is bounded: where it is full, keys go that were quiet the longest, and are
//! counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What counts as many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Many {
    /// So many ...
    pub count: usize,
    /// ... within so many milliseconds.
    pub within_ms: i64,
}

/// Counters by key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Windows {
    #[serde(rename = "k", default)]
    keys: BTreeMap<String, Counter>,
    /// How many keys were forgotten because there were too many.
    #[serde(rename = "e", default)]
    evicted: u64,
    /// The most keys; 0 for [`Windows::MOST`].
    #[serde(skip)]
    most: usize,
}

/// What one key counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Counter {
    /// What was seen lately, in order of time: when, and what.
    #[serde(rename = "s")]
    seen: Vec<(i64, u64)>,
    /// Since it began, without a pause as long as the window.
    #[serde(rename = "n")]
    total: u64,
    #[serde(rename = "b")]
    began_ms: i64,
    /// When its detector fired last.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    fired_ms: Option<i64>,
}

/// Something was seen often enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// When it began: milliseconds since 1970. Part of an incident's key, so it hangs on the lines alone.
    pub began_ms: i64,
    /// How often it was seen since.
    pub total: u64,
}

impl Windows {
    /// The most keys, where nothing else is said.
    pub const MOST: usize = 2_000;
    /// So many hours are kept of a sum.
    pub const HOURS: usize = 48;
    /// What goes on is found again after so many windows.
    const REPEAT: i64 = 6;

    /// One that holds more or fewer keys.
    #[must_use]
    pub fn holding(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Counts one thing more under `key`; whether they are many, and were not found lately.
    pub fn count(&mut self, key: &str, at_ms: i64, many: Many) -> Option<Reached> {
        self.add(key, at_ms, None, many)
    }

    /// Counts different things under `key`.
    pub fn different(&mut self, key: &str, thing: &str, at_ms: i64, many: Many) -> Option<Reached> {
        self.add(key, at_ms, Some(hash(thing)), many)
    }

    /// Notes when something happened; the latest times, in order, once there are `many`.
    pub fn times(&mut self, key: &str, at_ms: i64, many: Many) -> Vec<i64> {
        let counter = self.keys.entry(key.to_owned()).or_default();
        counter.note(at_ms, None, many);
        let times = if counter.seen.len() >= many.count {
            counter.seen.iter().map(|(at, _)| *at).collect()
        } else {
            Vec::new()
        };
        self.make_room(key);
        times
    }

    /// Adds to the sum of an hour, counted from 1970: the hour's sum, the largest of the hours before, and how many
    /// those are, at most [`Windows::HOURS`]. `None` for an hour that is over.
    pub fn sum(&mut self, key: &str, hour: i64, amount: u64) -> Option<(u64, u64, usize)> {
        let counter = self.keys.entry(key.to_owned()).or_default();
        let newest = counter.latest();
        if hour < newest && newest != i64::MIN {
            return None;
        }
        match counter.seen.last_mut() {
            Some((at, sum)) if *at == hour => *sum = sum.saturating_add(amount),
            _ => counter.seen.push((hour, amount)),
        }
        let surplus = counter.seen.len().saturating_sub(Self::HOURS + 1);
        counter.seen.drain(..surplus);
        let (current, before) = counter.seen.split_last()?;
        let found = (current.1, before.iter().map(|(_, sum)| *sum).max().unwrap_or_default(), before.len());
        self.make_room(key);
        Some(found)
    }

    /// Notes that a detector fires, and returns the time that names what goes on; `None` where it fired lately.
    pub fn fire(&mut self, key: &str, at_ms: i64, many: Many) -> Option<i64> {
        self.keys.get_mut(key)?.fire(at_ms, many)
    }

    fn add(&mut self, key: &str, at_ms: i64, thing: Option<u64>, many: Many) -> Option<Reached> {
        let counter = self.keys.entry(key.to_owned()).or_default();
        counter.note(at_ms, thing, many);
        let reached = if counter.seen.len() >= many.count {
            let total = counter.total;
            counter.fire(at_ms, many).map(|began_ms| Reached { began_ms, total })
        } else {
            None
        };
        self.make_room(key);
        reached
    }

    fn make_room(&mut self, current: &str) {
        let most = if self.most == 0 { Self::MOST } else { self.most };
        if self.keys.len() <= most {
            return;
        }
        // A quarter goes at once, so that not every line pays for the search. What is near its limit stays longest.
        let mut order: Vec<(usize, i64)> = self.keys.values().map(Counter::rank).collect();
        let cut = most / 4;
        let Some((_, at, _)) = (cut < order.len()).then(|| order.select_nth_unstable(cut)) else { return };
        let limit = *at;
        let before = self.keys.len();
        let mut left = cut + 1;
        self.keys.retain(|key, counter| {
            let goes = key != current && left > 0 && counter.rank() <= limit;
            left -= usize::from(goes);
            !goes
        });
        self.evicted += u64::try_from(before - self.keys.len()).unwrap_or_default();
    }

    /// How many keys were forgotten because there were too many.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// How many keys are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.evicted == 0
    }

    /// Forgets keys until what is left is written in about so many bytes: first those that were quiet the longest and are
    /// far from their limit. They are counted.
    pub fn fit(&mut self, bytes: usize) {
        while self.keys.iter().map(|(key, counter)| counter.size(key)).sum::<usize>() > bytes {
            let before = self.keys.len();
            let mut order: Vec<((usize, i64), String)> =
                self.keys.iter().map(|(key, counter)| (counter.rank(), key.clone())).collect();
            order.sort_unstable();
            for (_, key) in order.into_iter().take(before.div_ceil(4)) {
                self.keys.remove(&key);
            }
            self.evicted += u64::try_from(before - self.keys.len()).unwrap_or_default();
        }
    }

    /// Forgets what is older than `before_ms`, so that what is kept for the next time is small.
    pub fn forget(&mut self, before_ms: i64) {
        self.keys.retain(|_, counter| counter.latest() >= before_ms);
    }
}

impl Counter {
    fn note(&mut self, at_ms: i64, thing: Option<u64>, many: Many) {
        let newest = self.latest().max(at_ms);
        let start = newest.saturating_sub(many.within_ms);
        self.seen.retain(|(at, _)| *at >= start);
        if self.seen.is_empty() {
            *self = Self { began_ms: at_ms, fired_ms: None, ..Self::default() };
        }
        // A line from before the window counts no more.
        if at_ms < start {
            return;
        }
        self.total += 1;
        self.began_ms = self.began_ms.min(at_ms);
        if let Some(thing) = thing
            && let Some(known) = self.seen.iter().position(|(_, known)| *known == thing)
        {
            // Seen again: it stays in the window for longer.
            let (was, _) = self.seen.remove(known);
            self.insert(was.max(at_ms), thing);
            return;
        }
        self.insert(at_ms, thing.unwrap_or_default());
        let surplus = self.seen.len().saturating_sub(many.count.max(1));
        self.seen.drain(..surplus);
    }

    fn insert(&mut self, at_ms: i64, thing: u64) {
        let place = self.seen.partition_point(|(at, _)| *at <= at_ms);
        self.seen.insert(place, (at_ms, thing));
    }

    fn fire(&mut self, at_ms: i64, many: Many) -> Option<i64> {
        let pause = many.within_ms.saturating_mul(Windows::REPEAT);
        let named = match self.fired_ms {
            None => self.began_ms,
            Some(last) if at_ms.saturating_sub(last) >= pause => at_ms,
            Some(_) => return None,
        };
        self.fired_ms = Some(at_ms);
        Some(named)
    }

    /// About how many bytes it takes, written.
    fn size(&self, key: &str) -> usize {
        key.len() + 60 + 38 * self.seen.len()
    }

    fn latest(&self) -> i64 {
        self.seen.last().map_or(i64::MIN, |(at, _)| *at)
    }

    /// What goes first, has the lowest.
    fn rank(&self) -> (usize, i64) {
        (usize::from(self.seen.len() >= 3), self.latest())
    }
}

/// FNV-1a: the same on every machine, since it is kept.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Many = Many { count: 5, within_ms: 1000 };

    #[test]
    fn many_within_the_window_are_found_once() {
        let mut windows = Windows::default();
        let found: Vec<_> = (0..20).map(|at| windows.count("k", at * 100, FIVE)).collect();
        assert_eq!(found.iter().flatten().count(), 1);
        assert_eq!(found[4], Some(Reached { began_ms: 0, total: 5 }));
        let slow: Vec<_> = (0..20).filter_map(|at| windows.count("slow", at * 300, FIVE)).collect();
        assert_eq!(slow, []);
    }

    #[test]
    fn what_goes_on_is_found_again_and_a_pause_ends_it() {
        let mut windows = Windows::default();
        let found: Vec<i64> =
            (0..200).filter_map(|at| windows.count("k", at * 100, FIVE)).map(|r| r.began_ms).collect();
        assert_eq!(found, [0, 6400, 12400, 18400]);
        let again: Vec<i64> =
            (0..5).filter_map(|at| windows.count("k", 90_000 + at, FIVE)).map(|r| r.began_ms).collect();
        assert_eq!(again, [90_000]);
    }

    #[test]
    fn order_and_late_lines_do_not_matter() {
        let mut windows = Windows::default();
        let found: Vec<_> = [400, 100, 300, 0, 200].iter().filter_map(|at| windows.count("k", *at, FIVE)).collect();
        assert_eq!(found, [Reached { began_ms: 0, total: 5 }]);
        let mut windows = Windows::default();
        assert!(
            [0, 1, 2, 5000, 3, 4].iter().all(|at| windows.count("k", *at, FIVE).is_none()),
            "late ones count no more"
        );
    }

    #[test]
    fn the_same_thing_counts_once() {
        let mut windows = Windows::default();
        for at in 0..50 {
            assert_eq!(windows.different("k", ["a", "b", "c", "d"][at as usize % 4], at, FIVE), None);
        }
        assert!(windows.different("k", "e", 60, FIVE).is_some());
    }

    #[test]
    fn it_is_bounded_counts_what_it_forgets_and_survives_being_written() {
        let mut windows = Windows::holding(100);
        for at in 0..4 {
            windows.count("busy", at, FIVE);
        }
        for number in 0..10_000 {
            windows.count(&format!("once-{number}"), 10 + number, Many { count: 5, within_ms: 1_000_000 });
        }
        assert!(windows.len() <= 101, "{}", windows.len());
        assert!(windows.evicted() >= 9_900, "{}", windows.evicted());
        let text = serde_json::to_string(&windows).unwrap();
        let mut read: Windows = serde_json::from_str(&text).unwrap();
        assert!(read.count("busy", 5, FIVE).is_some(), "many others do not flush out the one that is near its limit");
    }

    #[test]
    fn it_fits_into_what_there_is_room_for() {
        let mut windows = Windows::default();
        for at in 0..4 {
            windows.count("busy", 1_767_614_400_000 + at, FIVE);
        }
        for number in 0..1_500 {
            windows.count(&format!("once-{number}"), 1_767_614_400_100 + number, FIVE);
        }
        windows.fit(20_000);
        assert!(serde_json::to_string(&windows).unwrap().len() <= 20_000 && windows.evicted() > 0);
        assert!(windows.count("busy", 1_767_614_400_101, FIVE).is_some(), "what is near its limit stays");
    }
}
