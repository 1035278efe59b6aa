//! What the command of a hunt and its function say to each other: the question, and the shares of the work.

use riposte_core::detect::threats::THREATS;
use riposte_core::detect::{Detector, Trusted, detectors};
use riposte_core::finding::Severity;
use riposte_core::text::plain;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::filter::{Filter, Moment};
use crate::judge::Judge;

mod shares;
mod window;

pub use shares::{MOST, Shares, share_bytes};
pub use window::Window;

/// What is asked of every record: the options of the command that are not about its output.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// These detectors alone, by their ids; all where none is named.
    pub only: Vec<String>,
    /// Those of this severity or more.
    pub least: Option<Severity>,
    /// Accounts and organizations of the same owner, as they were typed.
    pub trusted: Vec<String>,
    /// Records from this time on, in milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// Records before this time.
    pub until_ms: Option<i64>,
    /// Records of these principals, with `*` and `?`.
    pub principals: Vec<String>,
    /// Records of which these conditions hold, as they were typed.
    pub wheres: Vec<String>,
    /// Whether informational findings are counted for each principal, detector and day, and not written one by one.
    pub fold: bool,
}

/// A question that this program cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuestionError {
    /// It has other detectors.
    #[error("there is no detector `{}` in version {}: deploy the hunt anew, or use the command of its version", plain(.0, 80), VERSION)]
    Detector(String),
    /// A list or a condition cannot be read.
    #[error("`{}`: {why}", plain(.text, 120))]
    Text {
        /// What was typed.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// A point in time is none.
    #[error("{0} ms since 1970 is no time")]
    Time(i64),
}

/// The version of command and function: both must have the same detectors.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Question {
    /// Who answers it.
    ///
    /// # Errors
    /// Names what cannot be read.
    pub fn judge(&self) -> Result<Judge, QuestionError> {
        let all: Vec<&'static dyn Detector> = detectors().to_vec();
        let ids = || all.iter().map(|detector| detector.meta().id).chain(THREATS.map(|detector| detector.meta.id));
        if let Some(id) = self.only.iter().find(|id| !ids().any(|known| known == **id)) {
            return Err(QuestionError::Detector(id.clone()));
        }
        let judge = Judge::choosing(all, &self.only, self.least).with_threats(&self.only);
        Ok(judge.trusting(self.trusted()?).over(self.filter()?))
    }

    /// The accounts and organizations of the same owner.
    ///
    /// # Errors
    /// Names what cannot be read.
    pub fn trusted(&self) -> Result<Vec<Trusted>, QuestionError> {
        self.trusted.iter().map(|text| text.parse().map_err(|why| wrong(text, why))).collect()
    }

    /// Which records are scanned.
    ///
    /// # Errors
    /// Names what cannot be read.
    pub fn filter(&self) -> Result<Filter, QuestionError> {
        let wheres = self.wheres.iter().map(|text| text.parse().map_err(|why| wrong(text, why)));
        let moment = |ms: i64| Moment::of_ms(ms).ok_or(QuestionError::Time(ms));
        Ok(Filter {
            since: self.since_ms.map(moment).transpose()?,
            until: self.until_ms.map(moment).transpose()?,
            principals: self.principals.clone(),
            wheres: wheres.collect::<Result<_, _>>()?,
        })
    }

    /// Which objects can hold a record that is asked for.
    #[must_use]
    pub fn window(&self) -> Window {
        Window { since_ms: self.since_ms, until_ms: self.until_ms }
    }
}

fn wrong(text: &str, why: String) -> QuestionError {
    QuestionError::Text { text: text.to_owned(), why }
}

/// A hunt, as it was begun: the same for all its shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hunt {
    /// How the keys of its files begin, behind the output's prefix; without a slash at its end.
    pub folder: String,
    /// The version of the command that began it.
    pub version: String,
    /// The bucket that is read.
    pub bucket: String,
    /// How its keys begin.
    pub prefix: String,
    /// What is asked.
    pub question: Question,
}

/// A share of a hunt: neighboring objects, by the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Its number, counted from 0 in the order of the keys.
    pub number: u64,
    /// The key behind which it begins; the first begins with the prefix.
    pub after: Option<String>,
    /// Its last key.
    pub last: String,
    /// How many objects it had when it was listed.
    pub objects: u64,
    /// How many bytes they have.
    pub bytes: u64,
}

/// Where a hunt's files lie. All its keys begin with the prefix and the hunt's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The bucket.
    pub bucket: String,
    /// Empty, or with a slash at its end.
    pub prefix: String,
}

impl Output {
    /// The key of one of a hunt's files.
    #[must_use]
    pub fn key(&self, folder: &str, file: &str) -> String {
        format!("{}{folder}/{file}", self.prefix)
    }

    /// The key of what a share gave. A share that is evaluated again writes over it.
    #[must_use]
    pub fn result(&self, folder: &str, share: u64) -> String {
        self.key(folder, &format!("{RESULTS}{share:08}.jsonl.gz"))
    }

    /// The key of why a share failed last.
    #[must_use]
    pub fn failure(&self, folder: &str, share: u64) -> String {
        self.key(folder, &format!("failed/{share:08}.json"))
    }
}

/// How the keys of results begin, behind the hunt's own.
pub const RESULTS: &str = "results/";

/// What the function is handed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Where its result goes. The deployment says it, and not whoever starts a hunt.
    pub output: Output,
    /// The hunt.
    pub hunt: Hunt,
    /// The share.
    pub share: Share,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_or_refused_by_its_part() {
        let question = Question {
            only: vec!["sqs-queue-purged".to_owned()],
            trusted: vec!["111122223333,o-example0000".to_owned()],
            since_ms: Some(0),
            wheres: vec!["readOnly=false".to_owned()],
            ..Question::default()
        };
        assert!(question.judge().is_ok());
        for (wrong, said) in [
            (Question { only: vec!["no\u{1b}such".to_owned()], ..Question::default() }, "no detector"),
            (Question { trusted: vec!["1".to_owned()], ..Question::default() }, "`1`"),
            (Question { wheres: vec!["=x".to_owned()], ..Question::default() }, "`=x`"),
            (Question { until_ms: Some(i64::MAX), ..Question::default() }, "no time"),
        ] {
            let error = wrong.judge().err().unwrap().to_string();
            assert!(error.contains(said) && !error.contains('\u{1b}'), "{error}");
        }
    }

    #[test]
    fn keys_have_the_order_of_the_shares() {
        let output = Output { bucket: "b".to_owned(), prefix: "hunts/".to_owned() };
        assert_eq!(output.result("h-1", 17), "hunts/h-1/results/00000017.jsonl.gz");
        assert!(output.result("h", 99) < output.result("h", 100));
        assert_eq!(output.failure("h", 3), "hunts/h/failed/00000003.json");
    }
}
