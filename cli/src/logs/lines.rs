//! The lines of an input, one at a time, in memory that does not grow with it.

use std::io;

use memchr::memchr;
use riposte_records::stream::Stream;

/// How much is read at once.
const CHUNK: usize = 128 << 10;

/// Reads lines.
pub(super) struct Lines {
    stream: Stream,
    buffer: Vec<u8>,
    /// Where the next line begins.
    start: usize,
    ended: bool,
    /// Whether the rest of a line that was too long is being passed over.
    skipping: bool,
    /// How many lines were too long, and cut.
    pub(super) cut: u64,
}

impl Lines {
    /// The longest line that is read whole. What is longer is cut, and counted.
    pub(super) const LONGEST: usize = 1 << 20;

    pub(super) fn new(stream: Stream) -> Self {
        Self { stream, buffer: Vec::new(), start: 0, ended: false, skipping: false, cut: 0 }
    }

    /// How many bytes of the input were read since this was last asked.
    pub(super) fn read(&self) -> u64 {
        self.stream.packed()
    }

    /// The next line, without its end; `None` at the end of the input.
    ///
    /// # Errors
    /// Where the input cannot be read on. What was read of a line before that is given first.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        let mut looked = 0;
        loop {
            let open = self.buffer.get(self.start..).unwrap_or_default();
            if let Some(at) = memchr(b'\n', open.get(looked..).unwrap_or_default()) {
                let line = self.start..self.start + looked + at;
                self.start = line.end + 1;
                if std::mem::take(&mut self.skipping) {
                    looked = 0;
                    continue;
                }
                return Ok(self.buffer.get(line));
            }
            looked = open.len();
            if looked > Self::LONGEST {
                let line = self.start..self.start + Self::LONGEST;
                self.start += looked;
                looked = 0;
                if std::mem::replace(&mut self.skipping, true) {
                    continue;
                }
                self.cut += 1;
                return Ok(self.buffer.get(line));
            }
            if self.ended {
                let line = self.start..self.buffer.len();
                self.start = self.buffer.len();
                return Ok(if line.is_empty() || self.skipping { None } else { self.buffer.get(line) });
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            match self.stream.append(&mut self.buffer, CHUNK) {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                // A line that was begun is given as it is; the error comes with the next call.
                Err(_) if looked > 0 && !self.skipping => {
                    self.start = self.buffer.len();
                    self.skipping = false;
                    return Ok(self.buffer.get(..looked));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    fn all(bytes: impl Read + Send + 'static) -> (Vec<usize>, u64, Option<String>) {
        let mut lines = Lines::new(Stream::new(bytes).unwrap());
        let mut lengths = Vec::new();
        loop {
            match lines.next() {
                Ok(Some(line)) => lengths.push(line.len()),
                Ok(None) => return (lengths, lines.cut, None),
                Err(error) => return (lengths, lines.cut, Some(error.to_string())),
            }
        }
    }

    #[test]
    fn lines_of_every_length_come_whole_or_are_cut() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 256 << 10, Lines::LONGEST - 1] {
            let mut text = vec![b'x'; length];
            text.push(b'\n');
            text.extend(b"next");
            assert_eq!(all(Cursor::new(text)), (vec![length, 4], 0, None), "{length}");
        }
        let mut text = vec![b'x'; 5 << 20];
        text.extend(b"\nnext\n\nlast\n");
        assert_eq!(all(Cursor::new(text)), (vec![Lines::LONGEST, 4, 0, 4], 1, None));
        assert_eq!(all(Cursor::new(vec![b'x'; 3 << 20])), (vec![Lines::LONGEST], 1, None));
        assert_eq!(all(Cursor::new(Vec::new())), (vec![], 0, None));
    }

    #[test]
    fn an_input_that_breaks_gives_what_it_had() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("torn"));
                }
                let text = b"one\ntwo";
                to[..text.len()].copy_from_slice(text);
                Ok(text.len())
            }
        }
        let (lengths, _, error) = all(Cursor::new(b"zero\n".to_vec()).chain(Broken(false)));
        assert_eq!(lengths, [4, 3, 3]);
        assert_eq!(error.as_deref(), Some("torn"));
    }
}
