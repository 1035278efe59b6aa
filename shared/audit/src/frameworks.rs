//! Frameworks: which controls which checks serve.
//!
//! CIS AWS Foundations and AWS Foundational Security Best Practices stand on the checks themselves. Others are data
//! files, those of the pack and a user's own: `{"id", "title", "controls": [{"id", "title", "checks": […]}]}`.

use std::collections::{BTreeMap, BTreeSet};

use riposte_core::text::plain;
use serde::Deserialize;
use thiserror::Error;

use crate::{check_of, checks};

/// A framework, with the controls of each check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framework {
    /// As it stands before a control: `CIS-5.0`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Controls in their order, with the checks that serve them.
    pub controls: Vec<Control>,
}

/// A control of a framework.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its number.
    pub id: String,
    /// A few words of ours.
    #[serde(default)]
    pub title: String,
    /// The ids of the checks.
    pub checks: Vec<String>,
}

/// Why a framework's file is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameworkError {
    /// No JSON, or not of the shape.
    #[error("{}", plain(.0, 300))]
    Shape(String),
    /// A check that does not exist.
    #[error("line {line}: control `{}` names the check `{}`, which does not exist", plain(.control, 60), plain(.check, 80))]
    UnknownCheck {
        /// Counted from 1.
        line: usize,
        /// The control.
        control: String,
        /// The check.
        check: String,
    },
    /// A control that stands there twice, or serves nothing.
    #[error("control `{}` {wrong}", plain(.control, 60))]
    Control {
        /// The control.
        control: String,
        /// What is wrong with it.
        wrong: &'static str,
    },
}

/// The files of the pack, by id.
static PACK: [(&str, &str); 4] = [
    ("PCI-4.0", include_str!("../frameworks/pci-4.0.json")),
    ("NIST-800-53", include_str!("../frameworks/nist-800-53.json")),
    ("ISO-27001", include_str!("../frameworks/iso-27001.json")),
    ("SOC-2", include_str!("../frameworks/soc-2.json")),
];

/// The frameworks that stand on the checks: id, title.
const OWN: [(&str, &str); 4] = [
    ("CIS-5.0", "CIS AWS Foundations 5.0"),
    ("CIS-6.0", "CIS AWS Foundations 6.0"),
    ("CIS-7.0", "CIS AWS Foundations 7.0"),
    ("FSBP", "AWS Foundational Security Best Practices"),
];

impl Framework {
    /// The ids of those that are built in.
    pub fn ids() -> impl Iterator<Item = &'static str> {
        OWN.iter().map(|(id, _)| *id).chain(PACK.iter().map(|(id, _)| *id))
    }

    /// A built-in one, by its id in any case.
    ///
    /// # Errors
    /// Where a file of the pack is broken, which the tests exclude.
    pub fn built_in(id: &str) -> Result<Option<Self>, FrameworkError> {
        if let Some((id, title)) = OWN.iter().find(|(own, _)| own.eq_ignore_ascii_case(id)) {
            return Ok(Some(Self::of_checks(id, title)));
        }
        PACK.iter().find(|(own, _)| own.eq_ignore_ascii_case(id)).map(|(_, text)| Self::parse(text)).transpose()
    }

    fn of_checks(id: &str, title: &str) -> Self {
        let prefix = format!("{id}:");
        let mut controls: BTreeMap<Vec<Part>, Control> = BTreeMap::new();
        for check in checks() {
            for control in check.controls().iter().filter_map(|control| control.strip_prefix(&prefix)) {
                let entry = controls.entry(parts(control)).or_insert_with(|| Control {
                    id: control.to_owned(),
                    title: String::new(),
                    checks: Vec::new(),
                });
                entry.checks.push(check.id.to_owned());
            }
        }
        Self { id: id.to_owned(), title: title.to_owned(), controls: controls.into_values().collect() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Where it is no JSON of the shape, or names a check that does not exist: with its line.
    pub fn parse(text: &str) -> Result<Self, FrameworkError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            id: String,
            title: String,
            controls: Vec<Control>,
        }
        let file: File = serde_json::from_str(text).map_err(|error| FrameworkError::Shape(error.to_string()))?;
        if file.id.is_empty() || file.id.contains(':') {
            return Err(FrameworkError::Shape("`id` must not be empty, nor hold a colon".to_owned()));
        }
        let mut seen = BTreeSet::new();
        for control in &file.controls {
            let wrong = |wrong| FrameworkError::Control { control: control.id.clone(), wrong };
            if !seen.insert(&control.id) {
                return Err(wrong("stands there twice"));
            }
            if control.checks.is_empty() {
                return Err(wrong("names no check"));
            }
            if let Some(check) = control.checks.iter().find(|check| check_of(check).is_none()) {
                let quoted = serde_json::Value::from(check.as_str()).to_string();
                let line = text.lines().position(|line| line.contains(&quoted)).map_or(0, |line| line + 1);
                return Err(FrameworkError::UnknownCheck { line, control: control.id.clone(), check: check.clone() });
            }
        }
        Ok(Self { id: file.id, title: file.title, controls: file.controls })
    }

    /// The controls that a check serves, each with the framework's id before it.
    pub fn controls_of<'f>(&'f self, check: &'f str) -> impl Iterator<Item = String> + 'f {
        let serving = self.controls.iter().filter(move |control| control.checks.iter().any(|c| c == check));
        serving.map(|control| format!("{}:{}", self.id, control.id))
    }

    /// Whether a check serves it.
    #[must_use]
    pub fn has(&self, check: &str) -> bool {
        self.controls.iter().any(|control| control.checks.iter().any(|c| c == check))
    }
}

/// A part of a control's number: words before numbers, numbers by their size.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Word(String),
    Number(u64),
}

fn parts(control: &str) -> Vec<Part> {
    control.split('.').map(|part| part.parse().map_or_else(|_| Part::Word(part.to_owned()), Part::Number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_framework_is_whole() {
        for id in Framework::ids() {
            let framework = Framework::built_in(id).unwrap().unwrap();
            assert!(framework.id == id && framework.controls.len() >= 8, "{id}: {}", framework.controls.len());
        }
        assert!(
            Framework::built_in("cis-5.0").unwrap().unwrap().controls_of("iam-root-access-key").eq(["CIS-5.0:1.3"])
        );
        assert_eq!(Framework::built_in("HIPAA").unwrap(), None);
    }

    #[test]
    fn an_unknown_check_is_refused_with_its_place() {
        let text = "{\"id\": \"OWN\", \"title\": \"Ours\", \"controls\": [\n{\"id\": \"1\", \"checks\": [\"iam-root-access-key\",\n\"no-such-check\"]}]}";
        let error = Framework::parse(text).unwrap_err();
        assert_eq!(error, FrameworkError::UnknownCheck { line: 3, control: "1".into(), check: "no-such-check".into() });
        for wrong in [
            "",
            "{}",
            "[]",
            "{\"id\":\"a:b\",\"title\":\"\",\"controls\":[]}",
            "{\"id\":\"A\",\"title\":\"\",\"controls\":[{\"id\":\"1\",\"checks\":[]}]}",
        ] {
            assert!(Framework::parse(wrong).is_err(), "{wrong}");
        }
    }
}
