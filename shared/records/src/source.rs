//! One input on its way to the threads: each takes the next batch of records and judges it while another takes
//! the one after.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::inputs::Input;
use crate::split::{Batch, Splitter};
use crate::stream::Stream;

/// About how many bytes of records a batch has: enough that handing it on costs nothing beside reading it, and
/// few enough to stay in a core's cache.
const BATCH: usize = 256 << 10;

/// An input that is being read.
pub(crate) struct Source {
    /// Its number among all inputs.
    pub(crate) index: u64,
    /// For people.
    pub(crate) name: Arc<str>,
    reading: Mutex<Option<Reading>>,
}

struct Reading {
    stream: Stream,
    splitter: Splitter,
    /// How many batches were taken.
    taken: u64,
    /// Whether batches should not wait until they are full: somebody may be typing, or a pipe be slow.
    eager: bool,
    /// Why nothing more can be read.
    end: Option<End>,
}

/// How an input ended.
#[derive(Debug, Default)]
pub struct End {
    /// Why the rest cannot be read.
    pub broken: Option<String>,
    /// Why it was not read at all, where that is no fault.
    pub passed: Option<&'static str>,
}

/// What was taken from an input.
pub(crate) enum Taken {
    /// A batch, its number, and how many bytes of the input it took.
    Batch(u64, u64),
    /// Its end, and the number of it.
    End(u64, End),
    /// Another thread took the end.
    Nothing,
}

impl Source {
    /// Opens an input. What cannot be opened is an input that has ended.
    pub(crate) fn open(index: u64, input: Input) -> Self {
        let (name, opened) = match input {
            Input::Stdin => ("-".into(), Ok((Stream::records(io::stdin(), false), true))),
            Input::File(path) => {
                let eager = !path.is_file();
                (
                    path.to_string_lossy().into(),
                    Ok((File::open(&path).and_then(|file| Stream::records(file, !eager)), eager)),
                )
            }
            Input::Remote(remote) => (remote.name.as_str().into(), Ok((Stream::records(remote.from, true), false))),
            Input::Broken { path, why } => {
                (path.to_string_lossy().into(), Err(End { broken: Some(why), passed: None }))
            }
            Input::Passed { path, why } => {
                (path.to_string_lossy().into(), Err(End { broken: None, passed: Some(why) }))
            }
        };
        let opened = opened.and_then(|(stream, eager)| match stream {
            Ok(stream) => Ok((stream, eager)),
            Err(error) => Err(End { broken: Some(error.to_string()), passed: None }),
        });
        let reading = match opened {
            Ok((stream, eager)) => Reading { stream, eager, splitter: Splitter::new(), taken: 0, end: None },
            Err(end) => {
                Reading { stream: Stream::none(), eager: false, splitter: Splitter::new(), taken: 0, end: Some(end) }
            }
        };
        Self { index, name, reading: Mutex::new(Some(reading)) }
    }

    /// Takes the next batch, in the buffers of `batch`.
    pub(crate) fn take(&self, batch: &mut Batch) -> Taken {
        let mut reading = self.lock();
        let Some(open) = reading.as_mut() else { return Taken::Nothing };
        let number = open.taken;
        open.taken += 1;
        if open.fill() {
            open.splitter.hand_on(batch);
            return Taken::Batch(number, open.stream.packed());
        }
        let end = open.end.take().unwrap_or_default();
        *reading = None;
        Taken::End(number, end)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Reading>> {
        // A thread that panicked here has stopped the whole command.
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading {
    /// Reads until a batch is full; `false` where none comes any more.
    fn fill(&mut self) -> bool {
        loop {
            let ready = self.splitter.ready();
            let ended = self.end.is_some();
            if ready > 0 && (ended || self.eager || ready >= BATCH / 2) {
                return true;
            }
            if ended {
                return false;
            }
            match self.stream.append(self.splitter.tail(), BATCH) {
                Ok(0) => self.end = Some(End::default()),
                Ok(_) => {}
                Err(error) => self.end = Some(End { broken: Some(error.to_string()), passed: None }),
            }
            self.splitter.read(self.end.is_some());
            self.splitter.forget();
        }
    }
}
