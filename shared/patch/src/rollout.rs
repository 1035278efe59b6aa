//! Which nodes may begin: ring by ring, a few at a time, and none where one did not come back.

use std::collections::BTreeMap;

use crate::run::{At, Run};
use crate::settings::Rings;

/// Failures older than so many milliseconds are of the past: a week.
const REMEMBERED_MS: i64 = 7 * 24 * 3_600_000;

/// What holds a run that has not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Nothing does.
    Now,
    /// Its time has not come: others of its ring, or of a ring before it, are first.
    Later(String),
    /// It is stopped, until a person has looked.
    Stopped(String),
}

/// Whose turn it is, by the run's id. `runs` are all that are under way or have ended of late.
///
/// A ring begins when no node of the rings before it is waiting or under way; one that a person is asked about holds
/// those after it, one whose window has not opened does not. A node that is unhealthy after its install stops its own
/// ring and those after it at once; other failures stop everything after so many as the settings say.
#[must_use]
pub fn turns(rings: &Rings, runs: &[Run], now_ms: i64) -> BTreeMap<String, Turn> {
    let place = |run: &Run| rings.order.iter().position(|ring| ring == run.ring()).unwrap_or(usize::MAX);
    let ended = |run: &&Run| run.is_done() && run.released_by.is_none() && run.since_ms > now_ms - REMEMBERED_MS;
    let kind = |run: &Run| run.outcome.as_ref().map(|outcome| outcome.kind);
    let stopped: Option<(usize, String)> = runs
        .iter()
        .filter(ended)
        .filter(|run| kind(run).is_some_and(crate::run::Kind::stops_the_ring))
        .map(|run| (place(run), format!("{} is unhealthy after {}", run.plan.node, run.id)))
        .min();
    let failures = runs.iter().filter(ended).filter(|run| kind(run).is_some_and(crate::run::Kind::is_failure)).count();
    // Before the window there is nothing to do; after the install nothing but to wait for Inspector.
    let waits = |run: &Run| run.wait_ms.is_some_and(|until| until > now_ms);
    let is_open = |run: &&Run| !run.is_done() && run.at != At::Inspector && (run.has_touched() || !waits(run));
    let first = runs.iter().filter(is_open).map(place).min().unwrap_or(usize::MAX);
    let mut under_way: BTreeMap<usize, usize> = BTreeMap::new();
    for run in runs.iter().filter(is_open).filter(|run| run.has_touched()) {
        *under_way.entry(place(run)).or_default() += 1;
    }
    let mut waiting: Vec<&Run> = runs.iter().filter(is_open).filter(|run| !run.has_touched() && !run.asked).collect();
    waiting.sort_by(|a, b| {
        let deadline = |run: &Run| run.plan.deadline_ms.unwrap_or(i64::MAX);
        place(a)
            .cmp(&place(b))
            .then(b.plan.band.cmp(&a.plan.band))
            .then(deadline(a).cmp(&deadline(b)))
            .then_with(|| a.id.cmp(&b.id))
    });
    let mut turns = BTreeMap::new();
    for run in waiting {
        let ring = place(run);
        let turn = if let Some((_, why)) = stopped.as_ref().filter(|(stopped, _)| *stopped <= ring) {
            Turn::Stopped(why.clone())
        } else if failures >= rings.most_failures {
            Turn::Stopped(format!("{failures} runs have failed, and {} are the most", rings.most_failures))
        } else if ring == usize::MAX {
            Turn::Stopped(format!("its ring `{}` is none of the settings' any more", crate::plain(run.ring())))
        } else if ring > first {
            let name = rings.order.get(first).map_or("", String::as_str);
            Turn::Later(format!("the ring `{}` is first", crate::plain(name)))
        } else {
            let busy = under_way.entry(ring).or_default();
            if *busy >= rings.at_once {
                Turn::Later(format!("{busy} of its ring are under way"))
            } else {
                *busy += 1;
                Turn::Now
            }
        };
        turns.insert(run.id.clone(), turn);
    }
    turns
}
