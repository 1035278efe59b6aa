//! What rules of a user's cost as they become more: an event, and the start.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, anyhow};
use riposte_core::detect::sigma::{RuleFile, load};
use riposte_core::detect::{Facts, Index, detectors, run};
use riposte_core::event::{ApiCall, Event};
use serde::Serialize;

use crate::fixture::CallFixture;
use crate::stats::{Distribution, Summary};

/// How many rules are compared.
const FEW: usize = 100;
const MANY: usize = 5_000;

/// How often each event is judged.
const REPEATS: usize = 5;

/// How often the rules are read.
const STARTS: usize = 3;

/// Both, beside the catalogue.
#[derive(Debug, Serialize)]
pub(crate) struct Growth {
    few: With,
    many: With,
    /// What a rule more costs the start, in microseconds.
    rule_us: f64,
}

/// So many rules.
#[derive(Debug, Serialize)]
pub(crate) struct With {
    rules: usize,
    /// Per event: finding who reads it, and asking each.
    event_us: Distribution,
    /// Reading and indexing the rules, in milliseconds.
    start_ms: Summary,
}

/// Judges every fixture with few rules and with many.
pub(crate) fn measure(fixtures: &[CallFixture]) -> Result<Growth> {
    let mut calls = Vec::new();
    for fixture in fixtures {
        if let Event::Call(call) = Event::parse(&fixture.body)? {
            calls.push(*call);
        }
    }
    let (few, many) = (with(FEW, &calls)?, with(MANY, &calls)?);
    #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
    let rule_us = (many.start_ms.median - few.start_ms.median) * 1000.0 / (MANY - FEW) as f64;
    Ok(Growth { few, many, rule_us })
}

fn with(rules: usize, calls: &[ApiCall]) -> Result<With> {
    let files: Vec<RuleFile> = (0..rules).map(rule).collect();
    let mut starts = Vec::new();
    let mut index = Index::default();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let own = load(&files, &[]).map_err(|errors| anyhow!("{errors:?}"))?;
        index = Index::new(detectors().iter().copied().chain(own));
        starts.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    let (facts, mut times) = (Facts::default(), Vec::new());
    // The first round compiles what the events need, and is not counted.
    for round in 0..=REPEATS {
        for call in calls {
            let scope = call.scope()?;
            let begun = Instant::now();
            drop(black_box(run(&index, black_box(call), &scope, &facts)));
            if round > 0 {
                times.push(begun.elapsed().as_secs_f64() * 1e6);
            }
        }
    }
    Ok(With { rules, event_us: Distribution::of(times), start_ms: Summary::of(starts) })
}

/// A rule of a user's, over a call of its own: the ten first ones over calls of the catalogue's too.
fn rule(number: usize) -> RuleFile {
    let names = ["RunInstances", "PutBucketPolicy", "CreateUser", "AssumeRole", "GetSecretValue"];
    let name = names.get(number / 2).map_or_else(|| format!("Call{number}"), |name| (*name).to_owned());
    let text = format!(
        "title: Rule {number}\nlogsource:\n    product: aws\n    service: cloudtrail\ndetection:\n    selection:\n        \
         eventSource: service-{source}.amazonaws.com\n        eventName: {name}\n        \
         requestParameters.name|contains: 'rule-{number}'\n    filter:\n        userIdentity.invokedBy|exists: true\n    \
         condition: selection and not filter\nlevel: medium\n",
        source = number % 100
    );
    RuleFile { file: format!("rule-{number}.yml").into(), text }
}
