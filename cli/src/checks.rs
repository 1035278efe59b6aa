//! `riposte checks`: the checks of the account audit, for people and for programs.

use std::io::Write;

use anyhow::Result;
use riposte_audit::{Check, checks};
use serde_json::{Value, json};

/// Every check, by service and id.
pub(crate) fn list(out: &mut impl Write, as_json: bool) -> Result<()> {
    let mut all: Vec<&Check> = checks().collect();
    all.sort_by_key(|check| (check.service, check.id));
    for check in all {
        if as_json {
            writeln!(out, "{}", entry(check))?;
            continue;
        }
        let action = check.action.map_or("-", riposte_core::action::ActionId::as_str);
        writeln!(out, "{:<48}  {:<9}  {:<22}  {}", check.id, check.severity, action, check.title)?;
    }
    Ok(())
}

fn entry(check: &Check) -> Value {
    json!({
        "id": check.id,
        "title": check.title,
        "severity": check.severity,
        "service": check.service,
        "controls": check.controls(),
        "detectors": check.detectors,
        "action": check.action.map(riposte_core::action::ActionId::as_str),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_check_in_both_forms() {
        for as_json in [false, true] {
            let mut text = Vec::new();
            list(&mut text, as_json).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert_eq!(text.lines().count(), checks().count());
            assert!(checks().all(|check| text.contains(check.id)));
        }
    }
}
