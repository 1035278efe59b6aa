//! `riposte logs`: what log files show. Needs no AWS account, and asks none.

mod lines;
mod scan;
mod templates;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use riposte_core::finding::Severity;
use riposte_core::text::plain;
use riposte_records::inputs::Input;
use riposte_records::stream::Stream;

use self::lines::Lines;
use crate::detect;
use crate::detect::output::Format;
use crate::detect::progress::Progress;
use crate::screen::Screen;
use crate::usage::Usage;

/// The exit code where something could not be read.
const UNREADABLE: u8 = 3;

/// Scans log files for attacks, offline, or lists their templates.
///
/// Reads text, one entry a line, and .gz of it, recognized by its content; folders with all that is in them; and
/// standard input.
///
/// Exit codes: 0 everything was read; 3 something could not be read, and was named; 2 wrong usage; 1 another
/// failure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Print each line's template, and the templates' lines as a table: what lines have in common once values are
    /// taken out
    #[arg(long)]
    templates: bool,
    /// Read lines of a format of your own, which this file describes (repeatable)
    #[arg(long, value_name = "FILE", conflicts_with = "templates")]
    line_format: Vec<PathBuf>,
    /// Leave out detectors that are less severe: informational, low, medium, high or critical
    #[arg(long, value_name = "SEVERITY", conflicts_with = "templates")]
    min_severity: Option<Severity>,
    /// How the output is written; where it is not said, a table on a terminal and JSON lines elsewhere
    #[arg(long)]
    format: Option<Format>,
    /// Files, folders and s3://BUCKET/PREFIX; - is standard input, which is read where none is named
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Wrong usage, an output that cannot be written. What cannot be read is no error: it is named, and in the exit code.
pub(crate) fn run(options: Options, screen: &Screen) -> Result<ExitCode> {
    let Options { templates, line_format, min_severity, format, mut paths } = options;
    if paths.is_empty() {
        if io::stdin().is_terminal() {
            return Err(Usage("name a file, a folder, or - for standard input".to_owned()).into());
        }
        paths.push(PathBuf::from("-"));
    }
    let format = format.unwrap_or(if io::stdout().is_terminal() { Format::Table } else { Format::Jsonl });
    if templates && !matches!(format, Format::Table | Format::Jsonl) {
        return Err(Usage("--templates writes a table or JSON lines".to_owned()).into());
    }
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout());
    let unreadable = if templates {
        templates::run(&mut out, paths, format)?
    } else {
        let formats = scan::formats(&line_format)?;
        scan::run(&mut out, paths, format, &formats, min_severity, screen)?
    };
    out.flush()?;
    Ok(if unreadable > 0 { ExitCode::from(UNREADABLE) } else { ExitCode::SUCCESS })
}

/// Gives `each` every line of every input, with the input's name and the line's number in it, counted from 1. What
/// cannot be read is named on standard error; the number of these faults is returned.
fn every_line(paths: Vec<PathBuf>, mut each: impl FnMut(&Place<'_>, &[u8]) -> Result<()>) -> Result<u64> {
    /// The bar moves after so many lines.
    const STRIDE: u64 = 4096;
    let progress = Progress::new(&paths);
    let mut unreadable = 0;
    let mut fault = |name: &str, why: &str| {
        unreadable += 1;
        // Where nobody reads it, the exit code still tells.
        let shown = format!("riposte: {}: {}", plain(name, 400), plain(why, 400));
        let _ = progress.aside(|| writeln!(io::stderr(), "{shown}"));
    };
    for input in detect::walk(paths)? {
        let (name, stream) = match input {
            Input::Remote(remote) => (remote.name, Stream::new(remote.from)),
            Input::Stdin => ("-".to_owned(), Stream::new(io::stdin())),
            Input::File(path) => (path.to_string_lossy().into_owned(), Stream::file(&path)),
            Input::Broken { path, why } => {
                fault(&path.to_string_lossy(), &why);
                continue;
            }
            Input::Passed { path, why } => {
                let _ = writeln!(io::stderr(), "riposte: passed over {}: {why}", plain(&path.to_string_lossy(), 400));
                continue;
            }
        };
        let mut lines = match stream {
            Ok(stream) => Lines::new(stream),
            Err(error) => {
                fault(&name, &error.to_string());
                continue;
            }
        };
        let mut number = 0;
        loop {
            match lines.next() {
                Ok(Some(line)) => {
                    number += 1;
                    each(&Place { file: &name, line: number, progress: &progress }, line)?;
                    if number.is_multiple_of(STRIDE) {
                        progress.read(lines.read(), 0);
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    fault(&name, &format!("after line {number}: {error}"));
                    break;
                }
            }
        }
        progress.read(lines.read(), 0);
        if lines.cut > 0 {
            fault(&name, &format!("{} lines were longer than {} bytes and were cut", lines.cut, Lines::LONGEST));
        }
    }
    progress.end();
    Ok(unreadable)
}

/// Where a line stands.
struct Place<'a> {
    file: &'a str,
    /// Counted from 1.
    line: u64,
    progress: &'a Progress,
}
