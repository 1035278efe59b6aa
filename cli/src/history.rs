//! `riposte history`: how a resource was, and who changed what when, as the account audit keeps it.

use std::io::Write;

use anyhow::{Result, bail};
use riposte_audit::baseline::{History, State, Version, shown};
use riposte_aws::clients::SdkConfig;
use riposte_aws::inventory;
use riposte_aws::operator::Operator;
use riposte_core::text::plain;
use serde_json::json;

use crate::detect::inert;
use crate::screen::Screen;

/// So much of a value is shown.
const SHOWN: usize = 200;

/// Shows the histories of all resources that are called so.
///
/// # Errors
/// Where none is, and where the ledger does not answer or was changed outside Riposte.
pub(crate) async fn run(
    out: &mut impl Write,
    config: &SdkConfig,
    operator: &Operator,
    resource: &str,
    as_json: bool,
    screen: &Screen,
) -> Result<()> {
    let (account, _) = inventory::identity(&inventory::client(config), operator.region()).await?;
    let histories = operator.ledger.histories_of(&account, resource).await?;
    if histories.is_empty() {
        bail!(
            "nothing is kept of `{}`: account-auditor keeps what it sees by its schedule and by the calls that change it",
            plain(resource, 200)
        );
    }
    for history in &histories {
        if as_json {
            lines(out, history)?;
        } else {
            show(out, history, screen)?;
        }
    }
    Ok(())
}

/// A JSON object a version, with all parts as they were.
fn lines(out: &mut impl Write, history: &History) -> Result<()> {
    for (state, version) in history.states() {
        let line = json!({
            "resource": history.whose.arn, "service": history.whose.service, "type": history.whose.kind,
            "region": history.whose.region, "at": version.at, "by": version.by, "failing": version.failing,
            "changed": version.parts.keys().collect::<Vec<_>>(), "deleted": version.gone, "state": state,
        });
        writeln!(out, "{}", inert(line.to_string()))?;
    }
    Ok(())
}

fn show(out: &mut impl Write, history: &History, screen: &Screen) -> Result<()> {
    let whose = &history.whose;
    let head = format!("{} {} in {}", whose.service, whose.kind, whose.region);
    writeln!(out, "{}  {}", plain(&whose.arn, 300), screen.heading(&plain(&head, 120)))?;
    let good = history.last_good(None).map(|good| good.since);
    let mut before: Option<State> = None;
    for (state, version) in history.states() {
        let is_good = if good == Some(version.at) { "  (the last good state)" } else { "" };
        writeln!(out, "{}  {}{is_good}", version.at, made(version))?;
        for (path, value) in &version.parts {
            let now = shown(value, SHOWN);
            match before.as_ref().map(|before| before.get(path)) {
                // The first look tells everything.
                None => writeln!(out, "    {}: {now}", plain(path, 120))?,
                Some(was) => {
                    let was = was.map_or_else(|| "not known".to_owned(), |was| shown(was, SHOWN));
                    writeln!(out, "    {}: {was} → {now}", plain(path, 120))?;
                }
            }
        }
        for check in &version.failing {
            writeln!(out, "    fails {}", plain(check, 100))?;
        }
        before = Some(state);
    }
    Ok(())
}

fn made(version: &Version) -> String {
    let how = if version.gone { "deleted: " } else { "" };
    format!("{how}{}", made_by(version))
}

fn made_by(version: &Version) -> String {
    let Some(by) = &version.by else { return "seen so".to_owned() };
    let from = by.address.as_deref().map(|address| format!(" from {}", plain(address, 60))).unwrap_or_default();
    format!("{} by {}{from} (event {})", plain(&by.call, 80), plain(&by.who, 200), plain(&by.event, 60))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use riposte_audit::baseline::{By, Whose};
    use serde_json::Value;

    use super::*;

    fn text(text: &str) -> String {
        text.to_owned()
    }

    fn history() -> History {
        let whose = Whose {
            account: text("111122223333"),
            region: text("eu-west-1"),
            service: text("s3"),
            kind: text("bucket"),
            arn: text("arn:aws:s3:::mine"),
            id: text("mine"),
            name: text("mine"),
        };
        let state = |status: &str| {
            State::from([
                (text("GetBucketVersioning.Status"), json!(status)),
                (text("GetBucketPolicy.Policy"), Value::Null),
            ])
        };
        let at = |hour: u8| format!("2026-11-27T{hour:02}:00:00Z").parse().unwrap();
        let mut history = History::new(whose, state("Enabled"), BTreeSet::new(), at(1), None);
        let by = By {
            who: text("user/e\u{202e}ve\u{1b}[2J"),
            call: text("PutBucketVersioning"),
            event: text("e-1"),
            address: Some(text("203.0.113.9")),
        };
        let failing = BTreeSet::from([text("s3-bucket-not-versioned")]);
        history.note(&state("Suspended"), &failing, at(2), Some(by));
        history
    }

    #[test]
    fn it_says_who_changed_what_when() {
        let mut out = Vec::new();
        show(&mut out, &history(), &Screen::plain(200)).unwrap();
        let text = String::from_utf8(out).unwrap();
        for part in [
            "2026-11-27T01:00:00Z  seen so  (the last good state)",
            "GetBucketPolicy.Policy: none",
            "PutBucketVersioning by user/e",
            "from 203.0.113.9 (event e-1)",
            "GetBucketVersioning.Status: \"Enabled\" → \"Suspended\"",
            "fails s3-bucket-not-versioned",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text:?}");
    }

    #[test]
    fn what_was_deleted_says_who_deleted_it_and_what_it_was() {
        let mut history = history();
        let by = By { who: text("user/eve"), call: text("DeleteBucket"), event: text("e-2"), address: None };
        history.note_gone("2026-11-27T03:00:00Z".parse().unwrap(), Some(by));
        let mut out = Vec::new();
        show(&mut out, &history, &Screen::plain(200)).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.contains("2026-11-27T03:00:00Z  deleted: DeleteBucket by user/eve (event e-2)"), "{shown}");
        assert!(shown.contains("2026-11-27T01:00:00Z  seen so  (the last good state)"), "{shown}");
        let mut out = Vec::new();
        lines(&mut out, &history).unwrap();
        let last: Value = serde_json::from_str(String::from_utf8(out).unwrap().lines().last().unwrap()).unwrap();
        assert_eq!((&last["deleted"], &last["by"]["call"]), (&json!(true), &json!("DeleteBucket")));
        assert_eq!(last["state"]["GetBucketVersioning.Status"], "Suspended");
    }

    #[test]
    fn each_version_is_a_line_for_programs() {
        let mut out = Vec::new();
        lines(&mut out, &history()).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\u{202e}'), "{text:?}");
        let versions: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(versions.len(), 2);
        assert_eq!(versions[1]["changed"], json!(["GetBucketVersioning.Status"]));
        assert_eq!(versions[1]["state"]["GetBucketPolicy.Policy"], Value::Null);
        assert_eq!(versions[0]["by"], Value::Null);
    }
}
