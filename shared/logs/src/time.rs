//! Times as they stand in log lines: some twenty ways of writing one, told apart by their content.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

/// A time that stands at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// How many bytes it takes, its zone included.
    pub len: usize,
    /// What it says.
    pub time: Civil,
}

/// A time as it was written; what was not written is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Civil {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    hour: i8,
    minute: i8,
    second: i8,
    millis: i32,
    offset_s: i32,
    epoch_ms: Option<i64>,
}

impl Civil {
    /// Milliseconds since 1970. Where no zone was written, it is UTC. A year that was not written is that of
    /// `near_ms`, or the one before or after where that is closer; without a day or a `near_ms` for it there is
    /// no answer.
    #[must_use]
    pub fn millis(&self, near_ms: Option<i64>) -> Option<i64> {
        if let Some(epoch) = self.epoch_ms {
            return Some(epoch);
        }
        let (month, day) = (self.month?, self.day?);
        let at = |year: i16| {
            let date = Date::new(year, month, day).ok()?;
            // A leap second is the one before it.
            let clock = date.at(self.hour, self.minute, self.second.min(59), self.millis.checked_mul(1_000_000)?);
            let zone = TimeZone::fixed(Offset::from_seconds(self.offset_s).ok()?);
            Some(clock.to_zoned(zone).ok()?.timestamp().as_millisecond())
        };
        if let Some(year) = self.year {
            return at(year);
        }
        let near = near_ms?;
        let year = jiff::Timestamp::from_millisecond(near).ok()?.to_zoned(TimeZone::UTC).year();
        let years = [year.checked_sub(1)?, year, year.checked_add(1)?];
        years.into_iter().filter_map(at).min_by_key(|ms| ms.abs_diff(near))
    }

    /// Whether the year was written, so that the time needs no other to be placed.
    #[must_use]
    pub fn has_year(&self) -> bool {
        self.year.is_some() || self.epoch_ms.is_some()
    }
}

/// The ways, in the order of trying. `Y` a year of four digits, `y` of two, `M` a month of one or two digits, `m`
/// of exactly two, `B` a month's name, `D` a day of one or two digits or padded with a space, `d` of exactly two,
/// `A` a weekday's name, `H` `N` `S` hour, minute and second of one or two digits, `h` `n` `s` of exactly two,
/// `f` an optional fraction of a second, `F` one that must be there, `z` an optional zone, `_` one space or more.
/// Everything else stands for itself.
const SHAPES: [&str; 28] = [
    "Y-m-dTH:N:Sfz",
    "Y-m-d_H:N:Sfz",
    "Y-m-d-h.n.sf",
    "Y-m-d,_H:N:Sfz",
    "Y/m/d_H:N:Sfz",
    "Y/M/D:H:N:Sf",
    "Y/M/D_H:N:Sf",
    "Y.m.d_H:N:Sf",
    "Ymd-H:N:SF",
    "Ymd_H:N:Sf",
    "YmdTh:n:sfz",
    "YmdThnsfz",
    "d/B/Y:h:n:s_z",
    "d/B/Y_h:n:sfz",
    "D_B_Y_h:n:sfz",
    "D-B-Y_h:n:sfz",
    "y/m/d_h:n:sf",
    "ymd_hns",
    "m-d_h:n:sF",
    "m.d_h:n:s",
    "m/d/Y_h:n:sf",
    "A_B_D_H:N:Sf_Y",
    "A_B_D_H:N:Sf",
    "A,_D_B_Y_h:n:s_z",
    "B_D_Y_H:N:Sf",
    "B_D_H:N:Sf_Y",
    "B_D_H:N:Sf",
    "h:n:sf",
];

/// Reads the time that stands at the beginning of `text`; `None` where none does.
#[must_use]
pub fn stamp(text: &[u8]) -> Option<Stamp> {
    Hint::default().stamp(text)
}

/// Reads times, and tries first what it read last: the lines of a log are written in one way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint(usize);

impl Hint {
    /// As [`stamp`].
    pub fn stamp(&mut self, text: &[u8]) -> Option<Stamp> {
        let first = *text.first()?;
        let by_name = first.is_ascii_uppercase();
        if !first.is_ascii_digit() && !by_name {
            return None;
        }
        // INVARIANT: a text has the same time whatever was read before. What was read last is tried first only where
        // no shape before it in the list could have read the text.
        if let Some(shape) = SHAPES.get(self.0)
            && shape.starts_with(['A', 'B']) == by_name
            && let Some(found) = read(shape, text)
            && !EARLIER.iter().any(|(earlier, later)| {
                *later == self.0 && SHAPES.get(*earlier).is_some_and(|shape| read(shape, text).is_some())
            })
        {
            return Some(found);
        }
        for (index, shape) in SHAPES.iter().enumerate() {
            if shape.starts_with(['A', 'B']) == by_name
                && let Some(found) = read(shape, text)
            {
                self.0 = index;
                return Some(found);
            }
        }
        if by_name { None } else { epoch(text) }
    }
}

/// Pairs of shapes of which the second reads the beginning of what the first reads.
const EARLIER: [(usize, usize); 2] = [(21, 22), (25, 26)];

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, of a time between 2001 and 2128.
fn epoch(text: &[u8]) -> Option<Stamp> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let number: i64 = std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok()?;
    let (seconds, ms) = match digits {
        10 => (number, number.checked_mul(1000)?),
        13 => (number / 1000, number),
        16 => (number / 1_000_000, number / 1000),
        19 => (number / 1_000_000_000, number / 1_000_000),
        _ => return None,
    };
    if !(1_000_000_000..5_000_000_000).contains(&seconds) {
        return None;
    }
    let mut cursor = Cursor { rest: text.get(digits..)?, taken: digits };
    let fraction = if digits == 10 { cursor.fraction() } else { None };
    let ms = ms.checked_add(fraction.unwrap_or_default().into())?;
    cursor.at_border().then_some(Stamp { len: cursor.taken, time: Civil { epoch_ms: Some(ms), ..Civil::default() } })
}

fn read(shape: &str, text: &[u8]) -> Option<Stamp> {
    let mut cursor = Cursor { rest: text, taken: 0 };
    let mut time = Civil::default();
    // Behind a zone the time is over: `06:55:46 UTC:192.0.2.7`.
    let mut zoned = false;
    for sign in shape.bytes() {
        match sign {
            b'Y' => time.year = Some(i16::try_from(cursor.digits(4, 4)?).ok().filter(|y| (1970..2200).contains(y))?),
            b'y' => time.year = Some(2000 + i16::try_from(cursor.digits(2, 2)?).ok()?),
            b'M' => time.month = Some(within(cursor.digits(1, 2)?, 1, 12)?),
            b'm' => time.month = Some(within(cursor.digits(2, 2)?, 1, 12)?),
            b'B' => time.month = Some(cursor.month()?),
            b'D' => {
                cursor.spaces();
                time.day = Some(within(cursor.digits(1, 2)?, 1, 31)?);
            }
            b'd' => time.day = Some(within(cursor.digits(2, 2)?, 1, 31)?),
            b'A' => cursor.weekday()?,
            b'H' => time.hour = within(cursor.digits(1, 2)?, 0, 23)?,
            b'h' => time.hour = within(cursor.digits(2, 2)?, 0, 23)?,
            b'N' => time.minute = within(cursor.digits(1, 2)?, 0, 59)?,
            b'n' => time.minute = within(cursor.digits(2, 2)?, 0, 59)?,
            b'S' => time.second = within(cursor.digits(1, 2)?, 0, 60)?,
            b's' => time.second = within(cursor.digits(2, 2)?, 0, 60)?,
            b'f' => time.millis = cursor.fraction().unwrap_or_default(),
            b'F' => time.millis = cursor.fraction()?,
            b'z' => {
                let before = cursor.taken;
                time.offset_s = cursor.zone();
                zoned = cursor.taken > before;
            }
            b'_' => {
                if cursor.spaces() == 0 {
                    return None;
                }
            }
            other => cursor.byte(other)?,
        }
    }
    (zoned || cursor.at_border()).then_some(Stamp { len: cursor.taken, time })
}

fn within(number: u32, least: i8, most: i8) -> Option<i8> {
    i8::try_from(number).ok().filter(|n| (least..=most).contains(n))
}

struct Cursor<'a> {
    rest: &'a [u8],
    taken: usize,
}

impl Cursor<'_> {
    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
        self.taken += count;
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        (self.rest.first() == Some(&byte)).then(|| self.skip(1))
    }

    fn spaces(&mut self) -> usize {
        let count = self.rest.iter().take_while(|b| **b == b' ').count();
        self.skip(count);
        count
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let mut value = 0_u32;
        let mut count = 0;
        while count < most
            && let Some(byte) = self.rest.get(count)
            && byte.is_ascii_digit()
        {
            value = value.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
            count += 1;
        }
        (count >= least).then(|| {
            self.skip(count);
            value
        })
    }

    fn month(&mut self) -> Option<i8> {
        let name: [u8; 3] = self.rest.get(..3)?.try_into().ok()?;
        const NAMES: [&[u8; 3]; 12] =
            [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
        let index = NAMES.iter().position(|known| known.eq_ignore_ascii_case(&name))?;
        self.skip(3);
        i8::try_from(index + 1).ok()
    }

    fn weekday(&mut self) -> Option<()> {
        let name: [u8; 3] = self.rest.get(..3)?.try_into().ok()?;
        const NAMES: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
        NAMES.contains(&&name).then(|| self.skip(3))
    }

    /// `.123`, `,123` or `:123` as milliseconds.
    fn fraction(&mut self) -> Option<i32> {
        self.rest.first().filter(|b| matches!(b, b'.' | b',' | b':'))?;
        let digits = self.rest.iter().skip(1).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 9 {
            return None;
        }
        let mut millis = 0;
        for place in 0..3 {
            let digit = self.rest.get(1 + place).filter(|b| b.is_ascii_digit()).map_or(0, |b| i32::from(b - b'0'));
            millis = millis * 10 + digit;
        }
        self.skip(1 + digits);
        Some(millis)
    }

    /// `Z`, ` UTC`, `+0100`, `+01:00`, `+01` as seconds east of Greenwich; nothing is UTC.
    fn zone(&mut self) -> i32 {
        for name in [&b"Z"[..], b" UTC", b" GMT", b"UTC", b"GMT"] {
            if self.rest.starts_with(name) {
                self.skip(name.len());
                return 0;
            }
        }
        let mut ahead = Cursor { rest: self.rest, taken: 0 };
        if ahead.rest.first() == Some(&b' ') {
            ahead.skip(1);
        }
        let sign = match ahead.rest.first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return 0,
        };
        ahead.skip(1);
        let Some(hours) = ahead.digits(2, 2).filter(|h| *h <= 14) else { return 0 };
        let _ = ahead.byte(b':');
        let minutes = ahead.digits(2, 2).unwrap_or_default();
        if !ahead.at_border() {
            return 0;
        }
        self.skip(ahead.taken);
        let seconds = i32::try_from(hours * 3600 + minutes * 60).unwrap_or_default();
        sign * seconds
    }

    /// Whether the time ends here: what follows would not go on with it.
    fn at_border(&self) -> bool {
        !self.rest.first().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/'))
            && !(matches!(self.rest, [b'-' | b'.' | b':', next, ..] if next.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> (usize, Option<i64>) {
        let found = stamp(text.as_bytes()).unwrap_or_else(|| panic!("no time in {text}"));
        (found.len, found.time.millis(Some(1_700_000_000_000)))
    }

    #[test]
    fn each_way_of_writing_the_same_second() {
        let second = Some(1_702_191_346_000);
        for text in [
            "2023-12-10T06:55:46Z",
            "2023-12-10T07:55:46.000+01:00",
            "2023-12-10 06:55:46,000",
            "2023-12-10 06:55:46 UTC",
            "2023-12-10-06.55.46.000000",
            "2023-12-10, 06:55:46",
            "2023/12/10 06:55:46",
            "2023.12.10 06:55:46",
            "2023/12/10:06:55:46.000",
            "20231210-6:55:46:000",
            "20231210T065546Z",
            "10/Dec/2023:06:55:46 +0000",
            "10/Dec/2023:01:55:46 -0500",
            "10 Dec 2023 06:55:46.000",
            "10-Dec-2023 06:55:46",
            "23/12/10 06:55:46",
            "231210 065546",
            "12-10 06:55:46.000",
            "12.10 06:55:46",
            "12/10/2023 06:55:46",
            "Sun Dec 10 06:55:46 2023",
            "Sun Dec 10 06:55:46.000000 2023",
            "Sun, 10 Dec 2023 06:55:46 GMT",
            "Dec 10 2023 06:55:46",
            "Dec 10 06:55:46",
            "1702191346",
            "1702191346.000",
            "1702191346000",
            "1702191346000000",
        ] {
            assert_eq!(read_all(text), (text.len(), second), "{text}");
        }
    }

    #[test]
    fn a_year_that_is_not_written_is_the_nearest() {
        let new_year = stamp(b"Jan  1 00:00:01 host").unwrap();
        assert!(!new_year.time.has_year());
        let near = |text: &str| stamp(text.as_bytes()).unwrap().time.millis(None).unwrap();
        assert_eq!(new_year.time.millis(Some(near("2023-12-31T23:59:59Z"))), Some(near("2024-01-01T00:00:01Z")));
        let eve = stamp(b"Dec 31 23:59:59 host").unwrap();
        assert_eq!(eve.time.millis(Some(near("2024-01-01T00:00:01Z"))), Some(near("2023-12-31T23:59:59Z")));
        assert_eq!(eve.time.millis(None), None, "without a hint there is no year");
        assert_eq!(
            stamp(b"Feb 29 10:00:00 x").unwrap().time.millis(Some(near("2023-03-01T00:00:00Z"))),
            Some(near("2024-02-29T10:00:00Z"))
        );
    }

    #[test]
    fn what_looks_like_a_time_and_is_none() {
        for text in [
            "",
            "hello",
            "12345",
            "2023-13-10T06:55:46Z",
            "25:00:00",
            "Foo 10 06:55:46",
            "99999999999",
            "10.0.0.1 x",
            "2023-12-10",
        ] {
            assert_eq!(stamp(text.as_bytes()), None, "{text}");
        }
    }
}
