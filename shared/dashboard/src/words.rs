//! Text that somebody else chose, and times and numbers for people.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use riposte_core::finding::Severity;
use riposte_core::incident::Incident;
use riposte_core::outcome::Outcome;
use riposte_core::text::plain;

/// How much of a name a table shows.
const NAME: usize = 140;

/// How much of a sentence is shown.
const SENTENCE: usize = 600;

/// A name: on one line, nothing in it steers the page, and cut.
pub(crate) fn name(text: &str) -> String {
    plain(text, NAME)
}

/// A sentence.
pub(crate) fn sentence(text: &str) -> String {
    plain(text, SENTENCE)
}

/// Lines of a document: line breaks stay, all else that steers is escaped; cut after `lines` lines.
pub(crate) fn document(text: &str, lines: usize) -> Vec<String> {
    const LINE: usize = 1000;
    let mut out: Vec<String> = text.lines().take(lines).map(|line| plain(line, LINE)).collect();
    let more = text.lines().count().saturating_sub(lines);
    if more > 0 {
        out.push(format!("… {more} more lines: `riposte show` has them"));
    }
    out
}

/// A time for people: `2026-01-02 03:04:05`, in UTC.
pub(crate) fn time(at_ms: i64) -> String {
    let Ok(at) = Timestamp::from_millisecond(at_ms) else { return format!("{at_ms} ms since 1970") };
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The beginning of the day of a time, in UTC.
pub(crate) fn midnight(at_ms: i64) -> i64 {
    const DAY: i64 = 86_400_000;
    at_ms.saturating_sub(at_ms.rem_euclid(DAY))
}

/// A count with its noun: `1 incident`, `2 incidents`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// What became of an incident, in a few words, and the class that colors it.
pub(crate) fn outcome(incident: &Incident) -> (String, &'static str) {
    let outcome = Outcome::of(incident);
    let class = match outcome {
        Outcome::Contained | Outcome::NoActionNeeded => "good",
        Outcome::VerificationFailed | Outcome::PartlyDone | Outcome::ActionFailed => "bad",
        Outcome::UnderWay | Outcome::NeedsApproval => "wait",
        Outcome::Denied | Outcome::Undone | Outcome::Observed => "calm",
    };
    (outcome.words(), class)
}

/// The class that colors a severity.
pub(crate) fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "bad",
        Severity::Medium => "wait",
        Severity::Low | Severity::Informational => "calm",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_keeps_its_lines_and_nothing_else_that_steers() {
        assert_eq!(document("a\u{202e}b\n\tc", 9), ["a\\u{202e}b", "\\u{9}c"]);
        assert_eq!(document("1\n2\n3", 1), ["1", "… 2 more lines: `riposte show` has them"]);
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(time(1_700_000_000_123), "2023-11-14 22:13:20");
        assert_eq!(time(midnight(1_700_000_000_123)), "2023-11-14 00:00:00");
        assert_eq!(time(i64::MAX), format!("{} ms since 1970", i64::MAX));
    }
}
