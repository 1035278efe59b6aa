//! `parse FILE [--jobs N]`: what nothing that reads JSON lines can be faster than. Every line of a file, unpacked
//! where the file is packed, is parsed to a value and thrown away. Threads share the reading as those of
//! `riposte detect` do, and memory is allocated as there, so that the difference is our own work. `make bench-detect`
//! runs it.
//!
//! A program of its own: `bench` counts allocations, which costs each of them.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use flate2::bufread::MultiGzDecoder;
use serde_json::Value;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// About how much a thread takes at once.
const BATCH: u64 = 256 << 10;

fn main() -> ExitCode {
    match read(std::env::args().skip(1)).and_then(|(path, threads)| run(&path, threads)) {
        Ok(Counts { bytes, records }) => {
            eprintln!("{records} records, {bytes} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("parse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The file, and how many threads.
fn read(mut arguments: impl Iterator<Item = String>) -> Result<(PathBuf, usize)> {
    let path = arguments.next().context("name a file")?.into();
    let threads = match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => thread::available_parallelism()?.get(),
        (Some("--jobs"), Some(jobs)) => jobs.parse().ok().filter(|n| *n > 0).context("`--jobs` needs a number")?,
        _ => bail!("behind the file stands nothing, or `--jobs N`"),
    };
    Ok((path, threads))
}

/// What was read.
#[derive(Debug, Default)]
struct Counts {
    bytes: u64,
    records: u64,
}

/// Parses a file by so many threads.
///
/// # Errors
/// Where it cannot be read, or a line is no JSON.
fn run(path: &Path, threads: usize) -> Result<Counts> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let from: Box<dyn Read + Send> =
        if packed { Box::new(MultiGzDecoder::new(BufReader::with_capacity(128 << 10, file))) } else { Box::new(file) };
    let lines = Mutex::new(Lines { from, rest: Vec::new() });
    let counts = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(|| parse(&lines))).collect();
        let joined = threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))?);
        joined.collect::<Result<Vec<_>>>()
    })?;
    Ok(counts.into_iter().fold(Counts::default(), |all, one| Counts {
        bytes: all.bytes + one.bytes,
        records: all.records + one.records,
    }))
}

/// One thread's share.
fn parse(lines: &Mutex<Lines>) -> Result<Counts> {
    let (mut counts, mut batch) = (Counts::default(), Vec::new());
    loop {
        lines.lock().unwrap_or_else(PoisonError::into_inner).take(&mut batch)?;
        if batch.is_empty() {
            return Ok(counts);
        }
        let mut begin = 0;
        for end in memchr::memchr_iter(b'\n', &batch).chain([batch.len()]) {
            if let Some(line) = batch.get(begin..end).filter(|line| !line.is_empty()) {
                std::hint::black_box(serde_json::from_slice::<Value>(line)?);
                counts.records += 1;
            }
            begin = end + 1;
        }
        counts.bytes += batch.len() as u64;
    }
}

/// A stream, cut between lines.
struct Lines {
    from: Box<dyn Read + Send>,
    rest: Vec<u8>,
}

impl Lines {
    /// The next whole lines; nothing at the end.
    fn take(&mut self, batch: &mut Vec<u8>) -> io::Result<()> {
        batch.clear();
        batch.append(&mut self.rest);
        loop {
            if self.from.by_ref().take(BATCH).read_to_end(batch)? == 0 {
                return Ok(());
            }
            if let Some(end) = memchr::memrchr(b'\n', batch) {
                self.rest = batch.split_off(end + 1);
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn every_line_is_parsed_once_whatever_the_number_of_threads() {
        let folder = std::env::temp_dir().join(format!("riposte-parse-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(999));
        let text = line.repeat(2_000) + "{\"last\":1}";
        let (plain, packed) = (folder.join("a.jsonl"), folder.join("a.jsonl.gz"));
        std::fs::write(&plain, &text).unwrap();
        let mut encoder = GzEncoder::new(File::create(&packed).unwrap(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap();
        for path in [&plain, &packed] {
            for threads in [1, 3] {
                let Counts { bytes, records } = run(path, threads).unwrap();
                assert_eq!((bytes, records), (text.len() as u64, 2_001), "{}, {threads}", path.display());
            }
        }
        std::fs::write(&plain, text + "\n{\"broken\":\n").unwrap();
        assert!(run(&plain, 2).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
