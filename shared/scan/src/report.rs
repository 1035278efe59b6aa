//! What judging a batch gave, on its way back into the order of the input.

use std::collections::BTreeMap;
use std::fmt;

use riposte_core::event::OtherRecord;
use riposte_records::split::Place;
use serde::{Deserialize, Serialize};

use crate::judge::Verdict;

/// A batch, judged.
#[derive(Debug, Default)]
pub struct Judged {
    /// How many records were read.
    pub records: u64,
    /// Records that are no API calls, by their kind.
    pub others: BTreeMap<Other, u64>,
    /// The records that there is something to say of, in order.
    pub notes: Vec<Note>,
}

/// Well-formed, and no API call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Other {
    /// A record of CloudTrail that is no call.
    Record(OtherRecord),
    /// An EventBridge event of another kind.
    Event,
    /// Log lines that hold no record.
    Logs,
    /// A record that the options leave out.
    LeftOut,
}

impl fmt::Display for Other {
    /// In the plural, for the summary.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(other) => other.fmt(f),
            Self::Event => f.write_str("EventBridge events of other kinds"),
            Self::Logs => f.write_str("log lines that hold no record"),
            Self::LeftOut => f.write_str("records that the options leave out"),
        }
    }
}

/// Something to say of a record.
#[derive(Debug)]
pub struct Note {
    /// The record's number in its input, counted from 1.
    pub record: u64,
    /// Where it begins.
    pub place: Place,
    /// What there is to say.
    pub what: What,
}

/// What it is.
#[derive(Debug)]
pub enum What {
    /// Detectors have something to say.
    Verdict(Box<Verdict>),
    /// The record cannot be read.
    Broken(String),
}
