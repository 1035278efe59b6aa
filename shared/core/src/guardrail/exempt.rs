//! The tag that exempts a resource: what its value must say, and for how long it holds.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// The tag's key.
pub(super) const TAG: &str = "riposte:exempt";

/// Whether these tags exempt a resource at this time (RFC 3339).
#[must_use]
pub fn is_exempt(tags: &std::collections::BTreeMap<String, String>, at: &str) -> bool {
    tags.get(TAG).is_some_and(|value| exempts(value, Some(at)))
}

/// Whether the tag's value exempts at the time of an event (RFC 3339). An empty value and a no do not; a date does until
/// its end (UTC), a time until then; whatever else it says, a reason or a ticket, exempts. Where the event's time is not
/// known, a date exempts.
pub(super) fn exempts(value: &str, event_time: Option<&str>) -> bool {
    let value = value.trim();
    if ["", "false", "no", "off", "0"].iter().any(|no| value.eq_ignore_ascii_case(no)) {
        return false;
    }
    let Some(until) = end_of(value) else { return true };
    event_time.and_then(|time| time.parse::<Timestamp>().ok()).is_none_or(|at| at < until)
}

fn end_of(value: &str) -> Option<Timestamp> {
    if let Ok(time) = value.parse::<Timestamp>() {
        return Some(time);
    }
    let next = value.parse::<Date>().ok()?.checked_add(1.day()).ok()?;
    next.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_does_not_exempt_and_a_date_does_until_it_is_over() {
        let at = Some("2026-03-10T12:00:00Z");
        for (value, exempt) in [
            ("", false),
            (" ", false),
            ("false", false),
            ("False", false),
            ("no", false),
            ("0", false),
            ("true", true),
            ("yes", true),
            ("TICKET-1", true),
            ("2026-03-09", false),
            ("2026-03-10", true),
            ("2026-03-11", true),
            ("2026-03-10T11:59:59Z", false),
            ("2026-03-10T12:00:01Z", true),
            ("2026-03-10T13:30:00+02:00", false),
        ] {
            assert_eq!(exempts(value, at), exempt, "{value}");
        }
        assert!(exempts("2020-01-01", None) && !exempts("false", None));
    }
}
