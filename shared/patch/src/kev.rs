//! CISA's catalog of vulnerabilities that are known to be exploited, from the file that the user gives: JSON or CSV, as
//! CISA publishes both.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use thiserror::Error;

use crate::read;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// By when CISA wants it fixed: the end of that day in UTC, milliseconds since 1970.
    pub due_ms: i64,
    /// The same, as the file says it.
    pub due: String,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
}

/// The catalog, by CVE.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kev(BTreeMap<String, Known>);

/// What is wrong with the file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the KEV file, {place}: {wrong}")]
pub struct KevError {
    /// The entry or the line.
    pub place: String,
    /// What is wrong.
    pub wrong: String,
}

fn error(place: impl Into<String>, wrong: impl Into<String>) -> KevError {
    KevError { place: place.into(), wrong: wrong.into() }
}

impl Kev {
    /// Reads the file. One entry that cannot be read refuses it whole: a list with holes is worse than none that is
    /// known to be missing.
    ///
    /// # Errors
    /// Names the place: the entry's number and CVE, or the line.
    pub fn parse(text: &str) -> Result<Self, KevError> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Err(error("line 1", "it is empty"));
        }
        if text.trim_start().starts_with('{') { Self::json(text) } else { Self::csv(text) }
    }

    fn json(text: &str) -> Result<Self, KevError> {
        let catalog: Value = serde_json::from_str(text)
            .map_err(|e| error(format!("line {}, column {}", e.line(), e.column()), "it is no JSON"))?;
        let Some(entries) = catalog.get("vulnerabilities").and_then(Value::as_array) else {
            return Err(error("its root", "there is no list `vulnerabilities`"));
        };
        let mut all = Self::default();
        for (number, entry) in entries.iter().enumerate() {
            let place = || format!("entry {}", number + 1);
            let known = read::text(entry, "knownRansomwareCampaignUse");
            all.add(place, read::text(entry, "cveID"), read::text(entry, "dueDate"), known)?;
        }
        Ok(all)
    }

    fn csv(text: &str) -> Result<Self, KevError> {
        let mut rows = rows(text)?.into_iter();
        let (_, header) = rows.next().ok_or_else(|| error("line 1", "it is empty"))?;
        let column = |name: &str| header.iter().position(|cell| cell.trim() == name);
        let (Some(cve), Some(due)) = (column("cveID"), column("dueDate")) else {
            return Err(error("line 1", "it has no columns `cveID` and `dueDate`"));
        };
        let ransomware = column("knownRansomwareCampaignUse");
        let mut all = Self::default();
        for (line, row) in rows {
            let cell = |column: Option<usize>| column.and_then(|n| row.get(n)).map_or("", |cell| cell.trim());
            all.add(|| format!("line {line}"), cell(Some(cve)), cell(Some(due)), cell(ransomware))?;
        }
        Ok(all)
    }

    fn add(&mut self, place: impl Fn() -> String, cve: &str, due: &str, ransomware: &str) -> Result<(), KevError> {
        let is_cve = cve.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')).is_some_and(|(year, number)| {
            let digits = |text: &str| text.len() >= 4 && text.bytes().all(|b| b.is_ascii_digit());
            digits(year) && digits(number)
        });
        if !is_cve {
            return Err(error(place(), format!("`{}` is no CVE number", crate::plain(cve))));
        }
        let day = || error(format!("{}, {cve}", place()), format!("`dueDate` is no date: `{}`", crate::plain(due)));
        let date: Date = due.parse().map_err(|_| day())?;
        let end = date.tomorrow().and_then(|next| next.to_zoned(TimeZone::UTC)).map_err(|_| day())?;
        let ransomware = ransomware.eq_ignore_ascii_case("known");
        let known = Known { due_ms: end.timestamp().as_millisecond(), due: due.to_owned(), ransomware };
        self.0.insert(cve.to_owned(), known);
        Ok(())
    }

    /// The entry of a CVE.
    #[must_use]
    pub fn get(&self, cve: &str) -> Option<&Known> {
        self.0.get(cve)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The rows of a CSV text, each with the line that it begins on: cells in quotes may hold commas, quotes and lines.
fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, KevError> {
    let mut rows = Vec::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), None);
    let (mut line, mut began) = (1, 1);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match (quoted, sign) {
            (Some(_), '"') if signs.peek() == Some(&'"') => {
                cell.push('"');
                signs.next();
            }
            (Some(_), '"') => quoted = None,
            (None, '"') => quoted = Some(line),
            (None, ',') => row.push(std::mem::take(&mut cell)),
            (None, '\n') => {
                row.push(std::mem::take(&mut cell));
                let done = std::mem::take(&mut row);
                if done.iter().any(|cell: &String| !cell.trim().is_empty()) {
                    rows.push((began, done));
                }
                began = line + 1;
            }
            _ => cell.push(sign),
        }
        line += usize::from(sign == '\n');
    }
    if let Some(line) = quoted {
        return Err(error(format!("line {line}"), "a quote is not closed"));
    }
    row.push(cell);
    if row.iter().any(|cell| !cell.trim().is_empty()) {
        rows.push((began, row));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let json = r#"{"title":"CISA","vulnerabilities":[
            {"cveID":"CVE-2026-1234","dueDate":"2026-03-10","knownRansomwareCampaignUse":"Known"}]}"#;
        let csv = "\u{feff}\"cveID\",vendorProject,dueDate,knownRansomwareCampaignUse\r\n\
                   CVE-2026-1234,\"a, \"\"b\"\"\nc\",2026-03-10,Known\r\n\r\n";
        let read = Kev::parse(json).unwrap();
        assert_eq!(Kev::parse(csv).unwrap(), read);
        let known = read.get("CVE-2026-1234").unwrap();
        assert_eq!((known.due_ms, known.ransomware), (1_773_187_200_000, true));
    }

    #[test]
    fn a_malformed_file_is_refused_with_the_place() {
        for (text, said) in [
            ("", "line 1: it is empty"),
            ("{", "line 1, column 1: it is no JSON"),
            ("{\"cves\":[]}", "no list `vulnerabilities`"),
            (
                "{\"vulnerabilities\":[{\"cveID\":\"CVE-2026-1234\",\"dueDate\":\"soon\"}]}",
                "entry 1, CVE-2026-1234: `dueDate`",
            ),
            ("{\"vulnerabilities\":[{\"dueDate\":\"2026-03-10\"}]}", "entry 1: `` is no CVE number"),
            ("cveID,dueDate\nCVE-2026-1234,2026-03-10\nCVE-1,2026-03-10\n", "line 3: `CVE-1` is no CVE number"),
            ("cveID,due\nCVE-2026-1234,2026-03-10\n", "no columns `cveID` and `dueDate`"),
            ("cveID,dueDate\n\"CVE-2026-1234,2026-03-10\n", "line 2: a quote is not closed"),
            ("cveID,dueDate\nCVE-2026-1234,2026-02-30\n", "line 2, CVE-2026-1234: `dueDate`"),
        ] {
            let error = Kev::parse(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
