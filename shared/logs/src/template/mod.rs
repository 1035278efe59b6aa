//! Templates: what the lines of a log have in common once the values are taken out.
//!
//! In two steps, after Drain (He et al., *Drain: An Online Log Parsing Approach with Fixed Depth Tree*, ICWS 2017).
//! Each line is reduced to its *shape* while it streams by ([`scan`]): values that look like values are one token, so
//! that the thousands of lines of one kind are one shape, found by one look-up. Shapes whose variable part looks like
//! words are then put together ([`partition`], [`merge`]): a tree whose levels are positions decides by how many
//! different words stand at each. Few are an enumeration and stay apart; many are a variable.

mod merge;
mod partition;
mod scan;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use serde_json::Value;

use crate::header::Splitter;
use scan::{Sink, Token};

/// Gathers the shapes of a log, and groups them.
#[derive(Debug, Default)]
pub struct Miner {
    shapes: Vec<Shape>,
    by_hash: HashMap<u64, u32, BuildHasherDefault<Ready>>,
    words: Words,
    splitter: Splitter,
}

/// The number of a shape in its [`Miner`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(u32);

impl ShapeId {
    /// As it was given by [`ShapeId::number`].
    #[must_use]
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    /// Counted from 0, in the order of appearance.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

/// What lines have in common that differ in obvious values alone.
#[derive(Debug, Clone)]
struct Shape {
    tokens: Vec<Piece>,
    lines: u64,
}

/// A token, its word as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Piece {
    Any { spaced: bool },
    Word { id: u32, spaced: bool },
    Mark { byte: u8, spaced: bool },
}

/// A template and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The words, with `<*>` for each value.
    pub text: String,
    /// How many lines have it.
    pub lines: u64,
}

/// All templates of a log.
#[derive(Debug, Default)]
pub struct Templates {
    /// In the order of their first line.
    pub all: Vec<Template>,
    of_shape: Vec<u32>,
}

impl Templates {
    /// The number of the template of a line with this shape, counted from 0; `None` for a shape of another miner.
    #[must_use]
    pub fn of(&self, shape: ShapeId) -> Option<usize> {
        self.of_shape.get(usize::try_from(shape.0).ok()?).and_then(|number| usize::try_from(*number).ok())
    }
}

impl Miner {
    /// The most shapes that are told apart. What comes when so many are known is told apart by its first words, so
    /// that memory stays bounded whatever is written into a log.
    pub const MOST_SHAPES: usize = 200_000;
    /// So many more are told apart by their first words.
    const MOST_COARSE: usize = 10_000;
    /// The most tokens of a shape.
    const MOST_TOKENS: usize = 192;

    /// One that knows nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a line with its header, and returns its shape.
    pub fn line(&mut self, line: &[u8]) -> ShapeId {
        let message = self.splitter.split(line).message;
        match json_message(message) {
            Some(text) => self.message(text.as_bytes()),
            None => self.message(message),
        }
    }

    /// Takes in a message without a header.
    pub fn message(&mut self, message: &[u8]) -> ShapeId {
        let mut hash = Hash(0x9e37_79b9_7f4a_7c15);
        scan::scan(message, &mut hash);
        if let Some(&number) = self.by_hash.get(&hash.0) {
            return self.count(number);
        }
        let mut pieces = Pieces { words: &mut self.words, tokens: Vec::with_capacity(24) };
        scan::scan(message, &mut pieces);
        let mut tokens = pieces.tokens;
        let mut key = hash.0;
        if self.shapes.len() >= Self::MOST_SHAPES {
            let keep = if self.shapes.len() < Self::MOST_SHAPES + Self::MOST_COARSE { 3 } else { 0 };
            tokens.truncate(keep);
            tokens.push(Piece::Any { spaced: true });
            key = coarse(&tokens);
            if let Some(&number) = self.by_hash.get(&key) {
                return self.count(number);
            }
        }
        let number = u32::try_from(self.shapes.len()).unwrap_or(u32::MAX);
        self.shapes.push(Shape { tokens, lines: 1 });
        self.by_hash.insert(key, number);
        ShapeId(number)
    }

    fn count(&mut self, number: u32) -> ShapeId {
        if let Some(shape) = usize::try_from(number).ok().and_then(|index| self.shapes.get_mut(index)) {
            shape.lines += 1;
        }
        ShapeId(number)
    }

    /// How many shapes are known.
    #[must_use]
    pub fn shapes(&self) -> usize {
        self.shapes.len()
    }

    /// A shape as a text, with `<*>` for each value; empty for a shape of another miner.
    #[must_use]
    pub fn text(&self, shape: ShapeId) -> String {
        let shape = usize::try_from(shape.0).ok().and_then(|index| self.shapes.get(index));
        shape.map(|shape| self.words.text(&shape.tokens)).unwrap_or_default()
    }

    /// Groups all shapes that were seen.
    #[must_use]
    pub fn templates(&self) -> Templates {
        let groups = merge::merge(&self.shapes, partition::partition(&self.shapes, &self.words));
        let mut of_shape = vec![0; self.shapes.len()];
        let mut all = Vec::with_capacity(groups.len());
        for group in groups {
            let number = u32::try_from(all.len()).unwrap_or(u32::MAX);
            let mut lines = 0;
            for member in &group.members {
                if let Some(slot) = of_shape.get_mut(*member) {
                    *slot = number;
                }
                lines += self.shapes.get(*member).map_or(0, |shape| shape.lines);
            }
            all.push(Template { text: self.words.text(&group.pattern), lines });
        }
        Templates { all, of_shape }
    }
}

/// The text that a structured line holds for people.
fn json_message(line: &[u8]) -> Option<String> {
    const KEYS: [&str; 6] = ["message", "msg", "MESSAGE", "log", "event", "text"];
    if !(line.starts_with(b"{") && line.ends_with(b"}")) {
        return None;
    }
    let fields: HashMap<String, Value> = serde_json::from_slice(line).ok()?;
    KEYS.iter().find_map(|key| match fields.get(*key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    })
}

/// Shapes that are one template.
#[derive(Debug, Clone)]
struct Group {
    pattern: Vec<Piece>,
    /// Indices of shapes, in order.
    members: Vec<usize>,
}

/// Words by number.
#[derive(Debug, Default)]
struct Words {
    numbers: HashMap<Box<[u8]>, u32>,
    texts: Vec<Box<[u8]>>,
}

impl Words {
    fn number(&mut self, word: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(word.into());
        self.numbers.insert(word.into(), number);
        number
    }

    fn get(&self, number: u32) -> &[u8] {
        usize::try_from(number).ok().and_then(|index| self.texts.get(index)).map_or(&[], |word| word)
    }

    fn text(&self, pattern: &[Piece]) -> String {
        let mut out = String::new();
        for piece in pattern {
            let (Piece::Any { spaced } | Piece::Word { spaced, .. } | Piece::Mark { spaced, .. }) = *piece;
            if spaced && !out.is_empty() {
                out.push(' ');
            }
            match *piece {
                Piece::Any { .. } => out.push_str("<*>"),
                Piece::Word { id, .. } => out.push_str(&String::from_utf8_lossy(self.get(id))),
                Piece::Mark { byte, .. } => out.push(char::from(byte)),
            }
        }
        out
    }
}

struct Pieces<'w> {
    words: &'w mut Words,
    tokens: Vec<Piece>,
}

impl Sink for Pieces<'_> {
    fn take(&mut self, token: Token<'_>, spaced: bool) {
        if self.tokens.len() >= Miner::MOST_TOKENS {
            return;
        }
        self.tokens.push(match token {
            Token::Any => Piece::Any { spaced },
            Token::Word(word) => Piece::Word { id: self.words.number(word), spaced },
            Token::Mark(byte) => Piece::Mark { byte, spaced },
        });
    }
}

/// A running hash of tokens; spaces between them do not matter.
struct Hash(u64);

impl Hash {
    fn mix(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0xff51_afd7_ed55_8ccd);
        self.0 ^= self.0 >> 32;
    }
}

impl Sink for Hash {
    fn take(&mut self, token: Token<'_>, _: bool) {
        match token {
            Token::Any => self.mix(1),
            Token::Mark(byte) => self.mix(0x100 | u64::from(byte)),
            Token::Word(word) => {
                let mut rest = word;
                while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
                    self.mix(u64::from_le_bytes(*chunk));
                    rest = behind;
                }
                let mut last = 0_u64;
                for byte in rest {
                    last = last << 8 | u64::from(*byte);
                }
                self.mix(last ^ 0x8000_0000_0000_0000 ^ (u64::try_from(word.len()).unwrap_or_default() << 56));
            }
        }
    }
}

fn coarse(tokens: &[Piece]) -> u64 {
    let mut hash = Hash(0x5851_f42d_4c95_7f2d);
    for token in tokens {
        hash.mix(match *token {
            Piece::Any { .. } => 1,
            Piece::Mark { byte, .. } => 0x100 | u64::from(byte),
            Piece::Word { id, .. } => 0x1_0000 + u64::from(id),
        });
    }
    hash.0
}

/// Keys that are hashes already.
#[derive(Debug, Default)]
pub struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests;
