//! Which objects can hold a record of a time: by the stamp that CloudTrail writes into their names.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const HOUR_MS: i64 = 3_600_000;

/// An object is written some minutes after its records. One of a day later is passed over, and so is one that was written
/// an hour before the first record that is asked for.
const LATE_MS: i64 = 24 * HOUR_MS;
const EARLY_MS: i64 = HOUR_MS;

/// From one time to another; without an end where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// In milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// The same.
    pub until_ms: Option<i64>,
}

impl Window {
    /// Whether an object may hold a record of this time. One whose name has no stamp may.
    #[must_use]
    pub fn may_hold(&self, key: &str) -> bool {
        let Some(written) = written_ms(key) else { return true };
        self.since_ms.is_none_or(|since| written.saturating_add(EARLY_MS) >= since)
            && self.until_ms.is_none_or(|until| written < until.saturating_add(LATE_MS))
    }
}

/// When an object was written: `…_CloudTrail_us-east-1_20260504T1005Z_….json.gz`.
fn written_ms(key: &str) -> Option<i64> {
    let name = key.rsplit('/').next()?;
    let stamp = name.split('_').find(|part| part.len() == 14 && part.ends_with('Z'))?;
    let time = DateTime::strptime("%Y%m%dT%H%MZ", stamp).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_passed_over_by_its_stamp_alone() {
        let ms = |text: &str| Some(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let window = Window { since_ms: ms("2026-05-04T10:00:00Z"), until_ms: ms("2026-05-04T11:00:00Z") };
        let key =
            |stamp: &str| format!("AWSLogs/1/CloudTrail/us-east-1/2026/05/04/1_CloudTrail_us-east-1_{stamp}_x.json.gz");
        for (stamp, held) in [
            ("20260504T0855Z", false),
            ("20260504T0900Z", true),
            ("20260504T1005Z", true),
            ("20260505T1055Z", true),
            ("20260505T1100Z", false),
            ("20261504T1005Z", true),
        ] {
            assert_eq!(window.may_hold(&key(stamp)), held, "{stamp}");
        }
        assert!(window.may_hold("lines.jsonl") && window.may_hold(""));
        assert!(Window::default().may_hold(&key("19990101T0000Z")));
    }
}
