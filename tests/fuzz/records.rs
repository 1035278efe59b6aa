//! The reader of CloudTrail's files over any bytes, as one function: the fuzz target runs it (`make fuzz`), and the
//! property tests of `riposte-records` run the same on a stable compiler.

use riposte_core::detect::{Facts, Head, Index, detectors, is_known_tool, run};
use riposte_core::event::{ApiCall, Event, Read, Reader, Scope};
use riposte_records::split::{Batch, Piece, Splitter};
use serde_json::Value;

/// A file: whatever the pieces that it arrives in, the same records come out; and of each, a skim says what the parser
/// says, and the catalogue finds the same.
pub(crate) fn records(data: &[u8]) {
    let whole = split(data, data.len().max(1));
    let length = data.first().map_or(1, |first| usize::from(*first) + 1);
    assert_eq!(split(data, length), whole, "in pieces of {length}");
    for record in whole.into_iter().flatten() {
        if let Ok(text) = std::str::from_utf8(&record) {
            agree(text);
        }
    }
}

/// The records, and nothing for what is broken.
fn split(data: &[u8], length: usize) -> Vec<Option<Vec<u8>>> {
    let (mut splitter, mut batch, mut found) = (Splitter::new(), Batch::default(), Vec::new());
    let mut arrived = data.chunks(length).peekable();
    loop {
        let piece = arrived.next().unwrap_or_default();
        splitter.tail().extend_from_slice(piece);
        let end = arrived.peek().is_none();
        splitter.read(end);
        splitter.forget();
        if splitter.ready() > 0 {
            splitter.hand_on(&mut batch);
            found.extend(batch.pieces.iter().map(|piece| match piece {
                Piece::Record { range, .. } => batch.bytes.get(range.clone()).map(<[u8]>::to_vec),
                Piece::Broken { .. } => None,
            }));
        }
        if end {
            return found;
        }
    }
}

/// Whatever a skim says of a text, the parser says too, and every detector the same of both.
pub(crate) fn agree(text: &str) {
    thread_local! {
        static CATALOGUE: Index = Index::new(detectors().iter().copied());
    }
    let mut reader = Reader::default();
    let Some(read) = reader.read(text) else { return };
    let parsed: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: skimmed, but {error}"));
    match (read, Event::from_value(parsed)) {
        (Read::Call(skimmed), Ok(Event::Call(parsed))) => CATALOGUE.with(|catalogue| {
            let call = skimmed.call();
            let ids = |head: &Head<'_>| catalogue.reading(head).iter().map(|d| d.meta().id).collect::<Vec<_>>();
            assert_eq!(ids(&skimmed.head(is_known_tool)), ids(&(&*parsed).into()), "{text}");
            assert_eq!(found(catalogue, &call), found(catalogue, &parsed), "{text}");
            assert_eq!(call, *parsed);
        }),
        (Read::Other(skimmed), Ok(Event::Other(parsed))) => assert_eq!(skimmed, parsed, "{text}"),
        (Read::Event, Ok(Event::Tick(_) | Event::Unread(_))) => {}
        (skimmed, parsed) => panic!("{text}: {skimmed:?}, but {parsed:?}"),
    }
}

/// What the catalogue finds.
fn found(catalogue: &Index, call: &ApiCall) -> String {
    let scope = Scope {
        event_id: call.event_id().unwrap_or_default().to_owned(),
        account: call.account().unwrap_or_default().into_owned(),
        region: call.region().unwrap_or_default().to_owned(),
    };
    format!("{:?}", run(catalogue, call, &scope, &Facts::default()))
}
