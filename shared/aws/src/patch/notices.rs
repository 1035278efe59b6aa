//! What people are told of patching.

use std::fmt::Write as _;

use riposte_core::incident::rfc3339;
use riposte_core::notice::Notice;
use riposte_core::text::plain;
use riposte_patch::run::{Kind, Run};

use super::{PatchError, Patcher};
use crate::metrics::{self, Metric};
use crate::notices;

/// SNS refuses longer subjects, and any that is not printable ASCII.
const MAX_SUBJECT: usize = 100;

impl Patcher<'_> {
    /// Tells people that one of them is asked.
    pub(super) async fn tell_asked(&self, run: &Run) -> Result<(), PatchError> {
        self.send(run, "NEEDS APPROVAL", &format!("approve by: riposte patch approve {}", run.id)).await
    }

    /// Tells people how it ended.
    pub(super) async fn tell_ended(&self, run: &Run) -> Result<(), PatchError> {
        let Some(outcome) = &run.outcome else { return Ok(()) };
        if outcome.kind.is_failure() {
            metrics::count(self.function, Metric::PatchFailures);
        }
        let quiet = match outcome.kind {
            Kind::Nothing => true,
            // Nothing was changed: it is told from the severity on that the settings say.
            Kind::Planned | Kind::Missed | Kind::Blocked | Kind::Unreachable => run.plan.severity < self.told_from(),
            _ => false,
        };
        if quiet {
            return Ok(());
        }
        let hint = match outcome.kind {
            Kind::Unhealthy => format!(
                "its ring is stopped. Go back by: riposte patch rollback {0}; go on in spite of it by: riposte patch approve {0}",
                run.id
            ),
            kind if kind.is_failure() && run.installed_ms.is_some() => {
                format!("go back by: riposte patch rollback {}", run.id)
            }
            _ => format!("more by: riposte patch status {}", run.id),
        };
        self.send(run, &outcome.kind.word().to_uppercase(), &hint).await
    }

    async fn send(&self, run: &Run, word: &str, hint: &str) -> Result<(), PatchError> {
        let subject = format!("[Riposte] PATCH {word}: {} in {} {}", run.plan.node, run.account, run.region);
        let subject = subject.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
        let notice = Notice { subject: subject.take(MAX_SUBJECT).collect(), body: body(run, hint) };
        if let Err(fault) = notices::send(self.sns, &self.loaded.settings.topic_arn, notice).await {
            metrics::count(self.function, Metric::NoticeFailures);
            return Err(fault.into());
        }
        Ok(())
    }
}

fn body(run: &Run, hint: &str) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{name:<10} {}", plain(value, 1000));
    };
    line("What", &format!("{} patched {}", run.plan.name.as_deref().unwrap_or(&run.plan.node), run.plan.route));
    line("Why", &run.plan.reasons.join("; "));
    line("Ring", run.ring());
    if let Some(deadline) = run.plan.deadline_ms {
        let met = match run.met_deadline() {
            Some(true) => " (met)",
            Some(false) => " (not met)",
            None => "",
        };
        line("Deadline", &format!("{}{met}", rfc3339(deadline)));
    }
    line("Decided", run.approved_by.as_deref().or(run.decided_by.as_deref()).unwrap_or("not yet"));
    if let Some(outcome) = &run.outcome {
        line("Outcome", &format!("{}: {}", outcome.kind, outcome.why));
    }
    for entry in &run.timeline {
        line(&format!("step {}", entry.step), &format!("{} {}", rfc3339(entry.at_ms), entry.text));
    }
    line("Next", hint);
    out.truncate(out.floor_char_boundary(32 * 1024));
    out
}
