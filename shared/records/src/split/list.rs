//! What a bracket means: where records stand in each shape.

use super::{Flow, Piece, Splitter, Start};

/// Keys whose list holds records: of a trail's files, and of what AWS's command line, CloudWatch Logs, Firehose, SQS
/// and Splunk write.
const RECORDS: [&[u8]; 8] =
    [b"Records", b"Events", b"events", b"logEvents", b"records", b"Messages", b"results", b"QueryResultRows"];

/// The longest text before a record on its line that is looked at.
pub(super) const LONGEST_PREFIX: usize = 256;

/// Whether a text is a time, perhaps with a name or two behind it, as `2026-05-04T10:00:00Z my-stream `.
fn is_time(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let ends = text.ends_with([' ', '\t', ':']) && text.len() <= LONGEST_PREFIX;
    let Some(first) = text.split_whitespace().next().filter(|_| ends) else { return false };
    let digits = first.bytes().take_while(u8::is_ascii_digit).count();
    let date = digits == 4 && first.as_bytes().get(4) == Some(&b'-');
    let epoch = digits >= 10 && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let syslog = first.starts_with('<') && first.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    (date || epoch || syslog || months.contains(&first)) && !text.contains(['"', '{', '}', '[', ']'])
}

/// What the records that are being read stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Nothing: objects one after the other.
    Top,
    /// A list.
    List,
    /// The list of records of an object, as `Records`.
    Records,
    /// Such an object, before or behind its list. What else it says is not read.
    Wrapper,
}

impl Level {
    /// How many brackets are open between two records.
    pub(super) fn floor(self) -> usize {
        match self {
            Self::Top => 0,
            Self::List | Self::Wrapper => 1,
            Self::Records => 2,
        }
    }
}

impl Splitter {
    /// An opening bracket outside strings.
    pub(super) fn open(&mut self, start: Start) -> Flow {
        let list = self.bytes.get(start.at) == Some(&b'[');
        let between = self.depth == self.level.floor();
        match self.level {
            Level::Top if between && list => self.enter(Level::List, start),
            Level::Top | Level::Wrapper if self.depth == 1 && list && self.is_records(start.at) => {
                // The object that looked like a record is the wrapper of a list of them.
                self.record = None;
                self.enter(Level::Records, start);
            }
            Level::Wrapper => {}
            _ if between => {
                let before = if list { None } else { self.prefix(start.at) };
                self.look_at_gap(before.unwrap_or(start.at));
                self.gap_told = false;
                self.record = Some(start);
            }
            Level::Top => return self.inner(start),
            Level::List | Level::Records => {}
        }
        self.depth += 1;
        Flow::On
    }

    /// A closing bracket outside strings.
    pub(super) fn close(&mut self, end: Start) -> Flow {
        let floor = self.level.floor();
        if self.depth > floor + 1 {
            self.depth -= 1;
        } else if self.depth == floor + 1
            && let Some(record) = self.record
        {
            return self.done(record, end);
        } else if self.depth == floor + 1 {
            self.depth -= 1; // of something else in the wrapper
        } else {
            self.leave(end);
        }
        Flow::On
    }

    fn enter(&mut self, level: Level, start: Start) {
        if self.level == Level::Top && level == Level::List {
            self.look_at_gap(start.at);
        }
        self.level = level;
        self.gap = Start { at: start.at + 1, ..start };
        self.gap_told = false;
    }

    /// A closing bracket between two records: the end of their list, or one too many.
    fn leave(&mut self, end: Start) {
        let list = self.bytes.get(end.at) == Some(&b']');
        let behind = Start { at: end.at + 1, ..end };
        match (self.level, list) {
            (Level::List, true) => {
                self.look_at_gap(end.at);
                self.level = Level::Top;
            }
            (Level::Records, true) => {
                self.look_at_gap(end.at);
                self.level = Level::Wrapper;
            }
            (Level::Wrapper, false) => self.level = Level::Top,
            (Level::Wrapper, true) => self.tell(end, "a `]` that closes nothing".to_owned()),
            // It is told as text that is no record.
            _ => return,
        }
        self.depth = self.level.floor();
        self.gap = behind;
        self.gap_told = false;
    }

    fn done(&mut self, record: Start, end: Start) -> Flow {
        let text = self.bytes.get(record.at..=end.at).unwrap_or_default();
        if !matches!(text, [b'{', .., b'}'] | [b'[', .., b']']) {
            // Somewhere within it a bracket is missing.
            self.lose(record, "its brackets do not match");
            return Flow::Anew;
        }
        let place = self.place(record);
        self.record = None;
        self.depth -= 1;
        self.one_a_line = self.level == Level::Top && place.line == end.line;
        self.pieces.push(Piece::Record { place, range: record.at..end.at + 1 });
        self.gap = Start { at: end.at + 1, ..end };
        Flow::On
    }

    /// A bracket within an object that stands alone. Where it begins a line and cannot belong to the object, or
    /// where every object so far had a line of its own, the object before was not closed.
    fn inner(&mut self, start: Start) -> Flow {
        let before = self.bytes.get(..start.at).unwrap_or_default();
        let begins = self.bytes.get(start.at) == Some(&b'{') && before.last() == Some(&b'\n');
        let last = before.trim_ascii_end().last();
        match self.record {
            Some(record) if begins && (self.one_a_line || !matches!(last, Some(b'[' | b',' | b':'))) => {
                self.lose(record, "the record is not closed at the end of its line");
                Flow::Anew
            }
            _ => {
                self.depth += 1;
                Flow::On
            }
        }
    }

    /// Whether the bracket at `at` opens the value of a key that holds records.
    fn is_records(&self, at: usize) -> bool {
        let key = |before: &[u8]| {
            let name = before.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end().strip_suffix(b"\"")?;
            let of_records = |key: &&[u8]| match name.strip_suffix(*key) {
                Some([.., b'\\', b'"']) | None => false,
                Some(before) => before.last() == Some(&b'"'),
            };
            Some(RECORDS.iter().any(of_records))
        };
        self.bytes.get(..at).and_then(key) == Some(true)
    }

    /// Where the line begins on which a record follows a time, as exports of log groups write it; `None` where
    /// nothing stands before the record, or something else.
    fn prefix(&self, at: usize) -> Option<usize> {
        if self.level != Level::Top {
            return None;
        }
        let gap = self.bytes.get(self.gap.at..at)?;
        let line = self.gap.at + memchr::memrchr(b'\n', gap).map_or(0, |newline| newline + 1);
        let text = self.bytes.get(line..at)?;
        is_time(text).then_some(line)
    }
}
