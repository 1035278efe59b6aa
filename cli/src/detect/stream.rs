//! An input's bytes, unpacked where they are packed.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

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

    /// Unpacks a stream, of as many parts as it has, where its first bytes say that it is packed. The name of a
    /// file says nothing: people rename and unpack.
    pub(crate) fn new(from: impl Read + Send + 'static) -> io::Result<Self> {
        let packed = Arc::new(AtomicU64::new(0));
        let mut from = Counted { from, count: Arc::clone(&packed) };
        let mut start = Vec::with_capacity(GZIP.len());
        from.by_ref().take(GZIP.len() as u64).read_to_end(&mut start)?;
        let is_gzip = start == GZIP;
        let whole: Chain<_, _> = Cursor::new(start).chain(from);
        let bytes: Box<dyn Read + Send> = if is_gzip {
            Box::new(MultiGzDecoder::new(BufReader::with_capacity(PACKED, whole)))
        } else {
            Box::new(whole)
        };
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
