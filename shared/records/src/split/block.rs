//! Sixty-four bytes of JSON at once: which of them are brackets outside strings.
//!
//! The way of simdjson: compare the whole block with each byte that matters, keep the answers as bits of a
//! number, and find the inside of strings by arithmetic on these numbers instead of by looking at each byte.

use wide::u8x16;

/// How many bytes a block has.
pub(super) const BLOCK: usize = 64;

/// What a block says, one bit for each byte, the first byte lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    /// `{` and `[` outside strings.
    pub(super) open: u64,
    /// `}` and `]` outside strings.
    pub(super) close: u64,
    /// Line feeds, wherever they are.
    pub(super) newline: u64,
    /// Line feeds within strings, which JSON forbids: there, a closing quote is missing.
    pub(super) torn: u64,
}

/// What is carried from one block to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lexer {
    /// All ones within a string, else zero.
    in_string: u64,
    /// One where the next byte is escaped, else zero.
    escaped: u64,
}

impl Lexer {
    /// Reads the next `length` bytes, at most [`BLOCK`]; the rest of the block must be spaces.
    pub(super) fn read(&mut self, block: &[u8; BLOCK], length: usize) -> Marks {
        let raw = Raw::of(block);
        let escaped = self.escaped(raw.backslash);
        let strings = prefix_xor(raw.quote & !escaped) ^ self.in_string;
        if length < BLOCK {
            // Bit `length` stands for the first byte that is yet to come.
            self.in_string = 0_u64.wrapping_sub((strings >> length) & 1);
            self.escaped = (escaped >> length) & 1;
        } else {
            self.in_string = 0_u64.wrapping_sub(strings >> 63);
        }
        Marks {
            open: raw.open & !strings,
            close: raw.close & !strings,
            newline: raw.newline,
            torn: raw.newline & strings,
        }
    }

    /// The bytes that a backslash escapes. In a run of backslashes every second one is escaped itself.
    fn escaped(&mut self, backslash: u64) -> u64 {
        const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
        if backslash == 0 {
            return std::mem::take(&mut self.escaped);
        }
        let starts = backslash & !self.escaped;
        // The subtraction runs a carry through each run of backslashes; its parity tells which of them escape.
        let parity = (((starts << 1) | ODD).wrapping_sub(starts)) ^ ODD;
        let escaped = parity ^ (backslash | self.escaped);
        self.escaped = (parity & backslash) >> 63;
        escaped
    }
}

/// Where each byte that matters stands.
#[derive(Debug, Default)]
struct Raw {
    quote: u64,
    backslash: u64,
    open: u64,
    close: u64,
    newline: u64,
}

impl Raw {
    fn of(block: &[u8; BLOCK]) -> Self {
        let mut raw = Self::default();
        let (chunks, _) = block.as_chunks::<16>();
        for (index, chunk) in chunks.iter().enumerate() {
            let bytes = u8x16::from(*chunk);
            // One bit tells `{` from `[` and `}` from `]`.
            let folded = bytes | u8x16::splat(0x20);
            let bits = |equal: u8x16| u64::from(equal.to_bitmask()) << (16 * index);
            raw.quote |= bits(bytes.simd_eq(u8x16::splat(b'"')));
            raw.backslash |= bits(bytes.simd_eq(u8x16::splat(b'\\')));
            raw.open |= bits(folded.simd_eq(u8x16::splat(b'{')));
            raw.close |= bits(folded.simd_eq(u8x16::splat(b'}')));
            raw.newline |= bits(bytes.simd_eq(u8x16::splat(b'\n')));
        }
        raw
    }
}

/// Each bit becomes the parity of itself and all below it: ones from each opening quote up to its closing one.
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, byte by byte.
    fn plainly(text: &[u8]) -> Vec<(bool, bool, bool)> {
        let (mut in_string, mut escaped) = (false, false);
        let mut marks = Vec::new();
        for &byte in text {
            let quote = byte == b'"' && !escaped;
            // A quote belongs to the string that it opens, not to the one that it closes.
            in_string ^= quote;
            escaped = byte == b'\\' && !escaped;
            let outside = !in_string;
            marks.push((
                outside && matches!(byte, b'{' | b'['),
                outside && matches!(byte, b'}' | b']'),
                !outside && byte == b'\n',
            ));
        }
        marks
    }

    fn by_blocks(text: &[u8], lengths: &[usize]) -> Vec<(bool, bool, bool)> {
        let mut lexer = Lexer::default();
        let mut marks = Vec::new();
        let (mut rest, mut lengths) = (text, lengths.iter().cycle());
        while !rest.is_empty() {
            let (now, later) = rest.split_at((*lengths.next().unwrap()).min(rest.len()));
            let mut block = [b' '; BLOCK];
            block[..now.len()].copy_from_slice(now);
            let read = lexer.read(&block, now.len());
            let bit = |bits: u64, index: usize| (bits >> index) & 1 == 1;
            marks.extend((0..now.len()).map(|i| (bit(read.open, i), bit(read.close, i), bit(read.torn, i))));
            rest = later;
        }
        marks
    }

    proptest! {
        #[test]
        fn blocks_say_what_the_bytes_say(
            text in proptest::collection::vec(prop::sample::select(br#"{}[]"\\"\ an"#.to_vec()), 0..400),
            lengths in proptest::collection::vec(1_usize..=BLOCK, 1..8),
        ) {
            let text: Vec<u8> = text.into_iter().map(|byte| if byte == b'n' { b'\n' } else { byte }).collect();
            prop_assert_eq!(by_blocks(&text, &lengths), plainly(&text));
        }
    }
}
