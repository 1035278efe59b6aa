//! Bytes that are not yet the JSON that they hold: UTF-16, and JSON strings that are records.

use std::io::{self, Read};

/// How much is decoded at once.
const PIECE: usize = 64 << 10;

/// What turns some bytes into others, piece by piece.
pub(crate) trait Decode {
    /// Decodes the next bytes; with `end`, nothing more will come.
    fn decode(&mut self, bytes: &[u8], end: bool, to: &mut Vec<u8>);
}

/// A reader of decoded bytes.
pub(crate) struct Decoded<R, D> {
    from: R,
    decoder: D,
    /// What is decoded and not read yet.
    ready: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R, D> Decoded<R, D> {
    pub(crate) fn new(from: R, decoder: D) -> Self {
        Self { from, decoder, ready: Vec::new(), at: 0, ended: false }
    }
}

impl<R: Read, D: Decode> Read for Decoded<R, D> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            let mut piece = vec![0; PIECE];
            let count = self.from.read(&mut piece)?;
            self.ended = count == 0;
            self.ready.clear();
            self.at = 0;
            self.decoder.decode(piece.get(..count).unwrap_or_default(), self.ended, &mut self.ready);
        }
        let count = self.ready.get(self.at..).unwrap_or_default().read(to)?;
        self.at += count;
        Ok(count)
    }
}

/// UTF-16. Halves of characters become the sign for what cannot be read.
#[derive(Debug)]
pub(crate) struct Utf16 {
    little: bool,
    /// The first byte of a unit whose second has not come.
    byte: Option<u8>,
    /// The first half of a character whose second has not come.
    high: Option<u16>,
}

impl Utf16 {
    pub(crate) fn new(little: bool) -> Self {
        Self { little, byte: None, high: None }
    }

    fn unit(&mut self, unit: u16, to: &mut Vec<u8>) {
        let units = [self.high.take(), Some(unit)];
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        }
        let kept = if self.high.is_some() { 1 } else { 2 };
        for character in char::decode_utf16(units.into_iter().take(kept).flatten()) {
            push(character.unwrap_or(char::REPLACEMENT_CHARACTER), to);
        }
    }
}

fn push(character: char, to: &mut Vec<u8>) {
    // The mark at the beginning is no text.
    if character != '\u{feff}' {
        to.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl Decode for Utf16 {
    fn decode(&mut self, bytes: &[u8], end: bool, to: &mut Vec<u8>) {
        for byte in bytes {
            match self.byte.take() {
                None => self.byte = Some(*byte),
                Some(first) => {
                    let pair = [first, *byte];
                    let unit = if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
                    self.unit(unit, to);
                }
            }
        }
        if end && (self.byte.take().is_some() || self.high.take().is_some()) {
            push(char::REPLACEMENT_CHARACTER, to);
        }
    }
}

/// The contents of JSON strings that hold objects, one after the other. What stands around them is left out.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    place: Place,
    /// The digits of an escape that is being read.
    digits: Vec<u8>,
    high: Option<u16>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    /// Behind the opening quote.
    First,
    /// Within a string that holds an object, or one that does not.
    Inside(bool),
    /// Behind a backslash.
    Escape(bool),
    Digits(bool),
}

impl Strings {
    fn byte(&mut self, byte: u8, to: &mut Vec<u8>) {
        self.place = match self.place {
            Place::Outside if byte == b'"' => Place::First,
            Place::Outside => {
                if byte == b'\n' {
                    to.push(byte);
                }
                Place::Outside
            }
            Place::First | Place::Inside(_) if byte == b'"' => {
                to.push(b' ');
                Place::Outside
            }
            Place::First if byte == b'{' => {
                to.push(byte);
                Place::Inside(true)
            }
            Place::First if byte == b'\\' => Place::Escape(false),
            Place::First => Place::Inside(false),
            Place::Inside(wanted) if byte == b'\\' => Place::Escape(wanted),
            Place::Inside(wanted) => {
                if wanted {
                    to.push(byte);
                }
                Place::Inside(wanted)
            }
            Place::Escape(wanted) if byte == b'u' => {
                self.digits.clear();
                Place::Digits(wanted)
            }
            Place::Escape(wanted) => {
                if wanted {
                    to.push(match byte {
                        b'n' => b'\n',
                        b't' => b'\t',
                        b'r' => b'\r',
                        b'b' => 8,
                        b'f' => 12,
                        other => other,
                    });
                }
                Place::Inside(wanted)
            }
            Place::Digits(wanted) => {
                self.digits.push(byte);
                if self.digits.len() < 4 {
                    Place::Digits(wanted)
                } else {
                    if wanted {
                        self.escaped(to);
                    }
                    Place::Inside(wanted)
                }
            }
        };
    }

    fn escaped(&mut self, to: &mut Vec<u8>) {
        let digits = std::str::from_utf8(&self.digits).unwrap_or_default();
        let unit = u16::from_str_radix(digits, 16).unwrap_or(0xfffd);
        let mut pair = Utf16 { little: true, byte: None, high: self.high.take() };
        pair.unit(unit, to);
        self.high = pair.high;
    }
}

impl Decode for Strings {
    fn decode(&mut self, bytes: &[u8], _: bool, to: &mut Vec<u8>) {
        bytes.iter().for_each(|byte| self.byte(*byte, to));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same in pieces of this length.
    fn decoded(decoder: impl Decode, bytes: &[u8], length: usize) -> String {
        struct Pieces<'a>(&'a [u8], usize);
        impl Read for Pieces<'_> {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let most = self.1.min(to.len());
                self.0.read(&mut to[..most])
            }
        }
        let mut text = Vec::new();
        Decoded::new(Pieces(bytes, length), decoder).read_to_end(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    proptest! {
        #[test]
        fn utf_16_says_what_was_written(text in "[a-z{}\"é漢😀]{0,40}", little in any::<bool>(), length in 1_usize..9) {
            let bytes: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16())
                .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
            prop_assert_eq!(decoded(Utf16::new(little), &bytes, length), text);
        }

        #[test]
        fn strings_say_what_they_hold(inner in "[a-z\"\\\\\n\té漢😀]{0,20}", length in 1_usize..9) {
            let record = serde_json::json!({"a": inner}).to_string();
            let list = serde_json::json!([record, "no record", record]).to_string();
            let text = decoded(Strings::default(), list.as_bytes(), length);
            let read: Vec<serde_json::Value> =
                serde_json::Deserializer::from_str(&text).into_iter().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(read.iter().map(ToString::to_string).collect::<Vec<_>>(), [record.clone(), record]);
        }
    }

    #[test]
    fn halves_of_characters_are_signs() {
        assert_eq!(decoded(Utf16::new(true), &[0x61, 0, 0x3d, 0xd8, 0x62, 0, 0x63], 3), "a\u{fffd}b\u{fffd}");
        assert_eq!(decoded(Utf16::new(true), &[0x3d, 0xd8, 0x3d, 0xd8], 3), "\u{fffd}\u{fffd}");
    }
}
