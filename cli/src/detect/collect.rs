//! Everything that happens in the order of the input: counting towards bursts, writing findings, saying what
//! could not be read.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use anyhow::Result;
use riposte_core::finding::Finding;
use riposte_core::text::plain;
use riposte_records::pool::{Pool, Report};
use riposte_scan::judge::{Judge, Sequence, Verdict};
use riposte_scan::remarks::{Remark, Remarks};
use riposte_scan::report::{Judged, Note, What};

use super::behavior::{At, Behavior};
use super::exclude::Exclusions;
use super::output::Writer;
use super::profile::Profile;
use super::progress::Progress;
use super::summary::Summary;

/// How many unreadable records of a file are named one by one.
const NAMED_OF_FILE: u64 = 20;

/// How many events that a detector could not judge are named one by one.
const NAMED_OF_DETECTOR: u64 = 5;

/// What of the findings is wanted.
pub(crate) struct Taste {
    /// Every remark by itself.
    pub(crate) each: bool,
    /// How often each detector fires, instead of what it finds.
    pub(crate) profile: bool,
    pub(crate) exclusions: Exclusions,
    /// What behavior is compared with.
    pub(crate) behavior: Option<Behavior>,
}

/// Where reports end.
pub(crate) struct Collector<W> {
    out: W,
    writer: Writer,
    /// Where remarks are counted instead of written one by one.
    remarks: Option<Remarks>,
    profile: Option<Profile>,
    exclusions: Exclusions,
    /// The lines of the report at hand.
    lines: Vec<u8>,
    progress: Progress,
    sequence: Sequence,
    pub(crate) behavior: Option<Behavior>,
    pub(crate) summary: Summary,
    /// Unreadable records of the input that is being read.
    unreadable: u64,
}

impl<W: Write> Collector<W> {
    pub(crate) fn new(out: W, writer: Writer, taste: Taste, progress: Progress) -> Self {
        let Taste { each, profile, exclusions, behavior } = taste;
        let profile = profile.then(Profile::default);
        let (sequence, summary) = (Sequence::default(), Summary::default());
        let remarks = (!each).then(Remarks::default);
        Self {
            out,
            writer,
            remarks,
            profile,
            exclusions,
            lines: Vec::new(),
            progress,
            sequence,
            behavior,
            summary,
            unreadable: 0,
        }
    }

    /// Takes all reports, in their order.
    ///
    /// # Errors
    /// Where the output cannot be written, or a thread was lost.
    pub(super) fn collect(&mut self, pool: &Pool<Judge>) -> Result<()> {
        loop {
            let report = match pool.next(false)? {
                Some(report) => report,
                None => {
                    // Nothing is there to be written with it: show what there is.
                    self.out.flush()?;
                    match pool.next(true)? {
                        Some(report) => report,
                        None => break,
                    }
                }
            };
            let input = report.input;
            self.report(report)?;
            pool.written(input);
        }
        self.end()
    }

    /// What is only known once all reports were taken.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub(crate) fn end(&mut self) -> Result<()> {
        while let Some((finding, at)) = self.behavior.as_mut().and_then(Behavior::rest) {
            self.finding(finding, (&at.file, at.line))?;
        }
        self.counted()?;
        self.progress.end();
        Ok(self.out.flush()?)
    }

    /// Takes a remark that stands for many, counted elsewhere.
    pub(crate) fn remark(&mut self, remark: Remark) {
        self.summary.remarked += remark.count;
        if let Some(remarks) = &mut self.remarks {
            let Remark { finding, file, line, count } = remark;
            remarks.add(finding, &file, line, count);
        }
    }

    /// Takes the next report.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub(crate) fn report(&mut self, report: Report<Judged>) -> Result<()> {
        let Report { name, end, packed, given: Judged { records, others, notes }, input: _, batch: _ } = report;
        self.summary.records += records;
        add(&mut self.summary.others, others);
        for note in notes {
            self.note(&name, note)?;
        }
        self.show()?;
        self.progress.read(packed, self.summary.findings);
        let Some(end) = end else { return Ok(()) };
        if let Some(more) = self.unreadable.checked_sub(NAMED_OF_FILE).filter(|more| *more > 0) {
            self.say(&format!("{name}: {more} more records cannot be read"));
        }
        self.unreadable = 0;
        if let Some(why) = end.passed {
            self.summary.passed += 1;
            self.say(&format!("{name}: passed over: {why}"));
            return Ok(());
        }
        self.summary.files += 1;
        if let Some(why) = end.broken {
            self.summary.unreadable += 1;
            self.say(&format!("{name}: cannot be read: {why}"));
        }
        Ok(())
    }

    fn note(&mut self, name: &Arc<str>, note: Note) -> Result<()> {
        let at = || format!("{name}: record {} (line {}, byte {})", note.record, note.place.line, note.place.offset);
        match note.what {
            What::Verdict(verdict) => self.verdict((name, note.place.line), &at, *verdict),
            What::Broken(why) => {
                self.summary.unreadable += 1;
                self.unreadable += 1;
                if self.unreadable <= NAMED_OF_FILE {
                    self.say(&format!("{}: {why}", at()));
                }
                Ok(())
            }
        }
    }

    /// What the detectors said of one event.
    fn verdict(&mut self, (name, line): (&Arc<str>, u64), at: &dyn Fn() -> String, mut verdict: Verdict) -> Result<()> {
        let place = (&**name, line);
        // What is left out counts towards nothing either.
        let exclusions = &mut self.exclusions;
        verdict.leave_out(|finding| exclusions.cover(finding));
        let completed = self.sequence.settle(&mut verdict);
        for finding in verdict.findings.into_iter().chain(completed) {
            self.finding(finding, place)?;
        }
        if let (Some(behavior), Some(observed)) = (&mut self.behavior, verdict.observed) {
            for (finding, at) in behavior.take(observed, At { file: Arc::clone(name), line }) {
                self.finding(finding, (&at.file, at.line))?;
            }
        }
        for id in verdict.unanswered {
            *self.summary.unanswered.entry(id).or_default() += 1;
        }
        for (id, why) in verdict.failures {
            let count = self.summary.failures.entry(id.clone()).or_default();
            *count += 1;
            if *count <= NAMED_OF_DETECTOR {
                self.say(&format!("{}: `{id}` cannot evaluate it: {why}", at()));
            }
        }
        Ok(())
    }

    fn finding(&mut self, finding: Finding, place: (&str, u64)) -> Result<()> {
        if self.exclusions.cover(&finding) {
            return Ok(());
        }
        if let Some(profile) = &mut self.profile {
            self.summary.found(&finding);
            profile.add(&finding);
            return Ok(());
        }
        if let Some(remarks) = &mut self.remarks
            && Remarks::is_one(&finding)
        {
            self.summary.remarked += 1;
            remarks.add(finding, place.0, place.1, 1);
            return Ok(());
        }
        self.summary.found(&finding);
        Ok(self.writer.finding(&mut self.lines, &finding, place, None)?)
    }

    /// The remarks, counted, at the end; and the end of the document.
    fn counted(&mut self) -> Result<()> {
        let remarks = self.remarks.as_mut().map(Remarks::take).unwrap_or_default();
        for Remark { finding, file, line, count } in remarks {
            self.summary.found(&finding);
            self.writer.finding(&mut self.lines, &finding, (&file, line), Some(count))?;
        }
        match &self.profile {
            Some(profile) => profile.write(&mut self.lines, self.writer.format())?,
            None => self.writer.end(&mut self.lines)?,
        }
        Ok(self.show()?)
    }

    /// What the exclusions left out.
    pub(crate) fn excluded(&self) -> Vec<String> {
        self.exclusions.summary()
    }

    /// Writes the lines of a report.
    fn show(&mut self) -> io::Result<()> {
        let Self { out, lines, progress, .. } = self;
        if lines.is_empty() {
            return Ok(());
        }
        progress.beside_output(|shared| {
            out.write_all(lines)?;
            if shared { out.flush() } else { Ok(()) }
        })?;
        lines.clear();
        Ok(())
    }

    /// A line on standard error.
    pub(crate) fn say(&self, line: &str) {
        // Where nobody reads it, the exit code still tells.
        self.progress.aside(|| _ = writeln!(io::stderr(), "riposte: {}", plain(line, 1000)));
    }
}

fn add<K: Ord>(to: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
    for (key, count) in from {
        *to.entry(key).or_default() += count;
    }
}
