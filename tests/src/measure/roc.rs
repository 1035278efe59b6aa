//! How well the statistical detectors tell attacks from ordinary days: precision, recall, and a ROC picture of each.
//!
//! Nobody publishes labelled CloudTrail records of whole organizations, so both sides are made here, by a fixed seed, and
//! described on the page: hours of principals that are quiet, busy, or seldom and then much, and attacks of all sizes laid
//! into some of these hours. What decides is the product's own code; the curve is what other limits of the same score
//! would do.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use riposte_core::detect::behavior::Burst;
use riposte_core::detect::behavior::statistic::{LIMIT, excess, step};
use riposte_logs::anomaly::{error_excess, rate_excess, silence_excess};

use super::svg;

/// Where the pictures stand, below the workspace's root.
pub const FOLDER: &str = "docs/roc";

/// One judgment: how far above its limits what was seen is (above 1 it is found), and whether it was an attack.
type Judged = (f64, bool);

/// What was measured of one detector.
#[derive(Debug)]
pub struct Curve {
    /// Its id.
    pub detector: &'static str,
    judged: Vec<Judged>,
}

/// A share of judgments, as whole numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Attacks that are found.
    pub found: usize,
    /// Attacks.
    pub attacks: usize,
    /// Ordinary ones that are found.
    pub false_alarms: usize,
    /// Ordinary ones.
    pub ordinary: usize,
}

impl Counts {
    /// The share of attacks that is found.
    #[must_use]
    pub fn recall(self) -> f64 {
        share(self.found, self.attacks)
    }

    /// The share of what is found that is an attack.
    #[must_use]
    pub fn precision(self) -> f64 {
        share(self.found, self.found + self.false_alarms)
    }

    /// The share of ordinary ones that is found.
    #[must_use]
    pub fn alarms(self) -> f64 {
        share(self.false_alarms, self.ordinary)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of some ten thousand")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Curve {
    /// What is found where what is above this is found; the product's own limit is 1.
    #[must_use]
    pub fn at(&self, limit: f64) -> Counts {
        let mut counts = Counts::default();
        for (score, attack) in &self.judged {
            let found = usize::from(*score > limit);
            if *attack {
                counts.attacks += 1;
                counts.found += found;
            } else {
                counts.ordinary += 1;
                counts.false_alarms += found;
            }
        }
        counts
    }

    /// The points of the curve, from the strictest limit to none: the share of false alarms, the share of attacks found.
    #[must_use]
    pub fn points(&self) -> Vec<(f64, f64)> {
        let mut sorted = self.judged.clone();
        sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
        let all = self.at(f64::NEG_INFINITY);
        let mut points = vec![(0.0, 0.0)];
        let (mut found, mut alarms) = (0, 0);
        for (number, (score, attack)) in sorted.iter().enumerate() {
            if *attack {
                found += 1;
            } else {
                alarms += 1;
            }
            if sorted.get(number + 1).is_none_or(|next| next.0 < *score) {
                points.push((share(alarms, all.ordinary), share(found, all.attacks)));
            }
        }
        points
    }

    /// The area below the curve.
    #[must_use]
    pub fn area(&self) -> f64 {
        self.points()
            .windows(2)
            .map(|pair| match pair {
                [(x0, y0), (x1, y1)] => (x1 - x0) * f64::midpoint(*y0, *y1),
                _ => 0.0,
            })
            .sum()
    }

    /// The picture.
    #[must_use]
    pub fn picture(&self) -> String {
        let own = self.at(1.0);
        svg::roc(self.detector, &self.points(), (own.alarms(), own.recall()), self.area())
    }
}

/// A small generator of random numbers (xorshift): the same on every machine.
struct Random(u64);

impl Random {
    fn of(seed: &str) -> Self {
        let hash = seed
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(hash | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    /// Evenly between 0 and 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    fn unit(&mut self) -> f64 {
        self.next() as f64 / (1_u64 << 53) as f64
    }

    fn within(&mut self, least: f64, most: f64) -> f64 {
        least + self.unit() * (most - least)
    }

    /// Between two numbers, each order of magnitude alike.
    fn scaled(&mut self, least: f64, most: f64) -> f64 {
        self.within(least.ln(), most.ln()).exp()
    }

    fn one_of(&mut self, many: u64) -> bool {
        self.next().is_multiple_of(many)
    }

    /// A count of what comes by chance, so many on average: Poisson's, by its normal neighbor where it is large.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded, not negative, not large")]
    fn count(&mut self, mean: f64) -> u32 {
        if mean > 50.0 {
            let bell: f64 = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
            return (mean + bell * mean.sqrt()).max(0.0).round() as u32;
        }
        let (limit, mut product, mut count) = ((-mean).exp(), self.unit(), 0);
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

const PRINCIPALS: usize = 120;
const PAST_DAYS: usize = 21;
const DAYS: usize = 7;

/// How a principal works.
struct Habit {
    /// Things an hour while it works.
    rate: f64,
    /// Whether it works by day, or always.
    by_day: bool,
    /// One of so many hours brings many times as much: releases, migrations, reports.
    bulk_one_of: u64,
    bulk: f64,
}

impl Habit {
    fn of(random: &mut Random, floor: f64) -> Self {
        Self {
            rate: random.scaled(floor / 100.0, floor * 3.0),
            by_day: !random.one_of(3),
            bulk_one_of: [40, 160, 100_000]
                .into_iter()
                .nth(usize::from(random.one_of(2)) + usize::from(random.one_of(2)))
                .unwrap_or(160),
            bulk: random.within(3.0, 12.0),
        }
    }

    fn hour(&self, random: &mut Random, hour: usize) -> u32 {
        let (day, hour) = (hour / 24 % 7, hour % 24);
        let works = !self.by_day || (day < 5 && (8..18).contains(&hour));
        let bulk = if works && random.one_of(self.bulk_one_of) { self.bulk } else { 1.0 };
        random.count(self.rate * bulk * if works { 1.0 } else { 0.02 })
    }
}

/// A detector of bursts over a week of many principals' hours, an attack in every hundredth.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
fn burst(burst: Burst) -> Curve {
    let mut random = Random::of(burst.detector());
    let floor = burst.floor();
    let mut judged = Vec::new();
    for _ in 0..PRINCIPALS {
        let habit = Habit::of(&mut random, f64::from(floor));
        // Only hours in which there was any are kept, as steps: three weeks of them.
        let mut hours: Vec<(usize, u32)> = Vec::new();
        for hour in 0..(PAST_DAYS + DAYS) * 24 {
            let mut count = habit.hour(&mut random, hour);
            let tested = hour >= PAST_DAYS * 24;
            let attack = tested && random.one_of(100);
            if attack {
                count += random.scaled(f64::from(floor) * 0.7, f64::from(floor) * 20.0).round() as u32;
            }
            if tested && count > 0 {
                let past: Vec<u32> =
                    hours.iter().filter(|(at, _)| hour - at <= PAST_DAYS * 24).map(|(_, count)| *count).collect();
                judged.push((excess(&past, step(count).max(floor.min(count)), floor), attack));
            }
            if count > 0 {
                hours.push((hour, step(count)));
            }
        }
    }
    Curve { detector: burst.detector(), judged }
}

/// Rates of a log's templates: hours of templates, each with its own habit; attacks write one template very often.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
fn template_rate() -> Curve {
    let mut random = Random::of("log-template-rate");
    let mut judged = Vec::new();
    for _ in 0..PRINCIPALS {
        let habit = Habit::of(&mut random, 100.0);
        let mut past: Vec<u64> = Vec::new();
        for hour in 0..10 * 24 {
            let mut count = habit.hour(&mut random, hour);
            let attack = hour >= 72 && random.one_of(100);
            if attack {
                count += random.scaled(70.0, 5_000.0).round() as u32;
            }
            let count = u64::from(count);
            if hour >= 72 && count > 0 {
                judged.push((rate_excess(&past, count, 100), attack));
            }
            past.push(count);
            if past.len() > 168 {
                past.remove(0);
            }
        }
    }
    Curve { detector: "log-template-rate", judged }
}

/// Shares of errors within ten minutes: services with error rates of their own; an attack or an outage fails requests.
fn error_rate() -> Curve {
    let mut random = Random::of("log-error-rate");
    let mut judged = Vec::new();
    for _ in 0..PRINCIPALS {
        let (lines, usual) = (random.scaled(20.0, 2_000.0), random.scaled(0.0005, 0.4));
        let (mut past_lines, mut past_errors) = (0, 0);
        for bucket in 0..144 {
            let attack = bucket >= 12 && random.one_of(50);
            let bad = if attack { random.within(0.05, 1.0) } else { 0.0 };
            let wobble = random.within(0.5, 1.6);
            let total = random.count(lines).max(1);
            let errors = random.count(f64::from(total) * (usual * wobble + bad).min(1.0)).min(total);
            let (total, errors) = (u64::from(total), u64::from(errors));
            if bucket >= 12 {
                judged.push((error_excess(errors, total, past_errors, past_lines, 30), attack));
            }
            (past_lines, past_errors) = (past_lines + total, past_errors + errors);
        }
    }
    Curve { detector: "log-error-rate", judged }
}

/// Pauses between lines: programs that speak at their own pace; somebody stops an agent for minutes to days.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds of days")]
fn silence() -> Curve {
    let mut random = Random::of("log-stream-silent");
    let mut judged = Vec::new();
    for _ in 0..PRINCIPALS {
        let pause = random.scaled(1_000.0, 3_600_000.0);
        let mut longest = 0;
        for number in 0..600 {
            let attack = number >= 200 && random.one_of(100);
            let usual = -pause * random.unit().max(1e-9).ln();
            let stopped = if attack { random.scaled(600_000.0, 172_800_000.0) } else { 0.0 };
            let now = (usual + stopped) as i64;
            if number >= 200 {
                judged.push((silence_excess(now, longest, 3_600_000), attack));
            }
            // What was found is not usual from then on; neither is it here.
            if !attack {
                longest = longest.max(now);
            }
        }
    }
    Curve { detector: "log-stream-silent", judged }
}

/// All curves, in a fixed order.
#[must_use]
pub fn curves() -> Vec<Curve> {
    let bursts = Burst::ALL.into_iter().map(burst);
    bursts.chain([template_rate(), error_rate(), silence()]).collect()
}

/// The part of the page.
///
/// # Errors
/// Where a detector finds nothing of what it is for.
pub fn page(curves: &[Curve]) -> Result<String> {
    let mut page = format!(
        "{PRINCIPALS} principals each (templates, services, streams); the score's limit of bursts is {LIMIT}. The area is \
         that below the ROC curve.\n\n| detector | evaluated | attacks | recall | precision | false alarms | area | picture |\n\
         |---|---|---|---|---|---|---|---|\n"
    );
    for curve in curves {
        let (own, detector) = (curve.at(1.0), curve.detector);
        ensure!(own.found > 0, "{detector} finds nothing");
        writeln!(
            page,
            "| `{detector}` | {} | {} | {:.3} | {:.3} | {:.5} | {:.4} | [ROC](roc/{detector}.svg) |",
            own.attacks + own.ordinary,
            own.attacks,
            own.recall(),
            own.precision(),
            own.alarms(),
            curve.area()
        )?;
    }
    Ok(page)
}
