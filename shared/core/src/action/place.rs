//! Where a Sigma rule's target stands in an event.

use rsigma_eval::event::{Event as _, EventValue};

use crate::detect::sigma::{Record, text_at};
use crate::event::ApiCall;

/// The values at a rule's target, and the event around them.
#[derive(Debug)]
pub struct Place<'a> {
    /// The event.
    pub call: &'a ApiCall,
    /// All values at the rule's target: one, or the members of a list. Never shortened.
    pub values: Vec<String>,
    /// The path at which they stand.
    path: &'a str,
}

impl<'a> Place<'a> {
    /// The values at the first of `paths` (with commas between them) that has any; `None` where none has.
    pub(crate) fn at(paths: &'a str, call: &'a ApiCall) -> Option<Self> {
        let event = Record::of(call);
        paths.split(',').map(str::trim).find_map(|path| {
            let mut values = Vec::new();
            collect(&event.get_field(path)?, &mut values);
            (!values.is_empty()).then_some(Self { call, values, path })
        })
    }

    /// The text at another path of the event.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        text_at(&Record::of(self.call), path)
    }

    /// The text that stands under `name` beside the target.
    #[must_use]
    pub fn beside(&self, name: &str) -> Option<String> {
        let (parent, _) = self.path.rsplit_once('.')?;
        self.text(&format!("{parent}.{name}"))
    }
}

/// Every text of a value, in order, each once.
fn collect(value: &EventValue<'_>, out: &mut Vec<String>) {
    match value {
        EventValue::Array(members) => members.iter().for_each(|member| collect(member, out)),
        EventValue::Map(_) => {}
        scalar => {
            let text = scalar.as_str().map(std::borrow::Cow::into_owned).filter(|text| !text.is_empty());
            out.extend(text.filter(|text| !out.contains(text)));
        }
    }
}
