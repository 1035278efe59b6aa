//! `riposte detect`: the catalog over files that CloudTrail wrote. Needs no AWS account, and asks none.
//!
//! The way of the data: [`riposte_records`] → [`riposte_scan`] → [`collect`]. Threads read and evaluate batches of records;
//! reports come back in the order of the input.

mod asked;
pub(crate) mod behavior;
pub(crate) mod collect;
pub(crate) mod csv;
mod exclude;
mod judge;
mod ocsf;
pub(crate) mod output;
mod profile;
pub(crate) mod progress;
mod remote;
mod sarif;
mod summary;
mod table;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result};
use jiff::Timestamp;
use riposte_core::detect::behavior::History;
use riposte_records::pool::Pool;
use riposte_scan::judge::Judge;

pub(crate) use self::asked::Asked;
use self::behavior::Behavior;
use self::collect::{Collector, Taste};
pub(crate) use self::csv::line as csv_line;
pub(crate) use self::exclude::Exclusions;
pub(crate) use self::judge::check as check_detectors;
use self::judge::judge;
pub(crate) use self::output::inert;
use self::output::{Format, Writer};
use self::progress::Progress;
pub(crate) use self::remote::walk;
use crate::screen::Screen;
use crate::usage::Usage;

/// The exit code where something could not be read.
pub(crate) const UNREADABLE: u8 = 3;

/// Scans CloudTrail files with the catalog, offline.
///
/// Reads {"Records": […]}, lists and lines of records, EventBridge envelopes, and .gz of each, recognized by their
/// content; folders with all that is in them; s3://BUCKET/PREFIX, with the credentials of the AWS CLI; and standard
/// input. Findings go to standard output in the order of
/// the input, a summary and whatever cannot be read to standard error.
///
/// Records are found in what people hold them in too: what `aws cloudtrail lookup-events`, `aws logs` and `aws sqs`
/// print, payloads of CloudWatch Logs, Firehose, Kinesis, SQS and SNS, rows of CloudTrail Lake, results of Splunk and
/// Elastic, UTF-16. Other formats are refused by their name. Informational findings are counted for each principal,
/// detector and day, and come last.
///
/// CloudTrail's digest files, Insights events and EventBridge events of other kinds are counted and passed over.
///
/// Exit codes: 0 everything was read; 3 something could not be read, and was named; 2 wrong usage; 1 another
/// failure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Scan with the Sigma rules of this folder too (repeatable)
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Scan with the rules of --rules alone, without the catalog
    #[arg(long, requires = "rules")]
    rules_alone: bool,
    #[command(flatten)]
    asked: Asked,
    /// Compare with what this baseline learned, and find what is unusual; see `riposte baseline`. The file is read and
    /// not changed
    #[arg(long, value_name = "FILE", conflicts_with = "rules_alone")]
    baseline: Option<PathBuf>,
    /// Days that a baseline learns before it finds anything
    #[arg(long, value_name = "DAYS", default_value_t = 7, requires = "baseline", value_parser = clap::value_parser!(u16).range(1..=365))]
    learning: u16,
    /// A MaxMind database of cities, countries or autonomous systems (repeatable)
    #[arg(long, value_name = "FILE", requires = "baseline")]
    maxmind: Vec<PathBuf>,
    /// Instead of findings, write how often each detector fires a day, on whom, and which exclusion would leave it out
    #[arg(long)]
    profile: bool,
    /// How many threads read and evaluate; one for each core by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Files, folders and s3://BUCKET/PREFIX; - is standard input, which is read where none is named
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Wrong usage, an output that cannot be written, a thread that failed. What cannot be read is no error: it is
/// named, and in the exit code.
pub(crate) fn run(options: Options, screen: &Screen) -> Result<ExitCode> {
    let Options { rules, rules_alone, asked, baseline, learning, maxmind, profile, jobs, mut paths } = options;
    named(&mut paths)?;
    let question = asked.question()?;
    let judge = judge(&rules, rules_alone, &asked.only, asked.min_severity, baseline.is_some())?;
    let judge = judge.trusting(question.trusted()?).over(question.filter()?);
    let atlas = baseline.as_ref().map(|_| behavior::atlas(&maxmind)).transpose()?;
    let judge = judge.observing(atlas);
    let exclusions = Exclusions::read(&asked.exclusions, Timestamp::now().as_millisecond())?;
    if profile && asked.format.is_some_and(|format| !matches!(format, Format::Table | Format::Jsonl)) {
        return Err(Usage("--profile is written as a table or as JSON lines".to_owned()).into());
    }
    let behavior = match &baseline {
        Some(file) => {
            let history = behavior::read(file)?;
            let days = i64::from(learning) * 24 * 3600;
            Some(Behavior::comparing(history, days, &asked.only, asked.min_severity))
        }
        None => None,
    };
    let threads = threads(jobs)?;

    let began = Instant::now();
    let progress = if screen.quiet { Progress::none() } else { Progress::new(&paths) };
    let pool = started(judge, paths, threads)?;
    let mut collector = Collector::new(
        BufWriter::with_capacity(64 << 10, io::stdout()),
        Writer::new(asked.format(), *screen, asked.all()),
        Taste { each: asked.each, profile, exclusions, behavior },
        progress,
    );
    let collected = collector.collect(&pool);
    // The threads are not waited for: one may be waiting for an input that never ends.
    pool.stop();
    collected?;
    let in_table = matches!(asked.format(), Format::Table);
    let summary = &collector.summary;
    // Where nobody reads it, the exit code still tells.
    if !screen.quiet {
        let of_behavior = collector.behavior.as_ref().map(Behavior::remarks).unwrap_or_default();
        for line in collector.excluded().into_iter().chain(of_behavior) {
            let _ = writeln!(io::stderr(), "{line}");
        }
        let _ = writeln!(io::stderr(), "{}", summary.after(began.elapsed(), asked.all(), !in_table, *screen));
    }
    Ok(if summary.unreadable > 0 { ExitCode::from(UNREADABLE) } else { ExitCode::SUCCESS })
}

/// Standard input where no path is named; nobody types CloudTrail's files.
fn named(paths: &mut Vec<PathBuf>) -> Result<()> {
    if paths.is_empty() {
        if io::stdin().is_terminal() {
            return Err(Usage("name a file, a folder, or - for standard input".to_owned()).into());
        }
        paths.push(PathBuf::from("-"));
    }
    Ok(())
}

fn threads(jobs: Option<u16>) -> Result<usize> {
    match jobs {
        Some(jobs) => Ok(jobs.into()),
        None => Ok(thread::available_parallelism().context("the number of cores is unknown: say --jobs")?.get()),
    }
}

/// The threads, at work.
fn started(judge: Judge, paths: Vec<PathBuf>, threads: usize) -> Result<Arc<Pool<Judge>>> {
    let pool = Arc::new(Pool::new(judge, remote::walk(paths)?, threads));
    for number in 0..threads {
        let pool = Arc::clone(&pool);
        let named = thread::Builder::new().name(format!("judge-{number}"));
        named.spawn(move || pool.run()).context("a thread cannot be started")?;
    }
    Ok(pool)
}

/// Adds what these files say of principals to a history; that history, and how much could not be read.
///
/// # Errors
/// Wrong usage, a thread that failed. What cannot be read is named, and counted.
pub(crate) fn learn(
    mut paths: Vec<PathBuf>,
    history: History,
    maxmind: &[PathBuf],
    jobs: Option<u16>,
    screen: &Screen,
) -> Result<(History, u64)> {
    named(&mut paths)?;
    let began = Instant::now();
    let judge = Judge::of_nothing().observing(Some(behavior::atlas(maxmind)?));
    let progress = Progress::new(&paths);
    let pool = started(judge, paths, threads(jobs)?)?;
    let exclusions = Exclusions::read(&[], Timestamp::now().as_millisecond())?;
    let behavior = Some(Behavior::learning(history));
    let taste = Taste { each: false, profile: false, exclusions, behavior };
    let mut collector = Collector::new(io::sink(), Writer::new(Format::Jsonl, *screen, true), taste, progress);
    let collected = collector.collect(&pool);
    pool.stop();
    collected?;
    let behavior = collector.behavior.take().context("what was learned is lost")?;
    for line in behavior.remarks() {
        let _ = writeln!(io::stderr(), "{line}");
    }
    let _ = writeln!(io::stderr(), "{}", collector.summary.after(began.elapsed(), false, true, *screen));
    Ok((behavior.learned(), collector.summary.unreadable))
}
