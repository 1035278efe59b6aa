//! Reports on their way from the function of a hunt to the command: lines of JSON, packed with gzip.
//!
//! A result ends in a line that says so. One without it was cut off, and is none.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Write};
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use riposte_core::detect::{Detector, Seen, detectors};
use riposte_core::finding::Finding;
use riposte_core::text::plain;
use riposte_records::pool::Report;
use riposte_records::source::End;
use riposte_records::split::Place;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::judge::Verdict;
use crate::remarks::{Remark, Remarks};
use crate::report::{Judged, Note, Other, What};

/// A line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Part(Part),
    Remark(Box<Remark>),
    Done(Done),
}

/// What a part of an object gave, or its end.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Part {
    name: String,
    records: u64,
    packed: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<(Other, u64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<PartNote>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<PartEnd>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PartEnd {
    broken: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PartNote {
    record: u64,
    line: u64,
    offset: u64,
    #[serde(flatten)]
    what: PartWhat,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PartWhat {
    Broken(String),
    Said(Said),
}

/// A verdict.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<Seen>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unanswered: Vec<Cow<'static, str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failures: Vec<(Cow<'static, str>, String)>,
}

/// The last line of a result: what the share came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Done {
    /// The version of the function.
    pub version: String,
    /// The share's number.
    pub share: u64,
    /// How many objects were read, as far as they can be.
    pub objects: u64,
    /// How many of them cannot be read to their end.
    pub broken: u64,
    /// How many records were read.
    pub records: u64,
    /// How many bytes of the bucket were read.
    pub bytes: u64,
    /// How long it took.
    pub milliseconds: u64,
}

/// Writes a share's result.
pub struct Results {
    out: GzEncoder<Vec<u8>>,
    /// Where informational findings are counted.
    remarks: Option<Remarks>,
    /// What was counted of the object at hand and is not written.
    held: Part,
    done: Done,
}

impl Results {
    /// Nothing yet. With `fold`, informational findings are counted for each principal, detector and day.
    #[must_use]
    pub fn new(share: u64, fold: bool) -> Self {
        let done = Done { version: crate::hunt::VERSION.to_owned(), share, ..Done::default() };
        Self {
            out: GzEncoder::new(Vec::new(), Compression::fast()),
            remarks: fold.then(Remarks::default),
            held: Part::default(),
            done,
        }
    }

    /// Takes the next report, in the order of the objects.
    ///
    /// # Errors
    /// Where it cannot be packed.
    pub fn add(&mut self, report: Report<Judged>) -> io::Result<()> {
        let Report { name, end, packed, given: Judged { records, others, notes }, input: _, batch: _ } = report;
        self.held.records += records;
        self.held.packed += packed;
        for (kind, count) in others {
            match self.held.others.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, known)) => *known += count,
                None => self.held.others.push((kind, count)),
            }
        }
        for note in notes {
            let what = match note.what {
                What::Broken(why) => PartWhat::Broken(why),
                What::Verdict(verdict) => match self.said(&name, note.place.line, *verdict) {
                    Some(said) => PartWhat::Said(said),
                    None => continue,
                },
            };
            let Place { line, offset } = note.place;
            self.held.notes.push(PartNote { record: note.record, line, offset, what });
        }
        self.held.end = end.map(|end| PartEnd { broken: end.broken });
        if self.held.notes.is_empty() && self.held.end.is_none() {
            return Ok(());
        }
        self.done.records += self.held.records;
        self.done.bytes += self.held.packed;
        if let Some(end) = &self.held.end {
            self.done.objects += 1;
            self.done.broken += u64::from(end.broken.is_some());
        }
        let part = Part { name: name.to_string(), ..std::mem::take(&mut self.held) };
        self.line(&Line::Part(part))
    }

    /// A verdict without what is counted; `None` where nothing is left.
    fn said(&mut self, name: &str, line: u64, verdict: Verdict) -> Option<Said> {
        let Verdict { mut findings, sightings, observed: _, unanswered, failures } = verdict;
        if let Some(remarks) = &mut self.remarks {
            for finding in findings.extract_if(.., |finding| Remarks::is_one(finding)) {
                remarks.add(finding, name, line, 1);
            }
        }
        let seen: Vec<Seen> = sightings.into_iter().map(riposte_core::detect::Sighting::seen).collect();
        let nothing = findings.is_empty() && seen.is_empty() && unanswered.is_empty() && failures.is_empty();
        (!nothing).then_some(Said { findings, seen, unanswered, failures })
    }

    /// The result, and what it comes to.
    ///
    /// # Errors
    /// Where it cannot be packed.
    pub fn end(mut self, milliseconds: u64) -> io::Result<(Vec<u8>, Done)> {
        for remark in self.remarks.as_mut().map(Remarks::take).unwrap_or_default() {
            self.line(&Line::Remark(Box::new(remark)))?;
        }
        let done = Done { milliseconds, ..self.done.clone() };
        self.line(&Line::Done(done.clone()))?;
        Ok((self.out.finish()?, done))
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }
}

/// Something of a result.
#[derive(Debug)]
pub enum Given {
    /// What a part of an object gave.
    Report(Report<Judged>),
    /// A counted informational finding.
    Remark(Box<Remark>),
}

/// Why a result is none.
#[derive(Debug, Error)]
pub enum ResultError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// A line is none.
    #[error("line {line}: {why}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// It ends early.
    #[error("it ends early")]
    Cut,
}

/// Reads a result, unpacked, line by line; what it comes to.
///
/// # Errors
/// Names the line that is none, or says that the result ends early. What was handed on before is right.
pub fn read<E: From<ResultError>>(
    mut from: impl BufRead,
    mut each: impl FnMut(Given) -> Result<(), E>,
) -> Result<Done, E> {
    let mut text = String::new();
    for line in 1.. {
        text.clear();
        if from.read_line(&mut text).map_err(ResultError::Read)? == 0 {
            break;
        }
        let wrong = |why: String| ResultError::Line { line, why };
        match serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))? {
            Line::Done(done) => {
                // To the end: what packs it says there whether all of it came.
                text.clear();
                if from.read_line(&mut text).map_err(ResultError::Read)? > 0 {
                    let why = "there is more behind the last line".to_owned();
                    return Err(ResultError::Line { line: line + 1, why }.into());
                }
                return Ok(done);
            }
            Line::Remark(remark) => each(Given::Remark(remark))?,
            Line::Part(part) => each(Given::Report(report(part).map_err(wrong)?))?,
        }
    }
    Err(ResultError::Cut.into())
}

fn report(part: Part) -> Result<Report<Judged>, String> {
    let Part { name, records, packed, others, notes, end } = part;
    let notes = notes.into_iter().map(|note| {
        let PartNote { record, line, offset, what } = note;
        let what = match what {
            PartWhat::Broken(why) => What::Broken(why),
            PartWhat::Said(said) => What::Verdict(Box::new(verdict(said)?)),
        };
        Ok(Note { record, place: Place { offset, line }, what })
    });
    let given = Judged {
        records,
        others: others.into_iter().collect::<BTreeMap<_, _>>(),
        notes: notes.collect::<Result<_, String>>()?,
    };
    let end = end.map(|end| End { broken: end.broken, passed: None });
    Ok(Report { input: 0, batch: 0, name: name.into(), end, packed, given })
}

fn verdict(said: Said) -> Result<Verdict, String> {
    static KNOWN: LazyLock<HashMap<&'static str, &'static dyn Detector>> =
        LazyLock::new(|| detectors().iter().map(|detector| (detector.meta().id, *detector)).collect());
    let Said { findings, seen, unanswered, failures } = said;
    let sightings = seen.into_iter().map(|seen| {
        let id = seen.finding.detector.clone();
        let sighting = KNOWN.get(id.as_str()).and_then(|detector| seen.by(*detector));
        sighting.ok_or_else(|| format!("`{}` counts nothing in this version", plain(&id, 80)))
    });
    Ok(Verdict { findings, sightings: sightings.collect::<Result<_, _>>()?, observed: None, unanswered, failures })
}

#[cfg(test)]
mod tests;
