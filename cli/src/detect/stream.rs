//! An input's bytes, unpacked and decoded as their beginning says. The name of a file says nothing: people rename
//! and unpack.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::decode::{Decoded, Strings, Utf16};
use super::format::Reading;

/// How much of an input's beginning tells what it is, at most and at least.
const START: usize = 4 << 10;
const LEAST: usize = 8;

/// How many packings may lie one within another: CloudWatch Logs packs what Firehose packs again.
const LAYERS: usize = 4;

/// How much is read at once of a packed input.
const PACKED: usize = 128 << 10;

/// An open input.
pub(crate) struct Stream {
    bytes: Box<dyn Read + Send>,
    packed: Arc<AtomicU64>,
}

impl Stream {
    /// Opens a file.
    pub(crate) fn file(path: &Path) -> io::Result<Self> {
        Self::new(File::open(path)?)
    }

    /// Nothing.
    pub(crate) fn none() -> Self {
        Self { bytes: Box::new(io::empty()), packed: Arc::default() }
    }

    /// Opens a stream of any text, unpacked and in UTF-8.
    ///
    /// # Errors
    /// Where it cannot be read, or is packed in a way that is not: then the error names it.
    pub(crate) fn new(from: impl Read + Send + 'static) -> io::Result<Self> {
        Self::open(from, Reading::of_text)
    }

    /// Opens a stream of records.
    ///
    /// # Errors
    /// Where it cannot be read, or is of a format that is not: then the error names the format.
    pub(super) fn records(from: impl Read + Send + 'static) -> io::Result<Self> {
        Self::open(from, Reading::of_records)
    }

    fn open(from: impl Read + Send + 'static, reading: fn(&[u8]) -> Reading) -> io::Result<Self> {
        let packed = Arc::new(AtomicU64::new(0));
        let bytes = layer(Box::new(Counted { from, count: Arc::clone(&packed) }), reading, LAYERS)?;
        Ok(Self { bytes, packed })
    }

    /// How many bytes were read of the input as it lies there, since this was last asked.
    pub(crate) fn packed(&self) -> u64 {
        self.packed.swap(0, Ordering::Relaxed)
    }

    /// Appends what can be read at once, at most `most` bytes. Nothing is the end.
    pub(crate) fn append(&mut self, to: &mut Vec<u8>, most: usize) -> io::Result<usize> {
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
    left: usize,
) -> io::Result<Box<dyn Read + Send>> {
    let start = first(&mut from)?;
    let found = reading(&start);
    let whole = Cursor::new(start).chain(from);
    match found {
        Reading::Plain => Ok(Box::new(whole)),
        Reading::Refused(format) => Err(io::Error::new(io::ErrorKind::InvalidData, format.to_string())),
        _ if left == 0 => Err(io::Error::new(io::ErrorKind::InvalidData, "it is packed too often")),
        Reading::Gzip => {
            layer(Box::new(MultiGzDecoder::new(BufReader::with_capacity(PACKED, whole))), reading, left - 1)
        }
        Reading::Utf16 { little } => layer(Box::new(Decoded::new(whole, Utf16::new(little))), reading, left - 1),
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
