//! Mutes of a file and of the account's parameters.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use riposte_audit::Mute;
use riposte_aws::{clients, settings};
use riposte_core::settings::MUTES_PREFIX;
use riposte_core::text::plain;

use crate::usage::Usage;

/// The mutes that count. One that is over, and a broken one of the parameters, is named and does not.
///
/// # Errors
/// Where the file cannot be read or holds something else.
pub(super) fn read(file: Option<&Path>, account: bool, now: Timestamp) -> Result<Vec<Mute>> {
    let mut all = Vec::new();
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        all = Mute::parse_all(&text).map_err(|error| Usage(format!("{}: {error}", path.display())))?;
    }
    if account {
        all.extend(of_account()?);
    }
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (over, counting): (Vec<_>, Vec<_>) = all.into_iter().partition(|mute| mute.is_expired(today));
    for mute in over {
        warn(&format!(
            "the mute of `{}` on `{}` ended on {} and does not count",
            mute.check, mute.resource, mute.until
        ))?;
    }
    Ok(counting)
}

/// Those under `/riposte/mutes/`. An account without Riposte has none, and one whose parameters cannot be read shows all.
fn of_account() -> Result<Vec<Mute>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let config = runtime.block_on(clients::checked())?;
    let found = match runtime.block_on(settings::parameters_below(MUTES_PREFIX, &config)) {
        Ok(found) => found,
        Err(fault) => {
            warn(&format!("mutes under {MUTES_PREFIX} do not count, for they cannot be read: {fault}"))?;
            return Ok(Vec::new());
        }
    };
    let mut all = Vec::new();
    for (path, text) in found {
        match Mute::read(&text) {
            Ok(mute) => all.push(mute),
            Err(error) => warn(&format!("the mute `{path}` does not count: {error}"))?,
        }
    }
    Ok(all)
}

fn warn(what: &str) -> Result<()> {
    Ok(writeln!(io::stderr(), "riposte: {}", plain(what, 500))?)
}
