//! What a thread does with a batch: read each record, and judge those that a detector reads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use riposte_core::detect::Detector;
use riposte_core::event::{ApiCall, Event, ParseError};

use super::head::{Kind, Other};
use super::judge::{Judge, Verdict};
use super::report::{Note, Report, What};
use super::split::{Batch, Piece, json_fault};

/// A thread's own state.
#[derive(Debug)]
pub(super) struct Worker<'a> {
    judge: &'a Judge,
    /// Whether most records of the last batch were read by some detector. Then looking at their heads first is
    /// time lost.
    wanted: bool,
}

/// A record, read as far as needed.
enum Read {
    Verdict(Verdict),
    Other(Other),
    /// No detector reads it.
    Nobody,
    Broken(String),
}

impl<'a> Worker<'a> {
    pub(super) fn new(judge: &'a Judge) -> Self {
        Self { judge, wanted: false }
    }

    /// Judges a batch.
    pub(super) fn judge(&mut self, batch: &Batch, report: &mut Report) {
        let (mut seen, mut judged) = (0_usize, 0_usize);
        for (number, piece) in (batch.first..).zip(&batch.pieces) {
            let (place, read) = match piece {
                Piece::Record { place, range } => {
                    seen += 1;
                    (*place, self.read(batch.bytes.get(range.clone()).unwrap_or_default()))
                }
                Piece::Broken { place, why } => (*place, Read::Broken(why.clone())),
            };
            let mut note = |what| report.notes.push(Note { record: number, place, what });
            report.records += u64::from(!matches!(read, Read::Broken(_)));
            match read {
                Read::Verdict(verdict) => {
                    judged += 1;
                    if !verdict.is_empty() {
                        note(What::Verdict(Box::new(verdict)));
                    }
                }
                Read::Other(kind) => *report.others.entry(kind).or_default() += 1,
                Read::Nobody => {}
                Read::Broken(why) => note(What::Broken(why)),
            }
        }
        self.wanted = judged * 2 > seen;
    }

    fn read(&self, record: &[u8]) -> Read {
        let text = match std::str::from_utf8(record) {
            Ok(text) => text,
            Err(error) => return Read::Broken(format!("not UTF-8 at its byte {}", error.valid_up_to())),
        };
        if self.wanted
            && let Ok(Event::Call(call)) = Event::parse(text)
        {
            return self.run(&self.judge.reading(&*call), &call);
        }
        let reading = match Kind::read(text) {
            Err(error) => return Read::Broken(json_fault(record, &error)),
            Ok(Kind::Other(other)) => return Read::Other(other),
            Ok(Kind::Call(head)) => match self.judge.reading(&*head) {
                nobody if nobody.is_empty() => return Read::Nobody,
                reading => Some(reading),
            },
            Ok(Kind::Unknown) => None,
        };
        match Event::parse(text) {
            Ok(Event::Call(call)) => self.run(&reading.unwrap_or_else(|| self.judge.reading(&*call)), &call),
            Ok(Event::Logs(_)) => Read::Other(Other::Logs),
            Ok(Event::Tick(_) | Event::Unread(_)) => Read::Other(Other::Event),
            Err(error) => Read::Broken(no_event(&error)),
        }
    }

    /// A detector that panics has a fault, and must cost neither the others' records nor the whole run.
    fn run(&self, reading: &[&'static dyn Detector], call: &ApiCall) -> Read {
        if reading.is_empty() {
            return Read::Nobody;
        }
        match catch_unwind(AssertUnwindSafe(|| self.judge.judge(reading, call))) {
            Ok(verdict) => Read::Verdict(verdict),
            Err(_) => Read::Broken("a detector panicked over it".to_owned()),
        }
    }
}

fn no_event(error: &ParseError) -> String {
    format!("no event: {error}")
}

#[cfg(test)]
mod tests {
    use riposte_core::detect::{Claim, DetectError, EventName, Events, Facts, Meta, Outcome};
    use riposte_core::finding::Target;

    use super::super::split::Splitter;
    use super::*;

    const EVENTS: Events = Events::Calls(&[EventName { source: "x.amazonaws.com", name: "Act" }]);

    /// Claims every call but one, over which it panics.
    struct Touchy;

    impl Detector for Touchy {
        fn meta(&self) -> &Meta {
            &Meta { id: "touchy", events: EVENTS, outcome: Outcome::Any, ..Meta::PLAIN }
        }

        fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
            assert_ne!(call.event_id(), Some("2"), "a fault of the detector");
            Ok(vec![Claim::of(Target::Resource { service: "x".to_owned(), id: "y".to_owned() }, "why".to_owned())])
        }
    }

    fn batch(stream: &str) -> Batch {
        let mut splitter = Splitter::new();
        splitter.tail().extend_from_slice(stream.as_bytes());
        splitter.read(true);
        let mut batch = Batch::default();
        splitter.hand_on(&mut batch);
        batch
    }

    fn judged(worker: &mut Worker<'_>, stream: &str) -> Vec<String> {
        let mut report = Report::new(0, 0, &"f".into());
        worker.judge(&batch(stream), &mut report);
        let said = |note: &Note| match &note.what {
            What::Verdict(verdict) => format!("{}: {} findings", note.record, verdict.findings.len()),
            What::Broken(why) => format!("{}: {why}", note.record),
        };
        report.notes.iter().map(said).collect()
    }

    #[test]
    fn a_detector_that_panics_costs_its_record_alone() {
        let judge = Judge::of([&Touchy as &dyn Detector]);
        let mut worker = Worker::new(&judge);
        let call =
            |id: u32| format!("{{\"eventID\":\"{id}\",\"eventName\":\"Act\",\"eventSource\":\"x.amazonaws.com\"}}");
        let stream: String = (1..=5).map(call).collect();
        let want =
            ["1: 1 findings", "2: a detector panicked over it", "3: 1 findings", "4: 1 findings", "5: 1 findings"];
        assert_eq!(judged(&mut worker, &stream), want);
        // Most records were wanted, so the next batch is read without looking at heads first: the same comes out.
        assert!(worker.wanted);
        assert_eq!(judged(&mut worker, &stream), want);
        let other = "{\"eventID\":\"4\",\"eventName\":\"Other\",\"eventSource\":\"x.amazonaws.com\"}";
        assert_eq!(
            judged(&mut worker, &format!("{other}{{\"digestS3Object\":1}}{{\"a\":}}{}", call(5))),
            ["3: not JSON near its byte 5: expected value", "4: 1 findings"]
        );
        assert!(!worker.wanted);
    }
}
