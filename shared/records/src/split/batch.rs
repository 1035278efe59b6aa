//! Records on their way from the reader to whoever judges them.

use std::ops::Range;

/// Complete records of one stream, with the bytes that they stand in.
#[derive(Debug, Default)]
pub struct Batch {
    /// The bytes of the records, and of what stands between them.
    pub bytes: Vec<u8>,
    /// Where `bytes` begins in the stream.
    pub offset: u64,
    /// The number of the first piece, counted from 1 in its stream.
    pub first: u64,
    /// In the order of the stream.
    pub pieces: Vec<Piece>,
}

/// A record, or what stands where one should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A record, by its place in the batch's bytes.
    Record {
        /// In the stream.
        place: Place,
        /// In the batch.
        range: Range<usize>,
    },
    /// Something that cannot be read.
    Broken {
        /// Where it begins.
        place: Place,
        /// What is wrong.
        why: String,
    },
}

/// A place in the unpacked stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// In bytes, counted from 0.
    pub offset: u64,
    /// Counted from 1.
    pub line: u64,
}

/// What is wrong with a record's JSON, and where in the record.
#[must_use]
pub fn json_fault(record: &[u8], error: &serde_json::Error) -> String {
    let full = error.to_string();
    let reason = full.split(" at line ").next().unwrap_or_default();
    let before: usize = record.split_inclusive(|&byte| byte == b'\n').take(error.line() - 1).map(<[u8]>::len).sum();
    format!("not JSON near its byte {}: {reason}", before + error.column().saturating_sub(1))
}
