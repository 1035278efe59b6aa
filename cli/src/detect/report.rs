//! What judging a batch gave, on its way back into the order of the input.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::head::Other;
use super::judge::Verdict;
use super::source::End;
use super::split::Place;

/// One batch, judged; or the end of an input.
#[derive(Debug)]
pub(super) struct Report {
    /// The input's number.
    pub(super) input: u64,
    /// The batch's number in its input.
    pub(super) batch: u64,
    /// The input's name.
    pub(super) name: Arc<str>,
    /// Where this is the last of the input.
    pub(super) end: Option<End>,
    /// How many bytes of the input were read for it.
    pub(super) packed: u64,
    /// How many records were read.
    pub(super) records: u64,
    /// Records that are no API calls, by their kind.
    pub(super) others: BTreeMap<Other, u64>,
    /// The records that there is something to say of, in order.
    pub(super) notes: Vec<Note>,
}

/// Something to say of a record.
#[derive(Debug)]
pub(super) struct Note {
    /// The record's number in its input, counted from 1.
    pub(super) record: u64,
    /// Where it begins.
    pub(super) place: Place,
    pub(super) what: What,
}

/// What it is.
#[derive(Debug)]
pub(super) enum What {
    /// Detectors have something to say.
    Verdict(Box<Verdict>),
    /// The record cannot be read.
    Broken(String),
}

impl Report {
    /// An empty one.
    pub(super) fn new(input: u64, batch: u64, name: &Arc<str>) -> Self {
        Self {
            input,
            batch,
            name: Arc::clone(name),
            end: None,
            packed: 0,
            records: 0,
            others: BTreeMap::new(),
            notes: Vec::new(),
        }
    }
}
