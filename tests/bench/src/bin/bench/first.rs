//! What only a fresh process can tell: the first parsing of the guardrails, which is part of every
//! start, and the first decision, which is part of every first answer.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
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
}

/// Of several processes.
#[derive(Debug, Serialize)]
pub(crate) struct First {
    guardrails_us: Summary,
    decision_us: Summary,
}

/// Measures in this process, which must not have done it before.
pub(crate) fn measure(fixtures: &Path) -> Result<Once> {
    let settings = settings()?;
    let begun = Instant::now();
    let guardrails = black_box(Guardrails::new(&settings));
    let guardrails_us = begun.elapsed().as_secs_f64() * 1e6;
    let (calls, _) = fixture::all(fixtures)?;
    let ssh = calls.into_iter().find(|call| call.name == "open-admin-port/fires-ssh");
    let case = Case::of(ssh.context("no fixture `open-admin-port/fires-ssh`")?)?;
    Ok(Once { guardrails_us, decision_us: case.time(&guardrails?)? })
}

/// Measures in processes of their own.
pub(crate) fn repeat(fixtures: &Path, runs: usize) -> Result<First> {
    let all: Vec<Once> = (0..runs).map(|_| child(fixtures)).collect::<Result<_>>()?;
    Ok(First {
        guardrails_us: Summary::of(all.iter().map(|once| once.guardrails_us)),
        decision_us: Summary::of(all.iter().map(|once| once.decision_us)),
    })
}

fn child(fixtures: &Path) -> Result<Once> {
    let done = Command::new(std::env::current_exe()?).arg("--first").arg(fixtures).output()?;
    if !done.status.success() {
        bail!("a child of the benchmark failed: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(serde_json::from_slice(&done.stdout)?)
}
