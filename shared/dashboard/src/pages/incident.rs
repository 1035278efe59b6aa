//! One incident: what happened, what was decided and by what, what was changed, and how to undo it.

use maud::{Markup, html};
use riposte_core::deed::{self, Deed};
use riposte_core::incident::Incident;
use riposte_core::outcome::Outcome;
use riposte_core::plan::{Change, Delta, Plan};
use serde_json::Value;

use crate::diff::{self, Line};
use crate::filter::Filter;
use crate::layout::{Links, badge, of_incident, prose};
use crate::words;

/// So many lines of a part are shown.
const LINES: usize = 400;

/// So many parts, and so many calls.
const PARTS: usize = 40;

pub(crate) fn show(incident: &Incident, links: &Links) -> Markup {
    let finding = &incident.finding;
    let (word, class) = words::outcome(incident);
    html! {
        h1 { (words::name(&finding.title)) }
        p { (badge(&word, class)) " " (badge(&finding.severity.to_string(), words::severity_class(finding.severity))) " "
            (prose(&finding.why)) }
        (take_back(incident))
        dl.facts {
            dt { "Incident" } dd { code { (words::name(&incident.id)) } }
            dt { "Opened" } dd { (words::time(incident.opened_ms)) }
            dt { "Event" } dd { (words::name(&finding.event_name)) " at " (words::name(finding.event_time.as_deref().unwrap_or("an unknown time"))) }
            dt { "Who" } dd { (who(incident, links)) }
            dt { "From" } dd { (words::name(finding.principal.source_ip.as_deref().unwrap_or("(unknown)"))) }
            dt { "Agent" } dd { (words::sentence(finding.principal.user_agent.as_deref().unwrap_or("(unknown)"))) }
            dt { "Target" } dd { (words::sentence(&finding.target.key())) }
            dt { "Where" } dd { "account " (words::name(&finding.scope.account)) ", region " (words::name(&finding.scope.region)) }
            dt { "Detector" } dd { code { (words::name(&finding.detector)) } ", confidence " (finding.confidence.to_string()) }
            dt { "Technique" } dd {
                @for technique in &finding.technique {
                    @if links.is_site() { a href={ "/coverage/" (parent(technique)) } { (words::name(technique)) } " " } @else { (words::name(technique)) " " }
                }
            }
            dt { "Function" } dd { (words::name(&incident.function)) ", mode " (incident.mode.as_str()) }
        }
        (decision(incident))
        @if let Some(plan) = &incident.plan { (changes(incident, plan)) }
        (timeline(incident))
    }
}

/// The part of an address that names a technique: the one that it is below.
fn parent(technique: &str) -> String {
    technique.chars().take_while(char::is_ascii_alphanumeric).take(16).collect()
}

fn take_back(incident: &Incident) -> Markup {
    html! {
        @if incident.can_be_undone() {
            section.undo {
                h2 { "Undo" }
                p { (of_incident("undo", incident)) }
                p.sub { "It shows what it would restore and asks first." }
                @if let Some(until) = incident.timer_ms() {
                    p.sub { "It is rolled back at " (words::time(until)) ", unless the attack goes on." }
                }
            }
        } @else if Outcome::of(incident) == Outcome::NeedsApproval {
            section.undo {
                h2 { "It waits for you" }
                p { "Nothing was changed. Approve what is planned below: " (of_incident("approve", incident)) }
                p { "Or deny it: " (of_incident("deny", incident)) }
                @if let Some(until) = incident.waits_until_ms() { p.sub { "Until " (words::time(until)) "; then it is denied." } }
            }
        } @else if let Some(undoing) = incident.undoing.as_ref().filter(|_| Outcome::of(incident) == Outcome::Undone) {
            p { "Undone by " (words::name(undoing.by.as_deref().unwrap_or("(unknown)"))) " at " (words::time(undoing.at_ms))
                @if let Some(reason) = &undoing.reason { ": " (words::sentence(reason)) } "." }
        }
    }
}

fn who(incident: &Incident, links: &Links) -> Markup {
    let label = incident.finding.principal.label();
    let filter = Filter { principal: label.to_owned(), ..Filter::default() };
    html! {
        @if links.is_site() && label.len() <= 300 { a href={ "/incidents" (filter.query()) } { (words::name(label)) } } @else { (words::name(label)) }
        @if let Some(key) = &incident.finding.principal.access_key_id { ", key " (words::name(key)) }
    }
}

fn decision(incident: &Incident) -> Markup {
    html! {
        section {
            h2 { "Decision" }
            @match &incident.verdict {
                None => p.none { "None was needed, or none was made yet." },
                Some(verdict) => {
                    p { strong { (verdict.effect.to_string()) } ", by "
                        @if verdict.guardrails.is_empty() { "no guardrail: none permits it" }
                        @for (place, name) in verdict.guardrails.iter().enumerate() { @if place > 0 { ", " } "guardrail " code { (words::name(name)) } } "." }
                    @for error in &verdict.errors { p.trouble role="note" { strong { "A guardrail could not be evaluated." } " " (prose(error)) } }
                }
            }
        }
    }
}

/// What the terminal, the notice and programs say too: each change with what is true of it.
fn changes(incident: &Incident, plan: &Plan) -> Markup {
    let deeds = deed::of(incident);
    let any = |deed: Deed| deeds.iter().any(|(of, _)| *of == deed);
    let made = any(Deed::Done) || any(Deed::FoundDone) || any(Deed::Undone);
    // What is shown of the resource: what was changed; where nothing was, what would or may be.
    let shown = |deed: Deed| if made { !matches!(deed, Deed::NotDone | Deed::WouldBe) } else { true };
    let counted = deeds.iter().filter(|(deed, _)| shown(*deed));
    let delta: Delta = counted.flat_map(|(_, change)| change.delta.clone()).collect();
    let others = plan.before.0.keys().filter(|name| !delta.contains_key(*name)).count();
    let title = match () {
        () if made => "What was changed",
        () if any(Deed::NotKnown) => "What may have been changed",
        () if any(Deed::NotDone) => "What was not changed",
        () => "What would change",
    };
    html! {
        section {
            h2 { (title) }
            p.sub { (words::sentence(&plan.resource_arn)) }
            @if any(Deed::WouldBe) { p { strong { "Nothing was changed." } " This is what the plan would do." } }
            @else if any(Deed::NotKnown) { p { strong { "Under way." } " Whether all of it was changed is not known yet." } }
            @else if !made && !deeds.is_empty() { p { strong { "Nothing was changed." } " This is what the plan was." } }
            @if any(Deed::FoundDone) { p { "It was found made after an interruption: by Riposte, or meanwhile by somebody else." } }
            @if any(Deed::Undone) { p { "It was undone since." } }
            @if let Some(note) = &plan.note { p { (prose(note)) } }
            @if delta.is_empty() { p.none { "No part changes." } }
            @for (name, after) in delta.iter().take(PARTS) { (part(name, plan.before.0.get(name), after.as_ref())) }
            @if delta.len() > PARTS { p { "… " (delta.len() - PARTS) " more parts: " code { "riposte show " (words::name(&incident.id)) } } }
            p.sub { (words::count(others, "other part")) " of the resource " @if made { "left as it was." } @else { "not part of the plan." } }
            @if let Some(seen) = &incident.verification {
                @if !seen.remaining.is_empty() { p.trouble role="note" { strong { "Not as planned when read again: " } (words::sentence(&seen.remaining.join(", "))) } }
                @if !seen.elsewhere.is_empty() { p { "Changed by somebody else meanwhile: " (words::sentence(&seen.elsewhere.join(", "))) } }
            }
        }
        section {
            h2 { "Calls" }
            @if deeds.is_empty() { p.none { "No call." } }
            @for deed in Deed::ALL {
                @let of: Vec<&Change> = deeds.iter().filter(|(other, _)| *other == deed).map(|(_, change)| *change).collect();
                @if !of.is_empty() { h3 { (deed.label()) } (calls(&of)) }
            }
            @if let Some(made) = deed::undoable(incident) {
                h3 { "Undo is" }
                (calls(&made.undo.iter().map(|inverse| &inverse.change).collect::<Vec<_>>()))
            }
        }
    }
}

fn part(name: &str, before: Option<&Value>, after: Option<&Value>) -> Markup {
    let (before, after) = (before.map(pretty).unwrap_or_default(), after.map(pretty).unwrap_or_default());
    let all = diff::lines(&before, &after);
    html! {
        figure.diff {
            figcaption { (words::name(name)) }
            pre tabindex="0" aria-label={ "Before and after of " (words::name(name)) } {
                @for line in all.iter().take(LINES) {
                    @match line {
                        Line::Same(text) => span { "  " (words::sentence(text)) "\n" },
                        Line::Gone(text) => del { "- " (words::sentence(text)) "\n" },
                        Line::New(text) => ins { "+ " (words::sentence(text)) "\n" },
                    }
                }
                @if all.len() > LINES { "… " (all.len() - LINES) " more lines: riposte show has them\n" }
            }
        }
    }
}

/// A part as lines: objects spread out, and documents that stand in it as text too.
fn pretty(value: &Value) -> String {
    fn opened(value: &Value, depth: usize) -> Value {
        match value {
            Value::String(text) if depth < 4 && text.trim_start().starts_with(['{', '[']) => {
                serde_json::from_str(text).map_or_else(|_| value.clone(), |inner| opened(&inner, depth + 1))
            }
            Value::Array(items) => items.iter().map(|item| opened(item, depth)).collect(),
            Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), opened(field, depth))).collect(),
            other => other.clone(),
        }
    }
    let opened = opened(value, 0);
    serde_json::to_string_pretty(&opened).unwrap_or_else(|_| opened.to_string())
}

fn calls(changes: &[&Change]) -> Markup {
    html! {
        ol.calls {
            @for change in changes.iter().take(PARTS) {
                li {
                    code { (words::name(&change.call)) }
                    pre tabindex="0" aria-label={ "Parameters of " (words::name(&change.call)) } {
                        @for line in words::document(&pretty(&change.parameters), LINES) { (line) "\n" }
                    }
                }
            }
        }
        @if changes.len() > PARTS { p { "… " (changes.len() - PARTS) " more calls." } }
    }
}

fn timeline(incident: &Incident) -> Markup {
    html! {
        section {
            h2 { "Timeline" }
            ol.timeline {
                @for entry in &incident.timeline {
                    li {
                        span.time { (words::time(entry.at_ms)) " (" (format!("{:+}", entry.at_ms.saturating_sub(incident.opened_ms))) " ms)" } " "
                        strong { (entry.step.to_string()) } " " (prose(&entry.text))
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_within_a_part_are_opened_and_nothing_else() {
        let value = serde_json::json!({ "Document": "{\"a\":\"[1]\"}", "Name": "{no json" });
        assert_eq!(
            pretty(&value),
            "{\n  \"Document\": {\n    \"a\": [\n      1\n    ]\n  },\n  \"Name\": \"{no json\"\n}"
        );
    }
}
