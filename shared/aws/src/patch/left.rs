//! What is left to a person, told once a day at most: machines that Riposte does not patch, with why, and what is no
//! package of a machine.

use std::fmt::Write as _;

use riposte_core::notice::Notice;
use riposte_core::seal::short_hash;
use riposte_core::text::{counted, plain};
use riposte_patch::plan::Plan;
use serde::{Deserialize, Serialize};

use super::{PatchError, Patcher};
use crate::invocation::now_ms;
use crate::metrics::{self, Metric};
use crate::notices;

const HOUR_MS: i64 = 3_600_000;
/// Whatever changes: not more often.
const DAY_MS: i64 = 24 * HOUR_MS;
/// The same once more after that.
const AGAIN_MS: i64 = 7 * DAY_MS;
/// Who has begun to tell it, and is not heard of for so long, has died.
const CLAIM_MS: i64 = 10 * 60_000;
const KEPT_SECONDS: i64 = 30 * 24 * 3600;
/// So many of each kind are named in a notice.
const NAMED: usize = 50;

/// What was told, and when.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Told {
    /// When the notice was accepted: milliseconds since 1970.
    at_ms: i64,
    /// What it said, as a hash.
    what: String,
    /// Until when somebody else is at it.
    claimed_ms: i64,
}

impl Patcher<'_> {
    /// Tells what the plan leaves to a person: what is new at most once a day, the same once a week.
    ///
    /// # Errors
    /// Where the ledger cannot be reached, or the notice is refused; then it is told later.
    pub(super) async fn tell_left(&self, plan: &Plan) -> Result<(), PatchError> {
        if plan.left.is_empty() && plan.others.is_empty() {
            return Ok(());
        }
        let key = format!("patch-left/{}/{}", self.account, self.region);
        let mut note = self.ledger.note(&key).await?;
        let told: Told = note.text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let (body, now) = (body(plan), now_ms());
        let what = short_hash(&[&body]);
        let rests = if told.what == what { AGAIN_MS } else { DAY_MS };
        if now < told.at_ms.saturating_add(rests) || now < told.claimed_ms {
            return Ok(());
        }
        // Two at once: one of them writes this, and tells.
        let claim = Told { claimed_ms: now.saturating_add(CLAIM_MS), ..told };
        if !self.ledger.write_note(&key, &note, &text(&claim)?, KEPT_SECONDS).await? {
            return Ok(());
        }
        note.version += 1;
        let machines = counted(plan.left.len(), "machine");
        let subject = format!("[Riposte] PATCH LEFT TO YOU: {machines} in {} {}", self.account, self.region);
        let notice = Notice { subject, body };
        if let Err(fault) = notices::send(self.sns, &self.loaded.settings.topic_arn, notice).await {
            metrics::count(self.function, Metric::NoticeFailures);
            return Err(fault.into());
        }
        let told = Told { at_ms: now, what, claimed_ms: 0 };
        self.ledger.write_note(&key, &note, &text(&told)?, KEPT_SECONDS).await?;
        Ok(())
    }
}

fn text(told: &Told) -> Result<String, PatchError> {
    serde_json::to_string(told).map_err(|error| PatchError::Impossible(error.to_string()))
}

fn body(plan: &Plan) -> String {
    let mut out = String::from("Riposte patches none of these; a person must see to them.\n");
    let machines = plan.left.iter().map(|left| {
        let name = left.name.as_ref().map(|name| format!(" ({})", plain(name, 100))).unwrap_or_default();
        format!("{}{name}: {}", plain(&left.node, 100), plain(&left.why, 400))
    });
    section(&mut out, "Machines", machines);
    let others = plan.others.iter();
    section(
        &mut out,
        "Beyond packages",
        others.map(|other| format!("{} {}: {}", other.service, plain(&other.resource, 300), plain(&other.what, 400))),
    );
    section(&mut out, "What could not be read", plan.unread.iter().map(|why| plain(why, 400)));
    out.push_str("\nmore by: riposte patch plan\n");
    out.truncate(out.floor_char_boundary(32 * 1024));
    out
}

fn section(out: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    let more = lines.len().saturating_sub(NAMED);
    if lines.len() > 0 {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "\n{title}");
    }
    for line in lines.take(NAMED) {
        let _ = writeln!(out, "  {line}");
    }
    if more > 0 {
        let _ = writeln!(out, "  and {more} more");
    }
}
