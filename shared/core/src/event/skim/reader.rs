//! Records, one after the other, skimmed as far as it takes to know who reads them.

use super::{CallHead, Shape, Skim, Skimmed};
use crate::detect;
use crate::event::{ApiCall, OtherRecord};

/// Skims one record after the other, in the same memory.
#[derive(Debug, Default)]
pub struct Reader {
    outer: Skim,
    /// Of the record within an envelope.
    inner: Skim,
}

/// What a record is.
#[derive(Debug)]
pub enum Read<'a> {
    /// A call, with or without an envelope.
    Call(SkimmedCall<'a>),
    /// What CloudTrail writes besides calls.
    Other(OtherRecord),
    /// An EventBridge event of another kind.
    Event,
}

/// A call of which nothing was built yet.
#[derive(Debug)]
pub struct SkimmedCall<'a> {
    record: Skimmed<'a>,
    envelope: Option<Skimmed<'a>>,
    head: CallHead<'a>,
}

impl Reader {
    /// Skims a record's text; `None` where the parser has to say what it is: where it is not plain JSON, or no event
    /// at first sight. What is said is what [`crate::event::Event::parse`] says.
    pub fn read<'a>(&'a mut self, text: &'a str) -> Option<Read<'a>> {
        let Self { outer, inner } = self;
        let skimmed = outer.read(text)?;
        match skimmed.shape() {
            Shape::Call(head) => Some(Read::Call(SkimmedCall { record: skimmed, envelope: None, head })),
            Shape::Other(other) => Some(Read::Other(other)),
            Shape::Event => Some(Read::Event),
            Shape::Envelope(detail) => {
                let record = inner.read(detail)?;
                match record.enveloped() {
                    Shape::Call(head) => Some(Read::Call(SkimmedCall { record, envelope: Some(skimmed), head })),
                    Shape::Other(other) => Some(Read::Other(other)),
                    _ => None,
                }
            }
            Shape::Unknown => None,
        }
    }
}

impl SkimmedCall<'_> {
    /// What decides who reads it; `by_tool` says whether a user agent names a known tool.
    #[must_use]
    pub fn head(&self, by_tool: impl FnOnce(&str) -> bool) -> detect::Head<'_> {
        self.head.head(self.head.user_agent.as_deref().is_some_and(by_tool))
    }

    /// The call. It holds the record's text, and builds what is asked for.
    #[must_use]
    pub fn call(&self) -> ApiCall {
        ApiCall::skimmed(self.record, self.of_envelope("account"), self.of_envelope("region"))
    }

    /// The same, in the memory of a call that was looked at before.
    pub fn call_in<'c>(&self, place: &'c mut Option<ApiCall>) -> &'c ApiCall {
        match place {
            Some(call) => {
                call.become_skimmed(self.record, self.of_envelope("account"), self.of_envelope("region"));
                call
            }
            None => place.insert(self.call()),
        }
    }

    fn of_envelope(&self, key: &str) -> Option<String> {
        Some(self.envelope?.get(key)?.string()?.into_owned())
    }
}
