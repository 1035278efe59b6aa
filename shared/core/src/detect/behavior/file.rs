//! A baseline as a file: what was learned, one record a line.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::json;
use thiserror::Error;

use super::history::{History, Key, Past};
use crate::text::plain;

/// The first line says what it is, and in which form.
const FORM: u32 = 1;

#[derive(Debug, Deserialize)]
struct Head {
    #[serde(rename = "riposte-baseline")]
    form: u32,
}

#[derive(Debug, Deserialize)]
struct Line {
    key: String,
    marks: Vec<(String, i64)>,
}

/// What was learned, as it is written into a file.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// The records.
    pub history: History,
}

/// Why a baseline cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {wrong}")]
pub struct BaselineError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub wrong: String,
}

impl Baseline {
    /// Reads what [`Baseline::text`] wrote.
    ///
    /// # Errors
    /// Names the line that is none.
    pub fn read(text: &str, most: usize) -> Result<Self, BaselineError> {
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let fault = |line, wrong: String| BaselineError { line, wrong };
        let (_, head) = lines.next().ok_or_else(|| fault(1, "it is empty".to_owned()))?;
        let head: Head = serde_json::from_str(head).map_err(|error| fault(1, format!("it is no baseline: {error}")))?;
        if head.form != FORM {
            return Err(fault(1, format!("its form is {}, and this version reads {FORM}", head.form)));
        }
        let mut history = History::holding(most);
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let line: Line = serde_json::from_str(line).map_err(|error| fault(number, error.to_string()))?;
            let key = Key::read(&line.key)
                .ok_or_else(|| fault(number, format!("`{}` names no record", plain(&line.key, 200))))?;
            let mut past = Past::default();
            for (item, count) in &line.marks {
                past.add(item, *count, key.record.most());
            }
            history.put(key, past);
        }
        Ok(Self { history })
    }

    /// What was learned, in the order of the keys: the same baseline is the same text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("{{\"riposte-baseline\":{FORM}}}\n");
        for (key, past) in self.history.records().into_iter().filter(|(key, _)| key.record.is_learned()) {
            let marks: Vec<(&str, i64)> = past.marks().collect();
            // Writing to a text cannot fail.
            let _ = writeln!(out, "{}", json!({ "key": key.to_string(), "marks": marks }));
        }
        out
    }
}
