//! A function over every call: compares what principals do with what they always did.
//!
//! The events of a delivery are judged together, in the order of their times, by the same code as in the command; the
//! records that they need are read in one call before, and what they add is written in one call after. What was read
//! is remembered, so that ordinary days, on which everything is known, cost no call at all.
//!
//! INVARIANT: a record gains the marks of an event after the event's findings were responded to. A crash before that
//! judges the event again from the same history, and makes the same incidents; after it, the event is known.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use riposte_core::detect::behavior::{History, Key, Mark, Observation, Observed, Past, Record, What, observe};
use riposte_core::detect::{Facts, Head, Index, Sighting, run_all};
use riposte_core::event::{ApiCall, Event, Item};
use riposte_core::finding::Finding;
use riposte_core::text::plain;
use tokio::sync::Mutex;

use crate::atlas::Databases;
use crate::guard::{self, Base, Finished, Handler, ItemError, Source};
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Full, Ledger};
use crate::settings::Loaded;

/// So many records are remembered from one invocation to the next.
const REMEMBERED: usize = 50_000;

/// What may change elsewhere is read again after so long, in milliseconds.
const FRESH_MS: i64 = 60_000;

/// The same of what changes slowly: what weeks were like, and since when an account is known.
const SLOW_MS: i64 = 600_000;

/// The function: what all have, where addresses are, and what it remembers.
#[derive(Debug)]
pub struct BehaviorWatch {
    base: Base,
    atlas: Databases,
    /// Sequences, and a user's rules of the category.
    sequences: Index,
    known: Mutex<Known>,
}

/// What was read of the history.
#[derive(Debug)]
struct Known {
    history: History,
    /// When each record was read, in milliseconds since 1970, and when it will be forgotten, in seconds.
    read: HashMap<Key, (i64, i64)>,
    /// The counters of sequences that are full.
    full: Full,
}

impl Default for Known {
    fn default() -> Self {
        Self { history: History::holding(REMEMBERED), read: HashMap::new(), full: Full::default() }
    }
}

/// One event, on its way through a delivery.
struct Turn<'a> {
    /// Its place in the delivery.
    number: usize,
    call: &'a ApiCall,
    observed: Observed,
}

/// What an event adds to sequences comes to.
#[derive(Default)]
struct Sequences {
    findings: Vec<Finding>,
    failure: Option<ItemError>,
}

impl BehaviorWatch {
    /// A watch of these parts.
    #[must_use]
    pub fn new(base: Base, atlas: Databases) -> Self {
        let sequences = Index::new(base.spec.sequences().iter().chain(&base.rules).copied());
        Self { base, atlas, sequences, known: Mutex::default() }
    }

    /// Judges the events of a delivery, and says how each ended, in their order.
    async fn delivery(&self, items: &[Item], invocation: &Invocation) -> Vec<Result<(), ItemError>> {
        let mut outcomes: Vec<Result<(), ItemError>> = Vec::new();
        let mut turns = Vec::new();
        for (number, item) in items.iter().enumerate() {
            outcomes.push(match &item.event {
                Err(error) => Err(error.clone().into()),
                Ok(Event::Call(call)) => match call.scope() {
                    Ok(scope) => {
                        turns.extend(observe(call, &scope, &self.atlas).map(|observed| Turn {
                            number,
                            call,
                            observed,
                        }));
                        Ok(())
                    }
                    Err(error) => Err(error.into()),
                },
                Ok(other) => {
                    guard::unread(&self.base, other);
                    Ok(())
                }
            });
        }
        if turns.is_empty() {
            return outcomes;
        }
        // A delivery has no order of its own.
        turns.sort_by_key(|turn| turn.observed.at_s);
        let failed = match self.base.loaded().await {
            Ok(loaded) => self.judge(&turns, &loaded, invocation).await,
            Err(error) => {
                let text = error.to_string();
                turns.iter().map(|turn| (turn.number, ItemError::Unfinished(text.clone()))).collect()
            }
        };
        for (number, error) in failed {
            if let Some(outcome) = outcomes.get_mut(number) {
                *outcome = Err(error);
            }
        }
        outcomes
    }

    /// Judges events in their order; which failed, by their place.
    async fn judge(&self, turns: &[Turn<'_>], loaded: &Loaded, invocation: &Invocation) -> BTreeMap<usize, ItemError> {
        let own = |turn: &&Turn<'_>| {
            let role = turn.call.actor().role_arn;
            !role.is_some_and(|role| loaded.settings.own_roles.contains(&role))
        };
        let turns: Vec<&Turn<'_>> = turns.iter().filter(own).collect();
        let ledger = self.base.ledger(loaded);
        let known = &mut *self.known.lock().await;
        let all_fail = |error: &dyn std::fmt::Display| -> BTreeMap<usize, ItemError> {
            turns.iter().map(|turn| (turn.number, ItemError::Unfinished(error.to_string()))).collect()
        };
        if let Err(error) = known.read(&ledger, &turns).await {
            return all_fail(&error);
        }
        let mut sequences = match self.sequences(&turns, &ledger, &mut known.full).await {
            Ok(found) => found,
            Err(error) => return all_fail(&error),
        };
        let mut failed = BTreeMap::new();
        let mut marks: Vec<Mark> = Vec::new();
        for turn in &turns {
            let mut gained = Vec::new();
            let mut before: Vec<(Key, Option<Past>)> = Vec::new();
            for observation in &turn.observed.observations {
                let judged = observation.judge(&known.history, loaded.settings.behavior_learning_s);
                for mark in judged.marks {
                    before.push((mark.key.clone(), known.history.past(&mark.key).cloned()));
                    if known.history.note(&mark) {
                        gained.push(mark);
                    }
                }
                let Some(mut finding) = judged.finding else { continue };
                if let Some(once) = judged.once {
                    finding.scope.event_id = once;
                }
                if let Err(error) = self.respond(finding, loaded, invocation).await {
                    failed.insert(turn.number, error);
                }
            }
            let Sequences { findings, failure } = sequences.remove(&turn.number).unwrap_or_default();
            for finding in findings {
                if let Err(error) = self.respond(finding, loaded, invocation).await {
                    failed.insert(turn.number, error);
                }
            }
            if let Some(error) = failure {
                failed.insert(turn.number, error);
            }
            if failed.contains_key(&turn.number) {
                // Its marks are not written, and so must not be remembered: it will come again. What comes after it in
                // this delivery is judged as if it had not been there.
                for (key, past) in before.into_iter().rev() {
                    match past {
                        Some(past) => known.history.put(key, past),
                        None => known.history.remove(&key),
                    }
                }
            } else {
                marks.append(&mut gained);
            }
        }
        let alive = known.to_keep_alive(&turns);
        if marks.is_empty() && alive.is_empty() {
            return failed;
        }
        if let Err(error) = ledger.remember(&marks, &alive).await {
            marks.iter().for_each(|mark| known.forget(&mark.key));
            return all_fail(&error);
        }
        let now_s = now_ms() / 1000;
        for key in marks.iter().map(|mark| &mark.key).chain(&alive) {
            if let Some((_, expires_s)) = known.read.get_mut(key) {
                *expires_s = now_s + key.record.kept_s();
            }
        }
        failed
    }

    /// Counts what the calls add to sequences, all of them together; what each of them comes to, by its place.
    async fn sequences(
        &self,
        turns: &[&Turn<'_>],
        ledger: &Ledger,
        full: &mut Full,
    ) -> Result<BTreeMap<usize, Sequences>, ItemError> {
        let mut found: BTreeMap<usize, Sequences> = BTreeMap::new();
        let mut sightings: Vec<(usize, Sighting)> = Vec::new();
        for turn in turns {
            let reading = self.sequences.reading(&Head::from(turn.call));
            if reading.is_empty() {
                continue;
            }
            let report = run_all(&reading, turn.call, &turn.call.scope()?, &Facts::default());
            sightings.extend(report.sightings.into_iter().map(|sighting| (turn.number, sighting)));
            let failure = report.failures.into_iter().next();
            let failure = failure.map(|(detector, error)| ItemError::Detector { detector, error });
            found.insert(turn.number, Sequences { findings: report.findings, failure });
        }
        if sightings.is_empty() {
            return Ok(found);
        }
        let counts =
            ledger.count_all(&sightings.iter().map(|(_, sighting)| sighting).collect::<Vec<_>>(), full).await?;
        for ((number, sighting), count) in sightings.into_iter().zip(counts) {
            let finding = guard::reached(sighting, count);
            found.entry(number).or_default().findings.extend(finding);
        }
        Ok(found)
    }

    async fn respond(&self, finding: Finding, loaded: &Loaded, invocation: &Invocation) -> Result<(), ItemError> {
        if self.base.excluded(loaded, &finding, now_ms()) {
            return Ok(());
        }
        let Some(finding) = self.base.tuned(loaded, finding) else { return Ok(()) };
        if guard::is_remark(&finding) {
            guard::remark(&finding);
            return Ok(());
        }
        let answered = self.base.responder(loaded).respond(finding, invocation).await?;
        guard::log(&answered);
        Ok(())
    }
}

impl Known {
    /// Reads what these events need and is not remembered.
    async fn read(&mut self, ledger: &Ledger, turns: &[&Turn<'_>]) -> Result<(), crate::ledger::LedgerError> {
        let now = now_ms();
        if self.read.len() > 2 * REMEMBERED {
            *self = Self::default();
        }
        let observations = turns.iter().flat_map(|turn| &turn.observed.observations);
        let needed: BTreeSet<Key> = observations.flat_map(|observation| self.needed(observation, now)).collect();
        if needed.is_empty() {
            return Ok(());
        }
        let needed: Vec<Key> = needed.into_iter().collect();
        for kept in ledger.pasts(&needed).await? {
            self.read.insert(kept.key.clone(), (now, kept.expires_s));
            if kept.past.is_empty() { self.history.remove(&kept.key) } else { self.history.put(kept.key, kept.past) }
        }
        Ok(())
    }

    /// The records that judging an observation needs and that must be read before.
    fn needed(&self, observation: &Observation, now: i64) -> Vec<Key> {
        let keys = observation.keys();
        if let What::First { value, .. } = &observation.what {
            // What is known of a principal stays known, and says nothing; a full record says nothing either.
            let own = keys.first().and_then(|key| Some((key, self.history.past(key)?)));
            if own.is_some_and(|(key, past)| past.knows(value) || past.len() >= key.record.most()) {
                return Vec::new();
            }
            return keys;
        }
        keys.into_iter().filter(|key| !self.is_fresh(key, now)).collect()
    }

    fn is_fresh(&self, key: &Key, now: i64) -> bool {
        let past = self.history.past(key);
        match key.record {
            // Counters are counted by several at once; one that is full stays as it is.
            Record::Count => past.is_some_and(|past| past.len() >= key.record.most()),
            // What was found stays found.
            Record::Found if past.is_some() => true,
            // One that was there and is not remembered any more is read again.
            record => self.read.get(key).is_some_and(|(read, expires_s)| {
                let fresh_ms = if matches!(record, Record::Rate | Record::Services) { SLOW_MS } else { FRESH_MS };
                now - read < fresh_ms && (*expires_s == 0 || past.is_some())
            }),
        }
    }

    /// The records that are in use and near their end.
    fn to_keep_alive(&self, turns: &[&Turn<'_>]) -> Vec<Key> {
        let now_s = now_ms() / 1000;
        let observations = turns.iter().flat_map(|turn| &turn.observed.observations);
        let firsts = observations.filter(|observation| matches!(observation.what, What::First { .. }));
        let keys: BTreeSet<Key> = firsts.flat_map(Observation::keys).collect();
        let near = |key: &Key| {
            let expires = self.read.get(key).map(|(_, expires_s)| *expires_s).filter(|expires_s| *expires_s > 0);
            expires.is_some_and(|expires_s| expires_s - now_s < key.record.kept_s() / 2)
                && self.history.past(key).is_some_and(|past: &Past| !past.is_empty())
        };
        keys.into_iter().filter(near).collect()
    }

    fn forget(&mut self, key: &Key) {
        self.history.remove(key);
        self.read.remove(key);
    }
}

impl Handler for BehaviorWatch {
    fn base(&self) -> &Base {
        &self.base
    }

    async fn items(&self, items: &[Item], invocation: &Invocation, _: &Finished) -> Vec<Result<(), ItemError>> {
        let outcomes = self.delivery(items, invocation).await;
        for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            tracing::info!(reason = plain(&error.to_string(), 300), "an event was not compared to the end");
        }
        outcomes
    }

    async fn event(&self, event: &Event, _: Source, invocation: &Invocation) -> Result<(), ItemError> {
        let item = Item { message: None, event: Ok(event.clone()) };
        self.delivery(std::slice::from_ref(&item), invocation).await.into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
