//! How far an execution is, until it ends.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use riposte_aws::hunts::{Counts, Execution, Machine};
use riposte_core::text::plain;

/// How often is looked: soon at first, and then less often.
const SOON: Duration = Duration::from_millis(200);
const SELDOM: Duration = Duration::from_secs(5);

/// The last execution of a hunt, and its number, counted from 1.
///
/// # Errors
/// Where there is none, or AWS does not say.
pub(super) async fn last(machine: &Machine, name: &str) -> Result<(u32, Execution)> {
    let mut found = None;
    for number in 1..=u32::MAX {
        match machine.execution(&numbered(name, number)).await? {
            Some(execution) => found = Some((number, execution)),
            None => break,
        }
    }
    match found {
        Some(found) => Ok(found),
        None => bail!(
            "there is no hunt `{}` in region {} of account {}",
            plain(name, 100),
            machine.region(),
            machine.account()
        ),
    }
}

/// The name of a hunt by that of one of its executions: `hunt-20260504-101500-0a1b2c3d-2`.
pub(super) fn first(name: &str) -> String {
    let end = name.match_indices('-').nth(3).map(|(at, _)| at);
    end.and_then(|end| name.get(..end)).filter(|_| name.starts_with("hunt-")).unwrap_or(name).to_owned()
}

/// The name of an execution of a hunt. The first has the hunt's own; those that come after it hunt what failed again.
pub(super) fn numbered(name: &str, number: u32) -> String {
    if number == 1 { name.to_owned() } else { format!("{name}-{number}") }
}

/// Waits for the end of an execution, and shows how far it is.
///
/// # Errors
/// Where AWS does not say.
pub(super) async fn ended(machine: &Machine, name: &str, quiet: bool) -> Result<Execution> {
    let mut shown = Shown::new(quiet);
    let mut pause = SOON;
    loop {
        let Some(execution) = machine.execution(name).await? else {
            bail!("there is no execution `{}`", plain(name, 100));
        };
        if let Some(counts) = machine.counts(name).await? {
            shown.show(counts);
        }
        if !execution.runs() {
            shown.end();
            return Ok(execution);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(SELDOM);
    }
}

/// A bar on a terminal, elsewhere a line for each tenth.
enum Shown {
    Bar(ProgressBar),
    Lines(Option<u64>),
    Nothing,
}

impl Shown {
    fn new(quiet: bool) -> Self {
        if quiet {
            return Self::Nothing;
        }
        if !io::stderr().is_terminal() {
            return Self::Lines(None);
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} [{wide_bar}] {pos} of {len} shares, {msg} ")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(SOON);
        Self::Bar(bar)
    }

    fn show(&mut self, counts: Counts) {
        let Counts { total, running, succeeded, failed } = counts;
        match self {
            Self::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(succeeded + failed);
                bar.set_message(format!("{running} are evaluated, {failed} failed"));
            }
            Self::Lines(last) => {
                let tenth = (succeeded + failed) * 10 / total.max(1);
                if last.replace(tenth) != Some(tenth) {
                    // Where nobody reads it, the end still tells.
                    let _ = writeln!(
                        io::stderr(),
                        "riposte: {succeeded} of {total} shares are done, {running} are evaluated, {failed} failed"
                    );
                }
            }
            Self::Nothing => {}
        }
    }

    fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunt_is_found_by_each_of_its_executions() {
        let name = "hunt-20260504-101500-0a1b2c3d";
        for number in [1, 2, 17] {
            assert_eq!(first(&numbered(name, number)), name);
        }
        assert_eq!(first("other-a-b-c-d"), "other-a-b-c-d");
    }
}
