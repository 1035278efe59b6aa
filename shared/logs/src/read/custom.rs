//! A format of the user's: a small file that says how a line looks.
//!
//! ```text
//! # shop.format
//! name: shop access
//! line: {time} {client} "{method} {target}" {status} {-} agent={agent}
//! ```
//!
//! `{…}` is a field, all else stands for itself. A field reaches to the text that follows it, or to the end of the
//! line. `{-}` is passed over.

use std::borrow::Cow;

use thiserror::Error;

use super::access::address;
use super::text;
use crate::entry::{Flow, Query, Request, Said, Text, What};
use crate::time::{Civil, stamp};

/// A format that a file describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custom {
    name: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    Field(Field),
}

/// Why a file is no format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {wrong}")]
pub struct CustomError {
    /// The line of the file, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub wrong: String,
}

macro_rules! fields {
    ($($variant:ident $name:literal),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Field { $($variant),+ }

        const FIELDS: &[(&str, Field)] = &[$(($name, Field::$variant)),+];
    };
}

fields! {
    Skip "-", Time "time", Client "client", Method "method", Target "target", Status "status", Agent "agent",
    Referer "referer", Host "host", Program "program", Level "level", Message "message", From "from", To "to",
    FromPort "from-port", ToPort "to-port", Protocol "protocol", Packets "packets", Bytes "bytes", Action "action",
    Query "query", Kind "type", Answer "answer",
}

impl Custom {
    /// Reads the text of a format's file.
    ///
    /// # Errors
    /// Names the line and what is wrong with it: a key that there is not, a field that there is not, two fields
    /// without a text between, braces that stay open, a name or a line that is missing.
    pub fn parse(file: &str) -> Result<Self, CustomError> {
        let (mut name, mut parts) = (None, None);
        for (line, text) in (1..).zip(file.lines()) {
            let text = text.trim();
            let error = |wrong: String| CustomError { line, wrong };
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let Some((key, value)) = text.split_once(':') else {
                return Err(error("a line must be `name: …` or `line: …`".to_owned()));
            };
            match key.trim() {
                "name" if name.is_none() && !value.trim().is_empty() => name = Some(value.trim().to_owned()),
                "line" if parts.is_none() => parts = Some(pattern(value.trim()).map_err(error)?),
                "name" | "line" => return Err(error(format!("`{}` is empty or stands twice", key.trim()))),
                other => {
                    let other = riposte_core::text::plain(other, 40);
                    return Err(error(format!("there is no `{other}`: only `name` and `line`")));
                }
            }
        }
        let last = file.lines().count();
        let missing = |what: &str| CustomError { line: last, wrong: format!("`{what}:` is missing") };
        Ok(Self { name: name.ok_or_else(|| missing("name"))?, parts: parts.ok_or_else(|| missing("line"))? })
    }

    /// What its file calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads a line that has this format.
    pub(super) fn read<'a>(&self, line: &'a [u8]) -> Option<(Option<Civil>, What<'a>)> {
        let mut rest = line;
        let mut found: Vec<(Field, &[u8])> = Vec::with_capacity(self.parts.len());
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Literal(literal) => rest = rest.strip_prefix(literal.as_slice())?,
                Part::Field(field) => {
                    let end = match parts.peek() {
                        Some(Part::Literal(literal)) => memchr::memmem::find(rest, literal)?,
                        _ => rest.len(),
                    };
                    found.push((*field, rest.get(..end)?));
                    rest = rest.get(end..)?;
                }
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let has = |field: Field| found.iter().any(|(known, _)| *known == field);
        let raw = |field: Field| found.iter().find(|(known, _)| *known == field).map_or(&b""[..], |(_, value)| *value);
        let get =
            |field: Field| -> Cow<'a, str> { if raw(field) == b"-" { Cow::Borrowed("") } else { text(raw(field)) } };
        let number = |field: Field| get(field).parse::<u64>().unwrap_or_default();
        let port = |field: Field| u16::try_from(number(field)).unwrap_or_default();
        let time = if has(Field::Time) { Some(stamp(raw(Field::Time))?.time) } else { None };
        let refused = || {
            let action = get(Field::Action).to_ascii_lowercase();
            ["block", "deny", "drop", "reject"].iter().any(|word| action.contains(word))
        };
        let what = if has(Field::Target) {
            What::Request(Request {
                client: address(raw(Field::Client)),
                method: get(Field::Method),
                target: get(Field::Target),
                status: port(Field::Status),
                agent: get(Field::Agent),
                referer: get(Field::Referer),
                refused: refused(),
            })
        } else if has(Field::From) && has(Field::To) {
            What::Flow(Flow {
                from: address(raw(Field::From))?,
                to: address(raw(Field::To))?,
                from_port: port(Field::FromPort),
                to_port: port(Field::ToPort),
                protocol: u8::try_from(number(Field::Protocol)).unwrap_or_default(),
                packets: number(Field::Packets),
                bytes: number(Field::Bytes),
                accepted: !refused(),
            })
        } else if has(Field::Query) {
            What::Query(Query {
                from: get(if has(Field::From) { Field::From } else { Field::Client }),
                name: Cow::Owned(get(Field::Query).trim_end_matches('.').to_ascii_lowercase()),
                kind: get(Field::Kind),
                answer: get(Field::Answer),
            })
        } else if has(Field::Program) {
            What::Program(Said { host: get(Field::Host), program: get(Field::Program), message: get(Field::Message) })
        } else {
            What::Text(Text { level: Cow::Owned(get(Field::Level).to_ascii_lowercase()), message: get(Field::Message) })
        };
        Some((time, what))
    }
}

fn pattern(line: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some((literal, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}').ok_or_else(|| "a `{` has no `}`".to_owned())?;
        let field = FIELDS.iter().find(|(known, _)| *known == name.trim()).ok_or_else(|| {
            let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
            format!("there is no field `{}`; there are: {}", riposte_core::text::plain(name, 40), names.join(", "))
        })?;
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.into()));
        } else if matches!(parts.last(), Some(Part::Field(_))) {
            return Err(format!("before `{{{name}}}` a text must stand that ends the field before"));
        }
        if field.1 != Field::Skip && parts.contains(&Part::Field(field.1)) {
            return Err(format!("`{{{name}}}` stands twice"));
        }
        parts.push(Part::Field(field.1));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.into()));
    }
    let has = |field: Field| parts.contains(&Part::Field(field));
    if !(has(Field::Message) || has(Field::Target) || has(Field::Query) || (has(Field::From) && has(Field::To))) {
        return Err("it needs `{message}`, `{target}`, `{query}`, or `{from}` and `{to}`".to_owned());
    }
    Ok(parts)
}
