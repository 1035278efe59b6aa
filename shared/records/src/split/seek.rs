//! After a broken record: where does the next one begin?

use memchr::{memchr, memchr_iter};

use super::{Piece, Place, Splitter, Start};
use crate::split::list::Level;

/// The longest key by which records are known.
const LONGEST_KEY: usize = 64;

/// The first key of most records, where the broken one does not show its own.
const USUAL_KEY: &[u8] = b"\"eventVersion\"";

/// A record that was given up, and what the next one will look like.
#[derive(Debug)]
pub(super) struct Seek {
    place: Place,
    why: String,
    /// The broken record's first key, with its quotes: one writer begins all its records alike, and what lies
    /// within a record seldom begins like it. In the text of a string the quotes would be escaped.
    key: Vec<u8>,
}

impl Seek {
    /// After the record that begins with `text`.
    pub(super) fn new(place: Place, why: &str, text: &[u8]) -> Self {
        Self { place, why: why.to_owned(), key: first_key(text).unwrap_or(USUAL_KEY).to_vec() }
    }
}

fn first_key(text: &[u8]) -> Option<&[u8]> {
    let inside = text.strip_prefix(b"{")?.trim_ascii_start();
    let length = memchr(b'"', inside.strip_prefix(b"\"")?)? + 2;
    if length > LONGEST_KEY { None } else { inside.get(..length) }
}

/// Whether a record begins at a bracket.
enum Answer {
    Yes,
    No,
    /// What has arrived does not tell.
    Unclear,
}

impl Splitter {
    /// Goes to where the next record may begin and tells what was lost. `false` where nothing is left to read.
    pub(super) fn sought(&mut self, end: bool) -> bool {
        let Some(seek) = self.seek.take() else { return true };
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut stop = rest.len();
        let mut found = false;
        for index in memchr_iter(b'{', rest) {
            match self.begins(self.at + index, &seek.key, end) {
                Answer::No => continue,
                Answer::Yes => found = true,
                Answer::Unclear => {}
            }
            stop = index;
            break;
        }
        let passed = rest.get(..stop).unwrap_or_default();
        self.line += memchr_iter(b'\n', passed).count() as u64;
        self.at += stop;
        self.gap = Start { at: self.at, line: self.line, patience: super::SUSPICIOUS };
        if !found && !end {
            self.seek = Some(seek);
            return false;
        }
        let lost = self.offset + self.at as u64 - seek.place.offset;
        let what = if found { "to the next record" } else { "to the end" };
        let why = format!("{}; skipped {lost} bytes {what}", seek.why);
        self.pieces.push(Piece::Broken { place: seek.place, why });
        if !found {
            // What ends within a lost record has told so; the list around it needs no second word.
            (self.depth, self.level) = (0, Level::Top);
        }
        found
    }

    /// Whether the bracket at `at` begins a record: it begins a line, where each record stands alone, or it
    /// begins like the record that was lost.
    fn begins(&self, at: usize, key: &[u8], end: bool) -> Answer {
        let before = at.checked_sub(1).and_then(|before| self.bytes.get(before));
        if self.level == Level::Top && before == Some(&b'\n') {
            return Answer::Yes;
        }
        let inside = self.bytes.get(at + 1..).unwrap_or_default().trim_ascii_start();
        if inside.starts_with(key) {
            Answer::Yes
        } else if !end && inside.len() < key.len() && key.starts_with(inside) {
            Answer::Unclear
        } else {
            Answer::No
        }
    }
}
