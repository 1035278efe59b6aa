//! One run, taken as far as it goes now.

use std::time::Duration;

use riposte_core::action::ResourceId;
use riposte_patch::run::Run;
use riposte_patch::step::{Do, Fault as Failed, Seen, next};

use super::{PatchError, Patcher};
use crate::api::Call;
use crate::clock;
use crate::fault::{Fault, Kind};
use crate::invocation::{Invocation, now_ms};
use crate::ledger::Lease;

/// Kept of an invocation's time for what must still be written.
const RESERVE_MS: i64 = 8_000;

impl Patcher<'_> {
    /// Takes a run up where it was left and as far as it goes before the invocation's end. `None`: somebody else works
    /// on the node.
    ///
    /// # Errors
    /// Where the ledger cannot be reached. What was done until then is in it.
    pub async fn walk(&self, id: &str, invocation: &Invocation) -> Result<Option<Run>, PatchError> {
        let (run, _) = self.run(id).await?;
        let target = ResourceId::new("ec2", "instance", run.plan.node.clone()).key();
        let lease = Lease::on(&run.account, &run.region, &target, invocation);
        if !self.ledger.take_lease(&lease).await? {
            return Ok(None);
        }
        // Only now: whoever held the lease before may have written since.
        let (run, version) = self.run(id).await?;
        let walked = self.ledger.under(lease.clone(), id, self.on(run, version, invocation)).await;
        if let Err(error) = self.ledger.give_lease(&lease).await {
            tracing::warn!(run = id, %error, "a lease could not be given back; it ends by itself");
        }
        walked.map(Some)
    }

    async fn on(&self, mut run: Run, mut version: u64, invocation: &Invocation) -> Result<Run, PatchError> {
        run.resume();
        let mut written = run.clone();
        let mut seen = None;
        loop {
            let (now, what) = next(run, seen.take(), now_ms());
            run = now;
            // Where a process ends between two writes, nothing is lost but what is read again.
            let changes = matches!(&what, Do::Call(ask) if ask.changes);
            if changes || run.at != written.at || run.asked != written.asked || run.is_done() != written.is_done() {
                version = self.ledger.write_patch(&run, version).await?;
                written = run.clone();
            }
            match what {
                Do::Call(ask) => {
                    let call = Call::new(ask.call, self.region, ask.parameters).marked(&run.id);
                    seen = Some(match self.api.send(&call).await {
                        Ok(answer) => Seen::Answer(answer.body),
                        Err(fault) => failed(fault),
                    });
                }
                Do::Decide => seen = Some(self.decide(&run)?),
                Do::Wait(until_ms) => {
                    let pause = until_ms.saturating_sub(now_ms());
                    if pause > invocation.left_ms(RESERVE_MS) {
                        if run != written {
                            self.ledger.write_patch(&run, version).await?;
                        }
                        return Ok(run);
                    }
                    clock::sleep(Duration::from_millis(u64::try_from(pause).unwrap_or_default())).await;
                }
                Do::Approval => {
                    // Written down only now: who dies in between has it told once more, and nobody waits unasked.
                    if run.is_to_be_told(now_ms()) {
                        self.tell_asked(&run).await?;
                        run.told_asked_ms = Some(now_ms());
                        self.ledger.write_patch(&run, version).await?;
                    }
                    return Ok(run);
                }
                Do::Nothing => {
                    if !run.notified {
                        self.tell_ended(&run).await?;
                        run.notified = true;
                        self.ledger.write_patch(&run, version).await?;
                    }
                    return Ok(run);
                }
            }
        }
    }
}

fn failed(fault: Fault) -> Seen {
    let kind = match fault.kind {
        Kind::Transient => Failed::Transient,
        Kind::Denied => Failed::Denied,
        Kind::Gone => Failed::Gone,
        Kind::Conflict | Kind::Refused => Failed::Refused,
    };
    let words = fault.to_string();
    Seen::Fault(kind, fault.code, words)
}
