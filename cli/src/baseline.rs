//! `riposte baseline`: what is usual, learned from recorded events, shown, and forgotten.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use riposte_aws::ledger::Ledger;
use riposte_core::detect::behavior::{Baseline, History, Key, Mark, Past};
use riposte_core::incident::rfc3339;
use riposte_core::text::plain;
use serde_json::json;

use crate::connect::here;
use crate::detect;
use crate::screen::{Screen, counted};
use crate::tables::Table;
use crate::usage::Usage;

/// The exit code where something could not be read.
const UNREADABLE: u8 = 3;

/// So many marks are added to the ledger at once.
const AT_ONCE: usize = 2_000;

/// What to do with the baseline of a file, or of the account's ledger where none is named.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum What {
    /// Learn from CloudTrail files, before the functions go live
    Learn {
        /// The baseline's file; where none is named, the account's ledger learns
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// A MaxMind database of cities, countries or autonomous systems (repeatable)
        #[arg(long, value_name = "FILE")]
        maxmind: Vec<PathBuf>,
        /// How many threads read; where it is not said, one for each core
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
        jobs: Option<u16>,
        /// Files, folders and s3://BUCKET/PREFIX; - is standard input, which is read where none is named
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Show what was learned, of whom, and since when
    Show {
        /// The baseline's file; where none is named, the account's ledger
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Of principals whose name holds this; `*` is the whole account
        #[arg(long, value_name = "TEXT")]
        principal: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Forget what was learned
    Reset {
        /// The baseline's file; where none is named, the account's ledger
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Of this principal alone, by its whole name; `*` is the whole account
        #[arg(long, value_name = "NAME")]
        principal: Option<String>,
        /// Forget it
        #[arg(long)]
        yes: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// Wrong usage, a file that cannot be read or written, and where AWS does not answer.
pub(crate) fn run(out: &mut impl Write, what: What, screen: &Screen) -> Result<ExitCode> {
    match what {
        What::Learn { file, maxmind, jobs, paths } => learn(out, file.as_deref(), &maxmind, jobs, paths, screen),
        What::Show { file, principal, json } => {
            let history = match &file {
                Some(file) => detect::behavior::read(file)?,
                None => of_account(async |ledger: &Ledger| kept(ledger).await)?,
            };
            show(out, &history, principal.as_deref(), json, screen)?;
            Ok(ExitCode::SUCCESS)
        }
        What::Reset { file, principal, yes } => reset(out, file.as_deref(), principal.as_deref(), yes),
    }
}

fn learn(
    out: &mut impl Write,
    file: Option<&Path>,
    maxmind: &[PathBuf],
    jobs: Option<u16>,
    paths: Vec<PathBuf>,
    screen: &Screen,
) -> Result<ExitCode> {
    // A baseline that is there goes on learning.
    let before = match file.filter(|file| file.exists()) {
        Some(file) => detect::behavior::read(file)?,
        None => History::default(),
    };
    let (history, unreadable) = detect::learn(paths, before, maxmind, jobs, screen)?;
    let learned = history.records().keys().filter(|key| key.record.is_learned()).count();
    match file {
        Some(file) => {
            write(file, history)?;
            writeln!(out, "{} in {}", counted(learned, "record"), plain(&file.to_string_lossy(), 300))?;
        }
        None => {
            of_account(async |ledger: &Ledger| add(ledger, &history).await)?;
            writeln!(out, "{} in the account's ledger", counted(learned, "record"))?;
        }
    }
    Ok(if unreadable > 0 { ExitCode::from(UNREADABLE) } else { ExitCode::SUCCESS })
}

fn write(file: &Path, history: History) -> Result<()> {
    let shown = plain(&file.to_string_lossy(), 300);
    // Beside it first: who is interrupted keeps the old one.
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, Baseline { history }.text()).with_context(|| format!("{shown} cannot be written"))?;
    fs::rename(&beside, file).with_context(|| format!("{shown} cannot be written"))
}

fn show(
    out: &mut impl Write,
    history: &History,
    principal: Option<&str>,
    as_json: bool,
    screen: &Screen,
) -> Result<()> {
    let mut rows = Vec::new();
    let wanted = |key: &Key| match principal {
        None => true,
        Some(Key::ACCOUNT) => key.whose == Key::ACCOUNT,
        Some(text) => key.whose.contains(text),
    };
    // Rates are of weeks; what they say of somebody is one line.
    let mut lines: BTreeMap<(String, String, &str), Vec<&Past>> = BTreeMap::new();
    for (key, past) in history.records().into_iter().filter(|(key, _)| key.record.is_learned() && wanted(key)) {
        let whose = (key.account.clone(), key.whose.clone(), key.record.as_str());
        lines.entry(whose).or_default().push(past);
    }
    for ((account, whose, record), pasts) in &lines {
        let items: usize = pasts.iter().map(|past| past.items()).sum();
        // The numbers of rates are counts and no times.
        let since = if *record == "rate" { None } else { pasts.iter().filter_map(|past| past.since()).min() };
        let since = since.map(|since| rfc3339(since.saturating_mul(1000)));
        let values: Vec<&str> = match *record {
            "rate" => Vec::new(),
            _ => pasts.iter().flat_map(|past| past.marks()).map(|(item, _)| item).collect(),
        };
        if as_json {
            let line = json!({
                "account": account, "whose": whose, "what": record, "known": items, "since": since, "values": values,
            });
            writeln!(out, "{line}")?;
        } else {
            let some: Vec<String> = values.iter().take(6).map(|value| plain(value, 40)).collect();
            let more = if values.len() > 6 { ", …" } else { "" };
            rows.push(vec![
                account.clone(),
                whose.clone(),
                (*record).to_owned(),
                items.to_string(),
                since.unwrap_or_else(|| "-".to_owned()),
                format!("{}{more}", some.join(", ")),
            ]);
        }
    }
    if lines.is_empty() && !as_json {
        writeln!(out, "nothing was learned")?;
    }
    if !rows.is_empty() {
        let columns = &["account", "whose", "what", "known", "since", "values"];
        Table { title: "Riposte: the baseline", columns, rows }.show(out, screen)?;
    }
    Ok(())
}

fn reset(out: &mut impl Write, file: Option<&Path>, principal: Option<&str>, yes: bool) -> Result<ExitCode> {
    if !yes {
        return Err(Usage("what was learned takes days to learn again: say --yes to forget it".to_owned()).into());
    }
    let goes = |key: &Key| {
        principal.is_none_or(|name| {
            // The counters of a principal stand behind the detector's name.
            key.whose == name || key.whose.split_once('/').is_some_and(|(_, whose)| whose == name)
        })
    };
    let forgotten = match file {
        Some(file) => {
            let mut history = detect::behavior::read(file)?;
            let gone: Vec<Key> = history.records().into_keys().filter(|key| goes(key)).cloned().collect();
            gone.iter().for_each(|key| history.remove(key));
            write(file, history)?;
            gone.len()
        }
        None => of_account(async |ledger: &Ledger| {
            let mut forgotten = 0;
            for kept in ledger.all_pasts().await?.into_iter().filter(|kept| goes(&kept.key)) {
                ledger.forget_past(&kept.key).await?;
                forgotten += 1;
            }
            Ok(forgotten)
        })?,
    };
    writeln!(out, "{} forgotten", counted(forgotten, "record"))?;
    Ok(ExitCode::SUCCESS)
}

/// Does something with the account's ledger.
fn of_account<T>(work: impl AsyncFnOnce(&Ledger) -> Result<T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (_, operator) = here().await?;
        work(&operator.ledger).await
    })
}

async fn kept(ledger: &Ledger) -> Result<History> {
    let mut history = History::default();
    for kept in ledger.all_pasts().await? {
        history.put(kept.key, kept.past);
    }
    Ok(history)
}

async fn add(ledger: &Ledger, history: &History) -> Result<()> {
    let mut marks = Vec::new();
    for (key, past) in history.records().into_iter().filter(|(key, _)| key.record.is_learned()) {
        let of_record = past.marks().map(|(item, number)| Mark { key: key.clone(), item: item.to_owned(), number });
        marks.extend(of_record);
        if marks.len() >= AT_ONCE {
            ledger.remember(&marks, &[]).await?;
            marks.clear();
        }
    }
    Ok(ledger.remember(&marks, &[]).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use riposte_core::detect::behavior::Record;

    fn history() -> History {
        let mut history = History::default();
        for (record, whose, item) in [
            (Record::Regions, "arn:aws:iam::111122223333:user/maria", "eu-west-1"),
            (Record::Regions, "*", "eu-west-1"),
            (Record::Rate, "principal-denied-in-burst/arn:aws:iam::111122223333:user/maria", "490000"),
        ] {
            let key = Key { record, account: "111122223333".to_owned(), at: 0, whose: whose.to_owned() };
            history.note(&Mark { key, item: item.to_owned(), number: 1_767_614_400 });
        }
        history
    }

    fn shown(principal: Option<&str>, json: bool) -> String {
        let mut out = Vec::new();
        show(&mut out, &history(), principal, json, &Screen::plain(usize::MAX)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn it_tells_what_was_learned_of_whom_and_since_when() {
        let text = shown(None, false);
        assert!(text.contains("user/maria") && text.contains("2026-01-05T12:00:00") && text.contains("eu-west-1"));
        assert_eq!(text.lines().count(), 4, "a head and three rows");
        assert_eq!(shown(Some("*"), false).lines().count(), 2);
        assert_eq!(shown(Some("maria"), true).lines().count(), 2);
        assert_eq!(shown(Some("nobody"), false), "nothing was learned\n");
    }

    #[test]
    fn a_principal_is_forgotten_with_all_its_counters() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("baseline");
        write(&file, history()).unwrap();
        let mut out = Vec::new();
        assert!(reset(&mut out, Some(&file), None, false).unwrap_err().is::<Usage>());
        reset(&mut out, Some(&file), Some("arn:aws:iam::111122223333:user/maria"), true).unwrap();
        assert_eq!(detect::behavior::read(&file).unwrap().len(), 1);
        reset(&mut out, Some(&file), None, true).unwrap();
        assert!(detect::behavior::read(&file).unwrap().is_empty());
    }
}
