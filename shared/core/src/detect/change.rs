//! What the detectors of a bare change share: the call's name says it all, and only what it is about
//! has to be found, since each call names it in a place and a spelling of its own.

use super::named::named;
use super::{Claim, DetectError, Detector, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::Target;
use crate::text::plain;

/// A detector that fires on every call of its names, or on those of them that [`Change::when`] picks.
pub(super) struct Change {
    pub(super) meta: Meta,
    /// The fields that name what was changed, the best first.
    pub(super) names: &'static [&'static str],
    /// Which of the calls count.
    pub(super) when: fn(&ApiCall) -> bool,
}

/// Every call counts.
pub(super) fn always(_: &ApiCall) -> bool {
    true
}

impl Detector for Change {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !(self.when)(call) {
            return Ok(Vec::new());
        }
        let id = named(call, self.names).unwrap_or_else(|| call.actor().label().to_owned());
        let service = call.service().to_owned();
        let why = plain(&format!("{}: `{}` on `{id}`", self.meta.title, call.event_name()), 600);
        Ok(vec![Claim::of(Target::Resource { service, id }, why)])
    }
}
