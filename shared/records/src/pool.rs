//! The threads, and the order of what their work gives.
//!
//! Every thread does the same: it takes the next batch of an input, which only one can do at a time, and judges
//! it, while the others take and judge the next ones. A thread stays with its input while it lasts; one without
//! opens the next, and where there is none, helps with the first that is open. So one huge file and many small
//! ones both keep all of them busy, and with one thread everything happens in the order of the input.
//!
//! Reports come back out of order and leave in order. What is ahead of the order is bounded, so that memory is,
//! however slow one file or the reader of the output may be.
//!
//! INVARIANT: the batch whose report is awaited has been taken, or can be: the bound on what is ahead does not
//! hold for the input that is awaited, which has a bound of its own ([`Order::may_take`]).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};

use crate::inputs::Walk;
use crate::source::{End, Source, Taken};
use crate::split::Batch;

/// For each thread, how many batches of the awaited input may be taken and not yet written.
const AWAITED: usize = 4;

/// For each thread, how many batches of all inputs.
const AHEAD: usize = 32;

/// For each thread, how many inputs may be open.
const OPEN: usize = 2;

/// What is done with a batch.
pub trait Work: Send + Sync {
    /// What a thread keeps from one batch to the next.
    type Memory: Default;
    /// What a batch gives.
    type Yield: Default + Send;

    /// Works on a batch.
    fn work(&self, memory: &mut Self::Memory, batch: &Batch) -> Self::Yield;
}

/// What came of one batch, or the end of an input.
#[derive(Debug)]
pub struct Report<Y> {
    /// The input's number.
    pub input: u64,
    /// The batch's number in its input.
    pub batch: u64,
    /// The input's name, for people.
    pub name: Arc<str>,
    /// Where this is the last of the input.
    pub end: Option<End>,
    /// How many bytes of the input were read for it.
    pub packed: u64,
    /// What the work gave; at an input's end, nothing.
    pub given: Y,
}

/// The threads' common state.
pub struct Pool<W: Work> {
    work: W,
    inputs: Mutex<Inputs>,
    order: Mutex<Order<W::Yield>>,
    /// Something can be taken, or nothing more will come.
    ready: Condvar,
    /// The awaited report is there, or no report will come.
    report: Condvar,
}

struct Inputs {
    walk: Walk,
    next: u64,
}

/// What is taken, what is done, and what is awaited.
struct Order<Y> {
    threads: usize,
    /// The inputs that have more to take.
    open: BTreeMap<u64, Arc<Source>>,
    /// How many inputs are being opened.
    opening: usize,
    /// How many there are, once that is known.
    inputs: Option<u64>,
    /// Batches taken and not written: of all inputs, and of each.
    taken: usize,
    taken_of: HashMap<u64, usize>,
    /// Reports that wait for their turn, by input and batch.
    done: BTreeMap<(u64, u64), Report<Y>>,
    awaited: (u64, u64),
    /// Nobody reads the output any more.
    stopped: bool,
    /// A thread is lost, and with it a report.
    lost: bool,
}

/// What a thread is to do.
enum Task {
    Open,
    Take(Arc<Source>),
}

impl<W: Work> Pool<W> {
    /// A pool over all inputs of a walk, for so many threads: each runs [`Pool::run`].
    pub fn new(work: W, walk: Walk, threads: usize) -> Self {
        Self {
            work,
            inputs: Mutex::new(Inputs { walk, next: 0 }),
            order: Mutex::new(Order::new(threads)),
            ready: Condvar::new(),
            report: Condvar::new(),
        }
    }

    /// What each thread runs.
    pub fn run(&self) {
        let alarm = Alarm(self);
        let mut memory = W::Memory::default();
        let mut batch = Batch::default();
        let mut own = None;
        while let Some(task) = self.task(own.take().as_ref()) {
            let source = match task {
                Task::Take(source) => source,
                Task::Open => match self.open() {
                    Some(source) => source,
                    None => continue,
                },
            };
            own = self.take(&source, &mut memory, &mut batch).then_some(source);
        }
        drop(alarm);
    }

    /// What to do next; waits until there is something, and is `None` where nothing is left.
    fn task(&self, own: Option<&Arc<Source>>) -> Option<Task> {
        let mut order = self.order();
        loop {
            if order.stopped || order.lost {
                return None;
            }
            if let Some(task) = order.task(own) {
                return Some(task);
            }
            if order.inputs.is_some() && order.open.is_empty() && order.opening == 0 {
                return None;
            }
            order = self.ready.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Opens the next input, which was counted as taken already; `None` where there is none.
    fn open(&self) -> Option<Arc<Source>> {
        // Numbers are given in the order of the walk.
        let next = {
            let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
            let input = inputs.walk.next();
            let number = inputs.next;
            inputs.next += u64::from(input.is_some());
            input.map(|input| (number, input)).ok_or(number)
        };
        let source = next.map(|(number, input)| Arc::new(Source::open(number, input)));
        let mut order = self.order();
        order.opening -= 1;
        match source {
            Ok(source) => {
                *order.taken_of.entry(source.index).or_default() += 1;
                order.open.insert(source.index, Arc::clone(&source));
                Some(source)
            }
            Err(all) => {
                order.taken -= 1;
                order.inputs = Some(all);
                drop(order);
                self.ready.notify_all();
                self.report.notify_all();
                None
            }
        }
    }

    /// Takes a batch and judges it. Whether the input may have more.
    fn take(&self, source: &Source, memory: &mut W::Memory, batch: &mut Batch) -> bool {
        let (number, end, packed) = match source.take(batch) {
            Taken::Batch(number, packed) => (number, None, packed),
            Taken::End(number, end) => {
                self.order().open.remove(&source.index);
                self.ready.notify_all();
                (number, Some(end), 0)
            }
            Taken::Nothing => {
                self.order().written(source.index);
                self.ready.notify_all();
                return false;
            }
        };
        let more = end.is_none();
        let given = if more { self.work.work(memory, batch) } else { W::Yield::default() };
        let (input, name) = (source.index, Arc::clone(&source.name));
        let report = Report { input, batch: number, name, end, packed, given };
        let mut order = self.order();
        let awaited = order.awaited == (report.input, report.batch);
        order.done.insert((report.input, report.batch), report);
        drop(order);
        if awaited {
            self.report.notify_all();
        }
        more
    }

    /// The next report in order. With `wait`, waits for it; else `None` also means that it is not there yet.
    ///
    /// # Errors
    /// Where a thread was lost, and its report with it.
    pub fn next(&self, wait: bool) -> Result<Option<Report<W::Yield>>> {
        let mut order = self.order();
        loop {
            if order.lost {
                bail!("a thread failed; what was written so far is right, and not all");
            }
            let awaited = order.awaited;
            if let Some(report) = order.done.remove(&awaited) {
                order.awaited = if report.end.is_some() { (awaited.0 + 1, 0) } else { (awaited.0, awaited.1 + 1) };
                return Ok(Some(report));
            }
            if !wait || order.inputs == Some(awaited.0) {
                return Ok(None);
            }
            order = self.report.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A report was written, and its memory is free.
    pub fn written(&self, input: u64) {
        self.order().written(input);
        self.ready.notify_all();
    }

    /// Nobody wants the rest.
    pub fn stop(&self) {
        self.order().stopped = true;
        self.ready.notify_all();
    }

    fn order(&self) -> MutexGuard<'_, Order<W::Yield>> {
        // A thread that panicked has said so by its alarm.
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Y> Order<Y> {
    fn new(threads: usize) -> Self {
        Self {
            threads,
            open: BTreeMap::new(),
            opening: 0,
            inputs: None,
            taken: 0,
            taken_of: HashMap::new(),
            done: BTreeMap::new(),
            awaited: (0, 0),
            stopped: false,
            lost: false,
        }
    }

    fn task(&mut self, own: Option<&Arc<Source>>) -> Option<Task> {
        if let Some(own) = own
            && self.open.contains_key(&own.index)
            && self.may_take(own.index)
        {
            return Some(self.taking(Arc::clone(own)));
        }
        let room = self.open.len() + self.opening < OPEN * self.threads && self.taken < AHEAD * self.threads;
        if self.inputs.is_none() && room {
            self.opening += 1;
            self.taken += 1;
            return Some(Task::Open);
        }
        let source = self.open.values().find(|source| self.may_take(source.index)).map(Arc::clone);
        source.map(|source| self.taking(source))
    }

    fn may_take(&self, input: u64) -> bool {
        if input == self.awaited.0 {
            self.taken_of.get(&input).copied().unwrap_or_default() < AWAITED * self.threads
        } else {
            self.taken < AHEAD * self.threads
        }
    }

    fn taking(&mut self, source: Arc<Source>) -> Task {
        self.taken += 1;
        *self.taken_of.entry(source.index).or_default() += 1;
        Task::Take(source)
    }

    fn written(&mut self, input: u64) {
        self.taken -= 1;
        if let Some(taken) = self.taken_of.get_mut(&input) {
            *taken -= 1;
            if *taken == 0 {
                self.taken_of.remove(&input);
            }
        }
    }
}

/// Says that a thread panicked, so that nobody waits for it.
struct Alarm<'a, W: Work>(&'a Pool<W>);

impl<W: Work> Drop for Alarm<'_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.order().lost = true;
            self.0.ready.notify_all();
            self.0.report.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Counts pieces.
    struct Count;

    impl Work for Count {
        type Memory = ();
        type Yield = usize;

        fn work(&self, (): &mut (), batch: &Batch) -> usize {
            batch.pieces.len()
        }
    }

    #[test]
    fn a_thread_that_panics_is_not_waited_for() {
        let pool = Arc::new(Pool::new(Count, Walk::new(Vec::new()), 1));
        let other = Arc::clone(&pool);
        let thread = thread::spawn(move || {
            let _alarm = Alarm(&other);
            panic!("as if in a batch");
        });
        assert!(thread.join().is_err());
        assert!(pool.next(true).is_err());
        // The others stop.
        pool.run();
    }

    #[test]
    fn what_is_ahead_of_a_slow_reader_is_bounded_and_comes_in_order() {
        const THREADS: usize = 3;
        const FILES: usize = 2_000;
        let folder = tempfile::tempdir().unwrap();
        for file in 0..FILES {
            std::fs::write(folder.path().join(format!("{file:05}")), "{\"broken\":}").unwrap();
        }
        let pool = Arc::new(Pool::new(Count, Walk::new(vec![folder.path().to_owned()]), THREADS));
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.run())
            })
            .collect();
        // Nobody takes reports, so they stop after a while.
        let taken = || {
            let order = pool.order();
            (order.taken, order.done.len())
        };
        let mut before = taken();
        loop {
            thread::sleep(Duration::from_millis(100));
            let now = taken();
            if now == before && now.1 > 0 {
                break;
            }
            before = now;
        }
        assert!(before.0 <= (AHEAD + AWAITED) * THREADS, "{before:?}");
        let mut seen = Vec::new();
        while let Some(report) = pool.next(true).unwrap() {
            seen.push((report.input, report.batch, report.given, report.end.is_some()));
            pool.written(report.input);
        }
        let want: Vec<_> = (0..FILES as u64).flat_map(|file| [(file, 0, 1, false), (file, 1, 0, true)]).collect();
        assert!(seen == want, "{} reports", seen.len());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(taken(), (0, 0));
    }
}
