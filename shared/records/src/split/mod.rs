//! Where each record begins and ends, in a stream of bytes of any shape, without building a tree.
//!
//! The shape is told from the content: objects one after the other (one a line, pretty-printed or simply
//! concatenated), lists of them, and objects whose `Records` is a list of them, in any mixture; a time may stand
//! before a record on its line. A record is
//! whatever stands where a record would: whether it is one is for the reader of the batch to say.
//!
//! What is broken costs itself alone. A closing quote or bracket that is missing is noticed at the end of the
//! line, at the next line that begins with an object, or when the record grows beyond all measure; reading
//! then goes on where the next record begins ([`seek`]).
//!
//! INVARIANT: what comes out depends on the bytes alone, not on the pieces that they arrive in.

mod batch;
mod block;
mod list;
mod seek;
#[cfg(test)]
mod tests;

pub use batch::{Batch, Piece, Place, json_fault};
use block::{BLOCK, Lexer, Marks};
use list::Level;
use seek::Seek;
use serde::de::IgnoredAny;

/// The largest record that is read. CloudTrail's own limit is far below.
pub const LARGEST: usize = 16 << 20;

/// A record that is larger than this is looked at, and again whenever it has doubled, whether it can still be
/// one. Most are a hundredth of it.
const SUSPICIOUS: usize = 64 << 10;

/// Bytes that are kept before the place that is read next: enough to see the key before a bracket.
const LOOK_BACK: usize = 64;

/// The splitter of one stream.
#[derive(Debug)]
pub struct Splitter {
    /// What has arrived and is not handed on yet.
    bytes: Vec<u8>,
    /// Where `bytes` begins in the stream.
    offset: u64,
    /// How many of `bytes` have been read.
    at: usize,
    /// The line of the byte that is read next, counted from 1.
    line: u64,
    lexer: Lexer,
    /// How many brackets are open.
    depth: usize,
    level: Level,
    /// The record that is being read.
    record: Option<Start>,
    /// Where the text between two records begins that has not been looked at.
    gap: Start,
    /// Whether something else than white space was found, and told, between these two records.
    gap_told: bool,
    /// Whether the last object that stood alone was written on one line.
    one_a_line: bool,
    seek: Option<Seek>,
    pieces: Vec<Piece>,
    /// How many pieces were handed on before.
    handed: u64,
}

/// Where something begins: in `bytes`, and on which line.
#[derive(Debug, Clone, Copy)]
struct Start {
    at: usize,
    line: u64,
    /// How long a record may be before it is looked at.
    patience: usize,
}

/// What a bracket led to.
enum Flow {
    /// Read on.
    On,
    /// The state was set anew; what the block says beyond this is void.
    Anew,
}

impl Default for Splitter {
    fn default() -> Self {
        Self::new()
    }
}

impl Splitter {
    /// The splitter of a stream of which nothing has arrived.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: Vec::new(),
            offset: 0,
            at: 0,
            line: 1,
            lexer: Lexer::default(),
            depth: 0,
            level: Level::Top,
            record: None,
            gap: Start { at: 0, line: 1, patience: SUSPICIOUS },
            gap_told: false,
            one_a_line: false,
            seek: None,
            pieces: Vec::new(),
            handed: 0,
        }
    }

    /// Where arriving bytes are put, at the end.
    pub fn tail(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// About how many bytes can be handed on: none where there is no piece, else at least one.
    pub fn ready(&self) -> usize {
        if self.pieces.is_empty() { 0 } else { self.kept().max(1) }
    }

    /// Reads what has arrived. With `end`, nothing more will.
    pub fn read(&mut self, end: bool) {
        if self.offset == 0 && self.at == 0 && self.skip_mark(end) {
            return;
        }
        loop {
            if self.seek.is_some() && !self.sought(end) {
                break;
            }
            if self.block() {
                continue;
            }
            // All is read.
            if self.record.is_none() && self.level != Level::Wrapper {
                self.look_at_gap(self.settled(end));
            }
            if !end || !self.lost_at_end() {
                break;
            }
        }
    }

    /// Up to where the text between two records cannot be what stands before a record on its line.
    fn settled(&self, end: bool) -> usize {
        let gap = self.bytes.get(self.gap.at..self.at).unwrap_or_default();
        let line = self.gap.at + memchr::memrchr(b'\n', gap).map_or(0, |newline| newline + 1);
        if end || self.level != Level::Top || self.at - line > list::LONGEST_PREFIX { self.at } else { line }
    }

    /// A mark of UTF-8 is no text. Whether to wait for the rest of one.
    fn skip_mark(&mut self, end: bool) -> bool {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        if self.bytes.starts_with(MARK) {
            self.at = MARK.len();
            self.gap.at = self.at;
        }
        !end && self.bytes.len() < MARK.len() && MARK.starts_with(&self.bytes)
    }

    /// Reads one block, or what is left of one; `false` where nothing is.
    fn block(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let (marks, length) = match rest.first_chunk::<BLOCK>() {
            Some(block) => (self.lexer.read(block, BLOCK), BLOCK),
            None if rest.is_empty() => return false,
            None => {
                let mut block = [b' '; BLOCK];
                block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                (self.lexer.read(&block, rest.len()), rest.len())
            }
        };
        if let Flow::Anew = self.brackets(marks) {
            return true;
        }
        self.at += length;
        self.line += u64::from(marks.newline.count_ones());
        if let Some(record) = self.record
            && self.at - record.at >= record.patience
        {
            self.doubt(record);
        }
        true
    }

    fn brackets(&mut self, marks: Marks) -> Flow {
        // What follows a torn string in its block has been taken for the inside of strings and the other way round.
        let valid = if marks.torn == 0 { u64::MAX } else { below(marks.torn.trailing_zeros()) };
        let mut brackets = (marks.open | marks.close) & valid;
        while brackets != 0 {
            let bit = brackets.trailing_zeros();
            brackets &= brackets - 1;
            let start = self.start(bit, marks.newline);
            let flow = if (marks.open >> bit) & 1 == 1 { self.open(start) } else { self.close(start) };
            if let Flow::Anew = flow {
                return Flow::Anew;
            }
        }
        if marks.torn == 0 {
            return Flow::On;
        }
        let bit = marks.torn.trailing_zeros();
        self.torn(self.start(bit, marks.newline));
        Flow::Anew
    }

    /// The place of a byte of the block that is being read.
    fn start(&self, bit: u32, newlines: u64) -> Start {
        let line = self.line + u64::from((newlines & below(bit)).count_ones());
        Start { at: self.at + bit as usize, line, patience: SUSPICIOUS }
    }

    /// A string that has no end on its line.
    fn torn(&mut self, newline: Start) {
        match self.record {
            Some(record) => self.lose(record, "a string is not closed at the end of its line"),
            None => {
                // Within a wrapper nothing but `Records` is read, so nothing was lost but perhaps its name.
                if self.level == Level::Wrapper {
                    self.tell(newline, "a string is not closed at the end of its line".to_owned());
                }
                self.resume(newline);
            }
        }
    }

    /// A record that has grown large: is it still one?
    fn doubt(&mut self, record: Start) {
        let length = self.at - record.at;
        if length > LARGEST {
            return self.lose(record, &format!("the record is larger than {} MiB", LARGEST >> 20));
        }
        let so_far = self.bytes.get(record.at..self.at).unwrap_or_default();
        match serde_json::from_slice::<IgnoredAny>(so_far) {
            Err(error) if !error.is_eof() => {
                let why = batch::json_fault(so_far, &error);
                self.lose(record, &why);
            }
            _ => self.record = Some(Start { patience: (record.patience * 2).min(LARGEST + 1), ..record }),
        }
    }

    /// The end of the stream, where it should not be. Whether there is something left to read.
    fn lost_at_end(&mut self) -> bool {
        if let Some(record) = self.record {
            self.lose(record, "the text ends within the record");
            return true;
        }
        if self.depth > 0 {
            let end = Start { at: self.at, line: self.line, patience: SUSPICIOUS };
            self.tell(end, "the text ends within the list of records".to_owned());
            self.depth = 0;
            self.level = Level::Top;
        }
        false
    }

    /// Gives a record up, and goes on at the first place behind its bracket where one may begin.
    fn lose(&mut self, record: Start, why: &str) {
        let rest = self.bytes.get(record.at..).unwrap_or_default();
        self.seek = Some(Seek::new(self.place(record), why, rest));
        self.resume(Start { at: record.at + 1, ..record });
    }

    /// Reads on from a place between two records.
    fn resume(&mut self, from: Start) {
        (self.at, self.line) = (from.at, from.line);
        self.lexer = Lexer::default();
        self.record = None;
        self.depth = self.level.floor();
        if self.seek.is_some() {
            self.gap = from;
        } else if self.level != Level::Wrapper {
            self.look_at_gap(from.at);
        }
    }

    /// Tells of anything but white space and commas between two records: once, at its first place.
    fn look_at_gap(&mut self, to: usize) {
        let text = self.bytes.get(self.gap.at..to).unwrap_or_default();
        let mut line = self.gap.line;
        let mut found = None;
        for (index, byte) in text.iter().enumerate() {
            match byte {
                b'\n' => line += 1,
                b' ' | b'\t' | b'\r' | b',' => {}
                _ if found.is_none() => found = Some(Start { at: self.gap.at + index, line, patience: 0 }),
                _ => {}
            }
        }
        if let Some(found) = found
            && !self.gap_told
        {
            self.tell(found, "text that is no record".to_owned());
            self.gap_told = true;
        }
        self.gap = Start { at: to, line, patience: SUSPICIOUS };
    }

    fn tell(&mut self, at: Start, why: String) {
        self.pieces.push(Piece::Broken { place: self.place(at), why });
    }

    fn place(&self, at: Start) -> Place {
        Place { offset: self.offset + at.at as u64, line: at.line }
    }

    /// Hands on what is complete, in the buffers of `batch`, and keeps the rest.
    pub fn hand_on(&mut self, batch: &mut Batch) {
        let kept = self.kept();
        batch.pieces.clear();
        std::mem::swap(&mut batch.pieces, &mut self.pieces);
        std::mem::swap(&mut batch.bytes, &mut self.bytes);
        self.bytes.clear();
        self.bytes.extend_from_slice(batch.bytes.get(kept..).unwrap_or_default());
        batch.offset = self.offset;
        batch.first = self.handed + 1;
        self.handed += batch.pieces.len() as u64;
        self.shift(kept);
    }

    /// Forgets bytes that no piece needs, so that text without records costs no memory.
    pub fn forget(&mut self) {
        let kept = self.kept();
        if self.pieces.is_empty() && kept >= SUSPICIOUS {
            self.bytes.drain(..kept);
            self.shift(kept);
        }
    }

    fn shift(&mut self, by: usize) {
        self.offset += by as u64;
        self.at -= by;
        self.gap.at = self.gap.at.saturating_sub(by);
        if let Some(record) = &mut self.record {
            record.at -= by;
        }
    }

    /// From where on bytes are still needed.
    fn kept(&self) -> usize {
        let between = || if self.level == Level::Wrapper { self.at } else { self.gap.at.min(self.at) };
        self.record.map_or_else(between, |record| record.at).saturating_sub(LOOK_BACK)
    }
}

/// All bits below one.
fn below(bit: u32) -> u64 {
    (1_u64 << bit) - 1
}
