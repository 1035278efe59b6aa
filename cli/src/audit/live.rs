//! An inventory of the account itself.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use riposte_audit::{Resource, secrets};
use riposte_aws::{clients, inventory};
use riposte_core::text::plain;

use super::progress::Progress;

/// How long one service in one region may take. What is not there then is not assessed.
const DEADLINE: Duration = Duration::from_secs(300);

/// So many services and regions are asked at once.
const AT_ONCE: usize = 16;

/// Of so many roles it is asked what they used.
const USAGES: usize = 100;

/// So many resources wait for the checks: the asking waits when they are slower.
const WAITING: usize = 256;

/// What of the account is read.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// Services; all where there are none.
    pub(super) services: BTreeSet<String>,
    /// Regions, or `global`; all enabled ones where there are none.
    pub(super) regions: &'a [String],
}

/// Reads the account, and hands on each resource as it is complete. Listings that failed are named and counted.
///
/// # Errors
/// Where the account cannot be read at all, or the saved inventory not be written.
pub(super) fn collect(
    wanted: Wanted<'_>,
    mut save: Option<&mut impl Write>,
    mut add: impl FnMut(Resource),
) -> Result<u64> {
    let regions = wanted.regions.iter().filter(|region| !matches!(region.as_str(), "global" | "aws-global"));
    let (regions, services): (Vec<_>, _) = (regions.cloned().collect(), wanted.services);
    let progress = Progress::counting();
    let (send, receive) = sync_channel(WAITING);
    let reader = std::thread::spawn(move || -> Result<inventory::Summary> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let config = clients::checked().await?;
            let home = config.region().map(ToString::to_string).unwrap_or_default();
            let options = inventory::Options {
                home,
                regions,
                services,
                types: BTreeSet::new(),
                named: inventory::Named::default(),
                deadline: DEADLINE,
                at_once: AT_ONCE,
                redact: secrets::redacted,
                usages: USAGES.into(),
            };
            let client = inventory::client(&config);
            // Whoever reads has gone where this fails, and says why.
            let mut emit = |line| drop(send.send(line));
            Ok(inventory::collect(&client, &options, &mut emit).await?)
        })
    });
    let (mut resources, mut unreadable) = (0, 0);
    for line in receive {
        if let Some(save) = &mut save {
            serde_json::to_writer(&mut **save, &line).context("the saved inventory")?;
            save.write_all(b"\n").context("the saved inventory")?;
        }
        match serde_json::from_value::<Resource>(line) {
            Ok(resource) => {
                resources += 1;
                add(resource);
            }
            Err(error) => {
                unreadable += 1;
                writeln!(io::stderr(), "riposte: {}", plain(&format!("a resource that is none: {error}"), 500))?;
            }
        }
        progress.read(0, resources);
    }
    progress.finish();
    let Ok(summary) = reader.join() else { bail!("the account's reader panicked") };
    let summary = summary?;
    for line in &summary.unlisted {
        writeln!(io::stderr(), "riposte: not assessed: {}", plain(line, 600))?;
    }
    Ok(unreadable + summary.unlisted.len() as u64)
}
