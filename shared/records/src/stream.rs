//! An input's bytes, unpacked and decoded as their beginning says. The name of a file says nothing: people rename
//! and unpack.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::decode::{Decoded, Strings, Utf16};
use crate::format::Reading;
use crate::unpack::unpacked;

/// How much of an input's beginning tells what it is, at most and at least.
const START: usize = 4 << 10;
const LEAST: usize = 8;

/// How many packings may lie one within another: CloudWatch Logs packs what Firehose packs again.
const LAYERS: usize = 4;

/// An open input.
pub struct Stream {
    bytes: Box<dyn Read + Send>,
    packed: Arc<AtomicU64>,
}

impl Stream {
    /// Opens a file of any text, as [`Stream::new`].
    ///
    /// # Errors
    /// As [`Stream::new`].
    pub fn file(path: &Path) -> io::Result<Self> {
        Self::open(File::open(path)?, Reading::of_text, path.is_file())
    }

    /// Nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { bytes: Box::new(io::empty()), packed: Arc::default() }
    }

    /// Opens a stream of any text, unpacked and in UTF-8.
    ///
    /// # Errors
    /// Where it cannot be read, or is packed in a way that is not: then the error names it.
    pub fn new(from: impl Read + Send + 'static) -> io::Result<Self> {
        Self::open(from, Reading::of_text, false)
    }

    /// Opens a stream of records. `regular` says that all of it is there, so that it may be read to its end before
    /// the first record is told.
    ///
    /// # Errors
    /// Where it cannot be read, or is of a format that is not: then the error names the format.
    pub fn records(from: impl Read + Send + 'static, regular: bool) -> io::Result<Self> {
        Self::open(from, Reading::of_records, regular)
    }

    fn open(from: impl Read + Send + 'static, reading: fn(&[u8]) -> Reading, regular: bool) -> io::Result<Self> {
        let packed = Arc::new(AtomicU64::new(0));
        let bytes = layer(Box::new(Counted { from, count: Arc::clone(&packed) }), reading, regular, LAYERS)?;
        Ok(Self { bytes, packed })
    }

    /// How many bytes were read of the input as it lies there, since this was last asked.
    #[must_use]
    pub fn packed(&self) -> u64 {
        self.packed.swap(0, Ordering::Relaxed)
    }

    /// Appends what can be read at once, at most `most` bytes. Nothing is the end.
    ///
    /// # Errors
    /// Where it cannot be read on.
    pub fn append(&mut self, to: &mut Vec<u8>, most: usize) -> io::Result<usize> {
        let had = to.len();
        to.resize(had + most, 0);
        let read = loop {
            match self.bytes.read(to.get_mut(had..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        to.truncate(had + read.as_ref().copied().unwrap_or_default());
        read
    }
}

fn layer(
    mut from: Box<dyn Read + Send>,
    reading: fn(&[u8]) -> Reading,
    regular: bool,
    left: usize,
) -> io::Result<Box<dyn Read + Send>> {
    let start = first(&mut from)?;
    let found = reading(&start);
    let whole = Cursor::new(start).chain(from);
    match found {
        Reading::Plain => Ok(Box::new(whole)),
        Reading::Refused(format) => Err(io::Error::new(io::ErrorKind::InvalidData, format.to_string())),
        _ if left == 0 => Err(io::Error::new(io::ErrorKind::InvalidData, "it is packed too often")),
        Reading::Gzip => layer(unpacked(whole, regular), reading, regular, left - 1),
        Reading::Utf16 { little } => {
            layer(Box::new(Decoded::new(whole, Utf16::new(little))), reading, regular, left - 1)
        }
        Reading::Strings => Ok(Box::new(Decoded::new(whole, Strings::default()))),
    }
}

/// What comes with the first reading: a pipe may have no more for long.
fn first(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = vec![0; START];
    let mut had = 0;
    while had < LEAST {
        match from.read(start.get_mut(had..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(count) => had += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    start.truncate(had);
    Ok(start)
}

struct Counted<R> {
    from: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(to)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
