//! `riposte test`: a harmless event, from the call to the notice.
//!
//! A setting that nothing reads is written. CloudTrail tells of the call, EventBridge delivers it, `trail-guard` finds it
//! (whoever writes Riposte's settings is worth a notice), records it and notifies.

use std::io::Write;
use std::time::Duration;

use anyhow::{Result, bail};
use jiff::Timestamp;
use riposte_aws::ledger::Wanted;
use riposte_aws::operator::Operator;
use riposte_core::incident::{Incident, rfc3339};
use riposte_core::notice::timeline;
use riposte_core::outcome::Outcome;
use riposte_core::settings::TEST_PATH;
use serde_json::json;

/// The detector that finds it.
const DETECTOR: &str = "riposte-setting-changed";

/// How often the ledger is asked.
const PAUSE: Duration = Duration::from_secs(2);

/// Clocks may differ by so many milliseconds.
const SKEW_MS: i64 = 5_000;

/// Writes the setting, and waits for the record of it.
pub(crate) async fn run(out: &mut impl Write, operator: &Operator, wait: u16) -> Result<()> {
    let began = Timestamp::now().as_millisecond();
    operator.write_test_setting(&rfc3339(began)).await?;
    writeln!(out, "{TEST_PATH} is written; waiting for CloudTrail, EventBridge and trail-guard")?;
    out.flush()?;
    let until = began + i64::from(wait) * 1000;
    loop {
        let wanted = Wanted { since_ms: Some(began - SKEW_MS), ..Wanted::default() };
        let ours = |incident: &Incident| {
            incident.finding.detector == DETECTOR
                && incident.notified
                && json!(incident.finding.target).to_string().contains(TEST_PATH)
        };
        let listed = operator.ledger.list_of(&wanted, 1, ours).await?;
        if let Some(incident) = listed.incidents.first() {
            let seconds = (Timestamp::now().as_millisecond() - began) / 1000;
            writeln!(out, "{}  {} after {seconds} s", incident.id, Outcome::of(incident).headline())?;
            for line in timeline(incident) {
                writeln!(out, "  {line}")?;
            }
            return Ok(());
        }
        if Timestamp::now().as_millisecond() >= until {
            bail!(
                "no record of it within {wait} s: CloudTrail may take minutes (--wait 600); is there a trail in this region, \
                 and is trail-guard healthy (riposte status)?"
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}
