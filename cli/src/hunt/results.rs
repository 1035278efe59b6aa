//! What a hunt gave: the results of its shares, in the order of the keys, joined as `riposte detect` joins batches.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, BufWriter, Stdout};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use anyhow::Result;
use flate2::bufread::GzDecoder;
use riposte_aws::objects::{Found, Objects, Place, Store, Trouble};
use riposte_scan::hunt::{Output, RESULTS, Share};
use riposte_scan::portable::{self, Done, Given, ResultError};
use serde_json::Value;

use crate::detect::collect::{Collector, Taste};
use crate::detect::output::Writer;
use crate::detect::progress::Progress;

/// What the shares came to.
#[derive(Debug, Default)]
pub(super) struct Sum {
    /// The shares that have a result.
    pub(super) shares: u64,
    pub(super) milliseconds: u64,
    /// Those that have none, with why.
    pub(super) missing: Vec<(Share, String)>,
}

/// Where findings go.
pub(super) type Out = Collector<BufWriter<Stdout>>;

/// Writes findings to standard output.
pub(super) fn out(writer: Writer, taste: Taste) -> Out {
    Collector::new(BufWriter::with_capacity(64 << 10, io::stdout()), writer, taste, Progress::none())
}

/// What one object among the results is.
struct Read {
    /// By its name; `None` for the place itself, where it cannot be listed or has nothing.
    number: Option<u64>,
    /// Whole, or why it is no result.
    whole: Result<(Vec<Given>, Done), String>,
}

/// So many results are unpacked before they are asked for.
const AHEAD: usize = 2;

/// Reads the results in the order of their shares, in a thread of its own: objects are waited for, which an asynchronous
/// task may not do.
///
/// # Errors
/// Where no thread can be started.
fn all(output: &Output, folder: &str) -> io::Result<(Receiver<Read>, Trouble)> {
    let objects = Objects::open(Place { bucket: output.bucket.clone(), prefix: output.key(folder, RESULTS) })?;
    let trouble = objects.trouble();
    let (send, read) = sync_channel(AHEAD);
    thread::Builder::new().name("results".to_owned()).spawn(move || {
        for found in objects {
            let read = match found {
                Found::Broken { name, why } => Read { number: number_of(&name), whole: Err(why) },
                Found::Object(object) => Read {
                    number: number_of(&object.name),
                    whole: whole(object).map_err(|error| format!("its result: {error}")),
                },
            };
            // Nobody waits any more where it cannot be sent.
            if send.send(read).is_err() {
                break;
            }
        }
    })?;
    Ok((read, trouble))
}

/// Reads the results of all shares, and says of those that have none why.
///
/// # Errors
/// Where the results cannot be read for now, or the output cannot be written.
pub(super) async fn merged(
    out: &mut Out,
    store: &Store,
    output: &Output,
    folder: &str,
    shares: Vec<Share>,
) -> Result<Sum> {
    let (mut sum, mut done, mut broken) = (Sum::default(), BTreeSet::new(), BTreeMap::new());
    let (all, trouble) = all(output, folder)?;
    for Read { number, whole } in all {
        match (number, whole) {
            (_, Ok((given, finished))) => {
                for given in given {
                    match given {
                        Given::Report(report) => out.report(report)?,
                        Given::Remark(remark) => out.remark(*remark),
                    }
                }
                sum.shares += 1;
                sum.milliseconds += finished.milliseconds;
                done.insert(finished.share);
            }
            (Some(number), Err(why)) => _ = broken.insert(number, why),
            (None, Err(_)) => {}
        }
    }
    out.end()?;
    if let Some(fault) = trouble.first() {
        return Err(fault.into());
    }
    for share in shares {
        if !done.contains(&share.number) {
            let why = match broken.remove(&share.number) {
                Some(why) => why,
                None => failure(store, output, folder, share.number).await,
            };
            sum.missing.push((share, why));
        }
    }
    Ok(sum)
}

/// The numbers of the shares that have a whole result.
///
/// # Errors
/// Where the results cannot be read.
pub(super) fn numbers(output: &Output, folder: &str) -> Result<BTreeSet<u64>> {
    let (all, trouble) = all(output, folder)?;
    let numbers = all.into_iter().filter_map(|read| Some(read.whole.ok()?.1.share)).collect();
    match trouble.first() {
        Some(fault) => Err(fault.into()),
        None => Ok(numbers),
    }
}

/// A result, read to its end before anything of it is reported: nothing is reported twice where it is hunted again.
fn whole(object: impl io::Read) -> Result<(Vec<Given>, Done), ResultError> {
    let mut all = Vec::new();
    let done = portable::read::<ResultError>(BufReader::new(GzDecoder::new(BufReader::new(object))), |given| {
        all.push(given);
        Ok(())
    })?;
    Ok((all, done))
}

/// The number of a share by the name of its result.
fn number_of(name: &str) -> Option<u64> {
    name.rsplit('/').next()?.strip_suffix(".jsonl.gz")?.parse().ok()
}

/// Why a share has no result, as the function has written it down.
async fn failure(store: &Store, output: &Output, folder: &str, share: u64) -> String {
    let said = match store.get(&output.failure(folder, share)).await {
        Ok(said) => said,
        Err(fault) => return format!("why is not known: {fault}"),
    };
    let said: Option<Value> = said.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let why = said.as_ref().and_then(|said| said.get("why")).and_then(Value::as_str);
    why.map_or_else(
        || "it was not evaluated, or the function was stopped over it; its log group may say why".to_owned(),
        str::to_owned,
    )
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_result_is_told_whole_or_not_at_all() {
        let (packed, done) = portable::Results::new(7, true).end(3).unwrap();
        assert_eq!(whole(Cursor::new(packed.clone())).unwrap().1, done);
        for cut in [packed.len() - 1, packed.len() / 2, 1, 0] {
            assert!(whole(Cursor::new(packed[..cut].to_vec())).is_err(), "{cut} bytes are a result");
        }
        assert_eq!(number_of("s3://b/hunts/h/results/00000017.jsonl.gz"), Some(17));
        assert_eq!(number_of("s3://b/hunts/h/results/"), None);
    }
}
