//! One pass over a record's text: whether it is plain JSON, and where each of its values stands. Nothing is built.
//!
//! Most records are of no interest to anybody, and of the others a few fields decide. So a record is skimmed first, and
//! what is asked for is read from its text then. What is not plain (escapes in keys, exponents, halves of characters,
//! deep nesting) and what is broken are left to the parser: that costs time, and never another answer.
//!
//! INVARIANT: what was skimmed is JSON that the parser reads, and each value here is the parser's. Where a key stands
//! twice in an object, both take the last.

mod keys;
mod reader;
mod scan;
mod value;

pub use reader::{Read, Reader, SkimmedCall};
pub(crate) use value::Part;

use std::borrow::Cow;

use self::scan::Scan;
use super::{GUARDDUTY, OtherRecord, is_denial, is_network_activity, says_failure};
use crate::detect;

/// The number of a key of records, where it has one: by it a call's part is found without a search.
pub(crate) fn number_of(key: &str) -> Option<usize> {
    keys::number(key.as_bytes())
}

/// A value: where it stands in the text, and where in the list of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    /// Where its key stands, without quotes; of the root and of a list's members, nowhere.
    key: u32,
    key_length: u16,
    /// Whether it is a string with escapes.
    escaped: bool,
    start: u32,
    end: u32,
    /// The node behind it and all that it holds.
    next: u32,
}

/// Where the values of a record stand. Used for one record after the other, so that its memory is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Skim {
    /// Every value of the text in its order, the record itself first.
    nodes: Vec<Node>,
    /// By a key's number, the node of its value; zero where there is none.
    slots: [u32; keys::COUNT],
    /// Whether some key of the record itself has a dot.
    dotted: bool,
}

impl Default for Skim {
    fn default() -> Self {
        Self { nodes: Vec::new(), slots: [0; keys::COUNT], dotted: false }
    }
}

impl Skim {
    /// Skims a text; `None` where it is not plain, or no object.
    pub(super) fn read<'a>(&'a mut self, text: &'a str) -> Option<Skimmed<'a>> {
        self.nodes.clear();
        self.slots = [0; keys::COUNT];
        self.dotted = false;
        Scan::new(text, self).read()?;
        Some(Skimmed { text, skim: self })
    }

    /// The same text as when it was read.
    pub(super) fn of<'a>(&'a self, text: &'a str) -> Skimmed<'a> {
        Skimmed { text, skim: self }
    }

    /// Becomes a copy, in the memory that it has.
    fn copy(&mut self, of: &Self) {
        self.nodes.clear();
        self.nodes.extend_from_slice(&of.nodes);
        (self.slots, self.dotted) = (of.slots, of.dotted);
    }
}

/// A text with the places of its values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skimmed<'a> {
    text: &'a str,
    skim: &'a Skim,
}

/// What a skimmed object is.
#[derive(Debug)]
enum Shape<'a> {
    /// A call, with what decides who reads it.
    Call(CallHead<'a>),
    /// An EventBridge envelope around a record, whose text this is.
    Envelope(&'a str),
    /// What CloudTrail writes besides calls.
    Other(OtherRecord),
    /// An EventBridge event of another kind.
    Event,
    /// None of these.
    Unknown,
}

/// What of a call decides who reads it: see [`detect::Head`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct CallHead<'a> {
    /// `eventName`; empty where it is no text.
    name: Cow<'a, str>,
    /// `eventSource`
    source: Option<Cow<'a, str>>,
    /// `userAgent`
    user_agent: Option<Cow<'a, str>>,
    /// Whether the call failed.
    failed: bool,
    /// Whether it failed for want of a permission.
    denied: bool,
    /// Whether the root user made it.
    by_root: bool,
    /// Whether it is no call but what a VPC endpoint saw of one.
    network_activity: bool,
}

impl CallHead<'_> {
    /// As the index takes it; `by_tool` is what its user agent says.
    fn head(&self, by_tool: bool) -> detect::Head<'_> {
        detect::Head {
            name: &self.name,
            source: self.source.as_deref(),
            failed: self.failed,
            denied: self.denied,
            by_root: self.by_root,
            network_activity: self.network_activity,
            by_tool,
        }
    }
}

impl<'a> Skimmed<'a> {
    /// The record itself.
    pub(super) fn root(self) -> Part<'a> {
        Part::text(self.text, &self.skim.nodes, 0)
    }

    /// The value of a key of the record itself.
    #[inline]
    pub(super) fn get(self, key: &str) -> Option<Part<'a>> {
        match keys::number(key.as_bytes()) {
            Some(number) => self.numbered(number),
            None => self.root().get(key),
        }
    }

    /// The same, by the key's number.
    #[inline]
    pub(super) fn numbered(self, number: usize) -> Option<Part<'a>> {
        let place = self.skim.slots.get(number).copied().filter(|place| *place > 0)?;
        Some(Part::text(self.text, &self.skim.nodes, place))
    }

    /// Whether some key of the record itself has a dot: a path may be its name then.
    pub(super) fn has_dots(self) -> bool {
        self.skim.dotted
    }

    /// Copies the record's text and places, to be kept.
    pub(super) fn keep(self, text: &mut String, skim: &mut Skim) {
        text.clear();
        text.push_str(self.text);
        skim.copy(self.skim);
    }

    fn string(self, key: &str) -> Option<Cow<'a, str>> {
        self.get(key)?.string()
    }

    /// What it is: the same that [`super::Event::from_value`] says.
    fn shape(self) -> Shape<'a> {
        if self.get("awslogs").is_some() {
            return Shape::Unknown;
        }
        if let Some(detail_type) = self.get("detail-type") {
            let Some(detail_type) = detail_type.string() else { return Shape::Unknown };
            if detail_type == GUARDDUTY {
                return Shape::Unknown;
            }
            if !detail_type.ends_with("via CloudTrail") {
                return Shape::Event;
            }
            let detail = self.get("detail").filter(|detail| detail.is_object());
            return detail.and_then(Part::raw).map_or(Shape::Unknown, Shape::Envelope);
        }
        if let Some(other) = self.other() {
            return Shape::Other(other);
        }
        let has = |key: &str| self.get(key).is_some();
        // The notifications of S3, DynamoDB and others have such fields too; their sources begin `aws:`.
        let of_notice = || self.string("eventSource").is_some_and(|source| source.starts_with("aws:"));
        if has("eventName") && has("eventSource") && !of_notice() { Shape::Call(self.head()) } else { Shape::Unknown }
    }

    /// What a record within an envelope is.
    fn enveloped(self) -> Shape<'a> {
        match self.other() {
            Some(other) => Shape::Other(other),
            None if self.get("eventName").is_some() => Shape::Call(self.head()),
            None => Shape::Unknown,
        }
    }

    fn other(self) -> Option<OtherRecord> {
        let (kind, category) = (self.string("eventType"), self.string("eventCategory"));
        OtherRecord::told(kind.as_deref(), category.as_deref(), |key| self.get(key).is_some())
    }

    fn head(self) -> CallHead<'a> {
        let (kind, category) = (self.string("eventType"), self.string("eventCategory"));
        CallHead {
            failed: self.says_failure() || self.login_failed(),
            denied: self.string("errorCode").is_some_and(|code| is_denial(&code)),
            by_root: self.by_root(kind.as_deref()),
            network_activity: is_network_activity(kind.as_deref(), category.as_deref()),
            name: self.string("eventName").unwrap_or_default(),
            source: self.string("eventSource"),
            user_agent: self.string("userAgent"),
        }
    }

    fn says_failure(self) -> bool {
        let (code, message) = (self.get("errorCode"), self.get("errorMessage"));
        if code.is_none() && message.is_none() {
            return false;
        }
        let (code, message) = (code.map(Part::value), message.map(Part::value));
        says_failure(code.as_deref(), message.as_deref())
    }

    fn by_root(self, kind: Option<&str>) -> bool {
        let Some(identity) = self.get("userIdentity") else { return false };
        let of = |key: &str| identity.get(key).and_then(Part::string);
        of("type").is_some_and(|of_type| of_type == "Root")
            && of("invokedBy").is_none()
            && kind != Some("AwsServiceEvent")
    }

    fn login_failed(self) -> bool {
        let login = self.get("responseElements").and_then(|response| response.get("ConsoleLogin"));
        login.and_then(Part::string).is_some_and(|outcome| outcome.eq_ignore_ascii_case("failure"))
    }
}

#[cfg(test)]
mod tests;
