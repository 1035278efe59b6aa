//! What is unusual in any text, compared with what the same log said before: new templates, templates that come much
//! more often, errors in a burst, and silence.
//!
//! All is measured by the lines' own times, so that the same lines give the same findings. What is usual must be known
//! first: a log that is too short yields nothing.

use std::collections::BTreeMap;

use riposte_core::detect::Meta;

use crate::entry::{Entry, Text, What};
use crate::signature::{SIGNATURES, Sign, mask};
use crate::template::{Miner, ShapeId};

const HOUR: i64 = 3_600_000;

/// How much is much, and how long is long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// New templates are found after so long a time, in milliseconds.
    pub learning_ms: i64,
    /// So many lines of a template within an hour are enough to look at.
    pub rate_floor: u64,
    /// So many errors within ten minutes are enough to look at.
    pub error_floor: u64,
    /// A silence is at least so long, in milliseconds.
    pub silence_ms: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { learning_ms: 7 * 24 * HOUR, rate_floor: 100, error_floor: 30, silence_ms: HOUR }
    }
}

/// Watches one stream.
#[derive(Debug, Default)]
pub struct Watch {
    limits: Limits,
    miner: Miner,
    first_ms: Option<i64>,
    last_ms: i64,
    lines: u64,
    longest_ms: i64,
    hour: i64,
    /// Lines by template, in the current hour and in those before.
    rates: BTreeMap<ShapeId, Rate>,
    errors: Errors,
    /// When a new template was found last.
    told_ms: Option<i64>,
}

#[derive(Debug, Default)]
struct Rate {
    current: u64,
    /// By hour, of the hours in which it came.
    before: BTreeMap<i64, u64>,
}

#[derive(Debug, Default)]
struct Errors {
    bucket: i64,
    lines: u64,
    errors: u64,
    past_lines: u64,
    past_errors: u64,
    past_buckets: u64,
    told: bool,
}

/// How long a bucket of errors is.
const BUCKET: i64 = 600_000;
/// So many hours of a template are remembered.
const HOURS: i64 = 168;
/// So many hours must be known before a rate is unusual.
const KNOWN_HOURS: i64 = 24;
/// So many templates are watched.
const MOST: usize = 10_000;

impl Watch {
    /// One with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes in an entry of the stream; lines without a time, and what is no text, say nothing.
    pub fn observe(&mut self, stream: &str, entry: &Entry<'_>) -> Vec<Sign> {
        let (Some(at), Some((level, message))) = (entry.at_ms, words(&entry.what)) else { return Vec::new() };
        let mut found = Vec::new();
        let first = *self.first_ms.get_or_insert(at);
        self.silence(stream, first, at, &mut found);
        self.rate(at.div_euclid(HOUR), &mut found);
        let known = self.miner.shapes();
        let shape = self.miner.message(message.as_bytes());
        let is_error = matches!(level, "error" | "err" | "fatal" | "critical" | "crit" | "alert" | "emerg" | "severe");
        let new = self.miner.shapes() > known;
        if new && is_error && at.saturating_sub(first) >= self.limits.learning_ms {
            // A change of the program brings many at once: the first stands for all.
            if self.told_ms.is_none_or(|told| at.saturating_sub(told) >= 24 * HOUR) {
                self.told_ms = Some(at);
                sign(
                    "log-template-new",
                    stream,
                    at,
                    &format!("an error of a kind that never came before: {message}"),
                    &mut found,
                );
            }
        }
        if self.rates.len() < MOST || self.rates.contains_key(&shape) {
            self.rates.entry(shape).or_default().current += 1;
        }
        self.errors(stream, at.div_euclid(BUCKET), is_error, &mut found);
        found
    }

    fn silence(&mut self, stream: &str, first: i64, at: i64, found: &mut Vec<Sign>) {
        let pause = at.saturating_sub(self.last_ms);
        if self.lines > 0 && pause > 0 {
            let long = silence_excess(pause, self.longest_ms, self.limits.silence_ms) > 1.0;
            if long && self.last_ms.saturating_sub(first) >= HOUR && self.lines >= 100 {
                let (began, minutes) = (self.last_ms, pause / 60_000);
                let why = format!(
                    "`{stream}` said nothing for {minutes} minutes; its longest pause before was {} s",
                    self.longest_ms / 1000
                );
                sign("log-stream-silent", stream, began, &why, found);
            }
            self.longest_ms = self.longest_ms.max(pause);
        }
        self.lines += 1;
        self.last_ms = self.last_ms.max(at);
    }

    /// Closes the hour where another begins. Lines that come late are of the current one.
    fn rate(&mut self, hour: i64, found: &mut Vec<Sign>) {
        if self.hour == 0 {
            self.hour = hour;
        }
        if hour <= self.hour {
            return;
        }
        let closed = self.hour;
        let began = self.first_ms.unwrap_or_default().div_euclid(HOUR).max(closed - HOURS);
        let floor = self.limits.rate_floor;
        for (shape, rate) in &mut self.rates {
            let count = std::mem::take(&mut rate.current);
            let hours = closed - began;
            if count >= floor && hours >= KNOWN_HOURS {
                // Hours in which it did not come count as none.
                let mut past: Vec<u64> = rate.before.range(began..closed).map(|(_, count)| *count).collect();
                past.resize(usize::try_from(hours).unwrap_or_default(), 0);
                if rate_excess(&past, count, floor) > 1.0 {
                    let middle = median(&mut past);
                    let text = self.miner.text(*shape);
                    let why = format!("{count} lines within an hour, usually {middle}: {text}");
                    sign("log-template-rate", &text, closed * HOUR, &why, found);
                }
            }
            if count > 0 {
                rate.before.insert(closed, count);
            }
            rate.before = rate.before.split_off(&(closed - HOURS));
        }
        self.hour = hour;
    }

    fn errors(&mut self, stream: &str, bucket: i64, is_error: bool, found: &mut Vec<Sign>) {
        let errors = &mut self.errors;
        if bucket > errors.bucket {
            if errors.lines > 0 && !errors.told {
                errors.past_lines += errors.lines;
                errors.past_errors += errors.errors;
                errors.past_buckets += 1;
            }
            *errors = Errors { bucket, lines: 0, errors: 0, told: false, ..std::mem::take(errors) };
        }
        errors.lines += 1;
        errors.errors += u64::from(is_error);
        // An hour must be known.
        let Errors { errors: bad, lines, past_errors, past_lines, .. } = *errors;
        let many = || error_excess(bad, lines, past_errors, past_lines, self.limits.error_floor) > 1.0;
        if is_error && errors.past_buckets >= 6 && !errors.told && many() {
            errors.told = true;
            let why = format!("{} of {} lines within ten minutes are errors", errors.errors, errors.lines);
            sign("log-error-rate", stream, bucket * BUCKET, &why, found);
        }
    }
}

/// How many times an hour's count of a template is above what is unusual, after the counts of the hours before, those
/// without any among them: above 1 it is unusual, below the floor it is 0.
#[must_use]
pub fn rate_excess(past: &[u64], count: u64, floor: u64) -> f64 {
    if count < floor {
        return 0.0;
    }
    let mut sorted = past.to_vec();
    let middle = median(&mut sorted);
    let mut off: Vec<u64> = past.iter().map(|count| count.abs_diff(middle)).collect();
    let spread = median(&mut off).max(1);
    let most = past.iter().max().copied().unwrap_or_default();
    let times = |of: u64| count as f64 / of as f64;
    (count.saturating_sub(middle) as f64 / (8 * spread) as f64).min(times(5 * middle)).min(times(2 * most))
}

/// How many times the errors among lines are above what is unusual, after what came before: above 1 they are, below the
/// floor it is 0.
#[must_use]
pub fn error_excess(errors: u64, lines: u64, past_errors: u64, past_lines: u64, floor: u64) -> f64 {
    if errors < floor || lines == 0 {
        return 0.0;
    }
    // One error of a thousand lines is what is usual where there was none.
    let usual = match past_errors {
        0 => 1.0 / past_lines.max(1000) as f64,
        known => known as f64 / past_lines.max(1) as f64,
    };
    let share = errors as f64 / lines as f64;
    // A third is enough, and one less is not.
    (share / (3.0 * usual)).min((3 * errors + 1) as f64 / lines as f64)
}

/// How many times a pause is above what is unusual, after the longest before: above 1 it is, below the floor it is 0.
/// All in milliseconds.
#[must_use]
pub fn silence_excess(pause_ms: i64, longest_ms: i64, floor_ms: i64) -> f64 {
    if pause_ms < floor_ms {
        return 0.0;
    }
    // Twenty times as long is enough, and a millisecond less is not.
    (pause_ms as f64 + 1.0) / (20.0 * longest_ms as f64)
}

fn words<'e>(what: &'e What<'_>) -> Option<(&'e str, &'e str)> {
    match what {
        What::Text(Text { level, message }) => Some((level, message)),
        What::Program(said) => Some(("", &said.message)),
        _ => None,
    }
}

fn median(of: &mut [u64]) -> u64 {
    let middle = of.len() / 2;
    if of.is_empty() { 0 } else { *of.select_nth_unstable(middle).1 }
}

fn sign(id: &str, subject: &str, began_ms: i64, why: &str, found: &mut Vec<Sign>) {
    let meta: Option<&'static Meta> = SIGNATURES.iter().find(|meta| meta.id == id);
    let shown = |text: &str, most| mask(&riposte_core::text::plain(text, most)).into_owned();
    if let Some(meta) = meta {
        found.push(Sign {
            meta,
            subject: shown(subject, 200),
            address: None,
            why: shown(why, 600),
            began_ms: Some(began_ms),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Reader;

    const START: i64 = 1_702_166_400_000;

    fn found(lines: impl IntoIterator<Item = (i64, String)>) -> Vec<&'static str> {
        let (mut reader, mut watch) = (Reader::default(), Watch::new(Limits::default()));
        let mut all = Vec::new();
        for (seconds, line) in lines {
            let entry = reader.read(line.as_bytes(), Some(START + seconds * 1000));
            all.extend(watch.observe("app", &entry).into_iter().map(|sign| sign.meta.id));
        }
        all
    }

    fn line(level: &str, message: &str) -> String {
        format!("{{\"level\":\"{level}\",\"msg\":\"{message}\"}}")
    }

    /// A line a minute for so many hours.
    fn usual(hours: i64) -> impl Iterator<Item = (i64, String)> {
        (0..hours * 60).map(|minute| (minute * 60, line("info", &format!("order {minute} was sent"))))
    }

    #[test]
    fn a_new_kind_of_error_is_found_after_the_learning_time() {
        let new =
            |hours: i64, level: &'static str| found(usual(hours).chain([(hours * 3600, line(level, "disk is gone"))]));
        assert_eq!(new(7 * 24 + 1, "error"), ["log-template-new"]);
        assert!(new(7 * 24 + 1, "info").is_empty());
        assert!(new(24, "error").is_empty(), "still learning");
        let known = usual(7 * 24 + 1).chain([(7 * 86_400 + 3700, line("error", "order 9 was sent"))]);
        assert!(found(known).is_empty(), "its template was seen");
    }

    #[test]
    fn a_template_that_comes_much_more_often_is_found() {
        let burst = |lines: i64| (0..lines).map(|n| (30 * 3600 + n, line("info", "order 7 was sent")));
        let end = || [(31 * 3600 + 10, line("info", "order 1 was sent"))];
        assert_eq!(found(usual(30).chain(burst(900)).chain(end())), ["log-template-rate"]);
        assert!(found(usual(30).chain(burst(90)).chain(end())).is_empty());
        assert!(
            found(
                usual(3)
                    .chain((0..900).map(|n| (3 * 3600 + n, line("info", "order 7 was sent"))))
                    .chain([(4 * 3600 + 10, line("info", "x"))])
            )
            .is_empty()
        );
    }

    #[test]
    fn errors_in_a_burst_are_found() {
        let errors =
            |count: i64, level: &'static str| (0..count).map(move |n| (3 * 3600 + n, line(level, "payment failed")));
        assert_eq!(found(usual(3).chain(errors(50, "error"))), ["log-error-rate"]);
        assert!(found(usual(3).chain(errors(50, "warn"))).is_empty());
        assert!(found(usual(3).chain(errors(20, "error"))).is_empty());
        assert!(found((0..600).map(|n| (n * 20, line("error", "as always")))).is_empty(), "a log of errors");
    }

    #[test]
    fn silence_of_a_stream_that_always_spoke_is_found() {
        let again = |hours: i64| (hours * 3600, line("info", "order 1 was sent"));
        assert_eq!(found(usual(5).chain([again(9)])), ["log-stream-silent"]);
        assert!(found(usual(5).chain([(5 * 3600 + 900, line("info", "order 1 was sent"))])).is_empty());
        let seldom = (0..200).map(|n| (n * 1800, line("info", "tick")));
        assert!(
            found(seldom.chain([(200 * 1800 + 4 * 3600, line("info", "tick"))])).is_empty(),
            "it never spoke often"
        );
    }
}
