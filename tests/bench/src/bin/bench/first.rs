//! What only a fresh process can tell: the first parsing of the guardrails, which is part of every
//! start, the rules, and the first decision, which is part of every first answer.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use riposte_core::detect::sigma::pack;
use riposte_core::detect::{Index, detectors};
use riposte_core::guardrail::Guardrails;
use serde::{Deserialize, Serialize};

use crate::decision::Case;
use crate::fixture;
use crate::settings::settings;
use crate::stats::Summary;

/// Of one process, in microseconds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Once {
    guardrails_us: f64,
    decision_us: f64,
    /// The index over the catalogue: what the rules cost every start.
    index_us: f64,
    /// All rules parsed and compiled, which no function does: each compiles a rule when its first event
    /// comes.
    all_rules_us: f64,
    /// The slowest of them: the most that a first event waits for one rule.
    slowest_rule_us: f64,
    rules: usize,
}

/// Of several processes.
#[derive(Debug, Serialize)]
pub(crate) struct First {
    guardrails_us: Summary,
    decision_us: Summary,
    index_us: Summary,
    all_rules_us: Summary,
    slowest_rule_us: Summary,
    rules: usize,
}

/// Measures in this process, which must not have done it before.
pub(crate) fn measure() -> Result<Once> {
    let settings = settings()?;
    let begun = Instant::now();
    let guardrails = black_box(Guardrails::new(&settings));
    let guardrails_us = begun.elapsed().as_secs_f64() * 1e6;
    let begun = Instant::now();
    drop(black_box(Index::new(detectors().iter().copied())));
    let index_us = begun.elapsed().as_secs_f64() * 1e6;
    let (mut all_rules_us, mut slowest_rule_us, mut rules) = (0.0, 0.0_f64, 0);
    for rule in pack::all() {
        let begun = Instant::now();
        black_box(rule.compile())?;
        let took = begun.elapsed().as_secs_f64() * 1e6;
        all_rules_us += took;
        slowest_rule_us = slowest_rule_us.max(took);
        rules += 1;
    }
    let (calls, _) = fixture::all()?;
    let ssh = calls.into_iter().find(|call| call.name == "open-admin-port/ssh");
    let case = Case::of(ssh.context("no fixture `open-admin-port/ssh`")?)?;
    Ok(Once { guardrails_us, decision_us: case.time(&guardrails?)?, index_us, all_rules_us, slowest_rule_us, rules })
}

/// Measures in processes of their own.
pub(crate) fn repeat(runs: usize) -> Result<First> {
    let all: Vec<Once> = (0..runs).map(|_| child()).collect::<Result<_>>()?;
    Ok(First {
        guardrails_us: Summary::of(all.iter().map(|once| once.guardrails_us)),
        decision_us: Summary::of(all.iter().map(|once| once.decision_us)),
        index_us: Summary::of(all.iter().map(|once| once.index_us)),
        all_rules_us: Summary::of(all.iter().map(|once| once.all_rules_us)),
        slowest_rule_us: Summary::of(all.iter().map(|once| once.slowest_rule_us)),
        rules: all.first().map_or(0, |once| once.rules),
    })
}

fn child() -> Result<Once> {
    let done = Command::new(std::env::current_exe()?).arg("--first").output()?;
    if !done.status.success() {
        bail!("a child of the benchmark failed: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(serde_json::from_slice(&done.stdout)?)
}
