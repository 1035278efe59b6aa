//! `--exclusions`: findings that nobody wants to hear, counted by the exclusion that leaves them out.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use riposte_core::exclusion::Exclusion;
use riposte_core::finding::Finding;
use riposte_core::text::plain;

use crate::usage::Usage;

/// The exclusions, and what each has left out.
#[derive(Debug, Default)]
pub(crate) struct Exclusions {
    all: Vec<Exclusion>,
    /// Those that have ended, which leave nothing out.
    expired: Vec<String>,
    swallowed: BTreeMap<String, u64>,
}

impl Exclusions {
    /// Reads the files.
    ///
    /// # Errors
    /// Names the file, the exclusion and what is wrong with it.
    pub(crate) fn read(files: &[PathBuf], now_ms: i64) -> Result<Self, Usage> {
        let mut exclusions = Self::default();
        for file in files {
            let fault = |why: String| Usage(format!("{}: {why}", file.display()));
            let text = fs::read_to_string(file).map_err(|error| fault(error.to_string()))?;
            for exclusion in Exclusion::read_all(&text).map_err(fault)? {
                if exclusion.has_expired(now_ms) {
                    exclusions.expired.push(exclusion.name);
                } else {
                    exclusions.all.push(exclusion);
                }
            }
        }
        Ok(exclusions)
    }

    /// Whether a finding is left out; then it is counted.
    pub(crate) fn cover(&mut self, finding: &Finding) -> bool {
        let Some(exclusion) = self.all.iter().find(|exclusion| exclusion.covers(finding)) else { return false };
        *self.swallowed.entry(exclusion.name.clone()).or_default() += 1;
        true
    }

    /// What is to be said of them at the end.
    pub(crate) fn summary(&self) -> Vec<String> {
        let swallowed = self.all.iter().map(|exclusion| {
            let count = self.swallowed.get(&exclusion.name).copied().unwrap_or_default();
            let (name, reason) = (plain(&exclusion.name, 80), plain(&exclusion.reason, 200));
            format!("{count:>9}  left out by the exclusion `{name}` until {}: {reason}", exclusion.expires)
        });
        let expired = self
            .expired
            .iter()
            .map(|name| format!("{:>9}  left out by the exclusion `{}`, which has expired", 0, plain(name, 80)));
        swallowed.chain(expired).collect()
    }
}
