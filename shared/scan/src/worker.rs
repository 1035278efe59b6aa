//! What a thread does with a batch: skim each record, and judge those that a detector reads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use riposte_core::detect::{Detector, Memo};
use riposte_core::event::{self, ApiCall, Event, ParseError, Reader};
use riposte_records::pool::Work;
use riposte_records::split::{Batch, Piece, Place, json_fault};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::export::{self, Opened};
use crate::judge::{Judge, Verdict};
use crate::report::{Judged, Note, Other, What};

/// What a thread keeps from record to record.
#[derive(Debug, Default)]
pub struct Memory {
    reader: Reader,
    memo: Memo,
    /// The call at hand: the next one takes its memory.
    call: Option<ApiCall>,
}

/// A record, read as far as needed.
enum Read {
    Verdict(Verdict),
    Other(Other),
    /// No detector reads it.
    Nobody,
    Broken(String),
    /// What it holds, each read on its own.
    Several(Vec<Read>),
}

/// How deep wrappings may lie in wrappings.
const DEEPEST: usize = 8;

impl Work for Judge {
    type Memory = Memory;
    type Yield = Judged;

    fn work(&self, memory: &mut Memory, batch: &Batch) -> Judged {
        let mut judged = Judged::default();
        for (number, piece) in (batch.first..).zip(&batch.pieces) {
            let (place, read) = match piece {
                Piece::Record { place, range } => {
                    (*place, self.read(memory, batch.bytes.get(range.clone()).unwrap_or_default()))
                }
                Piece::Broken { place, why } => (*place, Read::Broken(why.clone())),
            };
            tell(&mut judged, number, place, read);
        }
        judged
    }
}

impl Judge {
    fn read(&self, Memory { reader, memo, call }: &mut Memory, record: &[u8]) -> Read {
        let text = match std::str::from_utf8(record) {
            Ok(text) => text,
            Err(error) => return Read::Broken(format!("not UTF-8 at its byte {}", error.valid_up_to())),
        };
        match reader.read(text) {
            Some(event::Read::Call(skimmed)) => {
                let head = skimmed.head(|agent| memo.is_known_tool(agent));
                match self.remembered(memo, &head) {
                    [] if !self.observes() => Read::Nobody,
                    reading => self.run(reading, skimmed.call_in(call)),
                }
            }
            Some(event::Read::Other(record)) => Read::Other(Other::Record(record)),
            Some(event::Read::Event) => Read::Other(Other::Event),
            // A list or a text may hold records; what is broken is no JSON either.
            None => match riposte_core::json::parse(text) {
                Ok(value) => self.value(value, DEEPEST),
                Err(error) => Read::Broken(fault(record, text, &error)),
            },
        }
    }

    /// Reads what may be a record in a wrapping.
    fn value(&self, value: Value, left: usize) -> Read {
        let error = match Event::from_value(value.clone()) {
            Ok(Event::Call(call)) => return self.run(&self.reading(&*call), &call),
            Ok(Event::Other(record)) => return Read::Other(Other::Record(record)),
            Ok(Event::Threat(threat)) => {
                return self.threat(&threat).map_or(Read::Other(Other::LeftOut), Read::Verdict);
            }
            Ok(Event::Tick(_) | Event::Unread(_)) => return Read::Other(Other::Event),
            Ok(Event::Logs(_)) => None,
            Err(error) => Some(error),
        };
        if left == 0 {
            return Read::Broken("wrappings lie too deep in wrappings".to_owned());
        }
        match export::open(value) {
            Opened::Parts(parts) => Read::Several(parts.into_iter().map(|part| self.value(part, left - 1)).collect()),
            Opened::Lines => Read::Other(Other::Logs),
            Opened::Refused(format) => Read::Broken(format.to_string()),
            Opened::Broken(why) => Read::Broken(why),
            Opened::Unknown => Read::Broken(error.map_or_else(|| "no event".to_owned(), |error| no_event(&error))),
        }
    }

    /// A detector that panics has a fault, and must cost neither the others' records nor the whole run.
    fn run(&self, reading: &[&'static dyn Detector], call: &ApiCall) -> Read {
        if reading.is_empty() && !self.observes() {
            return Read::Nobody;
        }
        if !self.wants(call) {
            return Read::Other(Other::LeftOut);
        }
        match catch_unwind(AssertUnwindSafe(|| self.judge(reading, call))) {
            Ok(verdict) => Read::Verdict(verdict),
            Err(_) => Read::Broken("a detector panicked over it".to_owned()),
        }
    }
}

/// Puts what was read to the rest.
fn tell(judged: &mut Judged, record: u64, place: Place, read: Read) {
    let what = match read {
        Read::Several(reads) => return reads.into_iter().for_each(|read| tell(judged, record, place, read)),
        Read::Broken(why) => What::Broken(why),
        other => {
            judged.records += 1;
            match other {
                Read::Verdict(verdict) if !verdict.is_empty() => What::Verdict(Box::new(verdict)),
                Read::Other(kind) => return *judged.others.entry(kind).or_default() += 1,
                _ => return,
            }
        }
    };
    judged.notes.push(Note { record, place, what });
}

/// What is wrong with a record's JSON. Of an object, as one says it who passes over the values: it names the byte itself,
/// where one who reads them names that behind it.
fn fault(record: &[u8], text: &str, error: &serde_json::Error) -> String {
    let passing = text.starts_with('{').then(|| serde_json::from_str::<IgnoredAny>(text).err()).flatten();
    json_fault(record, passing.as_ref().unwrap_or(error))
}

fn no_event(error: &ParseError) -> String {
    format!("no event: {error}")
}

#[cfg(test)]
mod tests {
    use riposte_core::detect::{Claim, DetectError, EventName, Events, Facts, Meta, Outcome};
    use riposte_core::finding::Target;

    use super::*;
    use riposte_records::split::Splitter;

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

    fn judged(judge: &Judge, stream: &str) -> Vec<String> {
        let said = |note: &Note| match &note.what {
            What::Verdict(verdict) => format!("{}: {} findings", note.record, verdict.findings.len()),
            What::Broken(why) => format!("{}: {why}", note.record),
        };
        judge.work(&mut Memory::default(), &batch(stream)).notes.iter().map(said).collect()
    }

    #[test]
    fn a_detector_that_panics_costs_its_record_alone() {
        let judge = Judge::of([&Touchy as &dyn Detector]);
        let call =
            |id: u32| format!("{{\"eventID\":\"{id}\",\"eventName\":\"Act\",\"eventSource\":\"x.amazonaws.com\"}}");
        let stream: String = (1..=5).map(call).collect();
        let want =
            ["1: 1 findings", "2: a detector panicked over it", "3: 1 findings", "4: 1 findings", "5: 1 findings"];
        assert_eq!(judged(&judge, &stream), want);
        let other = "{\"eventID\":\"4\",\"eventName\":\"Other\",\"eventSource\":\"x.amazonaws.com\"}";
        assert_eq!(
            judged(&judge, &format!("{other}{{\"digestS3Object\":1}}{{\"a\":}}{}", call(5))),
            ["3: not JSON near its byte 5: expected value", "4: 1 findings"]
        );
    }
}
