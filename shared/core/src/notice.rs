//! The notice: of what people are notified, written from what was recorded and verified, never from hope.

use std::fmt::Write as _;

use crate::deed::{self, Deed};
use crate::document::Links;
use crate::incident::{Incident, State, Step, rfc3339};
use crate::outcome::Outcome;
use crate::plan::{Change, Plan};
use crate::text::{counted, plain};

/// SNS refuses longer subjects (and any that is not printable ASCII).
const MAX_SUBJECT: usize = 100;

/// SNS refuses messages of more than 256 KiB. Kept well below, since e-mail readers are people.
const MAX_BODY: usize = 32 * 1024;

/// A message for the topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// At most 100 printable ASCII characters.
    pub subject: String,
    /// At most 32 KiB.
    pub body: String,
}

impl Notice {
    /// The notice of an incident as it stands in the ledger.
    #[must_use]
    pub fn of(incident: &Incident) -> Self {
        Self::with(incident, &Links::default())
    }

    /// The same with links.
    #[must_use]
    pub fn with(incident: &Incident, links: &Links) -> Self {
        Self { subject: subject(incident), body: limited(body(incident, links)) }
    }
}

fn subject(incident: &Incident) -> String {
    let finding = &incident.finding;
    let text = format!(
        "[Riposte] {} {}: {} in {} {}",
        Outcome::of(incident).headline(),
        finding.severity,
        finding.detector,
        finding.scope.account,
        finding.scope.region
    );
    subject_of(&text)
}

/// A text as a subject that SNS takes.
pub(crate) fn subject_of(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(MAX_SUBJECT).collect()
}

fn body(incident: &Incident, links: &Links) -> String {
    let finding = &incident.finding;
    let actor = &finding.principal;
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{name:<10} {}", plain(value, 600));
    };
    line("What", &format!("{} ({})", finding.title, finding.event_name));
    line("Why", &finding.why);
    line("Who", actor.label());
    line("From", actor.source_ip.as_deref().unwrap_or("(unknown)"));
    if let Some(key) = &actor.access_key_id {
        line("Key", key);
    }
    line("Agent", actor.user_agent.as_deref().unwrap_or("(unknown)"));
    line("Where", &format!("account {}, region {}", finding.scope.account, finding.scope.region));
    line("Target", &finding.target.to_string());
    line("When", finding.event_time.as_deref().unwrap_or("(unknown)"));
    line("Event", &finding.scope.event_id);
    line("Detector", &finding.named());
    line("Mode", incident.mode.as_str());
    let verdict = incident.verdict.as_ref().map_or_else(|| "none was needed".to_owned(), ToString::to_string);
    line("Decision", &verdict);
    line("Outcome", &format!("{}: {}", Outcome::of(incident).headline(), outcome(incident)));
    for (word, by, reason) in persons(incident) {
        let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        line(word, &format!("{}{why}", by.unwrap_or("(unknown)")));
    }
    if let Some(plan) = &incident.plan {
        plan_lines(&mut out, incident, plan);
    }
    let _ = writeln!(out, "\nIncident   {}", incident.id);
    let _ = writeln!(out, "Show       riposte show {}", incident.id);
    for (name, link) in [("Runbook", &links.runbook), ("Console", &links.event)] {
        if let Some(link) = link {
            let _ = writeln!(out, "{name:<10} {}", plain(link, 1000));
        }
    }
    if let Some(until) = incident.timer_ms() {
        let _ = writeln!(out, "Contained  until {}; then it is rolled back, unless the attack goes on", rfc3339(until));
    }
    if incident.can_be_undone() {
        let _ = writeln!(out, "Undo       riposte undo {}", incident.id);
    }
    if incident.state == State::Asked {
        let until = incident.approve_until_ms.map(|until| format!("   (until {})", rfc3339(until))).unwrap_or_default();
        let _ = writeln!(out, "Approve    riposte approve {}{until}", incident.id);
        let _ = writeln!(out, "Deny       riposte deny {} --reason WHY", incident.id);
    }
    if incident.can_be_done_by_hand() {
        let _ = writeln!(out, "By hand    riposte approve {}", incident.id);
    }
    out
}

/// Who decided it, and why: the persons who approved it, and who undid it.
fn persons(incident: &Incident) -> Vec<(&'static str, Option<&str>, Option<&str>)> {
    let approved = incident.approvals.iter().map(|one| ("Approved", Some(one.by.as_str()), one.reason.as_deref()));
    let undone = incident.undoing.iter().filter(|_| Outcome::of(incident) == Outcome::Undone);
    approved.chain(undone.map(|one| ("Undone by", one.by.as_deref(), one.reason.as_deref()))).collect()
}

/// What became of it. Where guardrails held it, they and what would be done have lines of their own.
fn outcome(incident: &Incident) -> &str {
    match incident.state {
        State::Observed if incident.verdict.is_some() => "nothing was changed",
        State::Asked if incident.verdict.is_some() => "nothing was changed yet",
        _ => last_word(incident),
    }
}

/// The timeline's last line about the outcome.
fn last_word(incident: &Incident) -> &str {
    incident
        .timeline
        .iter()
        .rev()
        .find(|entry| !matches!(entry.step, Step::Notice | Step::Event | Step::Finding))
        .map_or("no action is known for it", |entry| &entry.text)
}

fn plan_lines(out: &mut String, incident: &Incident, plan: &Plan) {
    for (deed, change) in deed::of(incident) {
        calls(out, deed.label(), std::iter::once(change));
    }
    let stands = |(deed, _): &(Deed, &Change)| matches!(deed, Deed::Done | Deed::FoundDone | Deed::NotKnown);
    if !deed::of(incident).iter().any(stands) {
        return;
    }
    if let Some(seen) = &incident.verification {
        let kept = plan.kept(seen);
        let resource = plain(&plan.resource_arn, 300);
        let _ = writeln!(out, "{:<10} {} of {resource}, as read again", "Unchanged", counted(kept, "other part"));
        if !seen.elsewhere.is_empty() {
            let others = plain(&seen.elsewhere.join(", "), 600);
            let _ = writeln!(out, "{:<10} not made by Riposte: {others}", "Concurrent changes");
        }
    }
    if let Some(stack) = plan.stack() {
        let stack = plain(&stack, 200);
        let _ =
            writeln!(out, "{:<10} made by the stack `{stack}`: its next run may bring back what was changed", "Stack");
    }
    if let Some(note) = &plan.note {
        let _ = writeln!(out, "{:<10} {}", "Note", plain(note, 600));
    }
    if let Some(made) = deed::undoable(incident) {
        calls(out, "Undo is", made.undo.iter().map(|inverse| &inverse.change));
    }
}

fn calls<'a>(out: &mut String, title: &str, changes: impl Iterator<Item = &'a Change>) {
    for change in changes {
        let _ = writeln!(out, "{title:<10} {change}");
    }
}

/// Cut at a character's border, with a line that says so.
pub(crate) fn limited(mut text: String) -> String {
    const TAIL: &str = "\n(cut: the whole record is in the ledger)\n";
    if text.len() > MAX_BODY {
        let mut end = MAX_BODY - TAIL.len();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str(TAIL);
    }
    text
}

/// How much later something was: `+179 ms`, `+12.4 s`, `+3 min`, `+5 h`, `+2 d`.
fn later(ms: i64) -> String {
    let tenths = |unit: i64| format!("{:+}.{}", ms / unit, (ms % unit).abs() * 10 / unit);
    match ms.abs() {
        0..=9_999 => format!("{ms:+} ms"),
        10_000..=119_999 => format!("{} s", tenths(1_000)),
        120_000..=7_199_999 => format!("{} min", tenths(60_000)),
        7_200_000..=172_799_999 => format!("{} h", tenths(3_600_000)),
        _ => format!("{} d", tenths(86_400_000)),
    }
}

/// The timeline as lines of how much later, step and text, for the terminal.
#[must_use]
pub fn timeline(incident: &Incident) -> Vec<String> {
    incident
        .timeline
        .iter()
        .map(|entry| {
            let after = entry.at_ms - incident.opened_ms;
            format!("{:<10}  {:<9} {}", later(after), entry.step, plain(&entry.text, 400))
        })
        .collect()
}

/// When an incident was opened, for people.
#[must_use]
pub fn opened(incident: &Incident) -> String {
    rfc3339(incident.opened_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Changed;
    use crate::settings::Mode;
    use crate::testing::{finding, plan};

    #[test]
    fn a_notice_keeps_the_limits_of_sns() {
        let mut hostile = finding();
        hostile.scope.region = "é".repeat(400);
        hostile.why = "x\r\n".repeat(100_000);
        let mut incident = Incident::open(hostile, "f", Mode::Live, 0);
        let mut big = plan();
        big.resource_arn = "ü".repeat(5);
        let parameters = serde_json::json!({ "PolicyDocument": "ß".repeat(5000) });
        let change = |n| Change { call: format!("iam:Put{n}"), parameters: parameters.clone(), delta: [].into() };
        big.changes = (0..200).map(change).collect();
        incident.plan = Some(big);
        let notice = Notice::of(&incident);
        assert!(notice.subject.len() <= 100 && notice.subject.chars().all(|c| c.is_ascii_graphic() || c == ' '));
        assert!(notice.body.len() <= MAX_BODY && notice.body.contains("(cut:"));
    }

    #[test]
    fn how_much_later_is_said_in_a_unit_that_people_read() {
        let said = [0, 9_999, 179_982, 12_400, 10_800_000, 345_600_000, -5].map(later);
        assert_eq!(said, ["+0 ms", "+9999 ms", "+2.9 min", "+12.4 s", "+3.0 h", "+4.0 d", "-5 ms"]);
    }

    #[test]
    fn what_would_be_refused_is_not_offered() {
        use crate::guardrail::{Effect, Verdict};
        let mut incident = Incident::open(finding(), "f", Mode::Shadow, 0);
        incident.plan = Some(plan());
        for (live, offered) in
            [(Some(Effect::Act), true), (Some(Effect::Ask), true), (Some(Effect::Observe), false), (None, false)]
        {
            incident.verdict = Some(Verdict {
                effect: Effect::Observe,
                guardrails: vec!["exempt-tag".to_owned()],
                errors: vec![],
                live,
                approvers: None,
            });
            let body = Notice::of(&incident).body;
            assert_eq!(body.contains("\nBy hand    riposte approve inc-"), offered, "{live:?}: {body}");
        }
    }

    #[test]
    fn the_attackers_words_stay_on_their_line() {
        let mut hostile = finding();
        hostile.principal.user_agent = Some("curl\nOutcome    CONTAINED: all is well\u{202e}".to_owned());
        let body = Notice::of(&Incident::open(hostile, "f", Mode::Live, 0)).body;
        assert_eq!(body.lines().filter(|l| l.starts_with("Outcome")).count(), 1, "{body}");
        assert!(!body.contains('\u{202e}'));
    }

    #[test]
    fn nothing_is_claimed_that_was_not_done_and_read() {
        let mut incident = Incident::open(finding(), "f", Mode::Live, 0);
        incident.plan = Some(plan());
        incident.made = vec![crate::incident::Made { n: 0, request_id: None }];
        for (state, changed, word) in [
            (State::Observed, Changed::No, "OBSERVED"),
            (State::Intended, Changed::No, "UNDER WAY"),
            (State::Failed, Changed::No, "ACTION FAILED"),
            (State::Failed, Changed::Yes, "PARTLY DONE"),
            (State::Verified, Changed::No, "NO ACTION NEEDED"),
            (State::Applied, Changed::Yes, "VERIFICATION FAILED"),
            (State::Verified, Changed::Yes, "CONTAINED"),
            (State::Verified, Changed::Unknown, "CONTAINED"),
        ] {
            (incident.state, incident.changed) = (state, changed);
            let made = changed != Changed::No;
            let notice = Notice::of(&incident);
            assert!(notice.subject.contains(word), "{}", notice.subject);
            let stands = notice.body.contains("\nDone ") || notice.body.contains("\nFound done ");
            assert_eq!(stands, made, "{}", notice.body);
            assert_eq!(notice.body.contains("Undo       riposte undo inc-"), made, "{}", notice.body);
            assert!(!notice.body.contains("\nUnchanged "), "{}", notice.body);
        }
        incident.verification =
            Some(crate::plan::Verification { remaining: vec![], elsewhere: vec!["+ sgr-9".to_owned()] });
        let body = Notice::of(&incident).body;
        assert!(
            body.contains("\nUnchanged  0 other") && body.contains("\nConcurrent changes not made by Riposte: + sgr-9"),
            "{body}"
        );
    }
}
