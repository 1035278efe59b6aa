//! `judge PATH… [--jobs N]`: the catalogue over files, and nothing else of the command: no output, no counting over
//! several events. It says how many records it read and how many claims were made; with it, a change to reading and
//! judging is measured a minute after it was written.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result};
use riposte_core::detect::{Facts, Index, Memo, detectors, run_at, sigma};
use riposte_core::event::{ApiCall, Event, Read, Reader, Scope};
use riposte_records::inputs::Walk;
use riposte_records::pool::{Pool, Work};
use riposte_records::split::{Batch, Piece};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Judge {
    index: Index,
    facts: Facts,
}

#[derive(Debug, Default)]
struct Counts {
    records: u64,
    read: u64,
    skimmed: u64,
    found: u64,
}

impl Work for Judge {
    type Memory = (Reader, Memo, Option<ApiCall>);
    type Yield = Counts;

    fn work(&self, (reader, memo, call): &mut (Reader, Memo, Option<ApiCall>), batch: &Batch) -> Counts {
        let mut counts = Counts::default();
        for piece in &batch.pieces {
            let Piece::Record { range, .. } = piece else { continue };
            let text = batch.bytes.get(range.clone()).and_then(|bytes| std::str::from_utf8(bytes).ok());
            let Some(text) = text else { continue };
            counts.records += 1;
            match reader.read(text) {
                Some(Read::Call(skimmed)) => {
                    counts.skimmed += 1;
                    let head = skimmed.head(|agent| memo.is_known_tool(agent));
                    let reading = self.index.remembered(memo, &head);
                    if !reading.is_empty() {
                        counts.read += 1;
                        counts.found += self.judge(reading, skimmed.call_in(call));
                    }
                }
                Some(_) => counts.skimmed += 1,
                None => {
                    if let Ok(Event::Call(call)) = Event::parse(text) {
                        counts.found += self.judge(&self.index.reading(&(&*call).into()), &call);
                    }
                }
            }
        }
        counts
    }
}

impl Judge {
    fn judge(&self, reading: &[&'static dyn riposte_core::detect::Detector], call: &ApiCall) -> u64 {
        let nowhere = || Scope { event_id: String::new(), account: String::new(), region: String::new() };
        let report = run_at(reading, call, nowhere, &self.facts);
        (report.findings.len() + report.sightings.len()) as u64
    }
}

fn main() -> Result<()> {
    let (mut paths, mut threads, mut rules) = (Vec::new(), 1, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--jobs" => threads = arguments.next().context("`--jobs` needs a number")?.parse()?,
            "--rules" => rules = Some(PathBuf::from(arguments.next().context("`--rules` needs a folder")?)),
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    let all = match rules {
        None => detectors().to_vec(),
        Some(folder) => {
            let files = std::fs::read_dir(folder)?.map(|file| {
                let file = file?.path();
                Ok(sigma::RuleFile { text: std::fs::read_to_string(&file)?, file })
            });
            let files = files.collect::<Result<Vec<_>>>()?;
            sigma::load(&files, &[]).map_err(|errors| anyhow::anyhow!("{errors:?}"))?
        }
    };
    let judge = Judge { index: Index::new(all), facts: Facts::default() };
    let pool = Arc::new(Pool::new(judge, Walk::new(paths), threads));
    let running: Vec<_> = (0..threads)
        .map(|_| {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.run())
        })
        .collect();
    let mut all = Counts::default();
    while let Some(report) = pool.next(true)? {
        let Counts { records, read, skimmed, found } = report.given;
        all = Counts {
            records: all.records + records,
            read: all.read + read,
            skimmed: all.skimmed + skimmed,
            found: all.found + found,
        };
        pool.written(report.input);
    }
    running.into_iter().for_each(|thread| _ = thread.join());
    println!("{all:?}");
    Ok(())
}
