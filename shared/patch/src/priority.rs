//! What comes first, and why: exploited and reachable before all else.

use std::fmt;

use riposte_core::finding::Severity;
use serde::{Deserialize, Serialize};

use crate::compliance::Compliance;
use crate::kev::Kev;
use crate::missing::Since;
use crate::settings::Sla;
use crate::vulnerability::Vulnerability;

/// From this probability on a vulnerability counts as likely to be exploited.
const LIKELY: f64 = 0.1;

/// How pressing it is; the most pressing is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    /// Updates without a known hole behind them.
    Routine,
    /// A hole of medium severity or less.
    Normal,
    /// A high one.
    High,
    /// A critical one, or one that is likely to be exploited.
    Urgent,
    /// Exploited.
    Exploited,
    /// Exploited, and reachable from the network.
    Emergency,
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Routine => "routine",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
            Self::Exploited => "exploited",
            Self::Emergency => "emergency",
        })
    }
}

/// What a node needs patched, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Priority {
    /// How pressing.
    pub band: Band,
    /// The worst severity among the findings; medium where there are none.
    pub severity: Severity,
    /// Why, the weightiest first: at most [`REASONS`] of them.
    pub reasons: Vec<String>,
    /// By when it must be done: milliseconds since 1970. `None` where nothing says since when it is open.
    pub deadline_ms: Option<i64>,
}

/// So many reasons are told; how many more there are is told too.
const REASONS: usize = 5;

/// Weighs what is open on a node.
///
/// A deadline counts from when a finding was first seen; of missing updates without a finding, from the first scan that
/// showed them (`since`).
#[must_use]
pub(crate) fn weigh(
    findings: &[&Vulnerability],
    compliance: Option<&Compliance>,
    since: Option<&Since>,
    reachable: bool,
    kev: &Kev,
    sla: &Sla,
) -> Priority {
    let mut weighed: Vec<(Band, f64, String)> = Vec::new();
    let mut deadline: Option<i64> = None;
    let mut by = |time: Option<i64>| {
        if let Some(time) = time {
            deadline = Some(deadline.map_or(time, |earlier| earlier.min(time)));
        }
    };
    for finding in findings {
        let known = kev.get(&finding.id);
        let exploited = known.is_some() || finding.exploit;
        let band = match (exploited, finding.severity) {
            (true, _) if reachable => Band::Emergency,
            (true, _) => Band::Exploited,
            (_, Severity::Critical) => Band::Urgent,
            _ if finding.epss.is_some_and(|epss| epss >= LIKELY) => Band::Urgent,
            (_, Severity::High) => Band::High,
            _ => Band::Normal,
        };
        let time = if exploited { sla.of_exploited().min(sla.of(finding.severity)) } else { sla.of(finding.severity) };
        by(finding.first_seen_ms.map(|seen| seen.saturating_add(time)));
        by(known.map(|known| known.due_ms));
        weighed.push((band, finding.epss.unwrap_or_default(), reason(finding, known, reachable)));
    }
    weighed.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then_with(|| a.2.cmp(&b.2)));
    let mut band = weighed.first().map_or(Band::Routine, |(band, _, _)| *band);
    let mut reasons: Vec<String> = weighed.into_iter().map(|(_, _, reason)| reason).collect();
    for severity in [Severity::Critical, Severity::High, Severity::Low] {
        by(since.and_then(|since| since.of(severity)).map(|since| since.saturating_add(sla.of(severity))));
    }
    if let Some(state) = compliance {
        band = band.max(match (state.critical, state.security) {
            (0, 0) => Band::Routine,
            (0, _) => Band::High,
            _ => Band::Urgent,
        });
        reasons.extend(state_reasons(state));
    }
    let more = reasons.len().saturating_sub(REASONS);
    reasons.truncate(REASONS);
    if more > 0 {
        reasons.push(format!("and {more} more"));
    }
    let severity = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Medium);
    Priority { band, severity, reasons, deadline_ms: deadline }
}

fn reason(finding: &Vulnerability, known: Option<&crate::kev::Known>, reachable: bool) -> String {
    let mut text = format!("{} ({})", crate::plain(&finding.id), finding.severity);
    if let Some(known) = known {
        let ransomware = if known.ransomware { ", by ransomware too" } else { "" };
        text.push_str(&format!(", known to be exploited{ransomware}, due {}", crate::plain(&known.due)));
    } else if finding.exploit {
        text.push_str(", an exploit is known");
    }
    if reachable {
        text.push_str(", reachable from the network");
    }
    if let Some(epss) = finding.epss {
        text.push_str(&format!(", EPSS {epss:.3}"));
    }
    text
}

fn state_reasons(state: &Compliance) -> impl Iterator<Item = String> + use<> {
    let counted = [
        (state.critical, "critical updates are not installed"),
        (state.security, "security updates are not installed"),
        (state.missing, "updates are missing"),
        (state.failed, "updates failed to install"),
        (state.pending_reboot, "updates wait for a reboot"),
        (state.available_security, "security updates exist that the baseline has not approved"),
    ];
    counted.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"))
}
