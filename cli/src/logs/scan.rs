//! The detectors over lines, in the order of the input.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use anyhow::Result;
use riposte_core::action;
use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{Finding, Severity, Target};
use riposte_core::incident::rfc3339;
use riposte_core::text::plain;
use riposte_logs::anomaly::{Limits, Watch};
use riposte_logs::entry::What;
use riposte_logs::read::{Custom, Reader};
use riposte_logs::signature::{Scanner, Sign};

use super::{Place, every_line};
use crate::detect::output::{Format, Writer};
use crate::screen::Screen;
use crate::usage::Usage;

/// So many things are counted at the same time: some tens of megabytes.
const MOST_KEYS: usize = 200_000;

/// Reads the user's formats.
///
/// # Errors
/// Names the file that cannot be read, or the line that is wrong.
pub(super) fn formats(files: &[PathBuf]) -> Result<Vec<Custom>> {
    let read = |file: &PathBuf| {
        let shown = plain(&file.to_string_lossy(), 300);
        let text = fs::read_to_string(file).map_err(|error| Usage(format!("{shown}: {error}")))?;
        Ok(Custom::parse(&text).map_err(|error| Usage(format!("{shown}, {error}")))?)
    };
    files.iter().map(read).collect()
}

/// Prints what is found, and a summary on standard error; returns how many inputs could not be read.
pub(super) fn run(
    out: &mut impl Write,
    paths: Vec<PathBuf>,
    format: Format,
    formats: &[Custom],
    least: Option<Severity>,
    screen: &Screen,
) -> Result<u64> {
    let began = Instant::now();
    let mut scanner = Scanner::default().holding(MOST_KEYS);
    let mut reader = Reader::new(formats.to_vec());
    let mut watch = Watch::default();
    let mut summary = Summary::default();
    let mut writer = Writer::new(format, *screen, true);
    let unreadable = every_line(paths, |place, line| {
        if place.line == 1 {
            // Columns and the year are of one file; what addresses did is not.
            reader = Reader::new(formats.to_vec());
            if let Some(written) = written_ms(place.file) {
                reader.set_near(written);
            }
            watch = Watch::new(Limits::default());
            summary.files += 1;
        }
        let entry = reader.read(line, None);
        summary.line(&entry.what, &entry.format);
        for sign in scanner.scan(&entry, line).into_iter().chain(watch.observe(place.file, &entry)) {
            if least.is_some_and(|least| sign.meta.severity < least) {
                continue;
            }
            summary.found(&sign);
            let finding = finding(sign, place);
            place.progress.beside_output(|in_its_way| {
                writer.finding(out, &finding, (place.file, place.line), None)?;
                if in_its_way { out.flush() } else { Ok(()) }
            })?;
        }
        Ok(())
    })?;
    writer.end(out)?;
    out.flush()?;
    summary.evicted = scanner.windows.evicted();
    // Where nobody reads it, the exit code still tells.
    let _ = summary.write(&mut io::stderr(), unreadable, began.elapsed().as_secs_f64());
    Ok(unreadable)
}

/// About when lines without a year were written: in the year before the file was changed last. Of this year it is the
/// middle, since the nearest time is taken. Standard input is read as it is written.
fn written_ms(file: &str) -> Option<i64> {
    let changed = match fs::metadata(file) {
        Ok(about) => about.modified().ok()?,
        Err(_) => SystemTime::now(),
    };
    let changed = i64::try_from(changed.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis()).ok()?;
    changed.checked_sub(181 * 24 * 3_600_000)
}

fn finding(sign: Sign, place: &Place<'_>) -> Finding {
    let Sign { meta, subject, address, why, began_ms } = sign;
    let stream = place.file.to_owned();
    let target = match address {
        Some(address) => Target::Source { address, group: "file".to_owned(), stream: stream.clone() },
        None => Target::Resource { service: "log".to_owned(), id: subject.clone() },
    };
    let denied = address.filter(|_| !meta.actions.is_empty());
    Finding {
        detector: meta.id.to_owned(),
        title: meta.title.to_owned(),
        severity: meta.severity,
        confidence: meta.confidence,
        technique: meta.technique.iter().map(|&t| t.to_owned()).collect(),
        scope: Scope { event_id: format!("line-{}", place.line), account: String::new(), region: String::new() },
        event_name: "log lines".to_owned(),
        event_source: None,
        error_code: None,
        event_time: began_ms.map(rfc3339),
        principal: Actor {
            name: Some(subject),
            source_ip: address.map(|address| address.to_string()),
            ..Actor::default()
        },
        target,
        why,
        response: denied.map(|address| action::DenySource { address, group: "file".to_owned(), stream }.into()),
    }
}

#[derive(Debug, Default)]
struct Summary {
    files: u64,
    lines: u64,
    findings: u64,
    evicted: u64,
    /// Lines by format.
    formats: BTreeMap<String, u64>,
    /// Lines that are no entries, by what they are.
    passed: BTreeMap<&'static str, u64>,
    detectors: BTreeMap<&'static str, (Severity, &'static str, u64)>,
}

impl Summary {
    fn line(&mut self, what: &What<'_>, format: &str) {
        self.lines += 1;
        match what {
            What::Passed(why) => *self.passed.entry(why).or_default() += 1,
            What::CloudTrail => *self.passed.entry("records of CloudTrail: see `riposte detect`").or_default() += 1,
            _ => match self.formats.get_mut(format) {
                Some(count) => *count += 1,
                None => _ = self.formats.insert(format.to_owned(), 1),
            },
        }
    }

    fn found(&mut self, sign: &Sign) {
        self.findings += 1;
        let meta = sign.meta;
        self.detectors.entry(meta.id).or_insert((meta.severity, meta.title, 0)).2 += 1;
    }

    fn write(&self, to: &mut impl Write, unreadable: u64, seconds: f64) -> io::Result<()> {
        let mut rows: Vec<_> = self.detectors.iter().collect();
        rows.sort_by(|(_, a), (_, b)| b.0.cmp(&a.0).then(b.2.cmp(&a.2)));
        for (id, (severity, title, count)) in rows {
            writeln!(to, "{count:>9}  {severity:<13}  {id:<36}  {title}")?;
        }
        for (format, count) in &self.formats {
            writeln!(to, "{count:>9}  read as {}", plain(format, 60))?;
        }
        for (what, count) in &self.passed {
            writeln!(to, "{count:>9}  passed over: {what}")?;
        }
        if self.evicted > 0 {
            writeln!(to, "{:>9}  counts were forgotten: there were more than {MOST_KEYS} at once", self.evicted)?;
        }
        let rate = if seconds > 0.0 { self.lines as f64 / seconds } else { 0.0 };
        let Self { files, lines, findings, .. } = self;
        writeln!(
            to,
            "{files} files, {lines} lines, {findings} findings, {unreadable} unreadable; {seconds:.1} s, {rate:.0} lines/s"
        )
    }
}
