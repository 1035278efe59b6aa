//! Puts events in the order of their times, as far as memory allows, and takes out those that come twice.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::Observed;

/// A buffer that gives events back in the order of their times. An event comes out once enough others are behind it;
/// one that is older than what came out already is counted as late, and comes out at once.
#[derive(Debug)]
pub struct Reorder<T> {
    waiting: BTreeMap<(i64, u64), (Observed, T)>,
    ids: HashSet<(i64, String)>,
    /// Ids of what came out, the oldest first.
    gone: VecDeque<(i64, String)>,
    most: usize,
    number: u64,
    out_s: i64,
    late: u64,
    twice: u64,
}

impl<T> Reorder<T> {
    /// So many events wait, where nothing else is said.
    pub const MOST: usize = 300_000;

    /// A buffer for so many events.
    #[must_use]
    pub fn holding(most: usize) -> Self {
        Self {
            waiting: BTreeMap::new(),
            ids: HashSet::new(),
            gone: VecDeque::new(),
            most,
            number: 0,
            out_s: i64::MIN,
            late: 0,
            twice: 0,
        }
    }

    /// Takes an event in, with what belongs to it; gives the oldest out where there are too many.
    pub fn push(&mut self, observed: Observed, with: T) -> Option<(Observed, T)> {
        if !self.ids.insert((observed.at_s, observed.event_id.clone())) {
            self.twice += 1;
            return None;
        }
        self.number += 1;
        self.late += u64::from(observed.at_s < self.out_s);
        self.waiting.insert((observed.at_s, self.number), (observed, with));
        if self.waiting.len() > self.most { self.pop() } else { None }
    }

    /// Gives the oldest event out.
    pub fn pop(&mut self) -> Option<(Observed, T)> {
        let (_, (observed, with)) = self.waiting.pop_first()?;
        self.out_s = self.out_s.max(observed.at_s);
        self.gone.push_back((observed.at_s, observed.event_id.clone()));
        // What comes again so late is told from new ones by the history alone.
        while self.gone.len() > self.most {
            if let Some(oldest) = self.gone.pop_front() {
                self.ids.remove(&oldest);
            }
        }
        Some((observed, with))
    }

    /// How many were older than what had come out.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late
    }

    /// How many came twice.
    #[must_use]
    pub fn twice(&self) -> u64 {
        self.twice
    }
}
