//! What the README says of how many detectors respond, and by which actions.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use riposte_core::catalogue::{FUNCTIONS, Input, all_metas};

use super::catalogue::line;

const BEGIN: &str = "<!-- BEGIN GENERATED responds -->\n";
const END: &str = "<!-- END GENERATED responds -->\n";

/// The README with its block filled.
///
/// # Errors
/// Where the block is missing.
pub(super) fn filled(text: &str) -> Result<String> {
    let (before, rest) = text.split_once(BEGIN).context("README.md: the block `responds` is missing")?;
    let (_, after) = rest.split_once(END).context("README.md: the block `responds` has no end")?;
    Ok(format!("{before}{BEGIN}\n{}\n{END}{after}", block()))
}

fn block() -> String {
    let respond = all_metas().filter(|meta| !meta.actions.is_empty()).count();
    let actions: BTreeSet<_> = all_metas().flat_map(|meta| meta.actions).collect();
    let mut out = String::new();
    line(
        &mut out,
        &format!(
            "{respond} of {} detectors respond, by {} actions; the others alert. Each name leads to what the action does, \
             keeps and undoes.\n",
            all_metas().count(),
            actions.len()
        ),
    );
    line(&mut out, "\n| function | responds by (detectors that ask for it) |\n|---|---|");
    for function in FUNCTIONS {
        let mut by: BTreeMap<&str, usize> = BTreeMap::new();
        for action in function.metas().flat_map(|meta| meta.actions) {
            *by.entry(action.as_str()).or_default() += 1;
        }
        let named: Vec<_> =
            by.iter().map(|(action, count)| format!("[{action}](docs/catalogue.md#{action}) {count}")).collect();
        let otherwise = if function.inputs.contains(&Input::Inspector) { "patches, and verifies it" } else { "alerts" };
        let named = if named.is_empty() { otherwise.to_owned() } else { named.join(", ") };
        line(&mut out, &format!("| `{}` | {named} |", function.name));
    }
    out.trim_end().to_owned()
}
