//! `riposte checks`: the checks of the account audit, for people and for programs.

use std::io::Write;

use anyhow::Result;
use riposte_audit::{Check, checks};
use serde_json::{Value, json};

use crate::screen::Screen;
use crate::tables::Table;

/// Every check, by service and id.
pub(crate) fn list(out: &mut impl Write, as_json: bool, screen: &Screen) -> Result<()> {
    let mut all: Vec<&Check> = checks().collect();
    all.sort_by_key(|check| (check.service, check.id));
    if as_json {
        return all.into_iter().try_for_each(|check| Ok(writeln!(out, "{}", entry(check))?));
    }
    let rows = all.into_iter().map(|check| {
        let action = check.action.map_or("-", riposte_core::action::ActionId::as_str);
        vec![check.id.to_owned(), check.severity.to_string(), action.to_owned(), check.title.to_owned()]
    });
    let columns = &["check", "severity", "action", "title"];
    Table { title: "Riposte: checks", columns, rows: rows.collect() }.show(out, screen)
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
            list(&mut text, as_json, &Screen::plain(usize::MAX)).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert_eq!(text.lines().count(), checks().count() + usize::from(!as_json));
            assert!(checks().all(|check| text.contains(check.id)));
        }
    }
}
