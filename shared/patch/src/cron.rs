//! When an association or a window comes next: `rate(…)`, `at(…)` and AWS's six fields of `cron(…)`, in UTC.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// The first time after `after_ms` (milliseconds since 1970) that a schedule names; `last_ms` is when it ran last, which
/// a rate counts from. `None`: never again, or a schedule that cannot be read.
#[must_use]
pub(crate) fn next(schedule: &str, last_ms: Option<i64>, after_ms: i64) -> Option<i64> {
    let (kind, inner) = schedule.trim().strip_suffix(')')?.split_once('(')?;
    match kind {
        "rate" => {
            let (count, unit) = inner.trim().split_once(' ')?;
            let unit = match unit.trim_end_matches('s') {
                "minute" => 60_000,
                "hour" => 3_600_000,
                "day" => 86_400_000,
                _ => return None,
            };
            let every = count.trim().parse::<i64>().ok().filter(|count| (1..=100_000).contains(count))? * unit;
            let last = last_ms.unwrap_or(after_ms);
            let rounds = (after_ms.saturating_sub(last)).max(0) / every + 1;
            Some(last.saturating_add(rounds.saturating_mul(every)))
        }
        "at" => {
            let time: DateTime = inner.trim().parse().ok()?;
            let at = time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
            (at > after_ms).then_some(at)
        }
        "cron" => Cron::parse(inner)?.next(after_ms),
        _ => None,
    }
}

struct Cron {
    minutes: Vec<i8>,
    hours: Vec<i8>,
    days: Days,
    months: Vec<i8>,
    years: Option<Vec<i16>>,
}

enum Days {
    OfMonth(Vec<i8>),
    LastOfMonth,
    /// 1 is Sunday, as AWS counts.
    OfWeek(Vec<i8>),
    /// The weekday and which one of the month.
    Nth(i8, i8),
    /// The last such weekday of the month.
    LastOfWeek(i8),
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEK: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// A day that comes at all comes within that many: the 29th of February.
const LONGEST_DAYS: usize = 366 * 8;

impl Cron {
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        // Maintenance windows and associations may begin with seconds, which are always 0.
        let fields = match fields.as_slice() {
            [second, rest @ ..] if rest.len() == 6 && second.parse::<u8>().is_ok() => rest,
            all => all,
        };
        let [minute, hour, day, month, weekday, year] = fields else { return None };
        let days = match (*day, *weekday) {
            ("?", weekday) => Self::weekday(weekday)?,
            ("L", "?") => Days::LastOfMonth,
            (day, "?" | "*") => Days::OfMonth(values(day, 1, 31, &[])?),
            _ => return None,
        };
        let years = if *year == "*" { None } else { Some(years(year)?) };
        Some(Self {
            minutes: values(minute, 0, 59, &[])?,
            hours: values(hour, 0, 23, &[])?,
            days,
            months: values(month, 1, 12, &MONTHS)?,
            years,
        })
    }

    fn weekday(text: &str) -> Option<Days> {
        let one =
            |text: &str| values(text, 1, 7, &WEEK).filter(|all| all.len() == 1).and_then(|all| all.first().copied());
        if let Some((day, nth)) = text.split_once('#') {
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth))?;
            return Some(Days::Nth(one(day)?, nth));
        }
        if let Some(day) = text.strip_suffix('L').filter(|day| !day.is_empty()) {
            return Some(Days::LastOfWeek(one(day)?));
        }
        values(text, 1, 7, &WEEK).map(Days::OfWeek)
    }

    fn is_day(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_one_offset();
        let last = date.days_in_month();
        self.months.contains(&date.month())
            && self.years.as_ref().is_none_or(|years| years.contains(&date.year()))
            && match &self.days {
                Days::OfMonth(days) => days.contains(&date.day()),
                Days::LastOfMonth => date.day() == last,
                Days::OfWeek(days) => days.contains(&weekday),
                Days::Nth(day, nth) => *day == weekday && (date.day() - 1) / 7 + 1 == *nth,
                Days::LastOfWeek(day) => *day == weekday && date.day() + 7 > last,
            }
    }

    fn next(&self, after_ms: i64) -> Option<i64> {
        let after = Timestamp::from_millisecond(after_ms).ok()?.to_zoned(TimeZone::UTC).datetime();
        let mut date = after.date();
        for _ in 0..LONGEST_DAYS {
            if self.is_day(date) {
                for hour in &self.hours {
                    for minute in &self.minutes {
                        let time = date.at(*hour, *minute, 0, 0);
                        if time > after {
                            return time.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp().as_millisecond());
                        }
                    }
                }
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }
}

/// The values of a field: `*`, `5`, `1-5`, `MON-FRI`, `0/15`, `*/6`, and lists of them; sorted.
fn values(text: &str, least: i8, most: i8, names: &[&str]) -> Option<Vec<i8>> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let value = |text: &str| {
            let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
            let value = named.and_then(|n| i8::try_from(n).ok()).map(|n| n + least).or_else(|| text.parse().ok())?;
            (least..=most).contains(&value).then_some(value)
        };
        let (from, to) = match range {
            "*" | "?" => (least, most),
            range => match range.split_once('-') {
                Some((from, to)) => (value(from)?, value(to)?),
                None if part.contains('/') => (value(range)?, most),
                None => (value(range)?, value(range)?),
            },
        };
        all.extend((from..=to).step_by(step));
    }
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then_some(all)
}

fn years(text: &str) -> Option<Vec<i16>> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (i16, i16) = (from.parse().ok()?, to.parse().ok()?);
        all.extend((from..=to).take(300));
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn schedules_come_when_aws_says() {
        // 2026-03-02 is a Monday.
        let now = "2026-03-02T08:00:00Z";
        for (schedule, then) in [
            ("cron(0 2 ? * SUN *)", "2026-03-08T02:00:00Z"),
            ("cron(0 0 2 ? * SUN *)", "2026-03-08T02:00:00Z"),
            ("cron(30 8 * * ? *)", "2026-03-02T08:30:00Z"),
            ("cron(0 8 * * ? *)", "2026-03-03T08:00:00Z"),
            ("cron(0/15 * * * ? *)", "2026-03-02T08:15:00Z"),
            ("cron(0 4 L * ? *)", "2026-03-31T04:00:00Z"),
            ("cron(0 4 ? * TUE#2 *)", "2026-03-10T04:00:00Z"),
            ("cron(0 4 ? * 3L *)", "2026-03-31T04:00:00Z"),
            ("cron(0 4 ? JAN MON-FRI 2027)", "2027-01-01T04:00:00Z"),
            ("cron(0 4 29 2 ? *)", "2028-02-29T04:00:00Z"),
            ("at(2026-03-05T10:00:00)", "2026-03-05T10:00:00Z"),
            ("rate(7 days)", "2026-03-09T08:00:00Z"),
        ] {
            assert_eq!(next(schedule, None, ms(now)), Some(ms(then)), "{schedule}");
        }
        assert_eq!(next("rate(1 day)", Some(ms("2026-02-01T03:00:00Z")), ms(now)), Some(ms("2026-03-03T03:00:00Z")));
    }

    #[test]
    fn what_never_comes_or_cannot_be_read_is_none() {
        for schedule in [
            "at(2020-01-01T00:00:00)",
            "cron(0 0 30 2 ? *)",
            "cron(0 0 ? * MON 2020)",
            "cron(99 0 ? * MON *)",
            "cron(0 0 ? * XYZ *)",
            "rate(0 days)",
            "rate(1 moon)",
            "",
            "cron(",
            "cron()",
            "cron(0/0 * * * ? *)",
        ] {
            assert_eq!(next(schedule, None, ms("2026-03-02T08:00:00Z")), None, "{schedule}");
        }
    }
}
