//! `riposte show`: one incident, from the event to what is true of each change.

use std::io::Write;

use anyhow::Result;
use riposte_core::deed::{self, Deed};
use riposte_core::document;
use riposte_core::incident::{Incident, State, rfc3339};
use riposte_core::notice::{opened, timeline};
use riposte_core::outcome::Outcome;
use riposte_core::plan::{Delta, Plan};
use riposte_core::text::plain;
use serde_json::{Value, json};

use crate::detect::inert;
use crate::screen::Screen;

/// One incident.
pub(crate) fn one(out: &mut impl Write, incident: &Incident, as_json: bool, screen: &Screen) -> Result<()> {
    if as_json {
        return Ok(writeln!(out, "{}", inert(whole(incident)?.to_string()))?);
    }
    head(out, incident, screen)?;
    writeln!(out, "\n{}", screen.heading("timeline"))?;
    for line in timeline(incident) {
        writeln!(out, "{}", screen.line(2, &line))?;
    }
    if let Some(plan) = &incident.plan {
        changed(out, incident, plan, screen)?;
    }
    if incident.can_be_undone() {
        writeln!(out, "\nundo by: riposte undo {}", incident.id)?;
    } else if incident.state == State::Asked {
        writeln!(out, "\napprove by: riposte approve {0}\ndeny by: riposte deny {0} --reason WHY", incident.id)?;
    } else if incident.can_be_done_by_hand() {
        writeln!(out, "\nrespond by hand: riposte approve {}", incident.id)?;
    }
    Ok(())
}

/// The record, with what is true of each change. What was not done has no state after it and no undo.
fn whole(incident: &Incident) -> Result<Value> {
    let mut whole = serde_json::to_value(incident)?;
    let Value::Object(map) = &mut whole else { return Ok(whole) };
    let deeds = deed::of(incident);
    let changes: Vec<_> = deeds
        .iter()
        .map(|(deed, change)| json!({ "status": deed, "call": change.call, "parameters": change.parameters }))
        .collect();
    // The ledger's own word for how far it came. `outcome` is what everybody reads.
    map.remove("state");
    map.insert("schema_version".to_owned(), json!(document::SCHEMA_VERSION));
    map.insert("opened_at".to_owned(), json!(rfc3339(incident.opened_ms)));
    map.insert("outcome".to_owned(), json!(Outcome::of(incident)));
    map.insert("changes".to_owned(), Value::Array(changes));
    match deed::after(incident) {
        Some(after) => drop(map.insert("after".to_owned(), serde_json::to_value(after)?)),
        None => {
            if let Some(Value::Object(plan)) = map.get_mut("plan") {
                plan.remove("undo");
            }
        }
    }
    Ok(whole)
}

/// Who, what, where and why.
pub(crate) fn head(out: &mut impl Write, incident: &Incident, screen: &Screen) -> Result<()> {
    let finding = &incident.finding;
    let (actor, scope) = (&finding.principal, &finding.scope);
    let outcome = screen.heading(&Outcome::of(incident).headline());
    let severity = screen.severity(finding.severity, &finding.severity.to_string());
    let title = screen.line(0, &plain(&finding.title, 200));
    writeln!(out, "{}  {outcome}  {severity}\n{title}", incident.id)?;
    let mut field = |name: &str, value: &str| writeln!(out, "{}", screen.field(name, value));
    field("why", &finding.why)?;
    field("who", actor.label())?;
    for (name, value) in [("from", &actor.source_ip), ("agent", &actor.user_agent), ("key", &actor.access_key_id)] {
        if let Some(value) = value {
            field(name, value)?;
        }
    }
    field("target", &finding.target.key())?;
    field("where", &format!("account {}, region {}", scope.account, scope.region))?;
    let at = finding.event_time.as_deref().unwrap_or("an unknown time");
    field("event", &format!("{} {} of {at}", finding.event_name, scope.event_id))?;
    field("detector", &finding.named())?;
    field("mode", incident.mode.as_str())?;
    if let Some(verdict) = &incident.verdict {
        field("decision", &verdict.to_string())?;
    }
    field("opened", &format!("{} by {}", opened(incident), incident.function))?;
    if let Some(until) = incident.waits_until_ms() {
        let expired = incident.has_expired(jiff::Timestamp::now().as_millisecond());
        let said = if expired { "the time was over at" } else { "until" };
        let then = if expired { "it is denied at the next tick" } else { "then it is denied" };
        field("approve", &format!("{said} {}; {then}", rfc3339(until)))?;
    }
    if let Some(until) = incident.timer_ms() {
        field("contained", &format!("until {}; then it is rolled back, unless the attack goes on", rfc3339(until)))?;
    }
    if let Some(mark) = &incident.mark {
        let note = mark.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
        field("marked", &format!("{}{note}", mark.judgment.as_str()))?;
    }
    Ok(())
}

fn changed(out: &mut impl Write, incident: &Incident, plan: &Plan, screen: &Screen) -> Result<()> {
    writeln!(out, "\n{}", screen.line(0, &plain(&plan.resource_arn, 300)))?;
    let deeds = deed::of(incident);
    let would = deeds.iter().all(|(deed, _)| *deed == Deed::WouldBe);
    if deeds.is_empty() {
        writeln!(out, "nothing to change: {}", plan.note.as_deref().map_or_else(String::new, |note| plain(note, 600)))?;
        return Ok(());
    }
    let title = if would { "would change (before -, after +)" } else { "changed (before -, after +)" };
    let stands = |deed: &Deed| matches!(deed, Deed::Done | Deed::FoundDone);
    if would || deeds.iter().any(|(deed, _)| stands(deed)) {
        let counted = deeds.iter().filter(|(deed, _)| would || stands(deed));
        let delta: Delta = counted.flat_map(|(_, change)| change.delta.clone()).collect();
        writeln!(out, "{}", screen.heading(title))?;
        difference(out, plan, &delta, screen)?;
    }
    for (deed, change) in &deeds {
        writeln!(out, "{}", screen.line(0, &format!("{:<10} {change}", deed.label().to_lowercase())))?;
    }
    if let Some(made) = deed::undoable(incident) {
        for inverse in &made.undo {
            writeln!(out, "{}", screen.line(0, &format!("{:<10} {}", "undo is", inverse.change)))?;
        }
    }
    Ok(())
}

/// The parts that a delta changes, before and after, and how many stand as they were.
pub(crate) fn difference(out: &mut impl Write, plan: &Plan, delta: &Delta, screen: &Screen) -> Result<()> {
    for (name, after) in delta {
        let before = plan.before.0.get(name);
        match (before, after) {
            (Some(before), Some(after)) => {
                writeln!(out, "{}", screen.line(2, &format!("~ {}", plain(name, 160))))?;
                for (sign, path, value) in leaves(before, after) {
                    writeln!(
                        out,
                        "{}",
                        screen.line(6, &format!("{sign} {}{}", plain(&path, 200), plain(&value, 400)))
                    )?;
                }
            }
            (Some(before), None) => {
                writeln!(out, "{}", screen.line(2, &format!("- {}  {}", plain(name, 160), shown(before))))?;
            }
            (None, Some(after)) => {
                writeln!(out, "{}", screen.line(2, &format!("+ {}  {}", plain(name, 160), shown(after))))?;
            }
            (None, None) => {}
        }
    }
    let others = plan.before.0.keys().filter(|name| !delta.contains_key(*name)).count();
    let word = if others == 1 { "other" } else { "others" };
    Ok(writeln!(out, "    {others} {word} unchanged")?)
}

fn shown(part: &Value) -> String {
    plain(&part.to_string(), 400)
}

/// What differs between two documents: each value that went (`-`) or came (`+`), with its place.
fn leaves(before: &Value, after: &Value) -> Vec<(char, String, String)> {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    flatten(before, "", &mut old);
    flatten(after, "", &mut new);
    let gone = old.iter().filter(|leaf| !new.contains(leaf)).map(|leaf| ('-', leaf));
    let came = new.iter().filter(|leaf| !old.contains(leaf)).map(|leaf| ('+', leaf));
    gone.chain(came).map(|(sign, (path, value))| (sign, path.clone(), value.clone())).collect()
}

fn flatten(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(map) if !map.is_empty() => map.iter().for_each(|(key, value)| flatten(value, &below(key), out)),
        // Places in a list say little, since what goes moves the rest.
        Value::Array(items) if !items.is_empty() => items.iter().for_each(|item| flatten(item, &below("[]"), out)),
        leaf => {
            let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
            out.push((path, leaf.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_shown_by_what_differs() {
        let before = json!({"Version": "x", "Statement": [{"Sid": "a", "Principal": "*"}, {"Sid": "b"}]});
        let after = json!({"Version": "x", "Statement": [{"Sid": "b"}]});
        let seen = leaves(&before, &after);
        let mut seen: Vec<_> = seen.iter().map(|(sign, path, value)| format!("{sign}{path}{value}")).collect();
        seen.sort();
        assert_eq!(seen, ["-Statement.[].Principal: \"*\"", "-Statement.[].Sid: \"a\""]);
        assert_eq!(
            leaves(&json!("on"), &json!("off")),
            [('-', String::new(), "\"on\"".to_owned()), ('+', String::new(), "\"off\"".to_owned()),]
        );
    }
}
