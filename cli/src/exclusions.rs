//! `riposte exclusions`: what the functions are told to leave out, until when and why.

use std::io::Write;

use anyhow::Result;
use riposte_aws::operator::Operator;
use riposte_core::text::plain;
use serde_json::json;

/// Lists them, by name. Those that have ended leave nothing out, and are shown so.
pub(crate) fn list(out: &mut impl Write, operator: &Operator, now_ms: i64, as_json: bool) -> Result<()> {
    for exclusion in &operator.loaded.settings.exclusions {
        let expired = exclusion.has_expired(now_ms);
        if as_json {
            let line = json!({
                "name": exclusion.name,
                "leaves_out": exclusion.scope(),
                "expires": exclusion.expires.to_string(),
                "expired": expired,
                "reason": exclusion.reason,
            });
            writeln!(out, "{line}")?;
            continue;
        }
        let (name, reason) = (plain(&exclusion.name, 60), plain(&exclusion.reason, 300));
        let state = if expired { "expired" } else { "until" };
        writeln!(out, "{name:<24}  {state} {}  {}: {reason}", exclusion.expires, exclusion.scope())?;
    }
    Ok(())
}
