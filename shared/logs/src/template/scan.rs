//! A message as tokens: what varies from line to line by its very look (numbers, addresses, paths, ids) is one
//! token, [`Token::Any`].
//!
//! INVARIANT: neighboring values are one value, with separators between them or not. So a list has the same tokens
//! however long it is, an address the same with its port and without, and a template does not hang on the number of
//! words.

use crate::time::stamp;

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A value.
    Any,
    /// A word.
    Word(&'a [u8]),
    /// A character that separates words.
    Mark(u8),
}

/// Takes the tokens.
pub(super) trait Sink {
    /// The next one. `spaced` is whether a space stands before it.
    fn take(&mut self, token: Token<'_>, spaced: bool);
}

/// So many bytes of a message decide its template, so that one of 256 KB costs no more than the others.
const LONGEST: usize = 4096;

/// Numbers are followed by these, with a space between, and belong to them.
fn is_unit_name(word: &[u8]) -> bool {
    matches!(
        word,
        b"B" | b"KB"
            | b"MB"
            | b"GB"
            | b"TB"
            | b"kB"
            | b"KiB"
            | b"MiB"
            | b"GiB"
            | b"TiB"
            | b"K"
            | b"M"
            | b"G"
            | b"ms"
            | b"us"
            | b"ns"
            | b"s"
            | b"sec"
            | b"secs"
            | b"second"
            | b"seconds"
            | b"min"
            | b"mins"
            | b"minute"
            | b"minutes"
            | b"hour"
            | b"hours"
            | b"h"
            | b"day"
            | b"days"
            | b"Hz"
            | b"kHz"
            | b"MHz"
            | b"GHz"
            | b"kbps"
            | b"Mbps"
            | b"AM"
            | b"PM"
    )
}

/// Words that are values where a value stands.
fn is_truth(word: &[u8]) -> bool {
    matches!(word, b"true" | b"false" | b"null" | b"none" | b"nil" | b"True" | b"False" | b"None")
}

/// The same; but these are common words, too.
fn is_switch(word: &[u8]) -> bool {
    matches!(word, b"on" | b"off" | b"yes" | b"no" | b"ON" | b"OFF")
}

/// Words behind `user` that are no user's name.
fn is_no_name(word: &[u8]) -> bool {
    matches!(
        word,
        b"from"
            | b"by"
            | b"with"
            | b"at"
            | b"in"
            | b"is"
            | b"has"
            | b"was"
            | b"not"
            | b"to"
            | b"and"
            | b"of"
            | b"for"
            | b"are"
            | b"methods"
            | b"name"
    )
}

/// What a byte is to the scanner: bits, so that a loop over a word gathers them.
mod is {
    pub(super) const DIGIT: u8 = 1;
    pub(super) const HEX: u8 = 2;
    pub(super) const SLASH: u8 = 4;
    pub(super) const AT: u8 = 8;
    pub(super) const DOT: u8 = 16;
    pub(super) const LETTER: u8 = 32;
    /// It separates words, and is a token.
    pub(super) const MARK: u8 = 64;
    pub(super) const SPACE: u8 = 128;
}

const BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        // `byte` stays below 256, the table's length.
        #[allow(clippy::indexing_slicing, reason = "checked by the loop, at compile time")]
        {
            table[byte] = match byte as u8 {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => is::SPACE,
                b'=' | b':' | b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'"' | b'\''
                | b'|' | b'!' | b'?' => is::MARK,
                b'0'..=b'9' => is::DIGIT | is::HEX,
                b'a'..=b'f' | b'A'..=b'F' => is::LETTER | is::HEX,
                b'g'..=b'z' | b'G'..=b'Z' | 0x80.. => is::LETTER,
                b'/' | b'\\' => is::SLASH,
                b'@' => is::AT,
                b'.' => is::DOT,
                _ => 0,
            };
        }
        byte += 1;
    }
    table
};

fn kind(byte: u8) -> u8 {
    BYTES.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Reads a message into `sink`.
pub(super) fn scan(message: &[u8], sink: &mut impl Sink) {
    let text = message.get(..message.len().min(LONGEST)).unwrap_or(message);
    let mut scanner = Scanner { text, at: 0, sink, last: Last::Start, held: [0; HELD], holding: 0, spaced: false };
    scanner.run();
}

/// So many separators may stand between two values that are one.
const HELD: usize = 3;

/// What came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Start,
    Any,
    /// A switch in the place of a value.
    Switch,
    Word,
    /// The word `user`.
    User,
    Mark(u8),
}

struct Scanner<'t, 's, S> {
    text: &'t [u8],
    at: usize,
    sink: &'s mut S,
    last: Last,
    /// Separators behind a value, of which is not known yet whether they are inside of one. The high bit tells
    /// that a space stands before.
    held: [u8; HELD],
    holding: usize,
    spaced: bool,
}

impl<'t, S: Sink> Scanner<'t, '_, S> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match kind(byte) {
                is::SPACE => {
                    self.spaced = true;
                    self.at += 1;
                }
                is::MARK => self.mark(byte),
                _ => self.word(byte),
            }
        }
        self.release();
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(b' ')
    }

    fn previous(&self) -> u8 {
        self.at.checked_sub(1).and_then(|at| self.text.get(at)).copied().unwrap_or(b' ')
    }

    /// A separator. Behind a value it waits.
    fn mark(&mut self, byte: u8) {
        match byte {
            // `<1 sec`
            b'<' if self.peek(1).is_ascii_digit() => {
                self.at += 1;
                return;
            }
            b'"' | b'\'' if self.quoted(byte) => return,
            // ::1
            b':' if self.address() => return,
            _ => {}
        }
        self.at += 1;
        let between = matches!(byte, b':' | b',' | b';');
        if self.last == Last::Any
            && between
            && let Some(place) = self.held.get_mut(self.holding)
        {
            *place = byte | if self.spaced { 0x80 } else { 0 };
            self.holding += 1;
            self.spaced = false;
            return;
        }
        self.release();
        // `connection from 10.0.0.1 () at`: a value that is not known. `init()` is a name.
        let empty = self.spaced && matches!((byte, self.peek(0)), (b'(', b')') | (b'[', b']'));
        self.sink.take(Token::Mark(byte), self.spaced);
        self.spaced = false;
        self.last = Last::Mark(byte);
        if empty {
            self.any();
        }
    }

    /// Hands on the separators that waited.
    fn release(&mut self) {
        for held in self.held.iter().take(self.holding) {
            let (byte, spaced) = (held & 0x7f, held & 0x80 != 0);
            self.sink.take(Token::Mark(byte), spaced);
            self.last = Last::Mark(byte);
        }
        self.holding = 0;
    }

    /// A value; one behind another is part of it.
    fn any(&mut self) {
        if self.last == Last::Any || (self.last == Last::Switch && self.holding == 0) {
            self.holding = 0;
        } else {
            self.sink.take(Token::Any, self.spaced);
        }
        self.last = Last::Any;
        self.spaced = false;
    }

    fn constant(&mut self, word: &'t [u8]) {
        self.release();
        self.sink.take(Token::Word(word), self.spaced);
        self.spaced = false;
        self.last = if matches!(word, b"user" | b"User") { Last::User } else { Last::Word };
    }

    fn word(&mut self, first: u8) {
        let start = self.at;
        let found = match first {
            b'/' => self.path(),
            _ if kind(first) & is::HEX != 0 && self.address() => true,
            b'A'..=b'Z' | b'a'..=b'z' => (self.peek(1) == b':' && self.path()) || self.date(),
            _ => false,
        };
        if found {
            return;
        }
        let (mut any, mut all) = (0, 0xff);
        let mut length = 0;
        for &byte in self.rest() {
            let bits = kind(byte);
            if bits & (is::SPACE | is::MARK) != 0 {
                // isn't
                let inside = byte == b'\'' && any & is::LETTER != 0 && self.peek(length + 1).is_ascii_alphabetic();
                if !inside {
                    break;
                }
            }
            any |= bits;
            all &= bits;
            length += 1;
        }
        self.at += length;
        let (digits, letters, dots) = (any & is::DIGIT != 0, any & is::LETTER != 0, any & is::DOT != 0);
        // scheme://…
        if self.rest().starts_with(b"://") {
            self.skip_path();
            return self.any();
        }
        if digits {
            return self.any();
        }
        let word = self.text.get(start..self.at).unwrap_or_default();
        let bare = if dots { word.trim_suffix_dots() } else { word };
        if bare.is_empty() {
            return self.constant(word);
        }
        let hex = all & is::HEX != 0;
        let slashes = if any & is::SLASH == 0 { 0 } else { bare.iter().filter(|b| matches!(b, b'/' | b'\\')).count() };
        let dots = dots && bare.contains(&b'.');
        let host = dots && (is_host(bare) || (self.peek(0) == b':' && self.peek(1).is_ascii_digit()));
        let mail = any & is::AT != 0 && bare.len() > 2 && letters && first != b'@';
        if host || mail || slashes >= 2 || (slashes == 1 && dots) || (hex && bare.len() >= 8) {
            return self.any();
        }
        // A part of an address: `e3:ba:c3`.
        if hex && bare.len() <= 4 && self.last == Last::Any && self.holding > 0 && !self.spaced {
            return self.any();
        }
        if self.is_unit(bare) {
            return;
        }
        if !letters {
            // `-`, `->`, `#`: between values, part of them.
            if self.last == Last::Any && self.holding == 0 && bare.len() == 1 && self.value_follows() {
                return;
            }
            return self.constant(bare);
        }
        if is_truth(bare) && self.in_place_of_a_value() {
            return self.any();
        }
        if is_switch(bare) && (self.in_place_of_a_value() || self.last == Last::Switch) {
            if self.last != Last::Switch {
                self.any();
            }
            self.spaced = false;
            self.last = Last::Switch;
            return;
        }
        if self.last == Last::User && self.spaced && !is_no_name(bare) {
            return self.any();
        }
        self.constant(bare);
    }

    fn in_place_of_a_value(&self) -> bool {
        // `on=…` is a key.
        self.peek(0) != b'='
            && (matches!(self.last, Last::Mark(b'=' | b':' | b'(' | b'['))
                || (self.last == Last::Any && self.holding > 0))
    }

    /// Whether a word is the unit of the number before it.
    fn is_unit(&mut self, word: &[u8]) -> bool {
        let unit = self.last == Last::Any && self.holding == 0 && self.spaced && word.len() <= 7 && is_unit_name(word);
        if unit {
            self.spaced = false;
        }
        unit
    }

    /// Whether what stands next, behind spaces, begins as a number does.
    fn value_follows(&self) -> bool {
        let rest = self.rest().trim_ascii_start();
        match rest {
            [b'-' | b'+' | b'<' | b'/', second, ..] => second.is_ascii_digit(),
            [first, ..] => first.is_ascii_digit(),
            [] => false,
        }
    }

    /// `/a/path`, `C:\a\path`.
    fn path(&mut self) -> bool {
        let rest = self.rest();
        let unix = matches!(rest, [b'/', next, ..] if next.is_ascii_alphanumeric() || matches!(next, b'_' | b'.' | b'/' | b'-' | b'%' | b'~'))
            && !self.previous().is_ascii_alphanumeric();
        let windows = matches!(rest, [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic());
        if unix || windows {
            self.skip_path();
            self.any();
        }
        unix || windows
    }

    /// `Sat Jun 18 02:08:12 2005`, `Jun 18 02:08:12`: a time that begins with a name.
    fn date(&mut self) -> bool {
        let rest = self.rest();
        let begins = matches!(rest, [a, b, c, b' ' | b',', ..] if a.is_ascii_uppercase() && b.is_ascii_lowercase() && c.is_ascii_lowercase());
        let Some(found) = begins.then(|| stamp(rest)).flatten() else { return false };
        self.at += found.len;
        self.any();
        true
    }

    /// To the end of a path or an address of the web.
    fn skip_path(&mut self) {
        let ends = |byte: &u8| {
            kind(*byte) == is::SPACE || matches!(byte, b'"' | b'\'' | b',' | b';' | b')' | b']' | b'>' | b'}' | b'|')
        };
        let rest = self.rest();
        let mut length = rest.iter().position(ends).unwrap_or(rest.len());
        // `file.c: message`, `path.`
        while length > 1 && rest.get(length - 1).is_some_and(|b| matches!(b, b':' | b'.' | b'!' | b'?')) {
            length -= 1;
        }
        self.at += length;
    }

    /// `00:11:43:e3:ba:c3`, `fe80::1`, `a:b:c:1`: hexadecimal groups with two colons or more, one digit or more.
    fn address(&mut self) -> bool {
        let rest = self.rest();
        let first = rest.iter().take(6).position(|b| *b == b':');
        if first.is_none_or(|at| at > 4) || self.previous().is_ascii_alphanumeric() {
            return false;
        }
        let mut colons = 0;
        let mut digits = false;
        let mut length = 0;
        for byte in rest {
            match byte {
                b':' => colons += 1,
                b'.' | b'%' | b'/' if colons >= 2 => {}
                _ if byte.is_ascii_hexdigit() => digits |= byte.is_ascii_digit(),
                _ if kind(*byte) & (is::SPACE | is::MARK) == 0 => return false,
                _ => break,
            }
            length += 1;
        }
        while length > 0 && rest.get(length - 1).is_some_and(|b| matches!(b, b':' | b'.')) {
            length -= 1;
            colons -= i32::from(rest.get(length) == Some(&b':'));
        }
        if colons < 2 || !digits {
            return false;
        }
        self.at += length;
        self.any();
        true
    }

    /// A text in quotes: a value where it looks like one, one word where it is short. An HTTP request keeps its
    /// method.
    fn quoted(&mut self, quote: u8) -> bool {
        const REACH: usize = 512;
        if self.previous().is_ascii_alphanumeric() && quote == b'\'' {
            return false;
        }
        let rest = self.rest();
        let behind = rest.get(1..).unwrap_or_default();
        let mut end = None;
        let mut escaped = false;
        for (index, byte) in behind.iter().enumerate().take(REACH) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                _ if *byte == quote => {
                    end = Some(index);
                    break;
                }
                _ => {}
            }
        }
        let Some(end) = end else { return false };
        let Some(inside) = behind.get(..end) else { return false };
        if quote == b'\'' && behind.get(end + 1).is_some_and(u8::is_ascii_alphanumeric) {
            return false;
        }
        let words = inside.split(|b| *b == b' ').filter(|word| !word.is_empty()).count();
        let request = words >= 2 && {
            let method = inside.iter().position(|b| *b == b' ').unwrap_or_default();
            (3..=10).contains(&method)
                && inside.iter().take(method).all(u8::is_ascii_uppercase)
                && inside.get(method + 1).is_some_and(|b| matches!(b, b'/' | b'h' | b'*'))
        };
        let spaced = self.spaced;
        if request {
            let method = inside.iter().position(|b| *b == b' ').unwrap_or_default();
            self.constant(inside.get(..method).unwrap_or_default());
            self.spaced = true;
            self.any();
        } else if words >= 4 || inside.iter().any(|b| b.is_ascii_digit() || matches!(b, b'/' | b'\\')) {
            self.any();
        } else if inside.is_empty() {
            self.spaced = spaced;
            self.any();
        } else {
            self.constant(inside);
        }
        self.at += end + 2;
        true
    }
}

/// `ns.example.com`: words with dots between, the last of them a domain that everybody knows.
fn is_host(word: &[u8]) -> bool {
    const DOMAINS: [&str; 30] = [
        "com",
        "net",
        "org",
        "edu",
        "gov",
        "mil",
        "info",
        "biz",
        "local",
        "internal",
        "lan",
        "localdomain",
        "arpa",
        "cn",
        "hk",
        "tw",
        "jp",
        "kr",
        "de",
        "uk",
        "fr",
        "it",
        "nl",
        "es",
        "pl",
        "ru",
        "br",
        "ca",
        "au",
        "us",
    ];
    let Some(dot) = memchr::memrchr(b'.', word) else { return false };
    is_one(word.get(dot + 1..).unwrap_or_default(), &DOMAINS) && dot > 0
}

fn is_one(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| known.as_bytes() == word)
}

/// Without the full stops at its end.
trait TrimDots {
    fn trim_suffix_dots(&self) -> &Self;
}

impl TrimDots for [u8] {
    fn trim_suffix_dots(&self) -> &Self {
        let dots = self.iter().rev().take_while(|b| **b == b'.').count();
        if dots == self.len() { self } else { self.get(..self.len() - dots).unwrap_or(self) }
    }
}
