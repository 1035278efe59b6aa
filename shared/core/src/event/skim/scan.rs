//! The pass over a text: strict JSON, and where each value stands. Whatever is not plain is left to the parser.

use wide::u8x16;

use super::{Node, Skim, keys};

/// Deeper nesting is left to the parser, which has a limit of its own.
const DEEPEST: u32 = 100;

/// Longer numbers are left to the parser: it may find them too large.
const LONGEST_NUMBER: usize = 32;

/// How the keys begin by which the parser of other crates makes something else of an object.
const PRIVATE: &[u8] = b"$serde_json::";

/// How many bytes of a string are looked at at once.
const STEP: usize = 16;

/// A text that is being read. Every step is `None` where the text is not plain, and what was noted is void then.
pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    into: &'a mut Skim,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str, into: &'a mut Skim) -> Self {
        Self { bytes: text.as_bytes(), at: 0, into }
    }

    /// Reads the whole text, which must be an object.
    pub(super) fn read(mut self) -> Option<()> {
        // Places are kept in 32 bits.
        u32::try_from(self.bytes.len()).ok()?;
        self.space();
        if self.peek()? != b'{' {
            return None;
        }
        self.value(0, 0, 0)?;
        self.space();
        (self.at == self.bytes.len()).then_some(())
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes a byte that must come next, with space around it.
    #[inline]
    fn sign(&mut self, wanted: u8) -> Option<()> {
        // Records are written without space, as a rule.
        if self.peek()? != wanted {
            self.space();
            if self.peek()? != wanted {
                return None;
            }
        }
        self.at += 1;
        if self.peek()? <= b' ' {
            self.space();
        }
        Some(())
    }

    /// Reads a value, whose key stands there: its node, and those of what it holds.
    fn value(&mut self, key: u32, key_length: u16, depth: u32) -> Option<()> {
        let place = self.into.nodes.len();
        let start = self.at as u32;
        self.into.nodes.push(Node { key, key_length, escaped: false, start, end: 0, next: 0 });
        let mut escaped = false;
        match self.peek()? {
            b'"' => escaped = self.string()?,
            b'{' => self.object(depth + 1)?,
            b'[' => self.list(depth + 1)?,
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => self.word(b"null")?,
            _ => self.number()?,
        }
        let next = self.into.nodes.len() as u32;
        let node = self.into.nodes.get_mut(place)?;
        (node.end, node.next, node.escaped) = (self.at as u32, next, escaped);
        Some(())
    }

    fn object(&mut self, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.sign(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            if self.peek()? != b'"' {
                return None;
            }
            let start = self.at + 1;
            // Keys are compared as they are written.
            if self.string()? {
                return None;
            }
            let key = self.bytes.get(start..self.at - 1)?;
            if key.starts_with(PRIVATE) {
                return None;
            }
            let length = u16::try_from(key.len()).ok()?;
            if depth == 1 {
                self.note(start);
            }
            self.sign(b':')?;
            self.value(start as u32, length, depth)?;
            match self.peek()? {
                b',' => self.sign(b',')?,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => {
                    self.space();
                    match self.peek()? {
                        b',' => self.sign(b',')?,
                        b'}' => {
                            self.at += 1;
                            return Some(());
                        }
                        _ => return None,
                    }
                }
            }
        }
    }

    /// Notes a key of the record itself, which ends behind its quote here.
    fn note(&mut self, start: usize) {
        let (rest, length) = (self.bytes.get(start..).unwrap_or_default(), self.at - 1 - start);
        match keys::number_of_start(rest, length) {
            Some(number) => {
                if let Some(slot) = self.into.slots.get_mut(number) {
                    // Where a key stands twice, the last one counts, as for the parser.
                    *slot = self.into.nodes.len() as u32;
                }
            }
            None => self.into.dotted |= rest.get(..length).unwrap_or_default().contains(&b'.'),
        }
    }

    fn list(&mut self, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.sign(b'[')?;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.value(0, 0, depth)?;
            self.space();
            match self.peek()? {
                b',' => self.sign(b',')?,
                b']' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// Reads a string. Whether it has escapes.
    #[inline]
    fn string(&mut self) -> Option<bool> {
        self.at += 1;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..)?;
            let length = match rest.first_chunk::<STEP>() {
                Some(chunk) => {
                    let bytes = u8x16::from(*chunk);
                    let control = u8x16::splat(0x1f);
                    let stops = bytes.simd_eq(u8x16::splat(b'"'))
                        | bytes.simd_eq(u8x16::splat(b'\\'))
                        | bytes.max(control).simd_eq(control);
                    let stops = stops.to_bitmask();
                    if stops == 0 {
                        self.at += STEP;
                        continue;
                    }
                    stops.trailing_zeros() as usize
                }
                None => rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?,
            };
            self.at += length;
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(escaped);
                }
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 2;
                Some(())
            }
            b'u' => {
                let digits = self.bytes.get(self.at + 2..self.at + 6)?;
                // Halves of characters are left to the parser: they must come in pairs.
                let half = matches!(digits, [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]);
                if half || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                self.at += 6;
                Some(())
            }
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        if !self.bytes.get(self.at..)?.starts_with(word) {
            return None;
        }
        self.at += word.len();
        Some(())
    }

    /// A number without an exponent, and not so long that it might not fit.
    fn number(&mut self) -> Option<()> {
        let start = self.at;
        if self.peek()? == b'-' {
            self.at += 1;
        }
        let first = self.peek()?;
        let whole = self.digits();
        if whole == 0 || (whole > 1 && first == b'0') {
            return None;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return None;
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) || self.at - start > LONGEST_NUMBER {
            return None;
        }
        Some(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }
}
