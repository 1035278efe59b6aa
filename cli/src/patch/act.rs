//! What changes something: runs, approvals, the way back. Each asks first.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use anyhow::{Result, bail};
use riposte_aws::operator::Operator;
use riposte_aws::patch::{Begin, PatchError, Patcher, Source};
use riposte_core::text::plain;
use riposte_patch::plan::{NodePlan, Route};
use riposte_patch::run::{At, Run};
use riposte_patch::step::Said;

use super::RunOptions;
use crate::screen::counted;
use crate::undo::{confirmed, unique};

/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(5);

/// Who asks, and why, as it stands in the record.
pub(super) fn by(caller: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("{caller}: {}", plain(reason, 300)),
        None => caller.to_owned(),
    }
}

/// Patches what is named.
pub(super) async fn run(out: &mut impl Write, patcher: &Patcher<'_>, options: &RunOptions, caller: &str) -> Result<()> {
    let settings = patcher.settings()?;
    let plan = patcher.plan(&settings, options.kev.as_deref().map(Source::of).as_ref()).await?;
    let mut nodes: Vec<NodePlan> =
        plan.nodes.into_iter().filter(|node| options.target.iter().any(|target| target.means(node))).collect();
    let by = by(caller, options.reason.as_deref());
    // Who is asked for by name is not kept waiting for a window; what holds a node for another reason holds.
    for node in nodes.iter_mut().filter(|node| !matches!(node.route, Route::Held { .. })) {
        node.route = Route::ByHand;
    }
    let mut ready = Vec::new();
    for node in &nodes {
        let id = plain(&node.node, 40);
        writeln!(out, "{id}  {}  {}", node.band, node.route)?;
        if !node.route.is_ours() {
            continue;
        }
        let preview = patcher.preview(node, &settings, Some(&by))?;
        if let Some(replace) = &node.work.replace {
            let (group, image) = (plain(&replace.group, 260), plain(&replace.new, 200));
            writeln!(
                out,
                "  would be terminated, for the Auto Scaling group {group} to launch one of {image} in its place"
            )?;
        }
        for (stage, command) in &preview.commands {
            let parameters = plain(&command.parameters.to_string(), 2000);
            writeln!(out, "  {:<8} would run {} {parameters}", stage.word(), command.document)?;
        }
        if preview.said == Said::Act {
            writeln!(out, "  the guardrails allow it: {}", plain(&preview.by, 600))?;
            ready.push(node);
        } else {
            writeln!(out, "  the guardrails forbid it: {}", plain(&preview.by, 600))?;
        }
    }
    out.flush()?;
    if nodes.is_empty() {
        bail!("nothing that is named needs a patch");
    }
    if options.dry_run {
        return Ok(());
    }
    if ready.is_empty() {
        bail!("nothing that is named can be patched");
    }
    if !options.yes && !confirmed(out, &format!("patch {}?", counted(ready.len(), "node")))? {
        bail!("nothing was changed");
    }
    let mut begun = Vec::new();
    for node in ready {
        match patcher.begin(node, &settings, Some(&by)).await? {
            Begin::Run(id) => begun.push(id),
            Begin::Not(why) => writeln!(out, "{}  not begun: {}", plain(&node.node, 40), plain(&why, 300))?,
        }
    }
    if options.no_wait {
        for id in &begun {
            writeln!(out, "{id}  begun; look by: riposte patch status {id}")?;
        }
        return Ok(());
    }
    follow(out, patcher, &begun).await
}

/// Rounds until these have ended, or wait for a person or for Inspector.
async fn follow(out: &mut impl Write, patcher: &Patcher<'_>, ids: &[String]) -> Result<()> {
    let settings = patcher.settings()?;
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    loop {
        let round = patcher.round(&settings, &Operator::invocation(&unique()?)).await?;
        let mut runs: Vec<Run> = Vec::new();
        for id in ids {
            runs.push(patcher.run(id).await?.0);
        }
        for run in &runs {
            let seen = shown.entry(run.id.clone()).or_default();
            for entry in run.timeline.iter().skip(*seen) {
                writeln!(
                    out,
                    "{}  {}  step {:>2}  {}",
                    run.id,
                    plain(&run.plan.node, 40),
                    entry.step,
                    plain(&entry.text, 600)
                )?;
            }
            *seen = run.timeline.len();
        }
        out.flush()?;
        if let Some((id, why)) = round.stopped.iter().find(|(id, _)| ids.contains(id)) {
            bail!("{id} is stopped: {}", plain(why, 300));
        }
        if let Some((id, error)) = round.failed.into_iter().find(|(id, _)| ids.contains(id)) {
            return Err(anyhow::Error::from(error).context(id));
        }
        if runs.iter().all(|run| run.is_done() || run.asked || run.at == At::Inspector) {
            return ended(out, &runs);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn ended(out: &mut impl Write, runs: &[Run]) -> Result<()> {
    for run in runs.iter().filter(|run| run.at == At::Inspector) {
        writeln!(out, "{}  patched, as the host shows; Inspector is waited for by the patcher function", run.id)?;
    }
    let failures =
        runs.iter().filter(|run| run.outcome.as_ref().is_some_and(|outcome| outcome.kind.is_failure())).count();
    if failures > 0 {
        bail!("{failures} of {} were not patched as they should", runs.len());
    }
    Ok(())
}

/// Lets a run, or the ring that it stopped, go on.
pub(super) async fn approve(out: &mut impl Write, patcher: &Patcher<'_>, id: &str, yes: bool, by: &str) -> Result<()> {
    let (run, _) = patcher.run(id).await?;
    super::show::one(out, &run, false)?;
    if !yes && !confirmed(out, "approve this run?")? {
        bail!("nothing was changed");
    }
    let run = patcher.approve(id, by).await?;
    Ok(writeln!(out, "{} goes on at the next round", run.id)?)
}

/// How the way back is asked for.
pub(super) struct How {
    pub(super) dry_run: bool,
    pub(super) yes: bool,
    pub(super) by: String,
}

/// Brings runs back, all that can be; those that cannot are named with why.
pub(super) async fn roll_back(out: &mut impl Write, patcher: &Patcher<'_>, runs: Vec<Run>, how: &How) -> Result<()> {
    if runs.is_empty() {
        bail!("nothing was installed on what is named");
    }
    let mut ready = Vec::new();
    for mut run in runs {
        super::show::one(out, &run, false)?;
        let now = jiff::Timestamp::now().as_millisecond();
        match run.roll_back(&how.by, now) {
            Ok(()) => {
                writeln!(out, "{}", way_back(&run))?;
                ready.push(run.id);
            }
            Err(why) => writeln!(out, "{}  no way back: {}", run.id, plain(&why, 300))?,
        }
    }
    out.flush()?;
    if ready.is_empty() {
        bail!("nothing can be brought back");
    }
    if how.dry_run {
        return Ok(());
    }
    if !how.yes && !confirmed(out, &format!("roll {} back?", counted(ready.len(), "node")))? {
        bail!("nothing was changed");
    }
    let mut begun = Vec::new();
    for id in &ready {
        match patcher.roll_back(id, &how.by).await {
            Ok(run) => begun.push(run.id),
            // One that somebody else has taken up meanwhile costs the others nothing.
            Err(error @ PatchError::Impossible(_)) if ready.len() > 1 => writeln!(out, "{id}  not begun: {error}")?,
            Err(error) => return Err(error.into()),
        }
    }
    if begun.is_empty() {
        bail!("nothing was brought back");
    }
    follow(out, patcher, &begun).await
}

/// What the way back would do, in a sentence.
fn way_back(run: &Run) -> String {
    match &run.snapshot_id {
        Some(snapshot) => format!(
            "the root volume of {} would be replaced from {}: what was written to it since is lost, and the node reboots",
            plain(&run.plan.node, 40),
            plain(snapshot, 40)
        ),
        None => format!(
            "on {} the packages would be brought back to their versions from before, where the archives still have them",
            plain(&run.plan.node, 40)
        ),
    }
}
